/* SPDX-License-Identifier: MIT */
/* Who an account is, from passwd and group data. */
#ifndef IMMURE_ACCOUNT_H
#define IMMURE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "err.h"

struct account_group {
	gid_t gid;
	char *name;
};

struct account {
	char *name;
	char *gecos;
	char *home;
	char *shell; /* as the database says it; usually immure itself */
	uid_t uid;
	gid_t gid;
	struct account_group *groups; /* primary first, then supplementary */
	size_t groups_len;
};

/*
 * account_by_uid() - from /etc/passwd and /etc/group alone, without NSS (fgetpwent(3), fgetgrent(3))
 * @root: "" or a directory with etc/passwd and etc/group (tests)
 * The first entry with this uid is the account: a second name of the same uid is the same account.
 * Returns 0, -ENOENT with a sentence that says so, other errors of open(2).
 */
int account_by_uid(const char *root, uid_t uid, struct account *ret, struct im_err *err);
/* account_by_name() - the same by name; the name is then canonicalised by its uid. */
int account_by_name(const char *root, const char *name, struct account *ret, struct im_err *err);
void account_done(struct account *a);

#endif
