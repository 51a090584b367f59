/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apply.h"
#include "filter.h"
#include "precompiled.inc" /* made by precompile.c */

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static int load(const struct sock_filter *code, size_t len, struct im_err *err)
{
	/* the kernel only reads it; its structure knows no const */
	const struct sock_fprog prog = {.len = (unsigned short)len, .filter = (struct sock_filter *)(uintptr_t)code};

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) < 0)
		return im_fail(err, errno, "seccomp: load: %s", strerror(errno));
	return 0;
}

int seccomp_apply(const struct seccomp_policy *p, struct im_err *err)
{
	const struct seccomp_policy d = seccomp_default();
	int r;

	if (p->walls != d.walls || p->error != d.error || !same(p->families, d.families) || !same(p->filter, d.filter))
		return seccomp_compile(p, err);
	r = load(default_walls, sizeof(default_walls) / sizeof(*default_walls), err);
	return r < 0 ? r : load(default_filter, sizeof(default_filter) / sizeof(*default_filter), err);
}

int seal_seccomp(const struct plan *plan, struct im_err *err)
{
	const struct step *wall = plan_find(plan, STEP_SECCOMP_WALLS), *family = plan_find(plan, STEP_SECCOMP_FAMILIES),
			  *own = plan_find(plan, STEP_SECCOMP_FILTER);
	const struct seccomp_policy p = {.walls = wall ? wall->flags : ~0u, .families = family ? family->arg : NULL,
		.filter = own ? own->arg : NULL, .error = own ? (int)own->num : EPERM};

	return seccomp_apply(&p, err);
}
