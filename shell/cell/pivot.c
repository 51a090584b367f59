/* SPDX-License-Identifier: MIT */
/* The last steps of building: the host's name, lo, the record, and the new root. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"
#include "record.h"
#include "sys.h"

int build_hostname(struct build *b, const struct step *s)
{
	return sethostname(s->arg, strlen(s->arg)) < 0 ? build_fail(b, "set host name", s->arg) : 0;
}

int build_loopback(struct build *b, const struct step *s)
{
	struct ifreq req = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r = 0;

	(void)s; /* has no members */
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &req) < 0)
		r = build_fail(b, "switch on", "lo");
	if (fd >= 0)
		(void)close(fd); /* held nothing */
	return r;
}

static int leave_file(struct build *b, const struct cell_file *f)
{
	char *path = strdup(f->path), *text = strdup(f->text);
	const struct step s = {.kind = STEP_FILE, .path = path, .data = text, .num = f->secret ? 0400 : 0444};
	const int r = path && text ? build_file(b, &s) : im_fail(b->err, ENOMEM, "cell: not enough memory");

	free(path);
	free(text);
	return r;
}

/*
 * pivot_root(".", ".") stacks the old root on the new one, and the lazy umount takes it and all below it away: from then on
 * no path leads to the host (pivot_root(2), NOTES).
 */
int build_pivot(struct build *b, const struct step *s)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
	char text[256];
	int r;

	(void)s; /* has no members */
	if (record_write(text, sizeof(text)) < 0)
		return build_fail(b, "look at", "/proc/self/ns");
	r = leave_file(b, &(struct cell_file){CELL_RECORD, text, false});
	for (size_t i = 0; i < b->req->files_len && r == 0; i++)
		r = leave_file(b, &b->req->files[i]);
	if (r < 0)
		return r;
	if (fchdir(b->root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return build_fail(b, "change root to", "the cell's");
	if (sys_mount_setattr(AT_FDCWD, "/", 0, &attr) < 0)
		return build_fail(b, "make read-only", "/");
	return 0;
}
