/* SPDX-License-Identifier: MIT */
/*
 * The order, and why: what needs files or privilege comes before they are gone, and the filter is last because it may refuse
 * any of the calls before it.
 */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply.h"

static int apply_one(const struct step *s, struct im_err *err)
{
	switch ((int)s->kind) {
	case STEP_UMASK:
		(void)umask((mode_t)s->num); /* cannot fail */
		return 0;
	case STEP_RLIMIT:
		return seal_limit(s, err);
	case STEP_NICE:
		return seal_nice(s, err);
	case STEP_KEYRING:
		return seal_keyring(s, err);
	case STEP_CHDIR:
		return chdir(s->path) < 0 ? im_fail_at(err, errno, s->from, "change directory to %s: %s", s->path, strerror(errno)) : 0;
	case STEP_BECOME:
		return seal_become(s, err);
	case STEP_CAPABILITIES:
		return seal_keep_capabilities(s->arg ? s->arg : "", err);
	case STEP_NO_NEW_PRIVS:
		return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? im_fail(err, errno, "no_new_privs: %s", strerror(errno)) : 0;
	case STEP_LANDLOCK:
		return 0; /* with its rules, below */
	default:
		return 0; /* the environment is built apart; seccomp comes last */
	}
}

/* Nothing is taken on trust: a call that lied would leave an account unsealed. */
static int verify(struct im_err *err)
{
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return im_fail(err, EPERM, "seal: no_new_privs did not hold");
	if (prctl(PR_GET_SECCOMP) != 2)
		return im_fail(err, EPERM, "seal: the system call filter did not hold");
	return 0;
}

int seal_apply(const struct plan *plan, int except_fd, struct im_err *err)
{
	int r = seal_descriptors(except_fd, err);

	if (r == 0)
		r = seal_signals(err);
	for (size_t i = 0; i < plan->len && r == 0; i++)
		if (step_stage(plan->steps[i].kind) == STAGE_SEAL && !plan->steps[i].skipped)
			r = apply_one(&plan->steps[i], err);
	if (r == 0)
		r = seal_landlock(plan, err);
	if (r == 0)
		r = seal_seccomp(plan, err);
	return r < 0 ? r : verify(err);
}
