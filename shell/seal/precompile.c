/* SPDX-License-Identifier: MIT */
/* Run when immure is built: the default policy's two programs as C, for seccomp_load.c. */
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "filter.h"

static int print(const char *name, int fd)
{
	struct sock_filter op;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return -1;
	(void)printf("static const struct sock_filter %s[] = {\n", name); /* as for all here: main() asks ferror() */
	while (read(fd, &op, sizeof(op)) == (ssize_t)sizeof(op))
		(void)printf("\t{0x%02x, %u, %u, 0x%08x},\n", op.code, op.jt, op.jf, op.k);
	(void)printf("};\n");
	return 0;
}

int main(void)
{
	const struct seccomp_policy p = seccomp_default();
	const int walls = memfd_create("walls", MFD_CLOEXEC), filter = memfd_create("filter", MFD_CLOEXEC);
	struct im_err err = {0};

	if (walls < 0 || filter < 0 || seccomp_export(&p, walls, filter, &err) < 0) {
		(void)fprintf(stderr, "precompile: %s\n", err.text); /* nobody left to tell */
		return 1;
	}
	if (print("default_walls", walls) < 0 || print("default_filter", filter) < 0 || fflush(stdout) != 0 || ferror(stdout))
		return 1;
	return 0;
}
