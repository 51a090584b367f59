/* SPDX-License-Identifier: MIT */
/* Files, directories and links that are made for the cell, only ever in file systems that the builder made. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"
#include "sys.h"

int build_directory(struct build *b, const struct step *s)
{
	const char *name = "";
	int r = 0, dir = build_parent(b, s->path, &name);

	if (dir < 0)
		return dir;
	if (mkdirat(dir, name, (mode_t)s->num) < 0 && errno != EEXIST)
		r = build_fail(b, "make directory", s->path);
	(void)close(dir); /* O_PATH */
	return r;
}

int build_symlink(struct build *b, const struct step *s)
{
	const char *name = "";
	int r = 0, dir = build_parent(b, s->path, &name);

	if (dir < 0)
		return dir;
	if (symlinkat(s->arg, dir, name) < 0 && errno != EEXIST)
		r = build_fail(b, "make link", s->path);
	(void)close(dir); /* O_PATH */
	return r;
}

static int write_all(int fd, const char *data)
{
	size_t len = strlen(data);

	while (len) {
		const ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int build_file(struct build *b, const struct step *s)
{
	const char *name = "";
	int r = 0, fd, dir = build_parent(b, s->path, &name);

	if (dir < 0)
		return dir;
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, (mode_t)s->num);
	if (fd < 0 || write_all(fd, s->data) < 0)
		r = build_fail(b, "make file", s->path);
	if (fd >= 0 && close(fd) < 0 && r == 0)
		r = build_fail(b, "make file", s->path);
	(void)close(dir); /* O_PATH */
	return r;
}
