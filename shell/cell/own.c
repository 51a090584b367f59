/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "build.h"
#include "own.h"
#include "share.h"
#include "str.h"
#include "terminal_node.h"

#define KEEPER LIBDIR "/immure-keeper"

struct own {
	const struct plan *plan;
	char dir[REGISTRY_PATH_MAX];
	int registry;
	struct cell_record *cells;
	int cells_len;
};

/* A login that sees another tree of the host (chroot, a mount namespace) gets no cell that was built from this one. 0: cannot be told. */
static uint64_t own_hash(const struct plan *plan)
{
	struct stat root = {0}, ns = {0};

	if (stat("/", &root) < 0 || stat("/proc/self/ns/mnt", &ns) < 0)
		return 0;
	return ((plan_hash(plan) ^ root.st_ino) * UINT64_C(0x100000001b3) ^ ns.st_ino) * UINT64_C(0x100000001b3) ^ root.st_dev;
}

static bool same_file(const char *path, const struct stat *want)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == want->st_dev && st.st_ino == want->st_ino;
}

/* Would a cell of this plan show the registry? By name, and by what a bind of a profile leads to: it may go through links. */
static bool shows(const struct plan *plan, const char *dir)
{
	for (size_t i = 0; i < plan->len; i++) {
		const struct step *s = &plan->steps[i];
		char parent[REGISTRY_PATH_MAX] = "";
		struct stat st;

		if ((s->kind != STEP_BIND && s->kind != STEP_OWN_TMP) || s->skipped || !s->arg || (s->flags & SF_LOGIN))
			continue;
		if (path_is_below(dir, s->arg) || path_is_below(s->arg, dir))
			return true;
		if (!(s->flags & SF_FOLLOW) || stat(s->arg, &st) < 0 || !S_ISDIR(st.st_mode))
			continue;
		for (const char *slash = dir; slash; slash = strchr(slash + 1, '/')) {
			(void)snprintf(parent, sizeof(parent), "%.*s", slash == dir ? 1 : (int)(slash - dir), dir); /* the registry's path is short */
			if (same_file(parent, &st))
				return true;
		}
		if (same_file(dir, &st))
			return true;
	}
	return false;
}

static int timeout_ms(const struct plan *plan)
{
	const struct step *s = plan_find(plan, STEP_DEADLINE);

	return s && s->num / 1000 < 3600000 ? (int)(s->num / 1000) : 3600000;
}

/* The socket of its agent that is to be shown; one in the home is there in any case. */
static const struct step *agent_step(const struct plan *plan)
{
	for (size_t i = 0; i < plan->len; i++)
		if (plan->steps[i].kind == STEP_BIND && (plan->steps[i].flags & SF_LOGIN) && !plan->steps[i].skipped)
			return &plan->steps[i];
	return NULL;
}

/* What the login brings along, taken from the host while it can be: not at all if there is no cell to bring it to. */
static int bring(struct own *o, struct own_login *l, struct im_err *err)
{
	const struct step *tty = plan_find(o->plan, STEP_TERMINAL), *agent = agent_step(o->plan);
	struct im_err why = {0};

	if (tty && l->tty < 0)
		l->tty = node_clone(tty->arg, S_IFCHR, err);
	if (tty && l->tty < 0)
		return -err->code;
	if (agent && l->agent < 0)
		l->agent = node_clone(agent->arg, S_IFSOCK, &why); /* without it the login has no agent, which the plan then says */
	return 0;
}

/* 0: joined; 1: there is none to join. */
static int join(struct own *o, struct own_login *l, struct cell *ret, struct im_err *err)
{
	struct im_err why = {0};
	int r = 1;

	for (int i = 0; i < o->cells_len && r != 0; i++) {
		o->cells[i].dir = o->dir;
		if (!o->cells[i].shared || o->cells[i].hash != l->hash)
			continue;
		if (bring(o, l, err) < 0)
			return -err->code;
		r = cell_join(&o->cells[i], cell_namespaces(o->plan), ret, &why); /* one that is not as it should be is passed over */
	}
	return r == 0 ? 0 : 1;
}

static int raise_shared(struct own *o, const struct cell_request *req, const char *user, bool linger, const struct own_login *l,
	struct cell *ret, struct im_err *err)
{
	struct cell_record r = {.uid = req->uid, .hash = l->hash, .raised = (uint64_t)time(NULL), .shared = true, .dir = o->dir};
	char hash[24];
	const struct cell_file files[] = {{CELL_PLAN, hash, false}};
	struct cell_request more = *req;
	int code;

	(void)snprintf(hash, sizeof(hash), "%" PRIu64, l->hash);                   /* fits */
	(void)snprintf(r.user, sizeof(r.user), "%s", user ? user : "");            /* a longer one is cut: it is for people */
	(void)snprintf(r.service, sizeof(r.service), "immure");                    /* fits */
	if (registry_new_id(o->registry, r.uid, r.id, err) < 0)
		return 1;
	more.files = files;
	more.files_len = 1;
	code = cell_raise(o->plan, &more, ret, err);
	if (code < 0)
		return code;
	if (cell_share(ret, o->registry, &r, KEEPER, linger, err) == 0)
		return 0;
	cell_end(ret);
	return 1;
}

static int find_or_raise(struct own *o, const struct cell_request *req, const char *user, bool linger, struct own_login *l, struct cell *ret,
	struct im_err *err)
{
	int r;

	l->lock = registry_lock(o->registry, req->uid, timeout_ms(o->plan), err);
	if (l->lock < 0)
		return 1;
	o->cells_len = registry_list(o->registry, req->uid, &o->cells, err);
	if (o->cells_len < 0)
		return 1;
	r = join(o, l, ret, err);
	return r == 1 ? raise_shared(o, req, user, linger, l, ret, err) : r;
}

int own_open(const struct plan *plan, const struct cell_request *req, const char *user, bool linger, struct own_login *l, struct cell *ret,
	struct im_err *err)
{
	struct own o = {.plan = plan};
	int r = 1;

	o.registry = registry_open_own(o.dir, err);
	if (o.registry < 0)
		return 1;
	l->hash = own_hash(plan);
	if (!l->hash)
		im_fail(err, errno, "registry: /proc/self/ns/mnt: %s", strerror(errno));
	else if (shows(plan, o.dir))
		im_fail(err, EPERM, "registry: %s would be seen in the cell", o.dir);
	else
		r = find_or_raise(&o, req, user, linger, l, ret, err);
	(void)close(o.registry); /* only read */
	free(o.cells);
	return r;
}

/* The root is read-only in the cell, and its makers were programs of this name. */
static bool is_of_plan(uint64_t hash)
{
	const int fd = open(CELL_PLAN, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char text[24] = "";
	uint64_t have;
	const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		(void)close(fd); /* only read */
	return n > 0 && str_to_u64(text, UINT64_MAX, &have) == 0 && have == hash;
}

int own_settle(struct plan *plan, struct own_login *l, char *ret_tty, struct im_err *err)
{
	static const char not_new[] = "the cell was there before this login";
	char agent[NODE_PATH_MAX] = "";
	int r = 0;

	*ret_tty = 0;
	if (!is_of_plan(l->hash))
		return im_fail(err, EPERM, "cell: it has another plan than its record says (was the registry meddled with?)");
	if (l->tty >= 0)
		r = node_bind(l->tty, "tty", ret_tty, err);
	if (r == 0 && l->agent >= 0)
		r = node_bind(l->agent, "agent", agent, err);
	if (r == 0 && (plan_set_login(plan, "SSH_TTY", *ret_tty ? ret_tty : NULL, not_new) < 0 ||
			      (agent_step(plan) && plan_set_login(plan, "SSH_AUTH_SOCK", *agent ? agent : NULL, not_new) < 0) ||
			      plan_skip_login(plan, not_new) < 0))
		r = im_fail(err, ENOMEM, "cell: not enough memory");
	return r;
}

void own_done(struct own_login *l)
{
	registry_unlock(l->lock);
	if (l->tty >= 0)
		(void)close(l->tty); /* attached, or to be dropped */
	if (l->agent >= 0)
		(void)close(l->agent); /* as above */
	*l = OWN_LOGIN_NONE;
}
