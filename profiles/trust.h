/* SPDX-License-Identifier: MIT */
/* Opening policy: nothing that anyone but root can write may say what an account may do. */
#ifndef IMMURE_TRUST_H
#define IMMURE_TRUST_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "str.h"

/*
 * trust_open() - open a policy file or directory for reading
 * @path:      absolute and normal
 * @directory: what it has to be; otherwise a regular file
 *
 * Walks from / by descriptor, each component without following links; every directory on the way and the object
 * itself belong to uid 0 and are not writable by group or others (a sticky world-writable parent is refused too).
 * Returns a descriptor (close-on-exec) or: -ENOENT if a component is missing (err is filled too: the caller may
 * take it for "there is none"); -EPERM if something is not root's alone; -ELOOP for a symbolic link; other errors of
 * openat(2).
 */
int trust_open(const char *path, bool directory, struct im_err *err);

/* trust_read() - the whole content of a trusted file, at most @max bytes (-EFBIG), NUL added. Frees nothing on error. */
int trust_read(const char *path, size_t max, char **ret, size_t *ret_len, struct im_err *err);

/* trust_list() - names in a trusted directory that end in @suffix, in C order, no dot files. A missing one is empty. */
int trust_list(const char *path, const char *suffix, struct strv *ret, struct im_err *err);

#endif
