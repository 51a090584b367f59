/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys.h"
#include "terminal_node.h"

#define MAX_NODES 512 /* more than a keeper lets in */

/*
 * In the child: the descriptors are the caller's too, and the number of the new one is the exit status; 0 is failure. The mount
 * namespace is a copy, and what was mounted in the first one is locked, so that nothing hidden there can be uncovered.
 */
static _Noreturn void clone_tree(const char *path)
{
	const struct open_how how = {.flags = O_PATH | O_CLOEXEC | O_NOFOLLOW, .resolve = RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS};
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, .propagation = MS_PRIVATE};
	const int at = sys_openat2(AT_FDCWD, path, &how);
	int tree = at < 0 ? -1 : sys_open_tree(at, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	if (at >= 0)
		(void)close(at); /* O_PATH */
	if (tree >= 0 && (tree > 255 || sys_mount_setattr(tree, "", AT_EMPTY_PATH, &attr) < 0)) {
		(void)close(tree); /* drops it */
		tree = -1;
	}
	_exit(tree < 0 ? 0 : tree);
}

int node_clone(const char *path, mode_t type, struct im_err *err)
{
	struct clone_args args = {.flags = CLONE_FILES | CLONE_NEWUSER | CLONE_NEWNS, .exit_signal = SIGCHLD};
	const pid_t pid = sys_clone3(&args);
	int status = 0, fd;
	struct stat st;

	if (pid == 0)
		clone_tree(path);
	if (pid < 0)
		return im_fail(err, errno, "cell: show %s: clone3: %s%s", path, strerror(errno), sys_userns_hint());
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	fd = WIFEXITED(status) && WEXITSTATUS(status) > 2 ? WEXITSTATUS(status) : -1;
	if (fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == type)
		return fd;
	if (fd >= 0)
		(void)close(fd); /* drops it */
	return im_fail(err, EIO, "cell: show %s: it cannot be had from the host any more", path);
}

/* An empty file in /dev, which lies on a file system that is mounted read-only. */
static int make_point(int dev, const char *name)
{
	const int view = sys_open_tree(dev, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	struct mount_attr attr = {.attr_clr = MOUNT_ATTR_RDONLY, .propagation = MS_PRIVATE};
	int file = -1, saved;

	if (view >= 0 && sys_mount_setattr(view, "", AT_EMPTY_PATH, &attr) == 0)
		file = openat(view, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
	saved = errno;
	if (view >= 0)
		(void)close(view); /* drops it */
	if (file >= 0)
		(void)close(file); /* nothing was written */
	errno = saved;
	return file < 0 && saved != EEXIST ? -1 : 0;
}

static int open_dev(void)
{
	const struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV};

	return sys_openat2(AT_FDCWD, "/dev", &how);
}

static int bind_at(int dev, int mount, const char *name)
{
	const int at = make_point(dev, name) < 0 ? -1 : openat(dev, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	int r = -1, saved;

	if (at >= 0)
		r = sys_move_mount(mount, at);
	saved = errno;
	if (at >= 0)
		(void)close(at); /* O_PATH */
	errno = saved;
	return r;
}

int cell_terminal_bind(int detached_mount_fd, const char *name, struct im_err *err)
{
	const int dev = open_dev();
	const int r = dev < 0 || bind_at(dev, detached_mount_fd, name) < 0 ? im_fail(err, errno, "cell: bind /dev/%s: %s", name, strerror(errno)) : 0;

	if (dev >= 0)
		(void)close(dev); /* O_PATH */
	return r;
}

static void node_name(const char *prefix, unsigned n, char *ret)
{
	if (n == 0)
		(void)snprintf(ret, NODE_PATH_MAX, "/dev/console"); /* as below: fits */
	else
		(void)snprintf(ret, NODE_PATH_MAX, "/dev/%.8s-%u", prefix, n);
}

enum node { NODE_NONE, NODE_FREE, NODE_SAME, NODE_TAKEN };

/* A name is free if nothing is mounted on it (any more): then it is a plain file of /dev's own file system. */
static enum node look_at(int dev, const char *path, const struct stat *want)
{
	struct stat own, st;

	if (fstat(dev, &own) < 0 || fstatat(dev, path + sizeof("/dev"), &st, AT_SYMLINK_NOFOLLOW) < 0)
		return NODE_NONE;
	if (st.st_dev == want->st_dev && st.st_ino == want->st_ino && st.st_nlink)
		return NODE_SAME;
	if (st.st_dev == own.st_dev)
		return NODE_FREE;
	if (st.st_nlink || umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
		return NODE_TAKEN;
	return NODE_FREE;
}

int node_bind(int detached_mount_fd, const char *prefix, char *ret_path, struct im_err *err)
{
	const bool tty = strcmp(prefix, "tty") == 0;
	char path[NODE_PATH_MAX], found[NODE_PATH_MAX] = "";
	enum node is = NODE_TAKEN;
	struct stat want = {0};
	int r = 0, dev = open_dev();

	if (dev < 0 || fstat(detached_mount_fd, &want) < 0)
		r = im_fail(err, errno, "cell: /dev: %s", strerror(errno));
	for (unsigned n = tty ? 0 : 1; r == 0 && n < MAX_NODES && is != NODE_SAME; n++) {
		node_name(prefix, n, path);
		is = look_at(dev, path, &want);
		if (is == NODE_SAME || (is != NODE_TAKEN && !*found))
			(void)stpcpy(found, path); /* the same size */
		if (is == NODE_NONE && n) /* the numbers have no gap */
			break;
	}
	if (r == 0 && !*found)
		r = im_fail(err, EUSERS, "cell: more than %d nodes %s-", MAX_NODES, prefix);
	if (r == 0 && is != NODE_SAME)
		r = cell_terminal_bind(detached_mount_fd, found + sizeof("/dev"), err);
	if (r == 0)
		(void)stpcpy(ret_path, found); /* as above */
	if (dev >= 0)
		(void)close(dev); /* O_PATH */
	return r;
}
