/* SPDX-License-Identifier: MIT */
/*
 * immure-init: process 1 of a cell. It holds the namespaces open, takes in orphans, and ends when whoever raised the cell lets
 * go of the pipe; the kernel then kills everything that is left in the cell (pid_namespaces(7)).
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#define LIFELINE_FD 0

int main(void)
{
	const struct sigaction reap = {.sa_handler = SIG_IGN, .sa_flags = SA_NOCLDWAIT};
	struct pollfd lifeline = {.fd = LIFELINE_FD};
	sigset_t all;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || sigaction(SIGCHLD, &reap, NULL) < 0 || sigfillset(&all) < 0 ||
		sigprocmask(SIG_BLOCK, &all, NULL) < 0 || close_range(LIFELINE_FD + 1, ~0U, 0) < 0)
		return 1;
	(void)prctl(PR_SET_NAME, "immure-init"); /* only for ps */
	while (poll(&lifeline, 1, -1) >= 0 || errno == EINTR)
		if (lifeline.revents)
			return 0;
	return 1;
}
