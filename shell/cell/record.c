/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "build.h"
#include "record.h"

#define FIRST_USER_NAMESPACE 0xeffffffdu /* PROC_USER_INIT_INO of the kernel's include/linux/proc_ns.h */

static int namespace_inode(const char *path, unsigned long *ret)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -1;
	*ret = st.st_ino;
	return 0;
}

int record_write(char *text, size_t size)
{
	unsigned long mnt, pid, user;

	if (namespace_inode("/proc/self/ns/mnt", &mnt) < 0 || namespace_inode("/proc/self/ns/pid", &pid) < 0 ||
		namespace_inode("/proc/self/ns/user", &user) < 0)
		return -1;
	(void)snprintf(text, size, "version=1\nuser=%lu\nmnt=%lu\npid=%lu\n", user, mnt, pid); /* fits in 128 bytes */
	return 0;
}

static bool owned_by_first(const char *path)
{
	const int ns = open(path, O_RDONLY | O_CLOEXEC), owner = ns < 0 ? -1 : ioctl(ns, NS_GET_USERNS);
	struct stat st;
	const bool yes = owner >= 0 && fstat(owner, &st) == 0 && st.st_ino == FIRST_USER_NAMESPACE;

	if (ns >= 0)
		(void)close(ns); /* only looked at */
	if (owner >= 0)
		(void)close(owner); /* only looked at */
	return yes;
}

static bool says_so(bool roots)
{
	char want[256], have[256];
	struct statfs fs;
	struct stat st;
	ssize_t n;
	const int fd = open(CELL_RECORD, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return false;
	n = read(fd, have, sizeof(have) - 1);
	if (roots && (fstat(fd, &st) < 0 || st.st_uid != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 022) || fstatfs(fd, &fs) < 0 ||
		fs.f_type != TMPFS_MAGIC))
		n = -1;
	(void)close(fd); /* only read */
	have[n > 0 ? n : 0] = 0;
	return record_write(want, sizeof(want)) == 0 && strcmp(want, have) == 0;
}

bool record_is_door(void)
{
	unsigned long user;

	return namespace_inode("/proc/self/ns/user", &user) == 0 && user == FIRST_USER_NAMESPACE &&
		owned_by_first("/proc/self/ns/mnt") && owned_by_first("/proc/self/ns/pid") && says_so(true);
}

bool record_is_here(void)
{
	unsigned long user;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_SECCOMP) != 2 ||
		namespace_inode("/proc/self/ns/user", &user) < 0 || user == FIRST_USER_NAMESPACE)
		return false;
	return says_so(false);
}
