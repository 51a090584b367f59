/* SPDX-License-Identifier: MIT */
/* The keeper's last act where pam_immure made a control group for the account: it goes with the last process in it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keeper.h"

/* Its own group as "/sys/fs/cgroup/immure/UID". False if it is in none of ours. */
static bool own_subtree(char *ret, size_t size)
{
	char text[512];
	const char *path;
	const int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		(void)close(fd); /* only read */
	if (n <= 0)
		return false;
	text[n] = '\0';
	path = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (!path)
		return false;
	path = strchr(path, '/');
	if (!path || strncmp(path, "/immure/", 8) != 0)
		return false;
	return snprintf(ret, size, KEEPER_CGROUPS "%.*s", (int)strcspn(path, "\n"), path) < (int)size;
}

void keeper_leave_subtree(void)
{
	char dir[64], file[96];
	struct pollfd events;
	const int top = open(KEEPER_CGROUPS "/cgroup.procs", O_WRONLY | O_CLOEXEC);
	char state[128];

	if (top < 0 || !own_subtree(dir, sizeof(dir)) || write(top, "0", 1) != 1)
		return;
	(void)snprintf(file, sizeof(file), "%s/cgroup.events", dir); /* fits */
	events = (struct pollfd){.fd = open(file, O_RDONLY | O_CLOEXEC), .events = POLLPRI};
	for (int i = 0; i < 50 && rmdir(dir) < 0 && errno == EBUSY; i++) { /* the login itself ends just now; another cell's keeper comes later */
		if (pread(events.fd, state, sizeof(state), 0) < 0) /* read: the next change is a new one */
			events.fd = -1; /* gone: only time passes */
		(void)poll(&events, 1, 100); /* or it is tried again */
	}
}
