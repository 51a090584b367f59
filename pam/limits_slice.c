/* SPDX-License-Identifier: MIT */
/*
 * Limits where systemd runs. pam_systemd has put a login below its account's slice; su and sudo within somebody's session stay in that
 * one's, and cron's jobs in its service: those are moved into a scope of their own in the slice. systemd.resource-control(5),
 * org.freedesktop.systemd1(5).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "limits.h"
#include "sys.h"

#define PATIENCE_MS 20000 /* each tool; a busy host must not look like a broken one */
#define CONTROL "/run/systemd/system.control"

static const char *const names[] = {"MemoryHigh", "MemoryMax", "TasksMax", "CPUQuota", "CPUWeight", "IOWeight"};
#define NAMES (sizeof(names) / sizeof(*names))

/* Waits for a child, and ends it when it takes too long: a login must not hang for a busy bus. */
static int reap(pid_t pid)
{
	struct pollfd p = {.fd = sys_pidfd_open(pid), .events = POLLIN};
	int status = -1, r = 0;

	if (p.fd >= 0) {
		while ((r = poll(&p, 1, PATIENCE_MS)) < 0 && errno == EINTR)
			;
		(void)close(p.fd); /* only waited for */
	}
	if (r <= 0)
		(void)kill(pid, SIGKILL); /* it is our child and unreaped: the number is its */
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (r <= 0)
		return -ETIMEDOUT;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

/* A tool by its arguments, silent, with nothing of the caller's but its ids. */
static int run(const char *path, const char *const argv[])
{
	char *const envp[] = {NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	pid_t pid = -1;
	int r = posix_spawn_file_actions_init(&files);

	if (r != 0)
		return -r;
	r = posix_spawnattr_init(&attr);
	if (r == 0) {
		(void)sigemptyset(&none); /* cannot fail */
		(void)posix_spawnattr_setsigmask(&attr, &none); /* cannot fail for valid arguments */
		(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK); /* as above */
		for (int fd = 0; fd <= 2 && r == 0; fd++)
			r = posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
		if (r == 0)
			r = posix_spawn_file_actions_addclosefrom_np(&files, 3);
		if (r == 0)
			r = posix_spawn(&pid, path, &files, &attr, (char *const *)(uintptr_t)argv, envp); /* it does not write to them */
		(void)posix_spawnattr_destroy(&attr); /* frees */
	}
	(void)posix_spawn_file_actions_destroy(&files); /* frees */
	return r ? -r : reap(pid);
}

static const struct step *asked(const struct door *d, const char *name)
{
	const struct step *s = limits_next(&d->plan, NULL);

	while (s && strcmp(s->path, name) != 0)
		s = limits_next(&d->plan, s);
	return s;
}

/*
 * What an earlier profile asked for and this one does not name: set-property --runtime left a file for each. Set to nothing first:
 * systemd 257 does not bring the default back to a slice that is there when a file goes.
 */
static int take_back(const struct door *d, const char *slice, struct im_err *err)
{
	const char *const reload[] = {"systemctl", "daemon-reload", NULL};
	const char *unset[4 + NAMES + 1] = {"systemctl", "set-property", "--runtime", slice};
	char dir[96], files[NAMES][32], values[NAMES][32];
	size_t n = 0;
	int fd, r = 0;

	(void)snprintf(dir, sizeof(dir), CONTROL "/%s.d", slice); /* fits */
	fd = open(dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	for (size_t i = 0; fd >= 0 && i < NAMES; i++) {
		(void)snprintf(files[n], sizeof(files[n]), "50-%s.conf", names[i]); /* fits */
		(void)snprintf(values[n], sizeof(values[n]), "%s=", names[i]);      /* fits */
		if (!asked(d, names[i]) && faccessat(fd, files[n], F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
			unset[4 + n] = values[n];
			n++;
		}
	}
	if (n)
		r = run("/usr/bin/systemctl", unset);
	for (size_t i = 0; i < n; i++)
		(void)unlinkat(fd, files[i], 0); /* ENOENT: set-property to nothing may take it away itself */
	if (fd >= 0)
		(void)close(fd); /* O_PATH */
	if (n && r == 0) {
		(void)rmdir(dir); /* ENOTEMPTY: others of them are in force */
		r = run("/usr/bin/systemctl", reload);
	}
	return r < 0 ? im_fail(err, -r, "limits: systemctl cannot take those of an earlier profile from %s: %s", slice, strerror(-r)) : 0;
}

static int set(const struct door *d, const char *slice, struct im_err *err)
{
	const char *argv[4 + NAMES + 1] = {"systemctl", "set-property", "--runtime", slice};
	char values[NAMES][48];
	size_t n = 0;
	int r;

	for (const struct step *s = limits_next(&d->plan, NULL); s; s = limits_next(&d->plan, s), n++) {
		if (n == NAMES || snprintf(values[n], sizeof(values[n]), "%s=%s", s->path, s->arg) >= (int)sizeof(values[n]))
			return im_fail_at(err, E2BIG, s->from, "%s: too long", s->path);
		argv[4 + n] = values[n];
	}
	r = run("/usr/bin/systemctl", argv);
	return r < 0 ? im_fail(err, -r, "limits: systemctl set-property %s: %s", slice, strerror(-r)) : 0;
}

/* Below the slice: PID 1's own group says where its tree begins, in a container too. */
static bool is_below(const char *slice)
{
	char *self = limits_cgroup("self"), *top = limits_cgroup("1"), *end = top ? strstr(top, "/init.scope") : NULL;
	const size_t len = strlen(slice);
	bool yes = false;

	if (self && end && strcmp(end, "/init.scope") == 0) {
		const size_t skip = (size_t)(end - top);

		yes = strncmp(self, top, skip) == 0 && strncmp(self + skip, "/user.slice/", 12) == 0 &&
			strncmp(self + skip + 12, slice, len) == 0 && self[skip + 12 + len] == '/';
	}
	free(self);
	free(top);
	return yes;
}

static int wait_below(const char *slice)
{
	const struct timespec tick = {.tv_nsec = 10000000};

	for (int ms = 0; ms < PATIENCE_MS; ms += 10) {
		if (is_below(slice))
			return 0;
		(void)nanosleep(&tick, NULL); /* a shorter one is as good */
	}
	return -ETIMEDOUT;
}

/* The scope's name is used once: a process number can come again while what it left is still there. */
static int move(const struct door *d, const char *slice, struct im_err *err)
{
	char scope[80], pid[16], what[320];
	struct timespec now;
	int r;

	if (clock_gettime(CLOCK_BOOTTIME, &now) < 0)
		return im_fail(err, errno, "limits: clock: %s", strerror(errno));
	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid()); /* fits */
	(void)snprintf(scope, sizeof(scope), "immure-%u-%s-%" PRIx64 "%08lx.scope", (unsigned)d->account.uid, pid, (uint64_t)now.tv_sec,
		(unsigned long)now.tv_nsec); /* fits */
	(void)snprintf(what, sizeof(what), "Session of %s through %s", d->account.name, d->service); /* a longer one is cut: it is for people */

	const char *const argv[] = {"busctl", "--system", "--quiet", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
		"org.freedesktop.systemd1.Manager", "StartTransientUnit", "ssa(sv)a(sa(sv))", scope, "fail", "5",
		"PIDs", "au", "1", pid, "Slice", "s", slice, "Description", "s", what, "SendSIGHUP", "b", "true",
		"CollectMode", "s", "inactive-or-failed", "0", NULL};

	r = run("/usr/bin/busctl", argv);
	if (r == 0)
		r = wait_below(slice);
	return r < 0 ? im_fail(err, -r, "limits: move into %s by %s: %s", slice, scope, strerror(-r)) : 0;
}

int slice_limits(const struct door *d, struct im_err *err)
{
	char slice[32];
	int r;

	(void)snprintf(slice, sizeof(slice), "user-%u.slice", (unsigned)d->account.uid); /* fits */
	r = take_back(d, slice, err);
	if (r < 0 || !limits_next(&d->plan, NULL))
		return r;
	r = set(d, slice, err);
	return r < 0 || is_below(slice) ? r : move(d, slice, err);
}
