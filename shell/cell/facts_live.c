/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <grp.h>
#include <linux/magic.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "facts_live.h"
#include "view.h"

#define FIRST_USER_ID 1000u /* login.defs(5): UID_MIN */
#define NOBODY_ID     65534u

static void live_path(void *ctx, const char *path, bool follow, struct path_fact *ret)
{
	struct stat st;

	(void)ctx; /* the kernel needs no table */
	*ret = (struct path_fact){0};
	if (fstatat(AT_FDCWD, path, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0)
		return;
	ret->uid = st.st_uid;
	ret->mode = st.st_mode & 07777;
	if (S_ISDIR(st.st_mode)) {
		ret->kind = PATH_DIRECTORY;
	} else if (S_ISREG(st.st_mode)) {
		ret->kind = PATH_FILE;
	} else if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) {
		ret->kind = PATH_DEVICE;
	} else if (S_ISLNK(st.st_mode)) {
		const ssize_t n = readlink(path, ret->target, sizeof(ret->target));

		ret->kind = PATH_SYMLINK;
		ret->target[n > 0 && (size_t)n < sizeof(ret->target) ? n : 0] = 0;
	} else {
		ret->kind = PATH_OTHER;
	}
}

static int copy_account(const struct account *a, struct account *ret)
{
	*ret = (struct account){.uid = a->uid, .gid = a->gid};
	ret->name = strdup(a->name);
	ret->gecos = strdup(a->gecos ? a->gecos : "");
	ret->home = strdup(a->home ? a->home : "");
	ret->shell = strdup(a->shell ? a->shell : "");
	ret->groups = calloc(a->groups_len + 1, sizeof(*ret->groups));
	if (!ret->name || !ret->gecos || !ret->home || !ret->shell || !ret->groups)
		return -ENOMEM;
	for (size_t i = 0; i < a->groups_len; i++) {
		ret->groups[i].gid = a->groups[i].gid;
		ret->groups[i].name = strdup(a->groups[i].name);
		if (!ret->groups[i].name)
			return -ENOMEM;
		ret->groups_len++;
	}
	return 0;
}

/* The entries of the system itself; who else has an account here is not the cell's business. */
static char *system_passwd(uid_t own)
{
	FILE *in = fopen("/etc/passwd", "re"), *out;
	const struct passwd *pw;
	char *text = NULL;
	size_t len;
	bool good;

	if (!in)
		return NULL;
	out = open_memstream(&text, &len);
	while (out && (pw = fgetpwent(in)))
		if ((pw->pw_uid < FIRST_USER_ID || pw->pw_uid == NOBODY_ID) && pw->pw_uid != own)
			(void)fprintf(out, "%s:x:%u:%u:%s:%s:%s\n", pw->pw_name, (unsigned)pw->pw_uid, (unsigned)pw->pw_gid,
				pw->pw_gecos, pw->pw_dir, pw->pw_shell); /* ferror() below */
	(void)fclose(in); /* only read */
	good = out && !ferror(out);
	if (out && fclose(out) != 0)
		good = false;
	if (good)
		return text;
	free(text);
	return NULL;
}

static char *system_group(void)
{
	FILE *in = fopen("/etc/group", "re"), *out;
	const struct group *gr;
	char *text = NULL;
	size_t len;
	bool good;

	if (!in)
		return NULL;
	out = open_memstream(&text, &len);
	while (out && (gr = fgetgrent(in)))
		if (gr->gr_gid < FIRST_USER_ID || gr->gr_gid == NOBODY_ID)
			(void)fprintf(out, "%s:x:%u:\n", gr->gr_name, (unsigned)gr->gr_gid); /* ferror() below */
	(void)fclose(in); /* only read */
	good = out && !ferror(out);
	if (out && fclose(out) != 0)
		good = false;
	if (good)
		return text;
	free(text);
	return NULL;
}

/* What matches a pattern in the last component. glob(3) would bring the name service into a static program. */
static int add_matches(struct values *all, const struct value *v)
{
	const char *slash = strrchr(v->text, '/');
	char *folder = strndup(v->text, (size_t)(slash - v->text));
	DIR *d = folder ? opendir(folder) : NULL;
	const struct dirent *e;
	int r = folder ? 0 : -ENOMEM;

	while (d && r == 0 && (e = readdir(d))) {
		char *path;

		if (fnmatch(slash + 1, e->d_name, FNM_PERIOD) != 0)
			continue;
		path = str_printf("%s/%s", folder, e->d_name);
		r = path ? view_add(all, path, v->from) : -ENOMEM;
		free(path);
	}
	if (d)
		(void)closedir(d); /* only read */
	free(folder);
	return r;
}

/* Lines that end in "*" stand for what is there now; the rest is taken as it is. */
static int expand_view(struct values *v)
{
	struct values all = {0};
	int r = 0;

	for (size_t i = 0; i < v->len && r == 0; i++)
		r = strchr(v->items[i].text, '*') ? add_matches(&all, &v->items[i]) :
						    view_add(&all, v->items[i].text, v->items[i].from);
	values_done(v);
	*v = all;
	return r;
}

static void find_tty(char *ret, size_t size)
{
	for (int fd = 0; fd <= 2; fd++) {
		char link[32], path[64];
		struct stat a, b;
		ssize_t n;

		if (!isatty(fd))
			continue;
		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd); /* fits */
		n = readlink(link, path, sizeof(path) - 1);
		if (n <= 0 || (size_t)n >= size)
			continue;
		path[n] = 0;
		if (strncmp(path, "/dev/", 5) == 0 && fstat(fd, &a) == 0 && lstat(path, &b) == 0 && S_ISCHR(b.st_mode) &&
			a.st_rdev == b.st_rdev && a.st_ino == b.st_ino && a.st_dev == b.st_dev) {
			memcpy(ret, path, (size_t)n + 1);
			return;
		}
	}
}

static void find_kernel(struct facts *f)
{
	const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1u /* LANDLOCK_CREATE_RULESET_VERSION */);
	struct utsname un;
	struct statfs fs;
	struct rlimit core;

	f->landlock_abi = abi > 0 && abi < 1000 ? (int)abi : 0;
	f->cgroup2 = statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
	f->core_locked = getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0;
	if (uname(&un) == 0)
		(void)snprintf(f->hostname, sizeof(f->hostname), "%s", un.nodename); /* at most 64 bytes: uname(2) */
}

int facts_collect(const struct account *a, const struct policy_dirs *dirs, struct facts *ret, struct im_errs *errs)
{
	struct facts f = {.path = live_path};
	int r = copy_account(a, &f.account);

	if (r == 0) {
		find_kernel(&f);
		find_tty(f.tty, sizeof(f.tty));
		f.system_passwd = system_passwd(a->uid);
		f.system_group = system_group();
		if (!f.system_passwd || !f.system_group)
			r = im_errs_add(errs, EIO, (struct origin){0}, "/etc/passwd, /etc/group: cannot be read: %m");
	} else {
		im_errs_add(errs, ENOMEM, (struct origin){0}, "not enough memory to look at the host");
	}
	if (r == 0)
		r = view_load(dirs, &f.view, errs);
	if (r == 0 && expand_view(&f.view) < 0)
		r = im_errs_add(errs, ENOMEM, (struct origin){0}, "not enough memory to look at the host");
	if (r < 0) {
		facts_done(&f);
		return r;
	}
	*ret = f;
	return 0;
}
