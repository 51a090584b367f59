/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sched.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"
#include "sys.h"

static build_applier *const appliers[STEP_MAX] = {
	[STEP_ROOT] = build_root,
	[STEP_DIRECTORY] = build_directory,
	[STEP_SYMLINK] = build_symlink,
	[STEP_FILE] = build_file,
	[STEP_TMPFS] = build_tmpfs,
	[STEP_BIND] = build_bind,
	[STEP_OWN_TMP] = build_own_tmp,
	[STEP_PROC] = build_proc,
	[STEP_CGROUP] = build_cgroup,
	[STEP_DEVPTS] = build_devpts,
	[STEP_TERMINAL] = build_terminal,
	[STEP_PIN] = build_pin,
	[STEP_READ_ONLY] = build_read_only,
	[STEP_READ_WRITE] = build_read_write,
	[STEP_INACCESSIBLE] = build_inaccessible,
	[STEP_HOSTNAME] = build_hostname,
	[STEP_LOOPBACK] = build_loopback,
	[STEP_PIVOT] = build_pivot,
};

int build_fail(struct build *b, const char *operation, const char *path)
{
	const int code = errno;

	if (code == EPERM || code == EACCES)
		return im_fail(b->err, code, "cell: %s %s: %s%s", operation, path, strerror(code), sys_userns_hint());
	return im_fail(b->err, code, "cell: %s %s: %s", operation, path, strerror(code));
}

void build_as_account(const struct build *b, bool yes)
{
	if (!b->privileged)
		return;
	if (!yes)
		(void)setfsuid(0); /* cannot fail for root, whose real id is 0 */
	(void)setfsgid(yes ? b->req->gid : 0); /* as above */
	if (yes)
		(void)setfsuid(b->req->uid); /* as above */
}

/* A path that only root can search must not lead through a link: somebody else may have laid it. */
static int open_source(const struct build *b, const char *path)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS};
	int fd;

	build_as_account(b, true);
	fd = sys_openat2(AT_FDCWD, path, &how);
	build_as_account(b, false);
	if (fd >= 0 || errno != EACCES || !b->privileged)
		return fd;
	how.resolve |= RESOLVE_NO_SYMLINKS;
	return sys_openat2(AT_FDCWD, path, &how);
}

static int open_sources(struct build *b)
{

	b->sources = calloc(b->plan->len + 1, sizeof(*b->sources));
	if (!b->sources)
		return im_fail(b->err, ENOMEM, "cell: not enough memory");
	for (size_t i = 0; i < b->plan->len; i++) {
		const struct step *s = &b->plan->steps[i];
		const bool follow = s->kind == STEP_BIND && (s->flags & SF_FOLLOW) && !s->skipped;
		const int fd = follow ? open_source(b, s->arg) : -1;

		b->sources[i] = fd < 0 ? -errno : fd;
	}
	return 0;
}

static void build_done(struct build *b)
{
	for (size_t i = 0; b->sources && i < b->plan->len; i++)
		if (b->sources[i] >= 0)
			(void)close(b->sources[i]); /* O_PATH: nothing to lose */
	free(b->sources);
	if (b->root >= 0)
		(void)close(b->root); /* as above */
}

int build_cell(const struct plan *plan, const struct cell_request *req, struct im_err *err)
{
	struct build b = {.plan = plan, .root = -1, .err = err, .req = req,
		.privileged = !(cell_namespaces(plan) & CLONE_NEWUSER)};
	struct mount_attr private = {.propagation = MS_PRIVATE};
	int r = open_sources(&b);

	(void)umask(0); /* cannot fail; modes are the plan's, exactly */
	if (r == 0 && sys_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &private) < 0)
		r = build_fail(&b, "make private", "/");
	for (size_t i = 0; i < plan->len && r == 0; i++) {
		const struct step *s = &plan->steps[i];

		if (step_stage(s->kind) != STAGE_CELL || s->skipped)
			continue;
		if (req->say)
			req->say(s, i + 1);
		r = appliers[s->kind] ? appliers[s->kind](&b, s) :
					im_fail(err, ENOSYS, "cell: no way to apply step %zu (%s)", i + 1, step_name(s->kind));
	}
	build_done(&b);
	return r;
}

int build_own(struct build *b, int fd, const char *path)
{
	struct stat st;

	if (b->own_len == BUILD_MAX_OWN)
		return im_fail(b->err, E2BIG, "cell: %s: more than %d file systems of its own", path, BUILD_MAX_OWN);
	if (fstat(fd, &st) < 0)
		return build_fail(b, "look at", path);
	b->own[b->own_len++] = st.st_dev;
	return 0;
}

static bool is_own(const struct build *b, int dir)
{
	struct stat st;

	if (fstat(dir, &st) < 0)
		return false;
	for (size_t i = 0; i < b->own_len; i++)
		if (b->own[i] == st.st_dev)
			return true;
	return false;
}

static int look(int dir, const char *name, int flags)
{
	const struct open_how how = {.flags = (uint64_t)(O_PATH | O_CLOEXEC | O_NOFOLLOW | flags),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};

	return sys_openat2(dir, name, &how);
}

int build_look(struct build *b, const char *path)
{
	return look(b->root, path[1] ? path + 1 : ".", 0);
}

/* One component of a path: opened, or made first if there is none and the place is the builder's. */
static int descend(struct build *b, int dir, const char *name, const char *path)
{
	int fd = look(dir, name, O_DIRECTORY);

	if (fd < 0 && errno == ENOENT) {
		if (!is_own(b, dir)) {
			im_fail(b->err, ENOENT, "cell: %s: there is no such directory, and none is made in a tree of the host", path);
			return -ENOENT;
		}
		if (mkdirat(dir, name, 0755) < 0 && errno != EEXIST)
			return build_fail(b, "make directory", path);
		fd = look(dir, name, O_DIRECTORY);
	}
	return fd < 0 ? build_fail(b, "open directory", path) : fd;
}

int build_parent(struct build *b, const char *path, const char **ret_name)
{
	char name[256];
	int dir = look(b->root, ".", O_DIRECTORY), next;
	const char *at = path + 1, *slash;

	if (dir < 0)
		return build_fail(b, "open", "/");
	for (; (slash = strchr(at, '/')); at = slash + 1) {
		const size_t len = (size_t)(slash - at);

		if (len == 0 || len >= sizeof(name)) {
			(void)close(dir); /* O_PATH */
			return im_fail(b->err, ENAMETOOLONG, "cell: %s: not a path", path);
		}
		memcpy(name, at, len);
		name[len] = 0;
		next = descend(b, dir, name, path);
		(void)close(dir); /* O_PATH */
		if (next < 0)
			return next;
		dir = next;
	}
	*ret_name = at;
	return dir;
}

int build_target(struct build *b, const char *path, bool directory)
{
	const char *name = "";
	int dir, fd = build_look(b, path);
	int file = -1, r = 0;

	if (fd >= 0)
		return fd;
	if (errno != ENOENT)
		return build_fail(b, "open mount point", path);
	dir = build_parent(b, path, &name);
	if (dir < 0)
		return dir;
	if (!is_own(b, dir))
		r = im_fail(b->err, ENOENT, "cell: %s: does not exist, and no mount point is made in a tree of the host", path);
	else if (directory ? mkdirat(dir, name, 0755) < 0 :
			     (file = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644)) < 0)
		r = build_fail(b, "make mount point", path);
	if (file >= 0)
		(void)close(file); /* nothing was written */
	fd = r == 0 ? look(dir, name, 0) : -1;
	if (r == 0 && fd < 0)
		r = build_fail(b, "open mount point", path);
	(void)close(dir); /* O_PATH */
	return r < 0 ? r : fd;
}
