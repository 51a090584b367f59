/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "str.h"

static FILE *open_database(const char *root, const char *name, struct im_err *err)
{
	char *path = str_printf("%s/etc/%s", root, name);
	FILE *in = path ? fopen(path, "re") : NULL;

	if (!in)
		im_fail(err, path ? errno : ENOMEM, "%s/etc/%s: %s", root, name, strerror(path ? errno : ENOMEM));
	free(path);
	return in;
}

static int copy(const struct passwd *pw, struct account *a)
{
	a->name = strdup(pw->pw_name);
	a->gecos = strdup(pw->pw_gecos ? pw->pw_gecos : "");
	a->home = strdup(pw->pw_dir ? pw->pw_dir : "");
	a->shell = strdup(pw->pw_shell ? pw->pw_shell : "");
	a->uid = pw->pw_uid;
	a->gid = pw->pw_gid;
	return a->name && a->gecos && a->home && a->shell ? 0 : -ENOMEM;
}

static int add_group(struct account *a, gid_t gid, const char *name)
{
	struct account_group *grown = reallocarray(a->groups, a->groups_len + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	a->groups = grown;
	grown[a->groups_len].gid = gid;
	grown[a->groups_len].name = strdup(name);
	return grown[a->groups_len].name ? (a->groups_len++, 0) : -ENOMEM;
}

static bool has_member(const struct group *gr, const char *name)
{
	for (char **m = gr->gr_mem; m && *m; m++)
		if (strcmp(*m, name) == 0)
			return true;
	return false;
}

/* The primary group comes first; it has no entry of its own if the database lacks it. */
static int read_groups(const char *root, struct account *a, struct im_err *err)
{
	FILE *in = open_database(root, "group", err);
	const struct group *gr;
	char number[16];
	int r;

	if (!in)
		return err && err->code ? -err->code : -EIO;
	(void)snprintf(number, sizeof(number), "%u", (unsigned)a->gid); /* fits */
	r = add_group(a, a->gid, number);
	while (r == 0 && (gr = fgetgrent(in))) {
		if (gr->gr_gid == a->gid && strcmp(a->groups[0].name, number) == 0) {
			char *name = strdup(gr->gr_name);

			free(a->groups[0].name);
			a->groups[0].name = name;
			r = name ? 0 : -ENOMEM;
		} else if (gr->gr_gid != a->gid && has_member(gr, a->name)) {
			r = add_group(a, gr->gr_gid, gr->gr_name);
		}
	}
	(void)fclose(in); /* only read */
	return r < 0 ? im_fail(err, ENOMEM, "not enough memory for the groups of %s", a->name) : 0;
}

int account_by_uid(const char *root, uid_t uid, struct account *ret, struct im_err *err)
{
	struct im_err local = {0};
	FILE *in = open_database(root, "passwd", err ? err : (err = &local));
	struct account a = {0};
	const struct passwd *pw;
	int r = -ENOENT;

	if (!in)
		return -err->code;
	while ((pw = fgetpwent(in))) {
		if (pw->pw_uid == uid) {
			r = copy(pw, &a);
			break;
		}
	}
	(void)fclose(in); /* only read */
	if (r == -ENOENT)
		im_fail(err, ENOENT, "uid %u: no account in %s/etc/passwd (accounts of a directory service need the PAM door)",
			(unsigned)uid, root);
	else if (r < 0)
		im_fail(err, ENOMEM, "not enough memory for the account of uid %u", (unsigned)uid);
	if (r == 0)
		r = read_groups(root, &a, err);
	if (r < 0) {
		account_done(&a);
		return r;
	}
	*ret = a;
	return 0;
}

int account_by_name(const char *root, const char *name, struct account *ret, struct im_err *err)
{
	struct im_err local = {0};
	FILE *in = open_database(root, "passwd", err ? err : (err = &local));
	const struct passwd *pw;
	bool found = false;
	uid_t uid = 0;

	if (!in)
		return -err->code;
	while (!found && (pw = fgetpwent(in))) {
		found = strcmp(pw->pw_name, name) == 0;
		uid = pw->pw_uid;
	}
	(void)fclose(in); /* only read */
	return found ? account_by_uid(root, uid, ret, err) :
		       im_fail(err, ENOENT, "%s: no account in %s/etc/passwd (accounts of a directory service need the PAM door)", name,
			       root);
}

void account_done(struct account *a)
{
	for (size_t i = 0; i < a->groups_len; i++)
		free(a->groups[i].name);
	free(a->groups);
	free(a->name);
	free(a->gecos);
	free(a->home);
	free(a->shell);
	*a = (struct account){0};
}
