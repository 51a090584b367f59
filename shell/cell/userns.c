/* SPDX-License-Identifier: MIT */
/* User namespaces: the map of one id, and why a host may refuse them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sys.h"
#include "userns.h"

static int write_file(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	const size_t len = strlen(text);
	int r = -1;

	if (fd < 0)
		return -1;
	if (write(fd, text, len) == (ssize_t)len)
		r = 0;
	(void)close(fd); /* the kernel has taken or refused it in write(2) */
	return r;
}

int userns_map_self(uid_t uid, gid_t gid, struct im_err *err)
{
	char uids[48], gids[48];

	(void)snprintf(uids, sizeof(uids), "%u %u 1\n", (unsigned)uid, (unsigned)uid); /* fits */
	(void)snprintf(gids, sizeof(gids), "%u %u 1\n", (unsigned)gid, (unsigned)gid); /* fits */
	if (write_file("/proc/self/setgroups", "deny") < 0 || write_file("/proc/self/uid_map", uids) < 0 ||
		write_file("/proc/self/gid_map", gids) < 0)
		return im_fail(err, errno, "cell: map uid %u into a user namespace: %s%s", (unsigned)uid, strerror(errno),
			sys_userns_hint());
	return 0;
}

/* 1: the file says 0; 0: it says something else; -1: there is none. */
static int is_zero(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	char c[2] = {0};
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, c, sizeof(c));
	(void)close(fd); /* only read */
	return n >= 1 && c[0] == '0' && (n == 1 || c[1] == '\n');
}

static const char *hint(void)
{
	if (is_zero("/proc/sys/user/max_user_namespaces") == 1)
		return " (user namespaces are switched off: sysctl user.max_user_namespaces)";
	if (is_zero("/proc/sys/kernel/unprivileged_userns_clone") == 1)
		return " (user namespaces are for root only: sysctl kernel.unprivileged_userns_clone=1)";
	if (is_zero("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 0)
		return " (AppArmor restricts user namespaces: sysctl kernel.apparmor_restrict_unprivileged_userns=0, or a profile for "
		       "immure that has userns)";
	return " (user namespaces or their mounts are refused on this host: sysctl, AppArmor, SELinux or a container)";
}

const char *sys_userns_hint(void)
{
	const int saved = errno; /* it stands beside strerror(errno) in calls, whose arguments have no order */
	const char *text = hint();

	errno = saved;
	return text;
}
