/* SPDX-License-Identifier: MIT */
/* Descriptors that a service leaks into the session would be a way around the cell's mounts. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "door.h"
#include "str.h"

int door_descriptors(struct im_err *err)
{
	DIR *d = opendir("/proc/self/fd");
	const struct dirent *e;
	uint64_t fd = 0;
	struct stat st;
	int r = 0;

	if (!d)
		return im_fail(err, errno, "door: /proc/self/fd: %s", strerror(errno));
	while (r == 0 && (e = readdir(d)))
		if (str_to_u64(e->d_name, INT32_MAX, &fd) == 0 && fstat((int)fd, &st) == 0 && S_ISDIR(st.st_mode) &&
			fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0)
			r = im_fail(err, errno, "door: descriptor %d: %s", (int)fd, strerror(errno));
	(void)closedir(d); /* only read */
	return r;
}
