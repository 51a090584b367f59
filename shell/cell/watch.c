/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "processes.h"
#include "watch.h"

#define MAX_SESSIONS 512 /* more than a keeper lets in */
#define MAX_BLIND    10
#define BLIND_MS     500 /* between looks of which nothing came */
#define MAX_TTYS     32
#define TTY_SLACK_MS 8000  /* the kernel moves a terminal's time of access in steps of 8 s */
#define WARN_MS      60000
#define STEP_MS      2000  /* between SIGHUP, SIGTERM and SIGKILL */

struct session {
	uint64_t start;
	int64_t input_ms;  /* last input, in ms after boot */
	int64_t looked_ms;
	int64_t ending_ms; /* since when; 0: not */
	time_t accessed;   /* of its terminals, the latest */
	pid_t root;        /* 0: free */
	int signals;       /* sent so far */
	bool seen, warned_runtime, warned_idle;
};

struct ttys {
	dev_t list[MAX_TTYS];
	size_t len;
};

static struct session sessions[MAX_SESSIONS];
static int64_t runtime = WATCH_NEVER, idle = WATCH_NEVER;
static int blind; /* looks, one after another, that did not even show this process */

void watch_start(int64_t runtime_ms, int64_t idle_ms)
{
	runtime = runtime_ms;
	idle = idle_ms;
}

int watch_interval(void)
{
	const int64_t least = runtime < idle ? runtime : idle;
	const int64_t ms = least / 20;

	for (size_t i = 0; i < MAX_SESSIONS; i++)
		if (sessions[i].root && sessions[i].ending_ms)
			return 200;
	if (blind)
		return BLIND_MS;
	return least == WATCH_NEVER ? -1 : ms < 200 ? 200 : ms > 15000 ? 15000 : (int)ms;
}

static int64_t now_ms(void)
{
	struct timespec ts = {0};

	(void)clock_gettime(CLOCK_BOOTTIME, &ts); /* cannot fail: clock_gettime(2) */
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Its terminals have names in /dev/pts, those that were there before the login in /dev itself. Calls @each for every one. */
static void each_name(dev_t tty, void (*each)(int dir, const char *name, const struct stat *st, void *ctx), void *ctx)
{
	static const char *const dirs[] = {"/dev", "/dev/pts"};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		DIR *d = opendir(dirs[i]);
		const struct dirent *e;
		struct stat st;

		while (d && (e = readdir(d)))
			if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == tty)
				each(dirfd(d), e->d_name, &st, ctx);
		if (d)
			(void)closedir(d); /* only read */
	}
}

static void latest(int dir, const char *name, const struct stat *st, void *ctx)
{
	time_t *accessed = ctx;

	(void)dir; /* looked at already */
	(void)name;
	if (st->st_atime > *accessed)
		*accessed = st->st_atime;
}

/* A terminal that is full or was shut by mesg(1) is not waited for; one that is another account's (su) cannot be told. */
static void tell(int dir, const char *name, const struct stat *st, void *ctx)
{
	const int fd = openat(dir, name, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	const char *text = ctx;

	(void)st; /* looked at already */
	if (fd < 0)
		return;
	(void)!write(fd, text, strlen(text)); /* as above */
	(void)close(fd); /* as above */
}

static void find_ttys(const struct process *list, size_t len, struct ttys *ret)
{
	ret->len = 0;
	for (size_t i = 0; i < len; i++) {
		bool known = !list[i].of_session || !list[i].tty;

		for (size_t k = 0; k < ret->len && !known; k++)
			known = ret->list[k] == list[i].tty;
		if (!known && ret->len < MAX_TTYS)
			ret->list[ret->len++] = list[i].tty;
	}
}

static void tell_all(const struct ttys *ttys, char *text)
{
	for (size_t i = 0; i < ttys->len; i++)
		each_name(ttys->list[i], tell, text);
}

static struct session *find(const struct process *root)
{
	struct session *spare = NULL;

	for (size_t i = 0; i < MAX_SESSIONS; i++) {
		struct session *s = &sessions[i];

		if (s->root == root->pid && s->start == root->start)
			return s;
		if (!s->root && !spare)
			spare = s;
	}
	if (spare) {
		const int64_t now = now_ms();

		*spare = (struct session){.root = root->pid, .start = root->start, .input_ms = now, .looked_ms = now};
	}
	return spare;
}

/* The wall clock may jump: input cannot be older than the last look at it. */
static void note_input(struct session *s, const struct ttys *ttys, int64_t now)
{
	time_t accessed = 0;
	int64_t ago;

	for (size_t i = 0; i < ttys->len; i++)
		each_name(ttys->list[i], latest, &accessed);
	if (accessed != s->accessed) {
		ago = ((int64_t)time(NULL) - (int64_t)accessed) * 1000;
		s->input_ms = now - (ago < 0 ? 0 : ago > now - s->looked_ms ? now - s->looked_ms : ago);
		s->accessed = accessed;
		s->warned_idle = false;
	}
	if (!ttys->len)
		s->input_ms = now;
	s->looked_ms = now;
}

static int64_t lead(int64_t total_ms)
{
	return total_ms / 5 < WARN_MS ? total_ms / 5 : WARN_MS;
}

static bool is_over(const struct ttys *ttys, int64_t left_ms, int64_t total_ms, bool *warned, const char *why)
{
	char text[128] = "";

	if (left_ms <= 0) {
		(void)snprintf(text, sizeof(text), "\r\nimmure: the session ends (%s=)\r\n", why); /* fits */
	} else if (left_ms <= lead(total_ms) && !*warned) {
		*warned = true;
		(void)snprintf(text, sizeof(text), "\r\n\aimmure: the session ends in %d s (%s=)\r\n", (int)((left_ms + 999) / 1000),
			why); /* at most 60 s: fits */
	}
	if (*text)
		tell_all(ttys, text);
	return left_ms <= 0;
}

/* sshd's own process is not told at once: it still has to bring the last words to the client. */
static void signal_session(const struct process *list, size_t len, pid_t root, int sig)
{
	for (size_t i = 0; i < len; i++)
		if (list[i].of_session && list[i].pid > 1 && !(sig == SIGHUP && list[i].pid == root && list[i].sshd))
			(void)kill(list[i].pid, sig); /* ESRCH: it has ended; EPERM: a process of root, such as sudo's */
}

static void end_session(struct session *s, const struct process *list, size_t len, int64_t now)
{
	if (!s->ending_ms)
		s->ending_ms = now;
	if (s->signals == 0) {
		signal_session(list, len, s->root, SIGHUP);
		signal_session(list, len, s->root, SIGCONT);
		s->signals = 1;
	} else if (s->signals == 1 && now - s->ending_ms >= STEP_MS) {
		signal_session(list, len, s->root, SIGTERM);
		s->signals = 2;
	} else if (now - s->ending_ms >= INT64_C(2) * STEP_MS) {
		signal_session(list, len, s->root, SIGKILL);
	}
}

static void look_at(struct process *list, size_t len, const struct process *root)
{
	struct session *s = find(root);
	const int64_t now = now_ms(), age = now - (int64_t)(root->start * 1000 / (uint64_t)sysconf(_SC_CLK_TCK));
	struct ttys ttys;

	if (!s) { /* no login of ours: an account makes them beside its first process (CLONE_PARENT), to have others overlooked */
		(void)kill(root->pid, SIGKILL); /* ESRCH: it has ended; EPERM: root's */
		return;
	}
	s->seen = true;
	processes_mark(list, len, root->pid);
	find_ttys(list, len, &ttys);
	note_input(s, &ttys, now);
	if (s->ending_ms || (runtime != WATCH_NEVER && is_over(&ttys, runtime - age, runtime, &s->warned_runtime, "RuntimeMaxSec")) ||
		(idle != WATCH_NEVER && ttys.len &&
			is_over(&ttys, s->input_ms + idle + TTY_SLACK_MS - now, idle, &s->warned_idle, "IdleTimeoutSec")))
		end_session(s, list, len, now);
}

bool watch_sessions(void)
{
	struct process *list;
	const size_t len = processes_read(&list);

	blind = len && list[0].pid == 1 ? 0 : blind + 1;
	if (blind)
		return blind < MAX_BLIND;
	for (size_t i = 0; i < MAX_SESSIONS; i++)
		sessions[i].seen = false;
	for (size_t i = 0; i < len; i++)
		if (list[i].parent == 0 && list[i].pid != 1)
			look_at(list, len, &list[i]);
	for (size_t i = 0; i < MAX_SESSIONS; i++)
		if (!sessions[i].seen)
			sessions[i].root = 0;
	return true;
}

void watch_orphan(pid_t pid, uint64_t start)
{
	struct process *list;
	const size_t len = processes_read(&list);
	struct session *s;

	for (size_t i = 0; i < len; i++) {
		if (list[i].pid != pid || list[i].start != start || list[i].parent != 0 || pid == 1)
			continue;
		s = find(&list[i]);
		processes_mark(list, len, pid);
		if (s)
			end_session(s, list, len, now_ms());
		if (list[i].sshd)
			(void)kill(pid, SIGKILL); /* ESRCH: it has ended */
	}
}
