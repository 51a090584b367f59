/* SPDX-License-Identifier: MIT */
/* System call filters, compiled by libseccomp. */
#ifndef IMMURE_FILTER_H
#define IMMURE_FILTER_H

#include <stdbool.h>
#include <stdio.h>

#include "err.h"

struct seccomp_policy {
	unsigned walls;       /* SF_WALL_* */
	const char *families; /* words; NULL: any family */
	const char *filter;   /* words of SystemCallFilter=; NULL: no such filter */
	int error;            /* errno for what the filter refuses; 0: kill */
};

/*
 * seccomp_check() - are all names of a SystemCallFilter= known?
 * @words: separated by a space; unknown names are an error that suggests a near one
 */
int seccomp_check(const char *words, struct im_err *err);

/* seccomp_default() - the policy of a profile that says nothing about system calls; made from keywords.def. */
struct seccomp_policy seccomp_default(void);

/*
 * seccomp_export() - write the BPF programs to @fd_walls and @fd_filter (-1: not wanted), for tests and caches
 * seccomp_compile() - compile and load both: the walls (a list of refusals that no profile can switch off) and the filter
 * seccomp_apply()  - the same, but the default policy is loaded as it was compiled when the program was built (2 ms less a login)
 * Needs no_new_privs. The walls go first, the filter last: it may refuse seccomp(2) itself.
 */
int seccomp_export(const struct seccomp_policy *p, int fd_walls, int fd_filter, struct im_err *err);
int seccomp_compile(const struct seccomp_policy *p, struct im_err *err);
int seccomp_apply(const struct seccomp_policy *p, struct im_err *err);

/*
 * The walls for the PAM door's caller are compiled when immure is built, one variant for each of these 16: a module that is loaded
 * into sshd should not bring a compiler of filters along.
 */
enum { FILTER_DOORS = 16 };
/* filter_door() - the variant for SF_WALL_* flags; @families: only the address families of the default. */
unsigned filter_door(unsigned walls, bool families);
/* filter_door_policy() - what variant @door is compiled from. */
struct seccomp_policy filter_door_policy(unsigned door);

/* seccomp_print_groups() - the @groups and what is in them, for `immurectl syscalls` and the man page. */
int seccomp_print_groups(FILE *out);

#endif
