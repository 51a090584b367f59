/* SPDX-License-Identifier: MIT */
/* Which profile is an account's, and is it one at all? */
#ifndef IMMURE_SELECT_H
#define IMMURE_SELECT_H

#include <stdbool.h>
#include <sys/types.h>

#include "account.h"
#include "err.h"
#include "profile.h"

/*
 * account_name_is_sane() - usable as a file name and in a log: no "/", no leading dot or dash, no control
 * characters, not empty, at most 256 bytes
 */
bool account_name_is_sane(const char *name);

/*
 * profile_select() - the file that applies, in the design's order:
 * etc/users/NAME.profile, etc/groups/GROUP.profile of the groups that the account is in (highest Priority=; a tie is
 * an error that names both), etc/default.profile, lib/profiles/default.profile
 * @ret_path: on the heap
 *
 * One that exists and cannot be trusted refuses; it never falls through to the next.
 * Returns 0; -ENOENT if there is no profile at all; -EPERM, -EEXIST (tie) and others with @errs filled.
 */
int profile_select(const struct policy_dirs *dirs, const struct account *a, char **ret_path, struct im_errs *errs);

/*
 * account_is_confined() - does immure's policy apply to this account?
 * True if its shell is the file @self (same device and inode), if it is a member of group `immured`, or if
 * etc/users/NAME.profile exists (trusted or not). Never for uid 0.
 * @self_fd: the immure program, opened (O_PATH is enough)
 */
bool account_is_confined(const struct policy_dirs *dirs, const struct account *a, int self_fd);

/* account_shell_is() - is the account's shell the file @self, the same device and inode, however it is spelt? */
bool account_shell_is(const struct account *a, int self_fd);

#endif
