/* SPDX-License-Identifier: MIT */
/*
 * Two processes: a helper, cloned without an exit signal and so unknown to the caller's SIGCHLD and wait(2), which waits for the tool
 * and ends with its status. Both are killed when their parent dies; what they had begun is undone by the end of the cell's namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys.h"
#include "tool.h"

#define SAID_MAX 512
#define GIVEN_FD 3 /* where the tool finds what it is given */

int tool_find(struct tool *t, struct im_err *err)
{
	static const struct {
		const char *name, *paths[4];
	} known[] = {
		{"ip", {"/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"}},
		{"nft", {"/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft", "/bin/nft"}},
		{"tc", {"/usr/sbin/tc", "/sbin/tc", "/usr/bin/tc", "/bin/tc"}},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		for (size_t k = 0; k < 4 && strcmp(known[i].name, t->name) == 0; k++)
			if (faccessat(AT_FDCWD, known[i].paths[k], X_OK, AT_EACCESS) == 0) {
				t->path = known[i].paths[k];
				return 0;
			}
	return im_fail(err, ENOENT, "network: %s is not installed (Debian's package %s)", t->name, t->package);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		(void)close(fd); /* memory, pipes: nothing to lose */
}

static int text_fd(const char *text)
{
	const int fd = memfd_create("input", MFD_CLOEXEC);
	const size_t len = strlen(text);

	if (fd >= 0 && (write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) < 0)) {
		close_fd(fd);
		return -1;
	}
	return fd;
}

/* Dies with its parent, hears no signal differently from a new program, and is in @netns. */
static bool begin(pid_t parent, int netns)
{
	const struct sigaction usual = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &usual, NULL); /* EINVAL for those that cannot be changed */
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == parent && sigemptyset(&none) == 0 &&
		sigprocmask(SIG_SETMASK, &none, NULL) == 0 && (netns < 0 || setns(netns, CLONE_NEWNET) == 0);
}

struct job {
	const struct tool *tool;
	const char *const *argv;
	int input, output, give;
};

static _Noreturn void become_tool(const struct job *j, pid_t parent)
{
	static const char *const envp[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
	const int input = fcntl(j->input, F_DUPFD_CLOEXEC, 64), output = fcntl(j->output, F_DUPFD_CLOEXEC, 64);
	const int give = j->give < 0 ? -1 : fcntl(j->give, F_DUPFD_CLOEXEC, 64);

	if (!begin(parent, -1) || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
		(give >= 0 && dup2(give, GIVEN_FD) < 0) || close_range(give >= 0 ? GIVEN_FD + 1 : GIVEN_FD, ~0U, 0) < 0)
		_exit(126);
	(void)execve(j->tool->path, (char *const *)(uintptr_t)j->argv, (char *const *)(uintptr_t)envp); /* returns only if it failed */
	_exit(127);
}

static _Noreturn void wait_for_tool(const struct job *j, pid_t parent, int netns)
{
	const pid_t self = getpid();
	int status = 0;
	pid_t pid;

	if (!begin(parent, netns))
		_exit(126);
	pid = fork();
	if (pid == 0)
		become_tool(j, self);
	close_fd(j->output); /* the end of what the tool says is its end */
	if (pid < 0)
		_exit(126);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			_exit(126);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 125);
}

static pid_t clone_helper(int *pidfd)
{
	struct clone_args args = {.flags = CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)pidfd};

	return sys_clone3(&args);
}

/* The helper's exit status, or -ETIMEDOUT; it is gone in any case. */
static int finish(int pidfd, int64_t end_ms)
{
	struct pollfd pfd = {.fd = pidfd, .events = POLLIN};
	siginfo_t info = {0};
	int64_t left;
	int n;

	do {
		left = end_ms - sys_now_ms();
		n = poll(&pfd, 1, left <= 0 ? 0 : left < INT32_MAX ? (int)left : INT32_MAX);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		(void)sys_pidfd_send_signal(pidfd, SIGKILL); /* ESRCH: it has just ended */
	while (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | __WALL) < 0 && errno == EINTR)
		;
	close_fd(pidfd);
	return n <= 0 ? -ETIMEDOUT : info.si_code == CLD_EXITED ? info.si_status : 125;
}

/* What the tool says until it ends; more than fits is read and dropped. */
static void listen_to(int fd, int64_t end_ms, char *said, size_t size)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	char more[256];
	size_t len = 0;

	for (;;) {
		const int64_t left = end_ms - sys_now_ms();
		const int n = poll(&pfd, 1, left <= 0 ? 0 : left < INT32_MAX ? (int)left : INT32_MAX);
		ssize_t got;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got = len < size - 1 ? read(fd, said + len, size - 1 - len) : read(fd, more, sizeof(more));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		len += len < size - 1 ? (size_t)got : 0;
	}
	said[len] = 0;
	said[strcspn(said, "\n")] = 0;
}

int tool_run(const struct tool *t, const char *const argv[], const char *input, int netns, int give, int64_t end_ms, struct im_err *err)
{
	struct job j = {t, argv, text_fd(input), -1, give};
	char said[SAID_MAX] = "";
	const pid_t self = getpid();
	int out[2] = {-1, -1}, pidfd = -1, status;
	pid_t pid = -1;

	if (j.input >= 0 && pipe2(out, O_CLOEXEC) == 0) {
		j.output = out[1];
		pid = clone_helper(&pidfd);
		if (pid == 0)
			wait_for_tool(&j, self, netns);
	}
	status = pid < 0 ? im_fail(err, errno, "network: start %s: %s", t->path, strerror(errno)) : 0;
	close_fd(out[1]);
	close_fd(j.input);
	if (pid > 0) {
		listen_to(out[0], end_ms, said, sizeof(said));
		status = finish(pidfd, end_ms);
		if (status == -ETIMEDOUT)
			im_fail(err, ETIMEDOUT, "network: %s did not end in time (RaiseTimeoutSec=)", t->name);
		else if (status)
			status = im_fail(err, EIO, "network: %s: %s", t->name, *said ? said : "failed without a word");
	}
	close_fd(out[0]);
	return status;
}

int tool_call(int netns, int (*call)(const void *arg, char *text, size_t size), const void *arg, int64_t end_ms, struct im_err *err)
{
	char *text = mmap(NULL, SAID_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const pid_t self = getpid();
	int pidfd = -1, status;
	pid_t pid;

	if (text == MAP_FAILED)
		return im_fail(err, errno, "network: %s", strerror(errno));
	pid = clone_helper(&pidfd);
	if (pid == 0)
		_exit(begin(self, netns) ? call(arg, text, SAID_MAX) : 126);
	if (pid < 0) {
		status = im_fail(err, errno, "network: start a helper: %s", strerror(errno));
	} else {
		status = finish(pidfd, end_ms);
		if (status != 0)
			status = im_fail(err, status < 0 ? -status : status, "network: %s", *text ? text : "a helper failed");
	}
	(void)munmap(text, SAID_MAX); /* cannot fail: it is ours */
	return status;
}
