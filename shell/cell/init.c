/* SPDX-License-Identifier: MIT */
/*
 * immure-init: process 1 of a cell. It holds the namespaces open, takes in orphans, and ends when whoever raised the cell lets
 * go of the lifeline, or, once told to linger, with its last child; the kernel then kills everything that is left in the cell
 * (pid_namespaces(7)). It also ends sessions whose time is over. argv: name, RuntimeMaxSec= and IdleTimeoutSec= in ms, 0: none.
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
#include "str.h"
#include "watch.h"

#define LIFELINE_FD 0
#define LINGER_MS   500 /* children are not told of: SIGCHLD is ignored, so that they need no reaping */

/* Returns false when the lifeline has ended. */
static bool hear(bool *linger)
{
	struct orphan msg = {0}; /* the longest of all; of the others only the word is there */
	const ssize_t n = recv(LIFELINE_FD, &msg, sizeof(msg), 0);

	if (n < 0 && errno == EINTR)
		return true;
	if (n < 1)
		return false;
	if (msg.word == INIT_ORPHAN) {
		if (n == (ssize_t)sizeof(msg))
			watch_orphan(msg.pid, msg.start);
		return true;
	}
	*linger = msg.word == INIT_LINGER;
	return msg.word != INIT_RESUME || send(LIFELINE_FD, &msg.word, 1, MSG_NOSIGNAL) == 1;
}

static bool has_child(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static int64_t time_limit(const char *text)
{
	uint64_t ms;

	return text && str_to_u64(text, INT64_MAX - 1, &ms) == 0 && ms ? (int64_t)ms : WATCH_NEVER;
}

int main(int argc, char *argv[])
{
	const struct sigaction reap = {.sa_handler = SIG_IGN, .sa_flags = SA_NOCLDWAIT};
	struct pollfd lifeline = {.fd = LIFELINE_FD, .events = POLLIN};
	bool linger = false;
	sigset_t all;

	if (argc != 3 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || sigaction(SIGCHLD, &reap, NULL) < 0 || sigfillset(&all) < 0 ||
		sigprocmask(SIG_BLOCK, &all, NULL) < 0 || close_range(LIFELINE_FD + 1, ~0U, 0) < 0)
		return 1;
	(void)prctl(PR_SET_NAME, "immure-init"); /* only for ps */
	watch_start(time_limit(argv[1]), time_limit(argv[2]));
	for (;;) {
		const int tick = watch_interval();
		const int n = poll(&lifeline, 1, linger && (tick < 0 || tick > LINGER_MS) ? LINGER_MS : tick);

		if (n < 0 && errno != EINTR)
			return 1;
		if (n > 0 && !hear(&linger))
			return 0;
		if (n == 0 && linger && !has_child())
			return 0;
		if (n == 0 && tick >= 0 && !watch_sessions())
			return 1;
	}
}
