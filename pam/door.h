/* SPDX-License-Identifier: MIT */
/* The PAM door: who has to go through it, and going through. */
#ifndef IMMURE_DOOR_H
#define IMMURE_DOOR_H

#include <stdbool.h>

#include "account.h"
#include "err.h"
#include "plan.h"
#include "profile.h"
#include "registry.h"

/*
 * nss_account() - an account through the name service, as its database says it, without its groups
 * @name: as the login gave it; the result has the first name of its uid
 * @ret_asked: what the database says of @name itself, which may have a shell and groups of its own
 * Returns 0; 1 if there is no such account; negative errno with @err if nobody could say.
 */
int nss_account(const char *name, struct account *ret, struct account *ret_asked, struct im_err *err);
/* nss_is_member() - of a group that may not exist. Returns 1, 0, or a negative errno with @err. */
int nss_is_member(const struct account *a, const char *group, struct im_err *err);
/* nss_complete() - add the names of all groups, primary first; -EINVAL if the cell's own account files could not hold the account. */
int nss_complete(struct account *a, struct im_err *err);

struct door {
	struct policy_dirs dirs;
	const char *service; /* PAM_SERVICE */
	struct account account;
	char *profile_path;
	struct profile profile;
	struct facts facts;
	struct plan plan;
	char cell[REGISTRY_ID_MAX]; /* its id, once there is one */
	char *cgroup; /* where the caller was before door_limits() moved it into the account's; NULL if it did not */
};

enum door_answer { DOOR_OPEN, DOOR_DENIED, DOOR_BROKEN };

/*
 * door_plan() - profile and plan of an account that is confined
 * DOOR_DENIED: the profile lets this service in not at all; DOOR_BROKEN: anything that failed. @errs says why.
 */
enum door_answer door_plan(struct door *d, struct im_errs *errs);

/*
 * door_look()    - facts and plan of an account whose profile is there; negative if @errs has a reason
 * door_answers() - does all that door_look() looks at answer within RaiseTimeoutSec=? Tried in a child. -ETIMEDOUT if not
 */
int door_look(struct door *d, struct im_errs *errs);
int door_answers(const struct door *d, struct im_err *err);

/*
 * door_enter() - raise the account's cell or join it, and move the calling process in, pre-sealed
 * @ret_link: to be given to cell_leave() when the session closes
 * Before it moves the caller is as it was; when it fails later the caller is in a cell that has ended, and can start nothing.
 */
enum door_answer door_enter(struct door *d, int *ret_link, struct im_err *err);

/* door_limits() - the plan's ACCOUNT_LIMIT steps, over all sessions of the account; the caller counts to them from here on. */
int door_limits(struct door *d, struct im_err *err);
/* door_limits_undo() - the session is refused after all: no control group of ours is left. */
void door_limits_undo(const struct door *d);

/* door_descriptors() - what the caller holds of the host's directories does not outlive the next execve(2). To be called before it enters. */
int door_descriptors(struct im_err *err);

void door_done(struct door *d);

#endif
