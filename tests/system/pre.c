/* SPDX-License-Identifier: MIT */
/* A library for LD_PRELOAD: tells in /tmp/preloaded whether it was run outside of a cell. */
#include <stdio.h>
#include <unistd.h>

__attribute__((constructor)) static void preloaded(void)
{
	FILE *f = getuid() == 0 || access("/srv/marker", F_OK) < 0 ? NULL : fopen("/tmp/preloaded", "w");

	if (f) {
		(void)fputs("outside\n", f); /* a test looks whether it is there */
		(void)fclose(f); /* as above */
	}
}
