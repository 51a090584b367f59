/* SPDX-License-Identifier: MIT */
/* Files of policy: trust, loading with Base= and drop-ins, selection, the view. In a mount namespace of its own. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/tap.h"
#include "select.h"
#include "trust.h"
#include "view.h"

static const struct policy_dirs dirs = {"/mnt/etc", "/mnt/lib"};

static void put(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd) < 0)
		ok(false, "cannot write %s", path);
}

static int opened(const char *path, bool directory, struct im_err *err)
{
	const int fd = trust_open(path, directory, err);

	if (fd >= 0)
		(void)close(fd); /* only the answer counts */
	return fd < 0 ? fd : 0;
}

static void trust(void)
{
	struct im_err err = {0};
	struct strv names = {0};
	char *text;
	size_t len;

	put("/mnt/etc/a", "hello");
	ok(opened("/mnt/etc/a", false, &err) == 0, "root's own file");
	ok(trust_read("/mnt/etc/a", 5, &text, &len, &err) == 0 && len == 5 && strcmp(text, "hello") == 0, "is read whole");
	free(text);
	ok(trust_read("/mnt/etc/a", 4, &text, &len, &err) == -EFBIG, "one that is too long is refused");
	ok(opened("/mnt/etc/none", false, &err) == -ENOENT, "a missing one is missing");
	ok(opened("/mnt/etc/a", true, &err) < 0 && opened("/mnt/etc", false, &err) < 0, "a file is no directory, a directory no file");
	ok(chmod("/mnt/etc/a", 0664) == 0 && opened("/mnt/etc/a", false, &err) == -EPERM, "not one that its group can write");
	is_str(err.text, "/mnt/etc/a: writable by its group, must be root's alone (fix: chmod go-w /mnt/etc/a)", "  and it says so");
	ok(chmod("/mnt/etc/a", 0646) == 0 && opened("/mnt/etc/a", false, &err) == -EPERM, "nor others");
	ok(chmod("/mnt/etc/a", 0644) == 0 && chown("/mnt/etc/a", 5, 0) == 0 && opened("/mnt/etc/a", false, &err) == -EPERM, "nor another's");
	ok(chown("/mnt/etc/a", 0, 5) == 0 && opened("/mnt/etc/a", false, &err) == 0, "a foreign group that cannot write is fine");
	ok(symlink("a", "/mnt/etc/l") == 0 && opened("/mnt/etc/l", false, &err) == -ELOOP, "not through a link");
	ok(symlink("/mnt/etc", "/mnt/ln") == 0 && opened("/mnt/ln/a", false, &err) < 0, "nor with a link on the way");
	ok(chmod("/mnt/etc", 0777) == 0 && opened("/mnt/etc/a", false, &err) == -EPERM, "nor below a directory of everybody's");
	ok(chmod("/mnt/etc", 01777) == 0 && opened("/mnt/etc/a", false, &err) == -EPERM, "not even a sticky one");
	ok(chmod("/mnt/etc", 0755) == 0 && chown("/mnt", 5, 5) == 0 && opened("/mnt/etc/a", false, &err) == -EPERM, "nor below another's");
	ok(chown("/mnt", 0, 0) == 0 && opened("/mnt/etc/../etc/a", false, &err) == -EINVAL, "no .. in the path");
	ok(mkfifo("/mnt/etc/f", 0644) == 0 && opened("/mnt/etc/f", false, &err) == -EINVAL, "a pipe is not read, and does not hang");
	put("/mnt/etc/z.conf", "");
	put("/mnt/etc/b.conf", "");
	put("/mnt/etc/.h.conf", "");
	ok(trust_list("/mnt/etc", ".conf", &names, &err) == 0 && names.len == 2 && strcmp(names.items[0], "b.conf") == 0,
		"a list in order, without hidden ones");
	strv_done(&names);
	ok(trust_list("/mnt/none", ".conf", &names, &err) == 0 && names.len == 0, "a missing directory is an empty list");
}

static int load(const char *path, struct profile *p, struct im_errs *errs)
{
	im_errs_done(errs);
	profile_done(p);
	return profile_load(&dirs, path, &specifiers_example, p, errs);
}

static void loading(void)
{
	struct profile p = {0};
	struct im_errs errs = {0};

	put("/mnt/lib/profiles/base.profile", "[Profile]\nDescription=base\nPriority=9\n[Session]\nUMask=0027\nEnvironment=A=1\n[Files]\nReadOnlyPaths=/b\n");
	put("/mnt/etc/users/u.profile", "[Profile]\nBase=base\n[Session]\nEnvironment=B=2\n[Files]\nReadOnlyPaths=\nReadOnlyPaths=/c\n");
	ok(load("/mnt/etc/users/u.profile", &p, &errs) == 0, "a profile with a base");
	ok(profile_number(&p, KW_UMASK) == 027 && p.v[KW_ENVIRONMENT].len == 2, "has what the base has, and its own");
	ok(p.v[KW_READ_ONLY_PATHS].len == 1, "a reset reaches into the base");
	ok(!profile_text(&p, KW_DESCRIPTION) && profile_number(&p, KW_PRIORITY) == 0, "description and priority are a file's own");
	ok(p.files.len == 2, "two files were read");
	ok(mkdir("/mnt/etc/users/u.profile.d", 0755) == 0, "drop-ins");
	put("/mnt/etc/users/u.profile.d/20.conf", "[Session]\nUMask=0002\n");
	put("/mnt/etc/users/u.profile.d/10.conf", "[Session]\nUMask=0001\n");
	put("/mnt/etc/users/u.profile.d/30.bak", "[Session]\nrubbish\n");
	ok(load("/mnt/etc/users/u.profile", &p, &errs) == 0 && profile_number(&p, KW_UMASK) == 2, "come last, in order, *.conf only");
	ok(chmod("/mnt/etc/users/u.profile.d/20.conf", 0666) == 0 && load("/mnt/etc/users/u.profile", &p, &errs) == -EPERM, "and are trusted or refused");
	ok(chmod("/mnt/etc/users/u.profile.d/20.conf", 0644) == 0, "again");
	put("/mnt/etc/profiles/base.profile", "[Session]\nUMask=0070\n");
	(void)unlink("/mnt/etc/users/u.profile.d/20.conf");
	(void)unlink("/mnt/etc/users/u.profile.d/10.conf");
	ok(load("/mnt/etc/users/u.profile", &p, &errs) == 0 && profile_number(&p, KW_UMASK) == 070, "a file in etc masks the shipped one");
	ok(chmod("/mnt/etc/profiles/base.profile", 0666) == 0 && load("/mnt/etc/users/u.profile", &p, &errs) < 0,
		"one that cannot be trusted does not fall through to the shipped one");
	put("/mnt/lib/profiles/loop.profile", "[Profile]\nBase=loop\n");
	put("/mnt/etc/users/l.profile", "[Profile]\nBase=loop\n");
	ok(load("/mnt/etc/users/l.profile", &p, &errs) == -ELOOP, "a chain that comes back to itself ends");
	put("/mnt/etc/users/m.profile", "[Profile]\nBase=nosuch\nUMask=1\n[Session]\nUMask=9\n");
	ok(load("/mnt/etc/users/m.profile", &p, &errs) < 0 && errs.len >= 1, "a missing base");
	profile_done(&p);
	im_errs_done(&errs);
}

static void select_is(const char *what, struct account *a, const char *want)
{
	struct im_errs errs = {0};
	char *path = NULL;
	const int r = profile_select(&dirs, a, &path, &errs);

	is_str(r == 0 ? path : NULL, want, "%s", what);
	free(path);
	im_errs_done(&errs);
}

static void selection(void)
{
	struct account_group groups[] = {{100, (char[]){"users"}}, {200, (char[]){"staff"}}};
	struct account a = {.name = (char[]){"ann"}, .home = (char[]){"/home/ann"}, .shell = (char[]){"/bin/sh"}, .uid = 1000, .gid = 100,
		.groups = groups, .groups_len = 2};
	const int self = open("/bin/sh", O_PATH | O_CLOEXEC), other = open("/bin/cat", O_PATH | O_CLOEXEC);
	struct account root = a;

	select_is("nothing at all", &a, NULL);
	put("/mnt/lib/profiles/default.profile", "");
	select_is("the shipped default", &a, "/mnt/lib/profiles/default.profile");
	put("/mnt/etc/default.profile", "");
	select_is("the host's default before it", &a, "/mnt/etc/default.profile");
	put("/mnt/etc/groups/staff.profile", "[Profile]\nPriority=1\n");
	select_is("a group's before that", &a, "/mnt/etc/groups/staff.profile");
	put("/mnt/etc/groups/users.profile", "[Profile]\nPriority=2\n");
	select_is("of two groups the higher priority", &a, "/mnt/etc/groups/users.profile");
	put("/mnt/etc/groups/users.profile", "[Profile]\nPriority=1\n");
	select_is("a tie refuses", &a, NULL);
	ok(account_is_confined(&dirs, &a, self) && !account_is_confined(&dirs, &a, other), "the shell is the file, not its name");
	put("/mnt/etc/users/ann.profile", "");
	select_is("the account's own before all", &a, "/mnt/etc/users/ann.profile");
	ok(account_is_confined(&dirs, &a, other), "a profile of its name confines");
	ok(chmod("/mnt/etc/users/ann.profile", 0666) == 0, "a bad one");
	select_is("refuses and does not fall through", &a, NULL);
	ok(account_is_confined(&dirs, &a, other), "and still confines");
	(void)unlink("/mnt/etc/users/ann.profile");
	groups[1].name = (char[]){"immured"};
	ok(account_is_confined(&dirs, &a, other), "group immured confines");
	root.uid = 0;
	ok(!account_is_confined(&dirs, &root, self), "uid 0 is never confined");
	ok(account_name_is_sane("a.b-c") && !account_name_is_sane(".a") && !account_name_is_sane("a/b") && !account_name_is_sane("") &&
			!account_name_is_sane("-a") && !account_name_is_sane("a\nb"),
		"names");
	(void)close(self);  /* O_PATH */
	(void)close(other); /* O_PATH */
}

static void view(void)
{
	struct values v = {0};
	struct im_errs errs = {0};

	put("/mnt/lib/view/a.list", "# c\n/etc/x\n\n  /etc/y  \n/etc/z*\n");
	put("/mnt/etc/view/b.list", "!/etc/x\n/var/lib/w\n");
	ok(view_load(&dirs, &v, &errs) == 0 && v.len == 3, "lists add up, and ! takes out");
	is_str(v.items[0].text, "/etc/y", "spaces go");
	ok(v.items[0].from.line == 4 && strcmp(v.items[0].from.file, "/mnt/lib/view/a.list") == 0, "the line is told");
	values_done(&v);
	put("/mnt/etc/view/a.list", "/etc/other\n");
	ok(view_load(&dirs, &v, &errs) == 0 && v.len == 2, "a list in etc masks the shipped one");
	values_done(&v);
	put("/mnt/etc/view/a.list", "/home/x\n/etc/../root\n/etc\n/etc/*/x\n");
	ok(view_load(&dirs, &v, &errs) == -EBADMSG && errs.len == 4, "only paths below /etc and /var, every mistake told");
	im_errs_done(&errs);
}

static void accounts(void)
{
	struct account a = {0};
	struct im_err err = {0};

	ok(mkdir("/mnt/r", 0755) == 0 && mkdir("/mnt/r/etc", 0755) == 0, "a database");
	put("/mnt/r/etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:100:Ann A:/home/ann:/bin/sh\nann2:x:1000:200::/home/a2:/bin/sh\n");
	put("/mnt/r/etc/group", "root:x:0:\nusers:x:100:\nstaff:x:200:bob,ann\nother:x:300:annie\n");
	ok(account_by_uid("/mnt/r", 1000, &a, &err) == 0 && strcmp(a.name, "ann") == 0 && a.gid == 100 && a.groups_len == 2, "by uid");
	ok(strcmp(a.groups[0].name, "users") == 0 && strcmp(a.groups[1].name, "staff") == 0, "with its groups, the primary first");
	account_done(&a);
	ok(account_by_name("/mnt/r", "ann2", &a, &err) == 0 && strcmp(a.name, "ann") == 0, "a second name is the same account");
	account_done(&a);
	ok(account_by_uid("/mnt/r", 5, &a, &err) == -ENOENT && account_by_name("/mnt/r", "nobody", &a, NULL) == -ENOENT, "unknown ones");
	ok(account_by_uid("/mnt/none", 5, &a, &err) < 0, "no database at all");
}

int main(void)
{
	static const char *const folders[] = {"/mnt/etc", "/mnt/lib", "/mnt/etc/users", "/mnt/etc/groups", "/mnt/etc/profiles", "/mnt/etc/view",
		"/mnt/lib/profiles", "/mnt/lib/view"};

	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("tmpfs", "/mnt", "tmpfs", 0, "mode=0755") < 0) {
		skip("files of policy", "needs root and a mount namespace");
		return tap_done();
	}
	(void)umask(022); /* cannot fail */
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (mkdir(folders[i], 0755) < 0)
			return 1;
	trust();
	loading();
	selection();
	view();
	accounts();
	return tap_done();
}
