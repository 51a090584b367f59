/* SPDX-License-Identifier: MIT */
/* The NETWORK steps of a plan, by root, on a cell that nobody has entered yet. */
#ifndef IMMURE_NETWORK_H
#define IMMURE_NETWORK_H

#include "cell.h"

/*
 * network_open() - the administrator's namespace of a NETWORK_JOIN step
 * Reached without links through directories that are root's alone; a network namespace of the host's own user namespace, and not the
 * caller's own. Returns 0 with a descriptor in @ret_fd, or -1 there if the plan has no such step; negative errno with @err otherwise.
 */
int network_open(const struct plan *plan, int *ret_fd, struct im_err *err);

/*
 * network_raise() - choose addresses, connect the cell to its bridge, load its filter
 * @init:   the cell's init, in a network namespace of its own
 * @end_ms: of CLOCK_MONOTONIC
 * @ret:    what network_release() gives back; also set on failure
 *
 * A plan without a LINK step needs nothing. The filter is there before the interface is up. Errors name the bridge, the address or the
 * tool; what was made ends with the cell's namespace.
 */
int network_raise(const struct plan *plan, uid_t uid, pid_t init, int64_t end_ms, struct cell_network *ret, struct im_err *err);

/* network_release() - give the addresses back. The cell has ended, or is about to; safe on CELL_NONE's. */
void network_release(struct cell_network *n, pid_t init);
/* network_forget() - they are somebody else's to give back. */
void network_forget(struct cell_network *n);

#endif
