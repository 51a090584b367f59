/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "build.h"
#include "registry.h"
#include "str.h"
#include "trust.h"

#define RECORD_MAX 2048
#define RECORD_VERSION "1"

static int open_part(int dir, const char *name, mode_t mode, struct im_err *err)
{
	struct stat st;
	int fd;

	if (mkdirat(dir, name, mode) < 0 && errno != EEXIST)
		return im_fail(err, errno, "registry: make %s: %s", name, strerror(errno));
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return im_fail(err, errno, "registry: open %s: %s", name, strerror(errno));
	if (fstat(fd, &st) == 0 && st.st_uid == 0 && !(st.st_mode & 022))
		return fd;
	(void)close(fd); /* only looked at */
	return im_fail(err, EPERM, "registry: /run/immure and /run/immure/cells have to be root's alone (chown root, chmod go-w)");
}

int registry_open(struct im_err *err)
{
	const int run = open("/run", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const int immure = run < 0 ? im_fail(err, errno, "registry: /run: %s", strerror(errno)) : open_part(run, "immure", 0755, err);
	const int cells = immure < 0 ? immure : open_part(immure, "cells", 0700, err);

	if (run >= 0)
		(void)close(run); /* O_PATH */
	if (immure >= 0)
		(void)close(immure); /* only read */
	return cells;
}

/* A directory in which nobody but root and its owner can rename what is the owner's. */
static int open_place(const char *path, uid_t owner)
{
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_uid == owner && (owner ? !(st.st_mode & 077) : !(st.st_mode & 022) || (st.st_mode & S_ISVTX)))
		return fd;
	(void)close(fd); /* only looked at */
	errno = EPERM;
	return -1;
}

static int open_own(int place, const char *name, const char *path, struct im_err *err)
{
	struct stat st;
	int fd;

	if (mkdirat(place, name, 0700) < 0 && errno != EEXIST)
		return im_fail(err, errno, "registry: make %s: %s", path, strerror(errno));
	fd = openat(place, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return im_fail(err, errno, "registry: open %s: %s", path, strerror(errno));
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 07777) == 0700)
		return fd;
	(void)close(fd); /* only looked at */
	return im_fail(err, EPERM, "registry: %s is not the account's alone", path);
}

/* logind's directory is out of everybody's reach, but only there as long as it knows a session. /tmp is for hosts without it. */
int registry_open_own(char *ret_dir, struct im_err *err)
{
	char path[REGISTRY_PATH_MAX];
	const unsigned uid = (unsigned)geteuid();
	int place, fd;

	(void)snprintf(path, sizeof(path), "/run/user/%u", uid); /* as all here: a number fits */
	place = open_place(path, (uid_t)uid);
	if (place >= 0) {
		(void)snprintf(path, sizeof(path), "/run/user/%u/immure", uid);
	} else {
		place = open_place("/tmp", 0);
		(void)snprintf(path, sizeof(path), "/tmp/.immure-%u", uid);
	}
	if (place < 0)
		return im_fail(err, errno, "registry: /tmp: %s", strerror(errno));
	fd = open_own(place, strrchr(path, '/') + 1, path, err);
	(void)close(place); /* only read */
	(void)stpcpy(ret_dir, path); /* the same size */
	return fd;
}

static int64_t now_ms(void)
{
	struct timespec ts = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail: clock_gettime(2) */
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int registry_lock(int dir, uid_t uid, int timeout_ms, struct im_err *err)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)uid, .l_len = 1};
	const struct timespec wait = {.tv_nsec = 5000000};
	const int64_t end = now_ms() + timeout_ms;
	const int fd = openat(dir, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return im_fail(err, errno, "registry: lock: %s", strerror(errno));
	while (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
		const int code = errno == EAGAIN || errno == EACCES || errno == EINTR ? ETIMEDOUT : errno;

		if (code != ETIMEDOUT || now_ms() > end) {
			(void)close(fd); /* nothing was locked */
			return im_fail(err, code, "registry: another login of uid %u is not ready after %d ms", (unsigned)uid, timeout_ms);
		}
		(void)nanosleep(&wait, NULL); /* a shorter sleep is as good */
	}
	return fd;
}

void registry_unlock(int lock)
{
	struct flock all = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

	if (lock < 0)
		return;
	(void)fcntl(lock, F_OFD_SETLK, &all); /* a child may hold the description: closing alone would not let go */
	(void)close(lock); /* as above */
}

uint64_t process_start(pid_t pid)
{
	char path[32], text[1024];
	const char *at;
	ssize_t n;
	uint64_t start = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid); /* fits */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		(void)close(fd); /* only read */
	if (n <= 0)
		return 0;
	text[n] = 0;
	at = strrchr(text, ')'); /* the name may hold anything */
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at && strcspn(at + 1, " ") < 24) {
		char digits[24] = "";

		memcpy(digits, at + 1, strcspn(at + 1, " "));
		(void)str_to_u64(digits, UINT64_MAX, &start); /* 0 is no start */
	}
	return start;
}

static bool copy(char *to, size_t size, const char *value)
{
	if (strlen(value) >= size)
		return false;
	(void)stpcpy(to, value); /* the length was looked at */
	return true;
}

static bool take(struct cell_record *r, const char *name, const char *value, bool *known_version)
{
	uint64_t n;

	if (strcmp(name, "version") == 0)
		return *known_version = strcmp(value, RECORD_VERSION) == 0;
	if (strcmp(name, "id") == 0)
		return copy(r->id, sizeof(r->id), value);
	if (strcmp(name, "user") == 0)
		return copy(r->user, sizeof(r->user), value);
	if (strcmp(name, "profile") == 0)
		return copy(r->profile, sizeof(r->profile), value);
	if (strcmp(name, "service") == 0)
		return copy(r->service, sizeof(r->service), value);
	if (str_to_u64(value, UINT64_MAX, &n) < 0)
		return false;
	if (strcmp(name, "uid") == 0)
		r->uid = (uid_t)n;
	else if (strcmp(name, "init") == 0)
		r->init = (pid_t)n;
	else if (strcmp(name, "start") == 0)
		r->start = n;
	else if (strcmp(name, "hash") == 0)
		r->hash = n;
	else if (strcmp(name, "raised") == 0)
		r->raised = n;
	else if (strcmp(name, "shared") == 0)
		r->shared = n == 1;
	else
		return false;
	return true;
}

static bool parse(char *text, struct cell_record *r)
{
	bool good = false;
	char *next;

	for (char *line = text; *line; line = next) {
		char *value = strchr(line, '=');

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = 0;
		if (!value || value > next)
			return false;
		*value++ = 0;
		if (!take(r, line, value, &good))
			return false;
	}
	return good;
}

int registry_own(struct cell_record *ret, struct im_err *err)
{
	struct cell_record r = {0};
	char *text = NULL;
	size_t len;
	int code = trust_read(CELL_ABOUT, RECORD_MAX, &text, &len, err);

	if (code == 0 && !parse(text, &r))
		code = im_fail(err, EPROTO, CELL_ABOUT ": cannot be read (was immure upgraded while the cell was open?)");
	free(text);
	if (code == 0)
		*ret = r;
	return code;
}

/* 1: a record; 0: none that we know how to read. */
static int read_record(int dir, const char *id, struct cell_record *ret)
{
	const int fd = openat(dir, id, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct cell_record r = {0};
	char text[RECORD_MAX];
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid()) /* only root opens root's registry, and its own each account */
		n = read(fd, text, sizeof(text) - 1);
	(void)close(fd); /* only read */
	if (n <= 0)
		return 0;
	text[n] = 0;
	if (!parse(text, &r) || strcmp(r.id, id) != 0 || r.init <= 1 || !r.start)
		return 0;
	*ret = r;
	return 1;
}

static bool is_alive(const struct cell_record *r)
{
	return process_start(r->init) == r->start;
}

/* "UID.NUMBER" and nothing else: sockets, the lock and unfinished records are not records. */
static bool is_id(const char *name, uid_t uid)
{
	const char *dot = strchr(name, '.');
	char digits[REGISTRY_ID_MAX];
	uint64_t owner, number;

	if (!dot || strlen(name) >= sizeof(digits))
		return false;
	(void)stpcpy(digits, name); /* the length was looked at */
	digits[dot - name] = 0;
	return str_to_u64(digits, UINT32_MAX, &owner) == 0 && str_to_u64(dot + 1, UINT32_MAX, &number) == 0 &&
		(uid == (uid_t)-1 || owner == uid);
}

static int by_id(const void *pa, const void *pb)
{
	const struct cell_record *a = pa, *b = pb;

	return a->uid != b->uid ? (a->uid > b->uid) - (a->uid < b->uid) : strverscmp(a->id, b->id);
}

static int add_record(int dir, const char *name, struct cell_record **list, size_t *len)
{
	struct cell_record r, *grown;

	if (!read_record(dir, name, &r))
		return 0;
	if (!is_alive(&r)) {
		registry_remove(dir, name);
		return 0;
	}
	grown = reallocarray(*list, *len + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	*list = grown;
	grown[(*len)++] = r;
	return 0;
}

int registry_list(int dir, uid_t uid, struct cell_record **ret, struct im_err *err)
{
	const int copy_fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy_fd < 0 ? NULL : fdopendir(copy_fd);
	struct cell_record *list = NULL;
	const struct dirent *e;
	size_t len = 0;
	int r = 0;

	if (!d) {
		r = im_fail(err, errno, "registry: %s", strerror(errno));
		if (copy_fd >= 0)
			(void)close(copy_fd); /* only read */
		return r;
	}
	while (r == 0 && (e = readdir(d)))
		if (is_id(e->d_name, uid))
			r = add_record(dir, e->d_name, &list, &len);
	(void)closedir(d); /* only read */
	if (r < 0) {
		free(list);
		return im_fail(err, -r, "registry: %s", strerror(-r));
	}
	if (len)
		qsort(list, len, sizeof(*list), by_id);
	*ret = list;
	return (int)len;
}

/* Does anybody listen? A socket whose process has gone refuses (unix(7)). */
static bool is_deserted(int dir, const char *sock)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool yes;

	(void)snprintf(name.sun_path, sizeof(name.sun_path), "/proc/self/fd/%d/%s", dir, sock); /* fits */
	yes = fd >= 0 && connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0 && errno == ECONNREFUSED;
	if (fd >= 0)
		(void)close(fd); /* only asked */
	return yes;
}

/* With the account's lock: a raiser that died between the two leaves a socket without a record. */
static bool is_free(int dir, const char *id)
{
	char sock[REGISTRY_ID_MAX + 8];

	if (faccessat(dir, id, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return false;
	(void)snprintf(sock, sizeof(sock), "%s.sock", id); /* fits */
	if (faccessat(dir, sock, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return true;
	return is_deserted(dir, sock) && unlinkat(dir, sock, 0) == 0;
}

int registry_new_id(int dir, uid_t uid, char *ret, struct im_err *err)
{
	for (unsigned n = 1; n < 100000; n++) {
		(void)snprintf(ret, REGISTRY_ID_MAX, "%u.%u", (unsigned)uid, n); /* fits */
		if (is_free(dir, ret))
			return 0;
	}
	return im_fail(err, EUSERS, "registry: uid %u has too many cells", (unsigned)uid);
}

static void sweep_socket(int dir, const char *sock)
{
	char id[REGISTRY_ID_MAX + 8];
	struct im_err unheard = {0};
	uint64_t uid = 0;
	int lock;

	if (!copy(id, sizeof(id), sock))
		return;
	*strrchr(id, '.') = 0;
	if (!is_id(id, (uid_t)-1) || faccessat(dir, id, F_OK, AT_SYMLINK_NOFOLLOW) == 0 || !is_deserted(dir, sock))
		return;
	id[strcspn(id, ".")] = 0;
	lock = str_to_u64(id, UINT32_MAX, &uid) < 0 ? -1 : registry_lock(dir, (uid_t)uid, 0, &unheard);
	id[strlen(id)] = '.';
	if (lock >= 0)
		(void)is_free(dir, id); /* looks again, and takes it away */
	registry_unlock(lock);
}

void registry_sweep(int dir)
{
	const int copy_fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy_fd < 0 ? NULL : fdopendir(copy_fd);
	const struct dirent *e;

	if (!d && copy_fd >= 0)
		(void)close(copy_fd); /* only read */
	while (d && (e = readdir(d)))
		if (strlen(e->d_name) > 5 && strcmp(e->d_name + strlen(e->d_name) - 5, ".sock") == 0)
			sweep_socket(dir, e->d_name);
	if (d)
		(void)closedir(d); /* only read */
}

char *registry_text(const struct cell_record *r)
{
	return str_printf("version=%s\nid=%s\nuser=%s\nuid=%u\ninit=%d\nstart=%" PRIu64 "\nhash=%" PRIu64 "\nraised=%" PRIu64
			  "\nshared=%d\nservice=%s\nprofile=%s\n",
		RECORD_VERSION, r->id, r->user, (unsigned)r->uid, (int)r->init, r->start, r->hash, r->raised, r->shared, r->service, r->profile);
}

int registry_write(int dir, const struct cell_record *r, struct im_err *err)
{
	char temporary[REGISTRY_ID_MAX + 8], *text = registry_text(r);
	const ssize_t len = text ? (ssize_t)strlen(text) : 0;
	int fd, good;

	(void)snprintf(temporary, sizeof(temporary), ".%s.new", r->id); /* fits */
	if (!text)
		return im_fail(err, ENOMEM, "not enough memory");
	(void)unlinkat(dir, temporary, 0); /* of a login that died here */
	fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	good = fd >= 0 && write(fd, text, (size_t)len) == len;
	if (fd >= 0 && close(fd) < 0)
		good = 0;
	free(text);
	if (!good || renameat(dir, temporary, dir, r->id) < 0)
		return im_fail(err, errno, "registry: write %s: %s", r->id, strerror(errno));
	return 0;
}

void registry_remove(int dir, const char *id)
{
	char sock[REGISTRY_ID_MAX + 8];

	(void)snprintf(sock, sizeof(sock), "%s.sock", id); /* fits */
	(void)unlinkat(dir, sock, 0); /* ENOENT: it is as it should be */
	(void)unlinkat(dir, id, 0);   /* as above */
}
