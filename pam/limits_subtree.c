/* SPDX-License-Identifier: MIT */
/* Limits without systemd: one control group an account. The login stays in it; its keeper removes it when nobody is in it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper.h"
#include "limits.h"
#include "str.h"

struct limit {
	const char *name, *file, *controller; /* systemd.resource-control(5)'s, and the kernel's in cgroup-v2 */
};

static const struct limit limits[] = {{"MemoryHigh", "memory.high", "+memory"}, {"MemoryMax", "memory.max", "+memory"},
	{"TasksMax", "pids.max", "+pids"}, {"CPUQuota", "cpu.max", "+cpu"}, {"CPUWeight", "cpu.weight", "+cpu"}, {"IOWeight", "io.weight", "+io"}};

static const struct limit *find(const struct step *s)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		if (strcmp(limits[i].name, s->path) == 0)
			return &limits[i];
	return NULL;
}

static int put(const char *dir, const char *file, const char *value, struct im_err *err)
{
	char *path = str_printf("%s/%s", dir, file);
	const int fd = path ? open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	const size_t len = strlen(value);
	int r = 0;

	if (!path)
		return im_fail(err, ENOMEM, "not enough memory");
	if (fd < 0 || write(fd, value, len) != (ssize_t)len)
		r = im_fail(err, errno, "limits: %s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd); /* the kernel has taken or refused it in write(2) */
	free(path);
	return r;
}

static int put_limit(const char *dir, const struct step *s, struct im_err *err)
{
	const struct limit *l = find(s);
	char value[48];
	uint64_t n = 0;

	if (!l)
		return im_fail_at(err, EINVAL, s->from, "%s: no such limit", s->path);
	if (strcmp(l->name, "CPUQuota") == 0) { /* percent of one CPU, of a period of 100 ms */
		(void)snprintf(value, sizeof(value), "%" PRIu64 " 100000", (uint64_t)strtoul(s->arg, NULL, 10) * 1000); /* fits */
	} else {
		if (str_to_size(s->arg, &n) < 0)
			return im_fail_at(err, EINVAL, s->from, "%s: %s", s->path, s->arg);
		(void)snprintf(value, sizeof(value), "%" PRIu64, n); /* fits */
	}
	return put(dir, l->file, value, err);
}

/* Whatever is empty: of accounts whose keeper was killed before it could. */
static void sweep(void)
{
	DIR *dir = opendir(KEEPER_SUBTREE);
	const struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (e->d_name[0] >= '0' && e->d_name[0] <= '9')
			(void)unlinkat(dirfd(dir), e->d_name, AT_REMOVEDIR); /* EBUSY: somebody is in it */
	if (dir)
		(void)closedir(dir); /* only read */
}

static int go_in(const struct door *d, const char *dir, struct im_err *err)
{
	char pid[16];
	int r = 0;

	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid()); /* fits */
	if ((mkdir(KEEPER_SUBTREE, 0755) < 0 && errno != EEXIST) || (mkdir(dir, 0755) < 0 && errno != EEXIST))
		return im_fail(err, errno, "limits: make %s: %s", dir, strerror(errno));
	for (const struct step *s = limits_next(&d->plan, NULL); s && r == 0; s = limits_next(&d->plan, s)) {
		const struct limit *l = find(s);

		r = l ? put(KEEPER_CGROUPS, "cgroup.subtree_control", l->controller, err) : 0;
		if (r == 0 && l)
			r = put(KEEPER_SUBTREE, "cgroup.subtree_control", l->controller, err);
		if (r == 0)
			r = put_limit(dir, s, err);
	}
	return r < 0 ? r : put(dir, "cgroup.procs", pid, err);
}

int subtree_limits(struct door *d, struct im_err *err)
{
	char dir[64];
	int r = -ENOENT;

	free(d->cgroup);
	d->cgroup = limits_cgroup("self");
	(void)snprintf(dir, sizeof(dir), KEEPER_SUBTREE "/%u", (unsigned)d->account.uid); /* fits */
	sweep();
	for (int i = 0; i < 20 && (r == -ENOENT || r == -ENODEV); i++) /* a keeper that ends may remove it at any moment, until we are in */
		r = go_in(d, dir, err);
	return r;
}

void subtree_undo(const struct door *d)
{
	char *from = d->cgroup ? str_printf(KEEPER_CGROUPS "%s", d->cgroup) : NULL, pid[16];
	struct im_err err;

	if (!from)
		return;
	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid()); /* fits */
	if (put(from, "cgroup.procs", pid, &err) == 0)
		sweep();
	(void)rmdir(KEEPER_SUBTREE); /* ENOTEMPTY: others are in it */
	free(from);
}
