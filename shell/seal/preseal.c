/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apply.h"
#include "filter.h"
#include "precompiled_door.inc" /* made by precompile.c */
#include "preseal.h"

/* A process of root that enters must not leave a core file of its memory with the account, nor start core_pattern's program. */
static int core_limit(struct im_err *err)
{
	const struct rlimit one = {1, 1};

	if (setrlimit(RLIMIT_CORE, &one) == 0)
		return 0;
	return im_fail(err, errno, "preseal: limit core to 1: %s%s", strerror(errno),
		errno == EPERM ? " (the service has set it to 0, and root lacks CAP_SYS_RESOURCE; for sudo: Set disable_coredump false, in sudo.conf)" : "");
}

/* Compiled when immure was built: a variant for each of FILTER_DOOR_* (filter.h). */
static int walls(const struct plan *plan, struct im_err *err)
{
	const struct step *wall = plan_find(plan, STEP_SECCOMP_WALLS), *family = plan_find(plan, STEP_SECCOMP_FAMILIES);
	const unsigned flags = wall ? wall->flags : ~0u;
	const bool usual = family && family->arg && strcmp(family->arg, seccomp_default().families) == 0;
	const struct door_filter *f = &door_filters[filter_door(flags, usual)];
	const struct sock_fprog prog = {.len = (unsigned short)f->len, .filter = (struct sock_filter *)(uintptr_t)f->code};

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) < 0)
		return im_fail(err, errno, "preseal: seccomp: %s", strerror(errno));
	return 0;
}

int preseal_keyring(const struct plan *plan, struct im_err *err)
{
	const struct step *s = plan_find(plan, STEP_KEYRING);

	return s ? seal_keyring(s, err) : 0;
}

/* What a program that root starts in the cell could get; the process itself keeps what it has, to give up its ids and to log. */
static int bounding_set(struct im_err *err)
{
	int r = 0;

	for (int cap = 0; r == 0; cap++)
		r = prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	return errno == EINVAL ? 0 : im_fail(err, errno, "preseal: bounding set: %s", strerror(errno)); /* EINVAL: no such capability */
}

int preseal_apply(const struct plan *plan, bool no_new_privs, struct im_err *err)
{
	int r = core_limit(err);

	if (r == 0)
		r = bounding_set(err);
	if (r == 0 && no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = im_fail(err, errno, "preseal: no_new_privs: %s", strerror(errno));
	if (r == 0)
		r = seal_landlock_network(plan, err);
	return r < 0 ? r : walls(plan, err);
}
