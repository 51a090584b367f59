/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "login_terminal.h"
#include "sys.h"
#include "terminal_node.h"

static int fail(struct im_err *err, const char *operation, const char *path)
{
	return im_fail(err, errno, "terminal: %s %s: %s", operation, path, strerror(errno));
}

static int look(int dir, const char *path, unsigned flags)
{
	const struct open_how how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC | flags, .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};

	return sys_openat2(dir, path, &how);
}

int login_terminal_take(const char *device, struct im_err *err)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, .propagation = MS_PRIVATE};
	const int fd = look(AT_FDCWD, device, 0);
	const int mount = fd < 0 ? -1 : sys_open_tree(fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	int r = mount;

	if (mount < 0 || sys_mount_setattr(mount, "", AT_EMPTY_PATH, &attr) < 0)
		r = fail(err, "take along", device);
	if (fd >= 0)
		(void)close(fd); /* O_PATH */
	if (r < 0 && mount >= 0)
		(void)close(mount); /* drops it */
	return r;
}

/* A terminal that has ended is another one than its successor of the same number: it has no link any more. */
static bool is_device(int fd, const struct stat *want, bool *ret_any)
{
	struct stat st;

	*ret_any = fd >= 0 && fstat(fd, &st) == 0 && S_ISCHR(st.st_mode);
	return *ret_any && st.st_dev == want->st_dev && st.st_ino == want->st_ino && st.st_nlink == want->st_nlink;
}

int login_terminal_bind(int mount, const char *path, struct im_err *err)
{
	struct stat st;
	bool any;
	int r = 0, at = -1;

	if (strncmp(path, "/dev/", 5) != 0 || !path[5] || strchr(path + 5, '/'))
		r = im_fail(err, EINVAL, "terminal: %s is not a name in /dev", path);
	if (r == 0 && fstat(mount, &st) < 0)
		r = fail(err, "look at", path);
	if (r == 0 && !is_device(at = look(AT_FDCWD, path, 0), &st, &any)) {
		if (any && umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
			r = fail(err, "make room at", path);
		else
			r = cell_terminal_bind(mount, path + 5, err);
	}
	if (at >= 0)
		(void)close(at); /* O_PATH */
	(void)close(mount); /* attached by now, or to be dropped */
	return r;
}
