/* SPDX-License-Identifier: MIT */
/*
 * immure-init: process 1 of a cell. It holds the namespaces open, takes in orphans, and ends when whoever raised the cell lets
 * go of the lifeline, or, once told to linger, with its last child; the kernel then kills everything that is left in the cell
 * (pid_namespaces(7)).
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper.h"

#define LIFELINE_FD 0
#define LINGER_MS   500 /* children are not told of: SIGCHLD is ignored, so that they need no reaping */

/* Returns false when the lifeline has ended. */
static bool hear(bool *linger)
{
	char word;
	const ssize_t n = recv(LIFELINE_FD, &word, 1, 0);

	if (n < 0 && errno == EINTR)
		return true;
	if (n != 1)
		return false;
	*linger = word == INIT_LINGER;
	return word != INIT_RESUME || send(LIFELINE_FD, &word, 1, MSG_NOSIGNAL) == 1;
}

static bool has_child(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

int main(void)
{
	const struct sigaction reap = {.sa_handler = SIG_IGN, .sa_flags = SA_NOCLDWAIT};
	struct pollfd lifeline = {.fd = LIFELINE_FD, .events = POLLIN};
	bool linger = false;
	sigset_t all;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || sigaction(SIGCHLD, &reap, NULL) < 0 || sigfillset(&all) < 0 ||
		sigprocmask(SIG_BLOCK, &all, NULL) < 0 || close_range(LIFELINE_FD + 1, ~0U, 0) < 0)
		return 1;
	(void)prctl(PR_SET_NAME, "immure-init"); /* only for ps */
	for (;;) {
		const int n = poll(&lifeline, 1, linger ? LINGER_MS : -1);

		if (n < 0 && errno != EINTR)
			return 1;
		if (n > 0 && !hear(&linger))
			return 0;
		if (n == 0 && !has_child())
			return 0;
	}
}
