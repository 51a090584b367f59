/* SPDX-License-Identifier: MIT */
/* What a login brings along into a cell that is there already: its terminal, its agent's socket. Each becomes a node in the cell's /dev. */
#ifndef IMMURE_TERMINAL_NODE_H
#define IMMURE_TERMINAL_NODE_H

#include <stddef.h>
#include <sys/types.h>

#include "err.h"

#define NODE_PATH_MAX 32

/*
 * node_clone() - what is at @path of the host, as a detached mount (nosuid, noexec)
 * No capability is needed: a child does it in user and mount namespaces of its own, and dies. No component may be a link.
 * @type: S_IFCHR or S_IFSOCK, which it has to be. Must not be called with more than one thread. Returns a descriptor.
 */
int node_clone(const char *path, mode_t type, struct im_err *err);

/*
 * cell_terminal_bind() - show a detached mount as /dev/@name of the cell that the caller is in
 * Needs CAP_SYS_ADMIN there. The cell's root is read-only: a mount point that is missing is made through a view of the same
 * file system that is not. The mount stays the caller's to close.
 */
int cell_terminal_bind(int detached_mount_fd, const char *name, struct im_err *err);

/*
 * node_bind() - the same under the first name that is free: PREFIX-1, PREFIX-2, …; for "tty" console before all others
 * A node of the same file is used as it is; one whose file has gone from the host (no link left) gives its name up.
 * To be called by one login of a cell at a time. @ret_path: NODE_PATH_MAX bytes, "/dev/NAME".
 */
int node_bind(int detached_mount_fd, const char *prefix, char *ret_path, struct im_err *err);

#endif
