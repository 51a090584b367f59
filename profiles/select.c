/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "select.h"
#include "trust.h"

bool account_name_is_sane(const char *name)
{
	const size_t len = strlen(name);

	if (len == 0 || len > 256 || *name == '.' || *name == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f || name[i] == '/')
			return false;
	return true;
}

/* 1: there is such a file; 0: none; negative: there is one that cannot be trusted. */
static int exists(const char *path, struct im_errs *errs)
{
	struct im_err err = {0};
	const int fd = path ? trust_open(path, false, &err) : im_fail(&err, ENOMEM, "not enough memory");

	if (fd >= 0) {
		(void)close(fd); /* profile_load() opens it again, as warily */
		return 1;
	}
	return fd == -ENOENT ? 0 : im_errs_add(errs, err.code, (struct origin){0}, "%s", err.text);
}

static int priority_of(const struct policy_dirs *dirs, const struct account *a, const char *path, uint64_t *ret, struct im_errs *errs)
{
	const struct specifiers sp = {a->name, a->home, a->groups[0].name, a->uid};
	struct profile p = {0};
	const int r = profile_load(dirs, path, &sp, &p, errs);

	if (r < 0)
		return r;
	*ret = profile_number(&p, KW_PRIORITY);
	profile_done(&p);
	return 0;
}

struct best {
	char *path;
	uint64_t priority;
	bool known; /* the priority was looked up: only needed once there are two */
	char *tie;
};

static int consider(const struct policy_dirs *dirs, const struct account *a, char *path, struct best *best, struct im_errs *errs)
{
	uint64_t priority = 0;
	int r = 0;

	if (!best->path) {
		best->path = path;
		return 0;
	}
	if (!best->known)
		r = priority_of(dirs, a, best->path, &best->priority, errs);
	best->known = true;
	if (r == 0)
		r = priority_of(dirs, a, path, &priority, errs);
	if (r == 0 && priority > best->priority) {
		free(best->path);
		free(best->tie);
		*best = (struct best){.path = path, .priority = priority, .known = true};
		return 0;
	}
	if (r == 0 && priority == best->priority && !best->tie) {
		best->tie = path;
		return 0;
	}
	free(path);
	return r;
}

static int select_group(const struct policy_dirs *dirs, const struct account *a, char **ret_path, struct im_errs *errs)
{
	struct best best = {0};
	int r = 0;

	for (size_t i = 0; i < a->groups_len && r == 0; i++) {
		char *path;

		if (!account_name_is_sane(a->groups[i].name))
			continue;
		path = str_printf("%s/groups/%s.profile", dirs->etc, a->groups[i].name);
		r = exists(path, errs);
		if (r == 1)
			r = consider(dirs, a, path, &best, errs);
		else
			free(path);
	}
	if (r == 0 && best.tie)
		r = im_errs_add(errs, EEXIST, (struct origin){0}, "%s: %s and %s apply with the same Priority= (give one a higher one)", a->name,
			best.path, best.tie);
	free(best.tie);
	if (r < 0) {
		free(best.path);
		return r;
	}
	*ret_path = best.path;
	return best.path ? 1 : 0;
}

int profile_select(const struct policy_dirs *dirs, const struct account *a, char **ret_path, struct im_errs *errs)
{
	char *path;
	int r;

	if (!account_name_is_sane(a->name))
		return im_errs_add(errs, EINVAL, (struct origin){0}, "%s: not a name that a profile can have", a->name);
	path = str_printf("%s/users/%s.profile", dirs->etc, a->name);
	r = exists(path, errs);
	if (r == 0) {
		free(path);
		path = NULL;
		r = select_group(dirs, a, &path, errs);
	}
	for (int i = 0; i < 2 && r == 0; i++) {
		free(path);
		path = str_printf(i ? "%s/profiles/default.profile" : "%s/default.profile", i ? dirs->lib : dirs->etc);
		r = exists(path, errs);
	}
	if (r == 0)
		r = im_errs_add(errs, ENOENT, (struct origin){0}, "%s: there is no profile: not even %s", a->name, path);
	if (r < 0) {
		free(path);
		return r;
	}
	*ret_path = path;
	return 0;
}

bool account_shell_is(const struct account *a, int self_fd)
{
	struct stat self, shell;

	return fstat(self_fd, &self) == 0 && stat(a->shell, &shell) == 0 && self.st_dev == shell.st_dev && self.st_ino == shell.st_ino;
}

bool account_is_confined(const struct policy_dirs *dirs, const struct account *a, int self_fd)
{
	struct stat st;
	char *path;
	bool named;

	if (a->uid == 0)
		return false;
	if (account_shell_is(a, self_fd))
		return true;
	for (size_t i = 0; i < a->groups_len; i++)
		if (strcmp(a->groups[i].name, "immured") == 0)
			return true;
	if (!account_name_is_sane(a->name))
		return true; /* no file can be named like it: nothing says that it is free */
	path = str_printf("%s/users/%s.profile", dirs->etc, a->name);
	named = !path || (lstat(path, &st) < 0 ? errno != ENOENT && errno != ENOTDIR : true);
	free(path);
	return named;
}
