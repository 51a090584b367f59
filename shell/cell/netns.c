/* SPDX-License-Identifier: MIT */
/* Network=/run/netns/NAME: a namespace that an administrator has made (ip-netns(8)). */
#include <errno.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "network.h"
#include "trust.h"

static bool same(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int check(int fd, const struct step *s, struct im_err *err)
{
	struct statfs fs;
	int owner;
	bool ours;

	if (fstatfs(fd, &fs) < 0 || fs.f_type != NSFS_MAGIC || ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		return im_fail_at(err, EINVAL, s->from, "Network: %s is no network namespace (ip netns add %s)", s->path, strrchr(s->path, '/') + 1);
	if (same(fd, "/proc/self/ns/net"))
		return im_fail_at(err, EINVAL, s->from, "Network: %s is the host's own network (Network=host says so)", s->path);
	owner = ioctl(fd, NS_GET_USERNS);
	ours = owner >= 0 && same(owner, "/proc/self/ns/user");
	if (owner >= 0)
		(void)close(owner); /* only looked at */
	return ours ? 0 : im_fail_at(err, EPERM, s->from, "Network: %s is not of this host's making: others may rule it", s->path);
}

int network_open(const struct plan *plan, int *ret_fd, struct im_err *err)
{
	const struct step *s = plan_find(plan, STEP_NETWORK_JOIN);
	struct im_err why = {0};
	int fd, r;

	*ret_fd = -1;
	if (!s)
		return 0;
	fd = trust_open(s->path, false, &why);
	if (fd == -ENOENT)
		return im_fail_at(err, ENOENT, s->from, "Network: %s: there is no such namespace (ip netns add %s)", s->path,
			strrchr(s->path, '/') + 1);
	if (fd < 0)
		return im_fail_at(err, -fd, s->from, "Network: %s", why.text);
	r = check(fd, s, err);
	if (r < 0)
		(void)close(fd); /* only looked at */
	else
		*ret_fd = fd;
	return r;
}
