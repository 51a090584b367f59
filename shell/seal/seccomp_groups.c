/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "seccomp_groups.h"
#include "str.h"

static const struct seccomp_group groups[] = {
#define GROUP(name, help, members) {name, help, members},
#include "groups.def"
#undef GROUP
};
#define GROUPS (sizeof(groups) / sizeof(*groups))

/* Calls that are newer than the oldest supported libseccomp; the numbers are the same on every architecture since Linux 5.1. */
static const struct {
	const char *name;
	int number;
} newer[] = {
	{"cachestat", 451},
	{"fchmodat2", 452},
	{"map_shadow_stack", 453},
	{"futex_wake", 454},
	{"futex_wait", 455},
	{"futex_requeue", 456},
	{"statmount", 457},
	{"listmount", 458},
	{"lsm_get_self_attr", 459},
	{"lsm_set_self_attr", 460},
	{"lsm_list_modules", 461},
	{"mseal", 462},
	{"setxattrat", 463},
	{"getxattrat", 464},
	{"listxattrat", 465},
	{"removexattrat", 466},
	{"open_tree_attr", 467},
	{"file_getattr", 468},
	{"file_setattr", 469},
};

const struct seccomp_group *seccomp_group_find(const char *name)
{
	for (size_t i = 0; i < GROUPS; i++)
		if (strcmp(groups[i].name, name) == 0)
			return &groups[i];
	return NULL;
}

const struct seccomp_group *seccomp_group_at(unsigned i)
{
	return i < GROUPS ? &groups[i] : NULL;
}

/* A number; -1 for a name that is known but not on this machine; -2 for one that nobody knows. */
static int number_of(const char *name)
{
	const int n = seccomp_syscall_resolve_name(name);

	if (n >= 0 && n < SYSCALL_MAX)
		return n;
	for (size_t i = 0; i < sizeof(newer) / sizeof(*newer); i++)
		if (strcmp(newer[i].name, name) == 0)
			return newer[i].number;
	return n == __NR_SCMP_ERROR ? -2 : -1; /* libseccomp numbers the calls of other machines below 0 */
}

static bool next_word(const char **at, char *word, size_t size)
{
	const char *s = *at + strspn(*at, " ");
	const size_t len = strcspn(s, " ");

	if (!len || len >= size)
		return false;
	memcpy(word, s, len);
	word[len] = 0;
	*at = s + len;
	return true;
}

static void set_group(struct syscall_set *set, const struct seccomp_group *g, bool value)
{
	const char *at;
	char word[80];

	assert(g); /* our own table names a group that is not in it */
	at = g->members;
	while (next_word(&at, word, sizeof(word))) {
		if (*word == '@') {
			set_group(set, seccomp_group_find(word), value);
		} else {
			const int n = number_of(word);

			if (n >= 0)
				set->has[n] = value;
		}
	}
}

/* The closest of all groups and calls that we list; NULL if none is close. */
static const char *nearest(const char *name, char *buf, size_t size)
{
	size_t best = strlen(name) / 3 + 1;
	bool found = false;

	for (size_t i = 0; i < GROUPS; i++) {
		const char *at = groups[i].members;
		char word[80];

		for (const char *have = groups[i].name; have; have = next_word(&at, word, sizeof(word)) ? word : NULL) {
			const size_t d = str_distance(name, have);

			if (d < best && strlen(have) < size) {
				best = d;
				found = true;
				(void)stpcpy(buf, have); /* the length was looked at */
			}
		}
	}
	return found ? buf : NULL;
}

static int unknown(const char *word, struct im_err *err)
{
	char buf[80];
	const char *near = nearest(word, buf, sizeof(buf));

	if (near)
		return im_fail(err, EINVAL, "unknown system call or group %s (did you mean %s? see immurectl syscalls)", word, near);
	return im_fail(err, EINVAL, "unknown system call or group %s (see immurectl syscalls)", word);
}

int syscall_set_parse(const char *words, struct syscall_set *ret, struct im_err *err)
{
	struct syscall_set set = {.allow = *words != '~'};
	const char *at = words;
	char word[80];

	while (next_word(&at, word, sizeof(word))) {
		const char *name = word + (*word == '~');
		/* in a list of what is allowed, ~ takes out; in one of what is refused, ~ puts in */
		const bool value = (*word == '~') != set.allow;
		const struct seccomp_group *g = *name == '@' ? seccomp_group_find(name) : NULL;
		const int n = g || *name == '@' ? -2 : number_of(name);

		if (g)
			set_group(&set, g, value);
		else if (n == -2)
			return unknown(name, err);
		else if (n >= 0)
			set.has[n] = value;
	}
	if (at[strspn(at, " ")])
		return im_fail(err, EINVAL, "a name in the list is too long");
	*ret = set;
	return 0;
}
