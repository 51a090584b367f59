/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lease.h"
#include "registry.h"
#include "str.h"
#include "sys.h"

#define LEASE_VERSION "1"
#define TEXT_MAX 512

static int open_part(int dir, const char *name, mode_t mode, struct im_err *err)
{
	struct stat st;
	int fd;

	if (mkdirat(dir, name, mode) < 0 && errno != EEXIST)
		return im_fail(err, errno, "network: make %s for leases: %s", name, strerror(errno));
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return im_fail(err, errno, "network: open %s for leases: %s", name, strerror(errno));
	if (fstat(fd, &st) == 0 && st.st_uid == 0 && !(st.st_mode & 022))
		return fd;
	(void)close(fd); /* only looked at */
	return im_fail(err, EPERM, "network: " LEASE_DIR " and what is below have to be root's alone (chown root, chmod go-w)");
}

int lease_open(const char *bridge, struct im_err *err)
{
	const int run = open("/run", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const int immure = run < 0 ? im_fail(err, errno, "network: /run: %s", strerror(errno)) : open_part(run, "immure", 0755, err);
	const int net = immure < 0 ? immure : open_part(immure, "net", 0700, err);
	const int dir = net < 0 ? net : open_part(net, bridge, 0700, err);

	if (run >= 0)
		(void)close(run); /* O_PATH */
	if (immure >= 0)
		(void)close(immure); /* only read */
	if (net >= 0)
		(void)close(net); /* as above */
	return dir;
}

int lease_lock(int dir, int64_t end_ms, struct im_err *err)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	const struct timespec wait = {.tv_nsec = 2000000};
	const int fd = openat(dir, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return im_fail(err, errno, "network: lock the leases: %s", strerror(errno));
	while (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
		const int code = errno == EAGAIN || errno == EACCES || errno == EINTR ? ETIMEDOUT : errno;

		if (code != ETIMEDOUT || sys_now_ms() > end_ms) {
			(void)close(fd); /* nothing was locked */
			return im_fail(err, code, "network: lock the leases: %s (RaiseTimeoutSec=)", strerror(code));
		}
		(void)nanosleep(&wait, NULL); /* a shorter sleep is as good */
	}
	return fd;
}

static ssize_t read_text(int dir, const char *name, char *text, size_t size)
{
	const int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = -1;
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0)
		n = read(fd, text, size - 1);
	(void)close(fd); /* only read */
	text[n < 0 ? 0 : n] = 0;
	return n;
}

static bool take(struct lease *l, const char *name, const char *value, bool *version)
{
	uint64_t n;

	if (strcmp(name, "version") == 0)
		return *version = strcmp(value, LEASE_VERSION) == 0;
	if (str_to_u64(value, UINT64_MAX, &n) < 0)
		return false;
	if (strcmp(name, "uid") == 0)
		l->uid = (uid_t)n;
	else if (strcmp(name, "init") == 0)
		l->init = (pid_t)n;
	else if (strcmp(name, "start") == 0)
		l->start = n;
	else
		return false;
	return true;
}

static bool parse(char *text, struct lease *ret)
{
	struct lease l = {.uid = (uid_t)-1};
	bool version = false;
	char *next;

	for (char *line = text; *line; line = next) {
		char *value = strchr(line, '=');

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = 0;
		if (!value || value > next)
			return false;
		*value++ = 0;
		if (!take(&l, line, value, &version))
			return false;
	}
	*ret = l;
	return version && l.init > 0 && l.start;
}

/* A process that has ended and waits for its parent holds nothing any more. */
static bool is_alive(const struct lease *l)
{
	char path[32], text[TEXT_MAX];
	const char *at;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)l->init); /* fits */
	if (process_start(l->init) != l->start || read_text(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return false;
	at = strrchr(text, ')');
	return at && strncmp(at, ") Z", 3) != 0 && strncmp(at, ") X", 3) != 0;
}

enum lease_state lease_look(int dir, const char *name, struct lease *ret)
{
	char text[TEXT_MAX];

	*ret = (struct lease){.uid = (uid_t)-1};
	if (faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
		return LEASE_FREE;
	if (read_text(dir, name, text, sizeof(text)) <= 0 || !parse(text, ret))
		return LEASE_HELD; /* of another version, or none of ours: hands off */
	return is_alive(ret) ? LEASE_HELD : LEASE_STALE;
}

static int write_text(int dir, const char *name, const char *text)
{
	const size_t len = strlen(text);
	int fd, good;

	(void)unlinkat(dir, ".new", 0); /* of somebody who died here; the lock is ours */
	fd = openat(dir, ".new", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	good = fd >= 0 && write(fd, text, len) == (ssize_t)len;
	if (fd >= 0 && close(fd) < 0)
		good = 0;
	return good && renameat(dir, ".new", dir, name) == 0 ? 0 : -1;
}

int lease_write(int dir, const char *name, const struct lease *l, struct im_err *err)
{
	char text[TEXT_MAX];

	(void)snprintf(text, sizeof(text), "version=" LEASE_VERSION "\nuid=%u\ninit=%d\nstart=%" PRIu64 "\n", (unsigned)l->uid, (int)l->init,
		l->start); /* fits */
	return write_text(dir, name, text) == 0 ? 0 : im_fail(err, errno, "network: write the lease of %s: %s", name, strerror(errno));
}

void lease_sweep(int dir)
{
	const int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *e;
	struct lease l;

	if (!d && copy >= 0)
		(void)close(copy); /* only read */
	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.' && lease_look(dir, e->d_name, &l) == LEASE_STALE)
			(void)unlinkat(dir, e->d_name, 0); /* the next sweep may have more luck */
	if (d)
		(void)closedir(d); /* only read */
}

void lease_sweep_all(void)
{
	DIR *d = opendir(LEASE_DIR);
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		const int dir = e->d_name[0] == '.' ? -1 : lease_open(e->d_name, NULL);
		const int lock = dir < 0 ? -1 : lease_lock(dir, sys_now_ms() + 1000, NULL);

		if (lock >= 0) {
			lease_sweep(dir);
			(void)close(lock); /* unlocks: nobody else has this description */
		}
		if (dir >= 0)
			(void)close(dir); /* only read */
	}
	if (d)
		(void)closedir(d); /* only read */
}

static void memory_name(uid_t uid, char *ret, size_t size)
{
	(void)snprintf(ret, size, ".%u", (unsigned)uid); /* fits */
}

void lease_recall(int dir, uid_t uid, bool six, char *ret)
{
	char name[16], text[TEXT_MAX], *next;
	struct net_address a;

	*ret = 0;
	memory_name(uid, name, sizeof(name));
	if (read_text(dir, name, text, sizeof(text)) <= 0)
		return;
	for (char *line = text; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = 0;
		if (net_address_parse(line, &a) == 0 && a.six == six)
			net_address_text(&a, false, ret);
	}
}

void lease_remember(int dir, uid_t uid, char (*names)[LEASE_NAME_MAX], size_t len)
{
	char name[16], text[TEXT_MAX] = "";
	char *at = text;

	memory_name(uid, name, sizeof(name));
	for (size_t i = 0; i < len && (size_t)(at - text) + LEASE_NAME_MAX + 2 < sizeof(text); i++) {
		at = stpcpy(at, names[i]);
		at = stpcpy(at, "\n");
	}
	(void)write_text(dir, name, text); /* the account gets another address next time */
}
