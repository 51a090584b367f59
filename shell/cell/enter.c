/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "cell.h"
#include "sys.h"

int cell_enter(const struct cell *c, const struct plan *plan, struct im_err *err)
{
	if (setns(c->pidfd, (int)cell_namespaces(plan)) < 0)
		return im_fail(err, errno, "cell: enter: setns: %s%s", strerror(errno), sys_userns_hint());
	return 0;
}
