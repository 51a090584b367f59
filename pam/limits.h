/* SPDX-License-Identifier: MIT */
/* Limits of an account, for pam/ only: who keeps them depends on the host. */
#ifndef IMMURE_LIMITS_H
#define IMMURE_LIMITS_H

#include "door.h"

/* limits_next() - the plan's ACCOUNT_LIMIT steps that are to be applied, one after the other: NULL begins, NULL is the end. */
const struct step *limits_next(const struct plan *plan, const struct step *before);

/* limits_cgroup() - the path of a process ("self", "1") in the unified hierarchy, on the heap; NULL if it has none. cgroups(7) */
char *limits_cgroup(const char *pid);

/*
 * slice_limits() - on systemd: set them on user-UID.slice, and move the caller below it if its login did not
 * Those of an earlier profile that this one does not name are taken back. Waits for systemd, but not for ever.
 */
int slice_limits(const struct door *d, struct im_err *err);

/* subtree_limits() - without systemd: /sys/fs/cgroup/immure/UID, and the caller in it. immure-keeper removes it. cgroup-v2 */
int subtree_limits(struct door *d, struct im_err *err);
/* subtree_undo() - the caller goes back to where it was, and an empty subtree goes. */
void subtree_undo(const struct door *d);

#endif
