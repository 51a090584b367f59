/* SPDX-License-Identifier: MIT */
/*
 * Stages, in order, and what each can no longer do:
 *   1 raise    the cell is built in a child, or the account's is found; this process is still on the host
 *   2 enter    this process is in all namespaces of the cell but pid: nothing of the host's tree can be opened any more
 *   3 fork     the child is in all of them; it seals itself and becomes the account's program
 *   4 wait     without capabilities and without the session's descriptors; then the cell ends, or this login of it
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "devices.h"
#include "notify.h"
#include "own.h"
#include "refuse.h"
#include "seal.h"
#include "session.h"
#include "share.h"
#include "sys.h"
#include "terminal.h"
#include "terminal_node.h"

#define HANGUP_GRACE_MS 300 /* for a shell to act on SIGHUP once the connection is gone */

struct waiting {
	struct cell cell;
	struct terminal tty;
	char tty_name[NODE_PATH_MAX]; /* in a cell that was joined */
	pid_t child;
	int child_fd;  /* pidfd */
	int parent_fd; /* pidfd, or -1 */
	int signals;   /* signalfd */
	int notify;    /* the service manager's socket, or -1 */
};

/* Searches PATH of the new environment; the first hit that may be executed wins, as in execvp(3). */
static void exec_path(const char *program, char *const argv[], const struct strv *env)
{
	const char *path = NULL;
	bool denied = false;

	for (size_t i = 0; i < env->len; i++)
		if (strncmp(env->items[i], "PATH=", 5) == 0)
			path = env->items[i] + 5;
	if (strchr(program, '/') || !path) {
		(void)execve(program, argv, env->items); /* returns only if it failed */
		return;
	}
	while (*path) {
		const size_t len = strcspn(path, ":");
		char *file = str_printf("%.*s/%s", (int)len, path, program);

		if (file)
			(void)execve(file, argv, env->items); /* returns only if it failed */
		free(file);
		if (errno == EACCES)
			denied = true;
		else if (errno != ENOENT && errno != ENOTDIR)
			return;
		path += len + (path[len] == ':');
	}
	errno = denied ? EACCES : ENOENT;
}

char *session_shell_name(const char *shell, const char *argv0)
{
	const char *slash = strrchr(shell, '/');

	return str_printf("%s%s", argv0[0] == '-' ? "-" : "", slash ? slash + 1 : shell);
}

/* Stage 3. Never returns: the program, or a report and the end. */
static _Noreturn void child(const struct session *s, const struct waiting *w, const char *program, int report)
{
	const struct step *tty = plan_find(s->plan, STEP_TERMINAL);
	struct strv env = {0};
	struct im_err err = {0};
	const struct step *become = plan_find(s->plan, STEP_BECOME);
	int r = terminal_take(&w->tty, *w->tty_name ? w->tty_name : tty ? tty->path : NULL, &err);

	if (r == 0 && s->server)
		r = devices_reopen(!become || become->num == 0, &err);
	if (r == 0)
		r = seal_environment(s->plan, s->login, &env, &err);
	for (size_t i = 0; i < s->plan->len && r == 0 && s->say; i++)
		if (step_stage(s->plan->steps[i].kind) == STAGE_SEAL)
			s->say(&s->plan->steps[i], i + 1);
	if (r == 0)
		r = seal_apply(s->plan, report, &err);
	if (r == 0 && !s->program && !(s->argv[0] = session_shell_name(program, s->argv[0])))
		r = im_fail(&err, ENOMEM, "session: not enough memory");
	if (r == 0) {
		exec_path(program, s->argv, &env);
		im_fail(&err, errno, "exec %s: %s", program, strerror(errno));
		err.code = -err.code; /* marks a program that could not be run, against a cell that could not be had */
	}
	if (write(report, &err, sizeof(err)) != (ssize_t)sizeof(err))
		_exit(IM_EXIT_NOEXEC); /* the waiting process has gone: nobody to tell */
	_exit(IM_EXIT_REFUSED);
}

/* 0: the program runs; else its error. */
static int await_exec(int fd, struct im_err *ret)
{
	ssize_t n;

	do
		n = read(fd, ret, sizeof(*ret));
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 0;
	if (n != (ssize_t)sizeof(*ret))
		return im_fail(ret, EIO, "the session's first process died, or its cell ended (immure-keeper or immure-init died)");
	ret->text[sizeof(ret->text) - 1] = 0;
	return ret->code ? -abs(ret->code) : -EIO;
}

/* What the session reads and writes is the program's alone: a pipe ends when the program ends it. */
static int let_go(struct im_err *err)
{
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		return im_fail(err, errno, "session: /dev/null: %s", strerror(errno));
	(void)close(null); /* 0 to 2 are copies */
	return 0;
}

static void forward(const struct waiting *w, int sig)
{
	switch (sig) {
	case SIGHUP:
	case SIGINT:
	case SIGQUIT:
	case SIGTERM:
	case SIGUSR1:
	case SIGUSR2:
	case SIGALRM:
	case SIGCONT:
	case SIGWINCH:
		(void)sys_pidfd_send_signal(w->child_fd, sig); /* ESRCH: it has ended, and the loop sees it */
		break;
	default:
		break;
	}
}

static void on_signal(const struct waiting *w)
{
	struct signalfd_siginfo info;
	siginfo_t state = {0};

	if (read(w->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo != SIGCHLD) {
		forward(w, (int)info.ssi_signo);
		return;
	}
	if (waitid(P_PID, (id_t)w->child, &state, WSTOPPED | WNOHANG) == 0 && state.si_pid == w->child)
		terminal_stopped(&w->tty, w->child);
}

/* Until the program has ended. The connection's end is told to it; what is left of it after the grace is killed. */
static void wait_end(struct waiting *w)
{
	struct pollfd fds[3] = {{.fd = w->child_fd, .events = POLLIN}, {.fd = w->signals, .events = POLLIN},
		{.fd = w->parent_fd, .events = POLLIN}};
	int timeout = -1;

	for (;;) {
		const int n = poll(fds, 3, timeout);

		if ((n < 0 && errno != EINTR) || (n == 0 && timeout >= 0) || (n > 0 && fds[0].revents))
			return;
		if (n > 0 && fds[1].revents)
			on_signal(w);
		if (n > 0 && fds[2].revents) {
			fds[2].fd = -1;
			timeout = HANGUP_GRACE_MS;
			(void)kill(-w->child, SIGHUP);  /* the child leads its group; ESRCH: it has ended */
			(void)kill(-w->child, SIGCONT); /* a stopped one could not act on it */
		}
	}
}

/* Dying the same way lets sshd and wait(2) see it as it was. No core: this process is not dumpable. */
static int pass_on(const siginfo_t *info)
{
	struct sigaction def = {.sa_handler = SIG_DFL};
	sigset_t all;

	if (info->si_code == CLD_EXITED)
		return info->si_status;
	(void)sigaction(info->si_status, &def, NULL); /* EINVAL for SIGKILL, which needs none */
	(void)sigfillset(&all);                         /* cannot fail */
	(void)kill(getpid(), info->si_status); /* pending until unblocked */
	(void)sigprocmask(SIG_UNBLOCK, &all, NULL); /* cannot fail; the signal ends us here */
	return 128 + info->si_status;
}

static int open_waiting(const struct session *s, struct waiting *w, struct im_err *err)
{
	const pid_t parent = getppid();

	if (s->ends_with_parent && parent > 1) {
		w->parent_fd = sys_pidfd_open(parent);
		if (w->parent_fd < 0 || getppid() != parent)
			return im_fail(err, ESRCH, "session: the process that started it has gone");
	}
	return s->notify ? notify_open(s->notify, &w->notify, err) : 0;
}

/* init runs as the account; the waiting process of a server stays root's, and needs one capability to pass signals on. */
static int own_ids(const struct session *s, struct cell_request *req, struct im_err *err)
{
	const struct step *become = plan_find(s->plan, STEP_BECOME);

	req->uid = geteuid();
	req->gid = getegid();
	if (!s->server)
		return 0;
	if (!become)
		return im_fail(err, EINVAL, "the plan names no account for the server");
	req->uid = (uid_t)become->num;
	req->gid = (gid_t)become->num2;
	return 0;
}

/* 0: the cell is there. Where sharing cannot be had the session has a cell of its own, which is no weaker. */
static int get_cell(const struct session *s, struct waiting *w, struct own_login *own, struct im_err *err)
{
	struct cell_request req = {.init_path = LIBDIR "/immure-init", .say = s->say};
	int r = own_ids(s, &req, err);

	if (r < 0)
		return r;
	r = 1;
	if (s->shares)
		r = own_open(s->plan, &req, s->account, s->lingers, own, &w->cell, err);
	if (r == 1 && s->shares) {
		syslog(LOG_NOTICE, "session for %s: a cell of its own: %s", s->account, err->text);
		*err = (struct im_err){0};
	}
	return r == 1 ? cell_raise(s->plan, &req, &w->cell, err) : r;
}

/*
 * Stages 1 and 2. A change of the user namespace may make a process dumpable again (sysctl fs.suid_dumpable), and from the fork on
 * others in the cell could see it.
 */
static int go_in(const struct session *s, struct waiting *w, struct im_err *err)
{
	struct own_login own = OWN_LOGIN_NONE;
	int r = get_cell(s, w, &own, err);
	const bool joined = r == 0 && w->cell.pidfd < 0;

	if (r == 0)
		r = cell_enter(&w->cell, s->plan, err);
	if (r == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		r = im_fail(err, errno, "session: prctl: %s", strerror(errno));
	if (r == 0 && joined)
		r = own_settle(s->plan, &own, w->tty_name, err);
	if (r == 0 && !joined)
		r = cell_release(&w->cell, err);
	own_done(&own);
	return r;
}

/* A cell that others may be in ends with its last login, which its keeper knows. */
static void leave(struct cell *c)
{
	if (c->link < 0) {
		cell_end(c);
		return;
	}
	cell_leave(c->link);
	c->link = -1;
	cell_forget(c);
}

/* Stages 1 to 3. On failure whatever was raised is ended by the caller. */
static int start(const struct session *s, struct waiting *w, struct im_err *err)
{
	const struct step *shell = plan_find(s->plan, STEP_EXEC);
	const struct sigaction def = {.sa_handler = SIG_DFL};
	sigset_t all;
	int report[2], r;

	if (!s->program && (!shell || !shell->path))
		return im_fail(err, EINVAL, "the plan names no shell");
	if (sigaction(SIGCHLD, &def, NULL) < 0) /* ignored by the caller, it would take the status away */
		return im_fail(err, errno, "session: SIGCHLD: %s", strerror(errno));
	r = open_waiting(s, w, err);
	if (r == 0)
		r = terminal_find(&w->tty, err);
	if (r == 0)
		r = go_in(s, w, err);
	if (r == 0)
		r = terminal_give(&w->tty, err);
	if (r < 0)
		return r;
	if (sigfillset(&all) < 0 || sigprocmask(SIG_BLOCK, &all, NULL) < 0 || pipe2(report, O_CLOEXEC) < 0)
		return im_fail(err, errno, "session: %s", strerror(errno));
	w->signals = signalfd(-1, &all, SFD_CLOEXEC);
	w->child = fork();
	if (w->child == 0)
		child(s, w, s->program ? s->program : shell->path, report[1]);
	(void)close(report[1]); /* the child's end */
	if (w->child < 0 && errno == ENOMEM) /* fork(2): the pid namespace has no init any more */
		r = im_fail(err, ENOMEM, "session: its cell ended before it began (immure-keeper or immure-init died), or there is no memory");
	else if (w->child < 0 || w->signals < 0 || (w->child_fd = sys_pidfd_open(w->child)) < 0)
		r = im_fail(err, errno, "session: fork: %s", strerror(errno));
	if (r == 0)
		r = s->server ? seal_keep_capabilities("CAP_KILL", err) : seal_drop_capabilities(err);
	if (r == 0)
		r = await_exec(report[0], err);
	if (r == 0)
		notify_ready(w->notify);
	(void)close(report[0]); /* only read */
	return r;
}

static int refused(const struct session *s, const struct im_err *err)
{
	struct im_err shown = *err;

	if (err->code >= 0)
		return refuse_session(s->account, err);
	shown.code = -err->code;
	(void)refuse_session(s->account, &shown); /* the status says more */
	return shown.code == ENOENT ? IM_EXIT_NOTFOUND : IM_EXIT_NOEXEC;
}

int session_seal(const struct session *s)
{
	const struct step *shell = plan_find(s->plan, STEP_EXEC);
	struct strv env = {0};
	struct im_err err = {0};
	int r = seal_environment(s->plan, s->login, &env, &err);

	if (r == 0 && !(s->argv[0] = session_shell_name(shell->path, s->argv[0])))
		r = im_fail(&err, ENOMEM, "session: not enough memory");
	if (r == 0)
		r = seal_apply(s->plan, -1, &err);
	if (r == 0) {
		(void)execve(shell->path, s->argv, env.items); /* returns only if it failed */
		im_fail(&err, errno, "exec %s: %s", shell->path, strerror(errno));
		err.code = -err.code;
	}
	return refused(s, &err);
}

/* The child has ended, or is ended now: its namespace cannot go while it is there as a zombie. */
static void reap(pid_t child_pid, siginfo_t *ret)
{
	if (waitid(P_PID, (id_t)child_pid, ret, WEXITED | WNOHANG) == 0 && ret->si_pid == child_pid)
		return;
	(void)kill(child_pid, SIGKILL); /* ours and not reaped: it cannot be another process */
	while (waitid(P_PID, (id_t)child_pid, ret, WEXITED) < 0 && errno == EINTR)
		;
}

int session_run(const struct session *s)
{
	struct waiting w = {.cell = CELL_NONE, .tty = TERMINAL_INIT, .child = -1, .child_fd = -1, .parent_fd = -1, .signals = -1,
		.notify = -1};
	struct im_err err = {0};
	siginfo_t info = {0};
	int r = start(s, &w, &err);

	if (r == 0)
		r = let_go(&err);
	if (r == 0)
		wait_end(&w);
	if (w.child > 0)
		reap(w.child, &info);
	leave(&w.cell);
	terminal_done(&w.tty);
	return r < 0 ? refused(s, &err) : pass_on(&info);
}
