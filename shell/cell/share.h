/* SPDX-License-Identifier: MIT */
/* A cell that outlives the process which raised it: its lifeline goes to an immure-keeper, which lets later logins in. */
#ifndef IMMURE_SHARE_H
#define IMMURE_SHARE_H

#include <stdbool.h>

#include "cell.h"
#include "registry.h"

/* cell_namespace_names - the names in /proc/PID/ns of CELL_NAMESPACES kinds; the user namespace comes first. */
extern const char *const cell_namespace_names[CELL_NAMESPACES];

/*
 * cell_share() - start the keeper of a cell that was raised and not yet released, and enter it in the registry
 * @linger: Persistent=
 * From here on c->link is the login, and the lifeline is the keeper's. On failure the caller ends the cell with cell_end().
 */
int cell_share(struct cell *c, int registry, const struct cell_record *r, const char *keeper_path, bool linger, struct im_err *err);

/*
 * cell_join() - be a login of a cell that is in the registry
 * @namespaces: CLONE_NEWUSER if the cell has to have a user namespace, which the account made as a child of the caller's own and
 *   which owns all others; CLONE_NEWNET if then its network is not the caller's. Without: the caller's user namespace owns all.
 * Verified by the kernel's word on each namespace (ioctl_nsfs(2)) and on who started the keeper (SO_PEERCRED).
 * Returns 0; 1 if that cell is about to end (raise another); negative errno otherwise.
 */
int cell_join(const struct cell_record *r, uint64_t namespaces, struct cell *ret, struct im_err *err);

/* cell_is_inside() - is the caller in this namespace? @kind: index of cell_namespace_names. */
bool cell_is_inside(int ns, size_t kind);

/* cell_logins() - how many logins a cell has; 0 if it is about to end, -EAGAIN if its keeper is there and does not answer. */
int cell_logins(const struct cell_record *r);

/* cell_leave() - this login ends. */
void cell_leave(int link);

#endif
