/* SPDX-License-Identifier: MIT */
/* The cell's record: how a process inside knows that it is inside. */
#ifndef IMMURE_RECORD_H
#define IMMURE_RECORD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * record_write() - the text of the record for the namespaces of the calling process: version and inode numbers
 * Returns 0, or -1 with errno if /proc/self/ns cannot be looked at.
 */
int record_write(char *text, size_t size);

/*
 * record_is_door() - is the calling process in a cell that the PAM door built?
 * By kernel facts: it is in the host's first user namespace, which also owns its mount and pid namespace (NS_GET_USERNS); and by
 * the record: a file of root's in the cell's own memory that names these very namespaces.
 */
bool record_is_door(void);

/*
 * record_is_here() - is the calling process sealed in a cell?
 * All of: no_new_privs and a seccomp filter are on, the user namespace is not the host's first, and the record
 * names the very mount, pid and user namespace of the process. Whoever could forge that is in a user namespace of its own making and
 * wins a shell that it has already.
 */
bool record_is_here(void);

#endif
