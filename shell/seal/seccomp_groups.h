/* SPDX-License-Identifier: MIT */
/* The @groups as data, and words of SystemCallFilter= as a set of numbers. */
#ifndef IMMURE_SECCOMP_GROUPS_H
#define IMMURE_SECCOMP_GROUPS_H

#include <stdbool.h>

#include "err.h"

#define SYSCALL_MAX 1024 /* above every number of the native ABIs */

struct seccomp_group {
	const char *name;
	const char *help;
	const char *members;
};

/* seccomp_group_find() - by name with its @, or NULL; seccomp_group_at() - by index, NULL at the end. */
const struct seccomp_group *seccomp_group_find(const char *name);
const struct seccomp_group *seccomp_group_at(unsigned i);

struct syscall_set {
	bool allow; /* the set says what is allowed; else what is refused */
	bool has[SYSCALL_MAX];
};

/*
 * syscall_set_parse() - words separated by spaces, applied in order; the first one decides the sense
 * Returns 0, or -EINVAL with the unknown name and a near one.
 */
int syscall_set_parse(const char *words, struct syscall_set *ret, struct im_err *err);

#endif
