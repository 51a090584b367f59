/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "share.h"
#include "sys.h"

int cell_enter(const struct cell *c, const struct plan *plan, struct im_err *err)
{
	bool inside[CELL_NAMESPACES] = {false};
	const int joined = plan_find(plan, STEP_NETWORK_JOIN) ? CLONE_NEWNET : 0; /* not made for the cell, but its */

	if (c->pidfd >= 0 && setns(c->pidfd, (int)cell_namespaces(plan) | joined) < 0)
		return im_fail(err, errno, "cell: enter: setns: %s%s", strerror(errno), sys_userns_hint());
	for (size_t i = 0; c->pidfd < 0 && i < CELL_NAMESPACES; i++) /* once inside, /proc is the cell's and tells of its processes only */
		inside[i] = cell_is_inside(c->namespaces[i], i);
	for (size_t i = 0; c->pidfd < 0 && i < CELL_NAMESPACES; i++) /* the user namespace first: it gives the right to the others */
		if (!inside[i] && setns(c->namespaces[i], 0) < 0)
			return im_fail(err, errno, "cell: enter: setns %s: %s", cell_namespace_names[i], strerror(errno));
	return 0;
}
