/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
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

bool record_is_here(void)
{
	char want[256], have[256];
	unsigned long user;
	int fd;
	ssize_t n;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_SECCOMP) != 2 ||
		namespace_inode("/proc/self/ns/user", &user) < 0 || user == FIRST_USER_NAMESPACE ||
		record_write(want, sizeof(want)) < 0)
		return false;
	fd = open(CELL_RECORD, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, have, sizeof(have) - 1);
	(void)close(fd); /* only read */
	have[n > 0 ? n : 0] = 0;
	return strcmp(want, have) == 0;
}
