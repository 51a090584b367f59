/* SPDX-License-Identifier: MIT */
/* immurectl list, stop, enter: the cells that the PAM door built. */
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "account.h"
#include "build.h"
#include "immurectl.h"
#include "lease.h"
#include "login_terminal.h"
#include "select.h"
#include "preseal.h"
#include "processes.h"
#include "record.h"
#include "share.h"
#include "sys.h"
#include "trust.h"

static int fail(const struct im_err *err)
{
	(void)fprintf(stderr, "immurectl: %s\n", err->text); /* nobody left to tell */
	return IM_EXIT_FINDINGS;
}

static int load(struct cell_record **ret, struct im_err *err)
{
	int dir, n;

	*ret = NULL;
	if (geteuid() != 0)
		return im_fail(err, EPERM, REGISTRY_DIR ": only root may look at the cells (sudo immurectl ...)");
	dir = registry_open(err);
	if (dir < 0)
		return dir;
	n = registry_list(dir, (uid_t)-1, ret, err);
	registry_sweep(dir);
	(void)close(dir); /* only read */
	lease_sweep_all(); /* as the records that are stale */
	return n;
}

static ino_t pid_namespace(pid_t pid)
{
	char path[48];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)pid); /* fits */
	return stat(path, &st) < 0 ? 0 : st.st_ino;
}

/* Calls @each for every process of a cell but its init; returns how many there are. */
static unsigned each_process(const struct cell_record *r, void (*each)(int pidfd, int sig), int sig)
{
	const ino_t ns = pid_namespace(r->init);
	DIR *d = ns ? opendir("/proc") : NULL;
	const struct dirent *e;
	unsigned n = 0;
	uint64_t pid;

	while (d && (e = readdir(d))) {
		int pidfd;

		if (str_to_u64(e->d_name, INT32_MAX, &pid) < 0 || (pid_t)pid == r->init || pid_namespace((pid_t)pid) != ns)
			continue;
		n++;
		pidfd = each ? sys_pidfd_open((pid_t)pid) : -1;
		if (pidfd >= 0 && pid_namespace((pid_t)pid) == ns) /* still the one that was looked at */
			each(pidfd, sig);
		if (pidfd >= 0)
			(void)close(pidfd); /* held nothing */
	}
	if (d)
		(void)closedir(d); /* only read */
	return n;
}

/* A login whose plan differs raised a new cell beside this one. */
static bool is_outdated(const struct cell_record *list, int n, const struct cell_record *r)
{
	for (int i = 0; i < n; i++)
		if (list[i].uid == r->uid && list[i].shared && r->shared && list[i].hash != r->hash && list[i].raised >= r->raised &&
			&list[i] > r)
			return true;
	return false;
}

struct row {
	unsigned logins, processes;
	bool outdated;
};

static void print_row(const struct cell_record *r, const struct row *row)
{
	const time_t raised = (time_t)r->raised;
	struct tm tm = {0};
	char since[32] = "";

	if (localtime_r(&raised, &tm))
		(void)strftime(since, sizeof(since), "%F %H:%M:%S", &tm); /* fits */
	(void)printf("%-12s %-16s %6u %5u  %-19s  %-8s %s%s\n", r->id, r->user, row->logins, row->processes, since, r->service,
		r->profile, row->outdated ? " (outdated)" : ""); /* ctl_flushed() asks */
}

static void print_json(const struct cell_record *r, const struct row *row, bool first)
{
	(void)printf("%s{\"id\": \"%s\", \"user\": ", first ? "" : ",\n ", r->id); /* as for all here: ctl_flushed() asks */
	json_string(r->user);
	(void)printf(", \"uid\": %u, \"init\": %d, \"logins\": %u, \"processes\": %u, \"raised\": %" PRIu64 ", \"service\": ", (unsigned)r->uid,
		(int)r->init, row->logins, row->processes, r->raised);
	json_string(r->service);
	(void)printf(", \"profile\": ");
	json_string(r->profile);
	(void)printf(", \"shared\": %s, \"outdated\": %s}", r->shared ? "true" : "false", row->outdated ? "true" : "false");
}

static bool count_inside(int proc, const struct process *p, void *ctx)
{
	struct row *row = ctx;

	(void)proc; /* nothing more is asked */
	row->processes += p->pid != 1;
	row->logins += p->pid != 1 && p->parent == 0;
	return true;
}

/* An account sees the cell that it is in, and no other. */
static int own_cell(struct cell_record *ret, struct row *row, struct im_err *err)
{
	if (!record_is_door())
		return im_fail(err, EPERM, REGISTRY_DIR ": only root may look at the cells (sudo immurectl ...)");
	processes_each(count_inside, row);
	return registry_own(ret, err);
}

static void print_cells(const struct ctl *c, const struct cell_record *list, int n, const struct row *own)
{
	if (c->json)
		(void)printf("["); /* as for all here: ctl_flushed() asks */
	else if (n)
		(void)printf("%-12s %-16s %6s %5s  %-19s  %-8s %s\n", "ID", "USER", "LOGINS", "PROCS", "SINCE", "SERVICE", "PROFILE");
	for (int i = 0; list && i < n; i++) {
		const int logins = own ? 0 : cell_logins(&list[i]); /* negative: cannot be told just now */
		const struct row row = own ? *own : (struct row){logins < 0 ? 0 : (unsigned)logins, each_process(&list[i], NULL, 0), is_outdated(list, n, &list[i])};

		if (c->json)
			print_json(&list[i], &row, i == 0);
		else
			print_row(&list[i], &row);
	}
	if (c->json)
		(void)printf("]\n");
}

int ctl_list(const struct ctl *c)
{
	struct cell_record *list = NULL, own = {0};
	struct im_err err = {0};
	struct row row = {0};
	int n;

	if (geteuid() != 0) {
		if (own_cell(&own, &row, &err) < 0)
			return fail(&err);
		print_cells(c, &own, 1, &row);
		return ctl_flushed(0);
	}
	n = load(&list, &err);
	if (n < 0)
		return fail(&err);
	print_cells(c, list, n, NULL);
	free(list);
	return ctl_flushed(0);
}

static bool is_meant(const struct cell_record *r, const char *word)
{
	uint64_t uid;

	return strcmp(r->id, word) == 0 || strcmp(r->user, word) == 0 || (str_to_u64(word, UINT32_MAX, &uid) == 0 && r->uid == uid);
}

static void send_signal(int pidfd, int sig)
{
	(void)sys_pidfd_send_signal(pidfd, sig); /* ESRCH: it has ended */
}

/* Has the cell gone within this time? */
static bool gone(const struct cell_record *r, int ms)
{
	const struct timespec tick = {.tv_nsec = 20000000};

	for (; ms > 0; ms -= 20) {
		if (process_start(r->init) != r->start)
			return true;
		(void)nanosleep(&tick, NULL); /* a shorter sleep is as good */
	}
	return process_start(r->init) != r->start;
}

/* As at the end of a terminal, then as at a shutdown, then without asking. */
static bool stop(const struct cell_record *r)
{
	const int init = sys_pidfd_open(r->init);
	bool done;

	if (init < 0 || process_start(r->init) != r->start) {
		if (init >= 0)
			(void)close(init); /* somebody else's by now */
		return true;
	}
	(void)each_process(r, send_signal, SIGHUP);
	(void)each_process(r, send_signal, SIGCONT);
	done = gone(r, 1000);
	if (!done)
		(void)each_process(r, send_signal, SIGTERM);
	done = done || gone(r, 2000);
	if (!done)
		(void)sys_pidfd_send_signal(init, SIGKILL); /* ESRCH: it has ended */
	(void)close(init); /* held nothing */
	return done || gone(r, 5000);
}

int ctl_stop(const struct ctl *c)
{
	struct cell_record *list = NULL;
	struct im_err err = {0};
	int found = 0, status = 0;
	const int n = load(&list, &err);

	if (n < 0)
		return fail(&err);
	for (int i = 0; list && i < n; i++) {
		if (!is_meant(&list[i], c->args[0]))
			continue;
		found++;
		if (!stop(&list[i])) {
			im_fail(&err, ETIMEDOUT, "%s: its init (%d) does not end: a process in it hangs in the kernel", list[i].id,
				(int)list[i].init);
			status = fail(&err);
		}
	}
	free(list);
	if (!found) {
		im_fail(&err, ENOENT, "%s: has no cell (immurectl list shows all)", c->args[0]);
		return fail(&err);
	}
	return status;
}

/* As the door does it for a login; immure then adds the rest. */
static int put_preseal(struct im_err *err)
{
	struct plan plan = {0};
	char *text = NULL;
	size_t len;
	int r = trust_read(CELL_SEAL, 1 << 20, &text, &len, err);

	if (r == 0)
		r = plan_read_seal(text, &plan, err);
	if (r == 0)
		r = preseal_apply(&plan, true, err);
	plan_done(&plan);
	free(text);
	return r;
}

/* The account in the cell's own database: this process has entered. */
static _Noreturn void become(const struct cell_record *r, char *const *words, bool root)
{
	char *argv[] = {strdup(*words ? "immure" : "-immure"), NULL, NULL, NULL};
	struct im_err err = {0};
	struct account a = {0};
	gid_t groups[CELL_MAX_GROUPS];
	size_t n = 0;

	if (root) {
		static char bash[] = "bash", *shell[] = {bash, NULL};

		(void)execv(*words ? *words : "/bin/bash", *words ? words : shell); /* returns only if it failed */
		im_fail(&err, errno, "exec %s: %s", *words ? *words : "/bin/bash", strerror(errno));
		_exit(fail(&err));
	}
	for (size_t i = 0; words[i]; i++) { /* as ssh does it: the words with spaces between them */
		char *longer = str_printf("%s%s%s", argv[2] ? argv[2] : "", argv[2] ? " " : "", words[i]);

		free(argv[2]);
		argv[2] = longer;
		argv[1] = strdup("-c");
	}
	if (account_by_uid("", r->uid, &a, &err) < 0 || put_preseal(&err) < 0)
		_exit(fail(&err));
	for (size_t i = 0; i < a.groups_len && n < CELL_MAX_GROUPS; i++)
		groups[n++] = a.groups[i].gid;
	if (setgroups(n, groups) == 0 && setresgid(a.gid, a.gid, a.gid) == 0 && setresuid(a.uid, a.uid, a.uid) == 0)
		(void)execv(BINDIR "/immure", argv); /* it seals itself; returns only if it failed */
	im_fail(&err, errno, "become %s: %s", r->user, strerror(errno));
	_exit(fail(&err));
}

/* As the door does it for su(1): without a terminal, or if it cannot be had, the cell has no name for it. */
static int take_terminal(char *ret_path)
{
	const char *name = isatty(0) ? ttyname(0) : NULL;
	struct im_err unheard = {0};

	if (!name || !path_is_normal(name) || !path_is_below(name, "/dev") || strlen(name) > 63)
		return -1;
	plan_terminal_path(name, ret_path);
	return login_terminal_take(name, &unheard);
}

static void name_terminal(int terminal, const char *path)
{
	struct im_err unheard = {0};

	if (terminal >= 0)
		(void)login_terminal_bind(terminal, path, &unheard); /* as above */
}

/* 0: this process is in it; 1: it is about to end. */
static int move_in(const struct cell_record *r, struct cell *ret, struct im_err *err)
{
	const struct plan none = {0};
	char path[80];
	const int terminal = take_terminal(path), dir = registry_open(err);
	const int lock = dir < 0 ? dir : registry_lock(dir, r->uid, 10000, err);
	int code = lock < 0 ? lock : cell_join(r, 0, ret, err);

	if (code == 0)
		code = cell_enter(ret, &none, err);
	if (code == 0)
		name_terminal(terminal, path);
	else if (terminal >= 0)
		(void)close(terminal); /* drops it */
	registry_unlock(lock);
	if (dir >= 0)
		(void)close(dir); /* only read */
	return code;
}

static int run_inside(const struct cell_record *r, struct cell *cell, char *const *words, bool root)
{
	const pid_t pid = fork(); /* the cell's processes are seen by children only */
	struct im_err err = {0};
	int status = 0;

	if (pid == 0)
		become(r, words, root);
	if (pid < 0) {
		im_fail(&err, errno, "%s: fork: %s", r->id, strerror(errno));
		cell_leave(cell->link);
		return fail(&err);
	}
	(void)signal(SIGINT, SIG_IGN);  /* the terminal's signals are for the shell */
	(void)signal(SIGQUIT, SIG_IGN); /* as above */
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	cell_leave(cell->link);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The newest that is meant and does not end just now. */
int ctl_enter(const struct ctl *c)
{
	const bool root = c->root || strcmp(c->args[0], "--root") == 0;
	char *const *words = c->args + (strcmp(c->args[0], "--root") == 0);
	struct cell_record *list = NULL;
	struct cell cell = CELL_NONE;
	struct im_err err = {0};
	const int n = load(&list, &err);
	int code = n < 0 ? n : 1, status, i;

	for (i = n - 1; list && *words && i >= 0; i--)
		if (is_meant(&list[i], *words) && (code = move_in(&list[i], &cell, &err)) != 1)
			break;
	if (code == 0) {
		status = run_inside(&list[i], &cell, words + 1, root);
	} else {
		if (code == 1)
			im_fail(&err, ENOENT, "%s: has no cell (immurectl list shows all)", *words ? *words : "enter");
		status = fail(&err);
	}
	free(list);
	return status;
}
