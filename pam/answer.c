/* SPDX-License-Identifier: MIT */
/* Does all that the plan needs to look at answer? Tried in a child: a process that hangs in a dead file server can only be given up. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "door.h"

/* What it finds the caller finds again, knowing that it will be told. */
static _Noreturn void look(const struct door *d, int to)
{
	struct door copy = *d; /* this process is a copy as well */
	struct im_errs errs = {0};
	const char word = 1;

	(void)door_look(&copy, &errs); /* any answer will do */
	_exit(write(to, &word, 1) != 1);
}

/* Killed, and waited for, but not for ever. */
static void give_up(pid_t pid)
{
	const struct timespec pause = {.tv_nsec = 5000000};

	(void)kill(pid, SIGKILL); /* our child, and not reaped */
	for (int i = 0; i < 100 && waitpid(pid, NULL, WNOHANG) == 0; i++)
		(void)nanosleep(&pause, NULL); /* a shorter one is as good */
}

int door_answers(const struct door *d, struct im_err *err)
{
	const uint64_t usec = profile_number(&d->profile, KW_RAISE_TIMEOUT);
	const int timeout_ms = usec / 1000 < 3600000 ? (int)(usec / 1000) : 3600000;
	struct pollfd answer = {.fd = -1, .events = POLLIN};
	int fds[2], n;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return im_fail(err, errno, "door: make pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		look(d, fds[1]);
	(void)close(fds[1]); /* the child's end */
	answer.fd = fds[0];
	if (pid < 0) {
		(void)close(fds[0]); /* nobody writes */
		return im_fail(err, EAGAIN, "door: fork failed");
	}
	do
		n = poll(&answer, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	(void)close(fds[0]); /* its one word is no news */
	if (n > 0) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		return 0;
	}
	give_up(pid);
	return im_fail(err, ETIMEDOUT, "door: %s, or another path that the plan needs, does not answer after %d ms (a dead file server? "
		"RaiseTimeoutSec=)", d->account.home, timeout_ms);
}
