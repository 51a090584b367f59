/* SPDX-License-Identifier: MIT */
/* Mounts of the cell, by descriptors: a path is looked up once and then held (open_tree(2), move_mount(2), Linux 5.2). */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"
#include "sys.h"

static uint64_t attributes(unsigned flags)
{
	return (flags & SF_READ_ONLY ? (uint64_t)MOUNT_ATTR_RDONLY : 0) | (flags & SF_NO_SUID ? (uint64_t)MOUNT_ATTR_NOSUID : 0) |
		(flags & SF_NO_DEV ? (uint64_t)MOUNT_ATTR_NODEV : 0) | (flags & SF_NO_EXEC ? (uint64_t)MOUNT_ATTR_NOEXEC : 0);
}

int build_attach(struct build *b, int mount, const char *path, bool directory, unsigned flags)
{
	struct mount_attr attr = {.attr_set = attributes(flags), .propagation = MS_PRIVATE};
	int r = 0, target = build_target(b, path, directory);

	if (target < 0)
		r = target;
	else if (sys_mount_setattr(mount, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr) < 0)
		r = build_fail(b, "set mount flags of", path);
	else if (sys_move_mount(mount, target) < 0)
		r = build_fail(b, "mount", path);
	if (target >= 0)
		(void)close(target); /* O_PATH */
	(void)close(mount); /* attached by now, or to be dropped */
	return r;
}

/* A new file system of @type with options (key, value, …, NULL); a detached mount, or -1 with errno. */
static int new_mount(const char *type, const char *const options[], unsigned attr)
{
	const int fs = sys_fsopen(type);
	int mount = -1, saved;

	if (fs < 0)
		return -1;
	if (sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", type) < 0) /* what df(1) shows */
		goto out;
	for (; options && *options; options += 2)
		if (sys_fsconfig(fs, FSCONFIG_SET_STRING, options[0], options[1]) < 0)
			goto out;
	if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) == 0)
		mount = sys_fsmount(fs, attr);
out:
	saved = errno;
	(void)close(fs); /* the mount has its own reference */
	errno = saved;
	return mount;
}

/* @owner: the account that it belongs to; NULL: the builder. */
static int new_tmpfs(uint64_t size_bytes, unsigned mode, const struct cell_request *owner)
{
	char size[24], perm[16], uid[16], gid[16];
	const char *options[10] = {"mode", perm};
	size_t n = 2;

	if (size_bytes) {
		options[n++] = "size";
		options[n++] = size;
	}
	if (owner) {
		options[n++] = "uid";
		options[n++] = uid;
		options[n++] = "gid";
		options[n++] = gid;
		(void)snprintf(uid, sizeof(uid), "%u", (unsigned)owner->uid); /* fits */
		(void)snprintf(gid, sizeof(gid), "%u", (unsigned)owner->gid); /* fits */
	}

	(void)snprintf(size, sizeof(size), "%" PRIu64, size_bytes); /* fits */
	(void)snprintf(perm, sizeof(perm), "%o", mode);             /* fits */
	return new_mount("tmpfs", options, 0);
}

/* The cell's root lies over the host's; lookups that start at "/" still see the host, until PIVOT. */
int build_root(struct build *b, const struct step *s)
{
	const int mount = new_tmpfs(s->num, 0755, NULL), slash = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
	int r = 0;

	if (mount < 0 || slash < 0 || sys_mount_setattr(mount, "", AT_EMPTY_PATH, &attr) < 0 || sys_move_mount(mount, slash) < 0)
		r = build_fail(b, "mount", "the new root");
	if (slash >= 0)
		(void)close(slash); /* O_PATH */
	b->root = mount;
	return r < 0 ? r : build_own(b, mount, "/");
}

int build_tmpfs(struct build *b, const struct step *s)
{
	const int mount = new_tmpfs(s->num, (unsigned)s->num2, b->privileged && (s->flags & SF_OWNED) ? b->req : NULL);
	int r;

	if (mount < 0)
		return build_fail(b, "mount tmpfs on", s->path);
	r = build_own(b, mount, s->path);
	if (r < 0) {
		(void)close(mount); /* drops it */
		return r;
	}
	return build_attach(b, mount, s->path, true, s->flags);
}

/* What an O_PATH descriptor of the host is, as a detached mount; closes it. -1 with errno. */
static int clone_fd(int fd, bool *ret_directory)
{
	struct stat st;
	int tree = -1, saved;

	if (fstat(fd, &st) == 0) {
		*ret_directory = S_ISDIR(st.st_mode);
		tree = sys_open_tree(fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH);
	}
	saved = errno;
	(void)close(fd); /* O_PATH */
	errno = saved;
	return tree;
}

/* The tree at a path of the host that no link leads to. -1 with errno. */
static int clone_host(const char *path, bool *ret_directory)
{
	const struct open_how how = {.flags = O_PATH | O_CLOEXEC | O_NOFOLLOW, .resolve = RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS};
	const int fd = sys_openat2(AT_FDCWD, path, &how);

	return fd < 0 ? -1 : clone_fd(fd, ret_directory);
}

/* As the account where that is enough: a file server may give root less than it. */
static int clone_plain(const struct build *b, const char *path, bool *ret_directory)
{
	int tree;

	build_as_account(b, true);
	tree = clone_host(path, ret_directory);
	build_as_account(b, false);
	return tree < 0 && errno == EACCES && b->privileged ? clone_host(path, ret_directory) : tree;
}

static int clone_source(struct build *b, const struct step *s, bool *ret_directory)
{
	int *held = &b->sources[s - b->plan->steps], fd = *held;

	if (!(s->flags & SF_FOLLOW))
		return clone_plain(b, s->arg, ret_directory);
	*held = -EBADF;
	errno = fd < 0 ? -fd : 0;
	return fd < 0 ? -1 : clone_fd(fd, ret_directory);
}

int build_bind(struct build *b, const struct step *s)
{
	bool directory = false;
	const int tree = clone_source(b, s, &directory);
	struct stat st;

	if (tree >= 0 && (s->flags & SF_ROOTS) && (fstat(tree, &st) < 0 || st.st_uid != 0 || (st.st_mode & 022))) {
		(void)close(tree); /* drops it */
		return im_fail_at(b->err, EPERM, s->from, "cell: bind %s to %s: it has to be root's, and not writable by others (root looks things "
			"up there)", s->arg, s->path);
	}
	if (tree < 0 && errno == ENOENT && (s->flags & SF_OPTIONAL))
		return 0;
	return tree < 0 ? build_fail(b, "bind", s->arg) : build_attach(b, tree, s->path, directory, s->flags);
}

int build_terminal(struct build *b, const struct step *s)
{
	bool directory = false;
	const int tree = clone_host(s->arg, &directory);

	return tree < 0 ? build_fail(b, "bind terminal", s->arg) : build_attach(b, tree, s->path, directory, s->flags);
}

/* Another account may have taken the name, or the disk is full: then memory has to do. */
int build_own_tmp(struct build *b, const struct step *s)
{
	const uid_t uid = b->req->uid;
	bool directory = false;
	struct stat st;
	int tree = -1;

	build_as_account(b, true);
	if (mkdir(s->arg, 0700) == 0 || errno == EEXIST)
		tree = clone_host(s->arg, &directory);
	build_as_account(b, false);
	if (tree >= 0 && (fstat(tree, &st) < 0 || !directory || st.st_uid != uid || (st.st_mode & 077))) {
		(void)close(tree); /* drops it */
		tree = -1;
	}
	if (tree < 0) {
		const struct step memory = {.kind = STEP_TMPFS, .path = s->path, .num = s->num, .num2 = 01777, .flags = s->flags};

		return build_tmpfs(b, &memory);
	}
	return build_attach(b, tree, s->path, true, s->flags);
}

int build_proc(struct build *b, const struct step *s)
{
	const bool pids = strcmp(s->arg, "pid") == 0;
	const char *const options[] = {pids ? "subset" : NULL, "pid", NULL};
	const int mount = new_mount("proc", options, 0);

	if (mount < 0)
		return build_fail(b, "mount proc on", s->path);
	return build_attach(b, mount, s->path, true, s->flags | SF_NO_SUID | SF_NO_DEV | SF_NO_EXEC);
}

int build_cgroup(struct build *b, const struct step *s)
{
	const int mount = new_mount("cgroup2", NULL, 0);

	return mount < 0 ? build_fail(b, "mount cgroup2 on", s->path) : build_attach(b, mount, s->path, true, s->flags);
}

/* All cells and containers share the host's terminals (kernel.pty.max less kernel.pty.reserve), which one alone could use up. */
#define MAX_TERMINALS "512" /* more than a keeper lets in */

int build_devpts(struct build *b, const struct step *s)
{
	char gid[16];
	const char *const options[] = {"ptmxmode", "0666", "mode", "0620", "max", MAX_TERMINALS, s->num ? "gid" : NULL, gid, NULL};
	int mount;

	(void)snprintf(gid, sizeof(gid), "%u", (unsigned)s->num); /* fits */
	mount = new_mount("devpts", options, 0);

	return mount < 0 ? build_fail(b, "mount devpts on", s->path) : build_attach(b, mount, s->path, true, s->flags);
}

/*
 * Change the flags of what is at a path of the cell, with all below. It becomes a mount of its own, which also means that it
 * cannot be renamed or removed.
 */
static int reflag(struct build *b, const struct step *s, uint64_t set, uint64_t clear, const char *operation)
{
	struct mount_attr attr = {.attr_set = set, .attr_clr = clear};
	const int at = build_look(b, s->path);
	int tree, r = 0;

	if (at < 0 && errno == ENOENT && (s->flags & SF_OPTIONAL))
		return 0;
	if (at < 0)
		return build_fail(b, operation, s->path);
	tree = sys_open_tree(at, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH);
	if (tree < 0 || ((set | clear) && sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr) < 0) ||
		sys_move_mount(tree, at) < 0)
		r = build_fail(b, operation, s->path);
	if (tree >= 0)
		(void)close(tree); /* attached, or to be dropped */
	(void)close(at); /* O_PATH */
	return r;
}

int build_pin(struct build *b, const struct step *s)
{
	return reflag(b, s, 0, 0, "pin");
}

int build_read_only(struct build *b, const struct step *s)
{
	return reflag(b, s, MOUNT_ATTR_RDONLY, 0, "make read-only");
}

int build_read_write(struct build *b, const struct step *s)
{
	return reflag(b, s, 0, MOUNT_ATTR_RDONLY, "make writable");
}

/* Hidden things are the cell's own, so that nothing of the host's tree is needed for it. */
static int hidden(struct build *b, const char *path, bool directory)
{
	const char *name = "";
	int file = -1, r = 0, dir;

	dir = build_parent(b, path, &name);
	if (dir < 0)
		return dir;
	if (directory ? mkdirat(dir, name, 0) < 0 && errno != EEXIST :
			(file = openat(dir, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0)) < 0)
		r = build_fail(b, "make", path);
	if (file >= 0)
		(void)close(file); /* nothing was written */
	(void)close(dir); /* O_PATH */
	return r;
}

int build_inaccessible(struct build *b, const struct step *s)
{
	const int at = build_look(b, s->path);
	const char *with;
	struct stat st;
	int from = -1, tree = -1, r;

	if (at < 0 && errno == ENOENT && (s->flags & SF_OPTIONAL))
		return 0;
	if (at < 0 || fstat(at, &st) < 0)
		return build_fail(b, "hide", s->path);
	(void)close(at); /* O_PATH */
	with = S_ISDIR(st.st_mode) ? BUILD_HIDDEN_DIR : BUILD_HIDDEN_FILE;
	r = hidden(b, with, S_ISDIR(st.st_mode));
	if (r < 0)
		return r;
	from = build_look(b, with);
	if (from >= 0)
		tree = sys_open_tree(from, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (from < 0 || tree < 0)
		r = build_fail(b, "hide", s->path);
	if (from >= 0)
		(void)close(from); /* O_PATH */
	return r < 0 ? r : build_attach(b, tree, s->path, S_ISDIR(st.st_mode), SF_READ_ONLY | SF_NO_SUID | SF_NO_DEV | SF_NO_EXEC);
}
