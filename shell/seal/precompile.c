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

static int memory(const char *name)
{
	return memfd_create(name, MFD_CLOEXEC);
}

static int print_default(struct im_err *err)
{
	const struct seccomp_policy p = seccomp_default();
	const int walls = memory("walls"), filter = memory("filter");

	return walls < 0 || filter < 0 || seccomp_export(&p, walls, filter, err) < 0 || print("default_walls", walls) < 0 ||
		print("default_filter", filter) < 0;
}

static int print_doors(struct im_err *err)
{
	char name[16];

	for (unsigned door = 0; door < FILTER_DOORS; door++) {
		const struct seccomp_policy p = filter_door_policy(door);
		const int walls = memory("door");

		(void)snprintf(name, sizeof(name), "door_%u", door); /* fits */
		if (walls < 0 || seccomp_export(&p, walls, -1, err) < 0 || print(name, walls) < 0)
			return -1;
	}
	(void)printf("static const struct door_filter {\n\tconst struct sock_filter *code;\n\tsize_t len;\n} door_filters[] = {\n");
	for (unsigned door = 0; door < FILTER_DOORS; door++)
		(void)printf("\t{door_%u, sizeof(door_%u) / sizeof(*door_%u)},\n", door, door, door);
	(void)printf("};\n");
	return 0;
}

int main(int argc, char *argv[])
{
	struct im_err err = {0};

	(void)argv; /* one argument: the door's */
	if ((argc > 1 ? print_doors(&err) : print_default(&err)) != 0) {
		(void)fprintf(stderr, "precompile: %s\n", err.text); /* nobody left to tell */
		return 1;
	}
	return fflush(stdout) != 0 || ferror(stdout);
}
