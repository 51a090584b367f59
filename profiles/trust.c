/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trust.h"

/* The first @len bytes of @path are what @fd is. */
static int check(int fd, const char *path, size_t len, struct im_err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return im_fail(err, errno, "%.*s: %s", (int)len, path, strerror(errno));
	if (st.st_uid != 0)
		return im_fail(err, EPERM, "%.*s: owned by uid %u, must be root's alone (fix: chown root %.*s)", (int)len, path,
			(unsigned)st.st_uid, (int)len, path);
	if (st.st_mode & 022)
		return im_fail(err, EPERM, "%.*s: writable by %s, must be root's alone (fix: chmod go-w %.*s)", (int)len, path,
			st.st_mode & 020 ? "its group" : "others", (int)len, path);
	return 0;
}

static int open_fail(const char *path, size_t len, struct im_err *err)
{
	const int code = errno;

	if (code == ELOOP || code == ENOTDIR)
		return im_fail(err, code, "%.*s: %s", (int)len, path,
			code == ELOOP ? "a symbolic link, which policy may not lead through" :
					"not a directory, or a symbolic link to one");
	if (code == EACCES)
		return im_fail(err, code, "%.*s: cannot be read by this account (fix: chmod a+r; a directory: a+rx)", (int)len, path);
	return im_fail(err, code, "%.*s: %s", (int)len, path, strerror(code));
}

int trust_open(const char *path, bool directory, struct im_err *err)
{
	int dir, fd, r;
	const char *at = path + 1, *slash;
	char name[256];
	struct stat st;

	if (!path_is_normal(path))
		return im_fail(err, EINVAL, "%s: not an absolute, plain path", path);
	dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return open_fail("/", 1, err);
	r = check(dir, path, 1, err);
	for (; r == 0; at = slash + 1) {
		const size_t len = strcspn(at, "/");
		const bool last = at[len] == 0;
		const int flags = O_CLOEXEC | O_NOFOLLOW | (last ? O_RDONLY | O_NONBLOCK | O_NOCTTY : O_PATH | O_DIRECTORY);

		slash = at + len;
		if (len == 0 && last) { /* "/" itself */
			r = im_fail(err, EISDIR, "/: not a policy file");
			break;
		}
		if (len >= sizeof(name)) {
			r = im_fail(err, ENAMETOOLONG, "%s: a name is too long", path);
			break;
		}
		memcpy(name, at, len);
		name[len] = 0;
		fd = openat(dir, name, flags | (last && directory ? O_DIRECTORY : 0));
		if (fd < 0) {
			r = open_fail(path, (size_t)(slash - path), err);
			break;
		}
		(void)close(dir); /* only looked through */
		dir = fd;
		r = check(fd, path, (size_t)(slash - path), err);
		if (r == 0 && last) {
			if (fstat(fd, &st) == 0 && (directory ? S_ISDIR(st.st_mode) : S_ISREG(st.st_mode)))
				return fd;
			r = im_fail(err, EINVAL, "%s: not a %s", path, directory ? "directory" : "regular file");
		}
	}
	(void)close(dir); /* only looked at */
	return r;
}

int trust_read(const char *path, size_t max, char **ret, size_t *ret_len, struct im_err *err)
{
	const int fd = trust_open(path, false, err);
	char *text;
	size_t len = 0;
	ssize_t n = 0;

	if (fd < 0)
		return fd;
	text = malloc(max + 2);
	if (!text) {
		(void)close(fd); /* only read */
		return im_fail(err, ENOMEM, "%s: not enough memory", path);
	}
	while (len <= max) {
		n = read(fd, text + len, max + 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	(void)close(fd); /* only read */
	if (n < 0 || len > max) {
		free(text);
		return n < 0 ? im_fail(err, errno, "%s: %s", path, strerror(errno)) :
			       im_fail(err, EFBIG, "%s: larger than %zu bytes", path, max);
	}
	text[len] = 0;
	*ret = text;
	*ret_len = len;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int trust_list(const char *path, const char *suffix, struct strv *ret, struct im_err *err)
{
	const int fd = trust_open(path, true, err);
	const size_t slen = strlen(suffix);
	struct strv names = {0};
	const struct dirent *e;
	DIR *d;
	int r = 0;

	if (fd == -ENOENT) {
		*ret = names;
		return 0;
	}
	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	if (!d) {
		(void)close(fd); /* only read */
		return im_fail(err, errno, "%s: %s", path, strerror(errno));
	}
	for (errno = 0; r == 0 && (e = readdir(d)); errno = 0) {
		const size_t len = strlen(e->d_name);

		if (e->d_name[0] != '.' && len > slen && strcmp(e->d_name + len - slen, suffix) == 0)
			r = strv_add(&names, e->d_name);
	}
	if (r == 0 && errno)
		r = im_fail(err, errno, "%s: %s", path, strerror(errno));
	else if (r < 0)
		im_fail(err, ENOMEM, "%s: not enough memory", path);
	(void)closedir(d); /* only read */
	if (r < 0) {
		strv_done(&names);
		return r;
	}
	if (names.len)
		qsort(names.items, names.len, sizeof(*names.items), by_name);
	*ret = names;
	return 0;
}
