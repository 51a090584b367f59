/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "notify.h"

int notify_open(const char *name, int *ret, struct im_err *err)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	const size_t len = strlen(name);
	int fd;

	if ((*name != '/' && *name != '@') || len < 2 || len >= sizeof(to.sun_path))
		return im_fail(err, EINVAL, "NOTIFY_SOCKET: %s: neither a path nor @NAME", name);
	memcpy(to.sun_path, name, len);
	if (*name == '@')
		to.sun_path[0] = 0;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0) {
		im_fail(err, errno, "NOTIFY_SOCKET: %s: %s", name, strerror(errno));
		if (fd >= 0)
			(void)close(fd); /* said nothing */
		return -err->code;
	}
	*ret = fd;
	return 0;
}

void notify_ready(int fd)
{
	static const char word[] = "READY=1";

	if (fd >= 0)
		(void)send(fd, word, sizeof(word) - 1, MSG_NOSIGNAL); /* nobody else to tell */
}
