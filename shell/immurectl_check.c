/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "filter.h"
#include "immurectl.h"
#include "select.h"
#include "trust.h"
#include "view.h"

static void check_filter(const struct profile *p, struct im_errs *errs)
{
	const struct values *v = &p->v[KW_SYSTEM_CALL_FILTER];

	for (size_t i = 0; i < v->len; i++) {
		struct im_err err = {0};

		if (seccomp_check(v->items[i].text, &err) < 0)
			im_errs_add(errs, err.code, v->items[i].from, "SystemCallFilter: %s", err.text);
	}
}

int ctl_load(const struct ctl *c, const char *path, const struct specifiers *sp, struct profile *ret, struct im_errs *errs)
{
	const bool ours = path_is_normal(path) && (path_is_below(path, c->dirs.etc) || path_is_below(path, c->dirs.lib));

	return (ours ? profile_load : profile_load_any)(&c->dirs, path, sp, ret, errs);
}

static void check_one(const struct ctl *c, const char *path, struct im_errs *errs)
{
	struct profile p = {0};

	if (ctl_load(c, path, &specifiers_example, &p, errs) == 0)
		check_filter(&p, errs);
	profile_done(&p);
}

static void check_folder(const struct ctl *c, const char *folder, bool users, struct im_errs *errs)
{
	char *path = str_printf("%s/%s", c->dirs.etc, folder);
	struct strv names = {0};
	struct im_err err = {0};

	if (path && trust_list(path, ".profile", &names, &err) < 0)
		im_errs_add(errs, err.code, (struct origin){0}, "%s", err.text);
	for (size_t i = 0; i < names.len; i++) {
		char *file = str_printf("%s/%s", path, names.items[i]);
		char *user = strndup(names.items[i], strlen(names.items[i]) - strlen(".profile"));
		struct account a = {0};

		if (file)
			check_one(c, file, errs);
		if (users && file && user && account_by_name("", user, &a, NULL) < 0)
			(void)fprintf(stderr, "%s: warning: there is no account %s in /etc/passwd\n", file, user); /* only told */
		account_done(&a);
		free(file);
		free(user);
	}
	strv_done(&names);
	free(path);
}

static int check_all(const struct ctl *c)
{
	char *own = str_printf("%s/default.profile", c->dirs.etc), *lib = str_printf("%s/profiles/default.profile", c->dirs.lib);
	struct im_errs errs = {0};
	struct im_err err = {0};
	struct values view = {0};
	int fd;

	if (!own || !lib)
		im_errs_add(&errs, ENOMEM, (struct origin){0}, "not enough memory");
	fd = trust_open(c->dirs.etc, true, &err);
	if (fd >= 0)
		(void)close(fd); /* only looked at */
	else if (fd != -ENOENT)
		im_errs_add(&errs, err.code, (struct origin){0}, "%s", err.text);
	fd = own ? trust_open(own, false, &err) : -ENOENT;
	if (fd >= 0)
		(void)close(fd); /* only looked at */
	if (fd != -ENOENT)
		check_one(c, own, &errs);
	if (lib)
		check_one(c, lib, &errs);
	check_folder(c, "users", true, &errs);
	check_folder(c, "groups", false, &errs);
	check_folder(c, "profiles", false, &errs);
	if (!im_errs_any(&errs) && view_load(&c->dirs, &view, &errs) == 0)
		values_done(&view);
	free(own);
	free(lib);
	return im_errs_any(&errs) ? ctl_errors(&errs) : 0;
}

/*
 * A file that is not in the configuration may be anybody's: a configuration manager asks before it puts one in place.
 * Returns 2 for a file that cannot be read, which is the caller's mistake and not the profile's.
 */
static int check_file(const struct ctl *c, const char *path)
{
	struct im_errs errs = {0};

	if (access(path, R_OK) < 0) {
		(void)fprintf(stderr, "%s: %s\n", path, strerror(errno)); /* nobody left to tell */
		return IM_EXIT_USAGE;
	}
	check_one(c, path, &errs);
	return im_errs_any(&errs) ? ctl_errors(&errs) : 0;
}

int ctl_check(const struct ctl *c)
{
	int status = 0;

	if (!c->args[0])
		return check_all(c);
	for (char **path = c->args; *path; path++) {
		const int one = check_file(c, *path);

		status = one > status ? one : status;
	}
	return status;
}

int ctl_profile(const struct ctl *c)
{
	struct profile p = {0};
	struct im_errs errs = {0};
	char *path = NULL;
	int status, r = profile_find(&c->dirs, c->args[0], &path, &errs);

	if (r == 0)
		r = ctl_load(c, path, &specifiers_example, &p, &errs);
	status = r < 0 || im_errs_any(&errs) ? ctl_errors(&errs) : ctl_flushed(profile_print(&p, stdout) < 0 ? IM_EXIT_FINDINGS : 0);
	profile_done(&p);
	free(path);
	return status;
}
