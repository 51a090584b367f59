/* SPDX-License-Identifier: MIT */
/* Limits of an account over all its sessions: systemd's user slice where systemd runs, else a control group of our own. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "door.h"

#define CGROUP "/sys/fs/cgroup"

static bool has_limits(const struct plan *plan)
{
	return plan_find(plan, STEP_ACCOUNT_LIMIT) != NULL;
}

/* A tool by its arguments, silent, with nothing of the caller's but its ids. */
static int run(const char *path, char *const argv[])
{
	char *const envp[] = {NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	pid_t pid;
	int status = -1, r = posix_spawn_file_actions_init(&files);

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
			r = posix_spawn(&pid, path, &files, &attr, argv, envp);
		(void)posix_spawnattr_destroy(&attr); /* frees */
	}
	(void)posix_spawn_file_actions_destroy(&files); /* frees */
	while (r == 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			r = errno;
	return r ? -r : WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static int by_systemd(const struct door *d, struct im_err *err)
{
	char *argv[32] = {strdup("systemctl"), strdup("set-property"), strdup("--runtime"), str_printf("user-%u.slice", (unsigned)d->account.uid)};
	size_t n = 4;
	int r = 0;

	for (size_t i = 0; i < d->plan.len && n < 30; i++)
		if (d->plan.steps[i].kind == STEP_ACCOUNT_LIMIT && !d->plan.steps[i].skipped)
			argv[n++] = str_printf("%s=%s", d->plan.steps[i].path, d->plan.steps[i].arg);
	for (size_t i = 0; i < n; i++)
		if (!argv[i])
			r = -ENOMEM;
	if (r == 0)
		r = run("/usr/bin/systemctl", argv);
	for (size_t i = 0; i < n; i++)
		free(argv[i]);
	return r < 0 ? im_fail(err, -r, "limits: systemctl set-property user-%u.slice: %s", (unsigned)d->account.uid, strerror(-r)) : 0;
}

static int put(const char *dir, const char *file, const char *value, struct im_err *err)
{
	char *path = str_printf("%s/%s", dir, file);
	const int fd = path ? open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	const size_t len = strlen(value);
	int r = 0;

	if (fd < 0 || write(fd, value, len) != (ssize_t)len)
		r = im_fail(err, errno, "limits: %s/%s: %s", dir, file, strerror(errno));
	if (fd >= 0)
		(void)close(fd); /* the kernel has taken or refused it in write(2) */
	free(path);
	return r;
}

/* systemd.resource-control(5)'s names as the files of the kernel's cgroup-v2. */
static int put_limit(const char *dir, const struct step *s, struct im_err *err)
{
	static const char *const files[][2] = {{"MemoryHigh", "memory.high"}, {"MemoryMax", "memory.max"}, {"TasksMax", "pids.max"},
		{"CPUQuota", "cpu.max"}, {"CPUWeight", "cpu.weight"}, {"IOWeight", "io.weight"}};
	char value[48];
	uint64_t n = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (strcmp(files[i][0], s->path) != 0)
			continue;
		if (str_to_size(s->arg, &n) < 0 && strcmp(s->path, "CPUQuota") != 0)
			return im_fail_at(err, EINVAL, s->from, "%s: %s", s->path, s->arg);
		if (strcmp(s->path, "CPUQuota") == 0) /* percent of one CPU, of a period of 100 ms */
			(void)snprintf(value, sizeof(value), "%" PRIu64 " 100000", (uint64_t)strtoul(s->arg, NULL, 10) * 1000); /* fits */
		else
			(void)snprintf(value, sizeof(value), "%" PRIu64, n); /* fits */
		return put(dir, files[i][1], value, err);
	}
	return im_fail_at(err, EINVAL, s->from, "%s: no such limit", s->path);
}

static int by_cgroup(const struct door *d, struct im_err *err)
{
	char dir[64], pid[16];
	int r = 0;

	(void)snprintf(dir, sizeof(dir), CGROUP "/immure/%u", (unsigned)d->account.uid); /* fits */
	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());                           /* fits */
	if ((mkdir(CGROUP "/immure", 0755) < 0 && errno != EEXIST) || (mkdir(dir, 0755) < 0 && errno != EEXIST))
		r = im_fail(err, errno, "limits: make %s: %s", dir, strerror(errno));
	if (r == 0)
		r = put(CGROUP, "cgroup.subtree_control", "+memory +pids +cpu +io", err);
	if (r == 0)
		r = put(CGROUP "/immure", "cgroup.subtree_control", "+memory +pids +cpu +io", err);
	for (size_t i = 0; i < d->plan.len && r == 0; i++)
		if (d->plan.steps[i].kind == STEP_ACCOUNT_LIMIT && !d->plan.steps[i].skipped)
			r = put_limit(dir, &d->plan.steps[i], err);
	return r < 0 ? r : put(dir, "cgroup.procs", pid, err);
}

int door_limits(const struct door *d, struct im_err *err)
{
	struct stat st;

	if (!has_limits(&d->plan))
		return 0;
	return stat("/run/systemd/system", &st) == 0 ? by_systemd(d, err) : by_cgroup(d, err);
}
