/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "devices.h"

static void reopen(int fd, const struct stat *device)
{
	static const char *const names[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
	const int flags = fcntl(fd, F_GETFL);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct stat st;
		int own;

		if (stat(names[i], &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != device->st_rdev)
			continue;
		own = open(names[i], (flags & (O_ACCMODE | O_APPEND | O_NONBLOCK)) | O_CLOEXEC | O_NOCTTY);
		if (own < 0)
			return; /* the descriptor stays as it is, and is judged as such */
		(void)dup2(own, fd); /* cannot fail for open descriptors */
		(void)close(own);    /* a copy is left */
		return;
	}
}

int devices_reopen(bool strict, struct im_err *err)
{
	for (int fd = 0; fd <= 2; fd++) {
		struct stat st;
		struct statvfs fs;

		if (fstat(fd, &st) < 0 || !(S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)))
			continue;
		reopen(fd, &st);
		if (strict && (fstatvfs(fd, &fs) < 0 || !(fs.f_flag & ST_RDONLY)))
			return im_fail(err, EPERM, "descriptor %d is a device of the host, which uid 0 could change (a file, a pipe or /dev/null is meant)", fd);
	}
	return 0;
}
