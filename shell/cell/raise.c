/* SPDX-License-Identifier: MIT */
/*
 * Raising a cell. Stages, in order, and what each can no longer do:
 *   1 caller   clone3 with all namespaces (root: in a child that ends); keeps init's pidfd and the lifeline
 *   2 child    maps its ids, builds the root, pivots: from here on the host's tree is out of reach
 *   3 child    drops its capabilities, says "ready" and waits; the caller may enter (it is still dumpable)
 *   4 init     cell_release(): the child execs immure-init, which nobody may look into
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "build.h"
#include "network.h"
#include "sys.h"
#include "userns.h"

#define LIFELINE_FD 0 /* where immure-init finds its pipe */

struct pipes {
	int status[2];  /* child to caller: a struct im_err, code 0 for ready */
	int release[2]; /* the child waits for its end */
	int lifeline[2];
	int init; /* O_PATH of immure-init */
	int netns; /* to be joined, or -1 */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* pipes and O_PATH: nothing to lose */
	*fd = -1;
}

static void pipes_done(struct pipes *p)
{
	for (int i = 0; i < 2; i++) {
		close_fd(&p->status[i]);
		close_fd(&p->release[i]);
		close_fd(&p->lifeline[i]);
	}
	close_fd(&p->init);
	close_fd(&p->netns);
}

static int pipes_open(struct pipes *p, const char *init_path, struct im_err *err)
{
	p->init = open(init_path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	if (p->init < 0)
		return im_fail(err, errno, "cell: open %s: %s (is immure installed completely?)", init_path, strerror(errno));
	if (pipe2(p->status, O_CLOEXEC) < 0 || pipe2(p->release, O_CLOEXEC) < 0 ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, p->lifeline) < 0) {
		im_fail(err, errno, "cell: make pipe: %s", strerror(errno));
		pipes_done(p);
		return -err->code;
	}
	return 0;
}

uint64_t cell_namespaces(const struct plan *plan)
{
	const struct step *s = plan_find(plan, STEP_NAMESPACES);
	const unsigned flags = s ? s->flags : (unsigned)SF_NS_USER;

	return (uint64_t)(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP) |
		(flags & SF_NS_USER ? (uint64_t)CLONE_NEWUSER : 0) | (flags & SF_NS_NET ? (uint64_t)CLONE_NEWNET : 0);
}

static int drop_privilege(struct im_err *err)
{
	int r = 0;

	for (int cap = 0; r == 0; cap++)
		r = prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	if (errno != EINVAL || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return im_fail(err, errno, "cell: give up privilege: %s", strerror(errno));
	return 0;
}

static void report(int fd, const struct im_err *err)
{
	if (write(fd, err, sizeof(*err)) != (ssize_t)sizeof(*err))
		_exit(1); /* the caller sees the end of the pipe */
}

/* A time of the plan in ms; 0: none, or so long that it never comes. */
static void limit_text(const struct plan *plan, enum step_kind kind, char *ret, size_t size)
{
	const struct step *s = plan_find(plan, kind);

	(void)snprintf(ret, size, "%" PRIu64, s && s->num < UINT64_MAX / 2 ? (s->num + 999) / 1000 : 0); /* fits */
}

/* Stage 4. Nothing is kept but the lifeline; the account's shell never sees this process's memory. */
static _Noreturn void become_init(const struct plan *plan, struct pipes *p)
{
	static char name[] = "immure-init";
	char runtime[24], idle[24], *const argv[] = {name, runtime, idle, NULL}, *const envp[] = {NULL};
	struct im_err err = {0};
	char c;

	limit_text(plan, STEP_RUNTIME_MAX, runtime, sizeof(runtime));
	limit_text(plan, STEP_IDLE_TIMEOUT, idle, sizeof(idle));

	while (read(p->release[0], &c, 1) < 0 && errno == EINTR)
		;
	if (setsid() >= 0 && dup2(p->lifeline[0], LIFELINE_FD) >= 0)
		(void)syscall(SYS_execveat, p->init, "", argv, envp, AT_EMPTY_PATH); /* returns only if it failed */
	im_fail(&err, errno, "cell: become immure-init: %s", strerror(errno));
	report(p->status[1], &err);
	_exit(1);
}

/*
 * Built by root: init is the account's process like all others in the cell, for a server of uid 0 without its capabilities. But for its
 * real group, so that the account cannot change its limits (prlimit(2)): pam_limits of the next login takes /proc/1/limits for what the
 * host's are.
 */
static int become_account(const struct cell_request *req, struct im_err *err)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
	const gid_t other = req->gid == 65534 ? 65533 : 65534; /* nogroup */

	if (setgroups(0, NULL) < 0 || setresgid(other, req->gid, req->gid) < 0 || setresuid(req->uid, req->uid, req->uid) < 0)
		return im_fail(err, errno, "cell: become uid %u: %s", (unsigned)req->uid, strerror(errno));
	if (syscall(SYS_capset, &head, none) < 0)
		return im_fail(err, errno, "cell: give up capabilities: %s", strerror(errno));
	return 0;
}

/* The account's groups decide what it can reach, also while root looks it up for it. */
static int take_groups(const struct plan *plan, struct im_err *err)
{
	gid_t groups[CELL_MAX_GROUPS];
	const int n = cell_groups(plan, groups, CELL_MAX_GROUPS);

	if (n < 0 || setgroups((size_t)n, groups) < 0)
		return im_fail(err, n < 0 ? -n : errno, "cell: take over groups: %s", strerror(n < 0 ? -n : errno));
	return 0;
}

static _Noreturn void child(const struct plan *plan, struct pipes *p, const struct cell_request *req)
{
	struct im_err err = {0};
	int r = 0;

	close_fd(&p->status[0]);
	close_fd(&p->release[1]);
	close_fd(&p->lifeline[1]);
	/* /proc/self/uid_map belongs to root for a process that is not dumpable, and setns(2) needs to look at us */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		r = im_fail(&err, errno, "cell: prctl: %s", strerror(errno));
	if (r == 0 && (cell_namespaces(plan) & CLONE_NEWUSER))
		r = userns_map_self(req->uid, req->gid, &err);
	else if (r == 0)
		r = take_groups(plan, &err);
	if (r == 0 && p->netns >= 0 && setns(p->netns, CLONE_NEWNET) < 0)
		r = im_fail(&err, errno, "cell: join the network: setns: %s", strerror(errno));
	if (r == 0)
		r = build_cell(plan, req, &err);
	if (r == 0)
		r = drop_privilege(&err);
	if (r == 0 && !(cell_namespaces(plan) & CLONE_NEWUSER))
		r = become_account(req, &err);
	report(p->status[1], &err);
	if (r < 0)
		_exit(1);
	become_init(plan, p);
}

/* In milliseconds of CLOCK_MONOTONIC. */
static int64_t deadline(const struct plan *plan)
{
	const struct step *s = plan_find(plan, STEP_DEADLINE);

	return s && s->num / 1000 < INT32_MAX ? sys_now_ms() + (int64_t)(s->num / 1000) : INT64_MAX;
}

/* Wait for the child's word, no longer than the plan allows: a dead file server must refuse a session and not hang it. */
static int await_ready(const struct plan *plan, int fd, int64_t end, struct im_err *err)
{
	const struct step *s = plan_find(plan, STEP_DEADLINE);
	struct im_err word;
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	ssize_t n;
	int r;

	do {
		const int64_t left = end == INT64_MAX ? INT32_MAX : end - sys_now_ms();

		r = poll(&pfd, 1, left > 0 ? (int)left : 0);
	} while (r < 0 && errno == EINTR);
	if (r == 0)
		return im_fail(err, ETIMEDOUT, "cell: not ready after %llu ms (a file system that does not answer? RaiseTimeoutSec=)",
			(unsigned long long)(s ? s->num / 1000 : 0));
	n = read(fd, &word, sizeof(word));
	if (n != (ssize_t)sizeof(word))
		return im_fail(err, EIO, "cell: its init died while the cell was built");
	if (word.code == 0)
		return 0;
	word.text[sizeof(word.text) - 1] = 0;
	*err = word;
	return -word.code;
}

static pid_t clone_child(const struct plan *plan, int *pidfd)
{
	struct clone_args args = {.flags = cell_namespaces(plan) | CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD};

	return sys_clone3(&args);
}

/* In between: its child's number goes to the caller, and it stays until the caller has a pidfd, so that the number is still that child's. */
static _Noreturn void hand_over(pid_t pid, int to, int until)
{
	const pid_t word = pid < 0 ? -errno : pid;
	char c;

	if (write(to, &word, sizeof(word)) != (ssize_t)sizeof(word))
		_exit(1);
	while (read(until, &c, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

/* The caller's end: the number, and a pidfd for it. Negative with errno. */
static pid_t take_over(int from, int *ret_pidfd)
{
	pid_t pid = 0;
	ssize_t n;

	do
		n = read(from, &pid, sizeof(pid));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(pid) || pid < 0) {
		errno = n == (ssize_t)sizeof(pid) ? -pid : EIO;
		return -1;
	}
	*ret_pidfd = sys_pidfd_open(pid);
	return *ret_pidfd < 0 ? -1 : pid;
}

/*
 * Root's cell outlives whoever raised it, and is no child of the caller: cron and atd wait for all of their children before they close
 * a session, and would wait for ever. So init is a child of a child that ends.
 */
static pid_t clone_orphan(const struct plan *plan, int *ret_pidfd)
{
	int number[2] = {-1, -1}, until[2] = {-1, -1}, unused = -1, saved;
	pid_t between = -1, pid = -1;

	if (pipe2(number, O_CLOEXEC) == 0 && pipe2(until, O_CLOEXEC) == 0)
		between = fork();
	if (between == 0) {
		close_fd(&until[1]);
		pid = clone_child(plan, &unused);
		if (pid != 0)
			hand_over(pid, number[1], until[0]);
		close_fd(&number[0]);
		close_fd(&number[1]);
		close_fd(&until[0]);
		return 0;
	}
	saved = errno;
	close_fd(&number[1]);
	close_fd(&until[0]);
	if (between > 0) {
		pid = take_over(number[0], ret_pidfd);
		saved = errno;
	}
	close_fd(&number[0]);
	close_fd(&until[1]);
	while (between > 0 && waitpid(between, NULL, 0) < 0 && errno == EINTR)
		;
	errno = saved;
	return pid;
}

int cell_raise(const struct plan *plan, const struct cell_request *req, struct cell *ret, struct im_err *err)
{
	struct pipes p = {{-1, -1}, {-1, -1}, {-1, -1}, -1, -1};
	const int64_t end = deadline(plan);
	struct cell c = CELL_NONE;
	int r = pipes_open(&p, req->init_path, err);

	if (r == 0)
		r = network_open(plan, &p.netns, err);
	if (r < 0) {
		pipes_done(&p);
		return r;
	}
	c.init = cell_namespaces(plan) & CLONE_NEWUSER ? clone_child(plan, &c.pidfd) : clone_orphan(plan, &c.pidfd);
	if (c.init == 0)
		child(plan, &p, req);
	if (c.init < 0) {
		r = im_fail(err, errno, "cell: clone3: %s%s", strerror(errno), sys_userns_hint());
		pipes_done(&p);
		return r;
	}
	c.lifeline = p.lifeline[1];
	c.release = p.release[1];
	c.status = p.status[0];
	p.lifeline[1] = p.release[1] = p.status[0] = -1;
	close_fd(&p.status[1]);
	r = network_raise(plan, req->uid, c.init, end, &c.network, err); /* while the child builds */
	if (r == 0)
		r = await_ready(plan, c.status, end, err);
	pipes_done(&p);
	if (r < 0)
		cell_end(&c);
	else
		*ret = c;
	return r;
}

int cell_release(struct cell *c, struct im_err *err)
{
	struct im_err word;
	ssize_t n;

	close_fd(&c->release);
	do
		n = read(c->status, &word, sizeof(word));
	while (n < 0 && errno == EINTR);
	close_fd(&c->status);
	if (n == 0)
		return 0; /* closed by its exec, or by its death, which ends the session's first process as well */
	if (n != (ssize_t)sizeof(word))
		return im_fail(err, EIO, "cell: its init gave no word");
	word.text[sizeof(word.text) - 1] = 0;
	*err = word;
	return word.code ? -word.code : -EIO;
}

void cell_end(struct cell *c)
{
	struct pollfd pfd = {.fd = c->pidfd, .events = POLLIN};

	if (c->pidfd >= 0) {
		(void)sys_pidfd_send_signal(c->pidfd, SIGKILL); /* ESRCH: it has ended already */
		/* not for ever: an init that hangs in a dead file system is left to the host's init */
		for (int i = 0; i < 200 && poll(&pfd, 1, 10) <= 0; i++)
			;
		(void)waitid(P_PIDFD, (id_t)c->pidfd, NULL, WEXITED | WNOHANG); /* ECHILD: the host's init does it */
	}
	network_release(&c->network, c->init);
	cell_forget(c);
}

void cell_forget(struct cell *c)
{
	close_fd(&c->pidfd);
	close_fd(&c->lifeline);
	close_fd(&c->release);
	close_fd(&c->status);
	close_fd(&c->link);
	network_forget(&c->network);
	for (size_t i = 0; i < CELL_NAMESPACES; i++)
		close_fd(&c->namespaces[i]);
	c->init = -1;
}
