/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "share.h"
#include "sys.h"

int cell_enter(const struct cell *c, const struct plan *plan, struct im_err *err)
{
	if (c->pidfd >= 0 && setns(c->pidfd, (int)cell_namespaces(plan)) < 0)
		return im_fail(err, errno, "cell: enter: setns: %s%s", strerror(errno), sys_userns_hint());
	for (size_t i = 1; c->pidfd < 0 && i < CELL_NAMESPACES; i++) /* the user namespace is the caller's own: cell_join() */
		if (setns(c->namespaces[i], 0) < 0)
			return im_fail(err, errno, "cell: enter: setns %s: %s", cell_namespace_names[i], strerror(errno));
	return 0;
}
