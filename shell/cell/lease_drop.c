/* SPDX-License-Identifier: MIT */
/* Apart from the rest of lease.c, as immure-keeper needs this and no more. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lease.h"

static int lock_for_a_second(int dir)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	const struct timespec wait = {.tv_nsec = 5000000};
	const int fd = openat(dir, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	for (int i = 0; fd >= 0 && i < 200; i++) {
		if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
			return fd;
		(void)nanosleep(&wait, NULL); /* a shorter sleep is as good */
	}
	if (fd >= 0)
		(void)close(fd); /* not locked */
	return -1;
}

static bool is_of(int dir, const char *name, pid_t init, uint64_t start)
{
	const int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char text[256], want[64];
	const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		(void)close(fd); /* only read */
	if (n <= 0)
		return false;
	text[n] = 0;
	(void)snprintf(want, sizeof(want), "\ninit=%d\nstart=%" PRIu64 "\n", (int)init, start); /* fits */
	return strstr(text, want) != NULL;
}

void lease_drop(int dir, char *const names[], size_t len, pid_t init, uint64_t start)
{
	const int lock = len ? lock_for_a_second(dir) : -1;

	for (size_t i = 0; i < len && lock >= 0; i++)
		if (is_of(dir, names[i], init, start))
			(void)unlinkat(dir, names[i], 0); /* it was there, and the lock is ours */
	if (lock >= 0)
		(void)close(lock); /* nobody else has this description */
}
