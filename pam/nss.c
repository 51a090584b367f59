/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "door.h"

#define NSS_BUFFER ((size_t)256 * 1024) /* a group may have many members */
#define MAX_GROUPS 65536 /* NGROUPS_MAX of the kernel */

/* A field of passwd(5) and group(5) that the cell's own files are made of. */
static bool is_field(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == ':' || *s == 0x7f)
			return false;
	return true;
}

static int copy(const struct passwd *pw, struct account *a, struct im_err *err)
{
	a->name = strdup(pw->pw_name);
	a->gecos = strdup(pw->pw_gecos && is_field(pw->pw_gecos) ? pw->pw_gecos : "");
	a->home = strdup(pw->pw_dir);
	a->shell = strdup(pw->pw_shell);
	a->uid = pw->pw_uid;
	a->gid = pw->pw_gid;
	return a->name && a->gecos && a->home && a->shell ? 0 : im_fail(err, ENOMEM, "not enough memory");
}

int nss_account(const char *name, struct account *ret, struct account *ret_asked, struct im_err *err)
{
	char *buffer = malloc(NSS_BUFFER);
	struct passwd pw, *found = NULL;
	struct account a = {0}, asked = {0};
	int code, r = 0;

	if (!buffer)
		return im_fail(err, ENOMEM, "not enough memory");
	code = getpwnam_r(name, &pw, buffer, NSS_BUFFER, &found);
	if (found) { /* another name of the same uid is the same account */
		const uid_t uid = pw.pw_uid;

		r = copy(&pw, &asked, err);
		found = NULL;
		code = getpwuid_r(uid, &pw, buffer, NSS_BUFFER, &found);
		if (!found && code == 0)
			code = EAGAIN; /* the name was there, so that nobody can have been asked */
	}
	if (found && r == 0)
		r = copy(&pw, &a, err);
	else if (found)
		; /* no memory */
	else if (code == 0 || code == ENOENT)
		r = 1;
	else
		r = im_fail(err, code, "%s: look up the account: %s", name, strerror(code));
	free(buffer);
	if (r == 0) {
		*ret = a;
		*ret_asked = asked;
	} else {
		account_done(&a);
		account_done(&asked);
	}
	return r;
}

/* All group numbers of an account, on the heap; a negative errno, or how many. */
static int group_list(const struct account *a, gid_t **ret, struct im_err *err)
{
	int n = MAX_GROUPS;
	gid_t *list = calloc((size_t)n, sizeof(*list));

	if (!list)
		return im_fail(err, ENOMEM, "not enough memory");
	if (getgrouplist(a->name, a->gid, list, &n) < 0) {
		free(list);
		return im_fail(err, E2BIG, "%s: in more than %d groups", a->name, MAX_GROUPS);
	}
	*ret = list;
	return n;
}

int nss_is_member(const struct account *a, const char *group, struct im_err *err)
{
	char *buffer = malloc(NSS_BUFFER);
	struct group gr = {0}, *found = NULL;
	gid_t *list = NULL;
	int code = buffer ? getgrnam_r(group, &gr, buffer, NSS_BUFFER, &found) : ENOMEM;
	int n = 0, yes = 0;

	if (!found && code != 0 && code != ENOENT)
		n = im_fail(err, code, "group %s: %s", group, strerror(code));
	else if (found)
		n = group_list(a, &list, err);
	for (int i = 0; list && i < n && !yes; i++)
		yes = list[i] == gr.gr_gid;
	free(list);
	free(buffer);
	return n < 0 ? n : yes;
}

static int add_group(struct account *a, gid_t gid, char *buffer, struct im_err *err)
{
	struct account_group *grown = reallocarray(a->groups, a->groups_len + 1, sizeof(*grown));
	struct group gr, *found = NULL;
	char number[16];
	const int code = getgrgid_r(gid, &gr, buffer, NSS_BUFFER, &found);

	(void)snprintf(number, sizeof(number), "%u", (unsigned)gid); /* fits */
	if (!grown)
		return im_fail(err, ENOMEM, "not enough memory");
	a->groups = grown;
	if (code != 0 && code != ENOENT)
		return im_fail(err, code, "group %u: %s", (unsigned)gid, strerror(code));
	grown[a->groups_len].gid = gid;
	grown[a->groups_len].name = strdup(found && is_field(gr.gr_name) ? gr.gr_name : number);
	return grown[a->groups_len].name ? (a->groups_len++, 0) : im_fail(err, ENOMEM, "not enough memory");
}

int nss_complete(struct account *a, struct im_err *err)
{
	char *buffer = malloc(NSS_BUFFER);
	gid_t *list = NULL;
	int n, r;

	if (!buffer)
		return im_fail(err, ENOMEM, "not enough memory");
	n = group_list(a, &list, err);
	r = n < 0 ? n : add_group(a, a->gid, buffer, err);
	for (int i = 0; list && i < n && r == 0; i++)
		if (list[i] != a->gid)
			r = add_group(a, list[i], buffer, err);
	free(list);
	free(buffer);
	if (r == 0 && (!is_field(a->name) || strpbrk(a->name, ", /") || !is_field(a->home) || !is_field(a->shell)))
		r = im_fail(err, EINVAL, "%s: name, home or shell has a character that no account file can hold", a->name);
	return r;
}
