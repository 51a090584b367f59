/* SPDX-License-Identifier: MIT */
/*
 * Going through the door. Stages, in order, and what each can no longer do:
 *   1 lock     one login of the account at a time; limits of the account
 *   2 cell     joined, or raised in a child and given a keeper; the caller is as it was
 *   3 enter    the caller is in all namespaces of the cell, its children also in that of the processes: no way back
 *   4 preseal  no new namespaces, mounts, keys; no_new_privs; Landlock's ports; inherited by all that follows
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "build.h"
#include "door.h"
#include "login_terminal.h"
#include "preseal.h"
#include "share.h"

struct entry {
	struct door *d;
	int registry;
	uint64_t hash;
	struct cell_record *cells; /* of the account */
	int cells_len;
	struct cell cell;
};

static bool shares(const struct door *d)
{
	return strcmp(profile_text(&d->profile, KW_SCOPE), "user") == 0;
}

static int too_many(const struct entry *e, struct im_err *err)
{
	const struct profile *p = &e->d->profile;
	const uint64_t most = profile_number(p, KW_MAX_LOGINS);
	uint64_t n = 0;

	if (!p->v[KW_MAX_LOGINS].len)
		return 0;
	for (int i = 0; i < e->cells_len; i++) {
		const int there = cell_logins(&e->cells[i]);

		if (there < 0)
			return im_fail_at(err, EAGAIN, profile_from(p, KW_MAX_LOGINS),
				"MaxLogins: the keeper of cell %s does not say how many sessions there are", e->cells[i].id);
		n += (unsigned)there;
	}
	return n < most ? 0 : im_fail_at(err, EUSERS, profile_from(p, KW_MAX_LOGINS), "MaxLogins: %s has %llu sessions already",
		e->d->account.name, (unsigned long long)n);
}

/* 0: joined; 1: there is none to join. */
static int join(struct entry *e, struct im_err *err)
{
	int r = 1;

	for (int i = 0; shares(e->d) && i < e->cells_len && r == 1; i++)
		if (e->cells[i].shared && e->cells[i].hash == e->hash) {
			r = cell_join(&e->cells[i], 0, &e->cell, err);
			if (r == 0)
				memcpy(e->d->cell, e->cells[i].id, sizeof(e->d->cell));
		}
	return r;
}

static char *canonical(const struct profile *p)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	if (profile_print(p, out) < 0 || fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static int raise_cell(struct entry *e, struct im_err *err)
{
	struct door *d = e->d;
	struct cell_record r = {.uid = d->account.uid, .hash = e->hash, .raised = (uint64_t)time(NULL), .shared = shares(d)};
	char *seal = plan_write_seal(&d->plan), *profile = canonical(&d->profile), *about = NULL;
	int code = seal && profile ? registry_new_id(e->registry, r.uid, r.id, err) : im_fail(err, ENOMEM, "not enough memory");

	(void)snprintf(r.user, sizeof(r.user), "%s", d->account.name);       /* a longer one is cut: it is for people */
	(void)snprintf(r.profile, sizeof(r.profile), "%s", d->profile_path); /* as above */
	(void)snprintf(r.service, sizeof(r.service), "%s", d->service);      /* as above */
	if (code == 0 && !(about = registry_text(&r)))
		code = im_fail(err, ENOMEM, "not enough memory");
	if (code == 0) {
		const struct cell_file files[] = {{CELL_SEAL, seal, false}, {CELL_ABOUT, about, false},
			{CELL_PROFILE, profile, !profile_bool(&d->profile, KW_EXPLAIN)}};
		const struct cell_request req = {.init_path = LIBDIR "/immure-init", .uid = d->account.uid, .gid = d->account.gid,
			.files = files, .files_len = sizeof(files) / sizeof(*files)};

		code = cell_raise(&d->plan, &req, &e->cell, err);
	}
	if (code == 0)
		code = cell_share(&e->cell, e->registry, &r, LIBDIR "/immure-keeper", profile_bool(&d->profile, KW_PERSISTENT), err);
	if (code == 0)
		memcpy(d->cell, r.id, sizeof(d->cell));
	free(about);
	free(seal);
	free(profile);
	return code;
}

/* A terminal that cannot be shown is no reason to refuse: the session has it open, only its name is missing. */
static int take_terminal(const struct plan *plan)
{
	const struct step *s = plan_find(plan, STEP_LOGIN_TERMINAL);
	struct im_err unheard = {0};

	return s ? login_terminal_take(s->arg, &unheard) : -1;
}

static void name_terminal(const struct plan *plan, int terminal)
{
	struct im_err unheard = {0};

	if (terminal >= 0)
		(void)login_terminal_bind(terminal, plan_find(plan, STEP_LOGIN_TERMINAL)->path, &unheard); /* as above */
}

/* NSS reads files and loads libraries when it is first asked: that has happened. From here on it finds the cell's own files. */
static int go_in(struct entry *e, struct im_err *err)
{
	const struct plan *plan = &e->d->plan;
	gid_t groups[CELL_MAX_GROUPS];
	const int n = cell_groups(plan, groups, CELL_MAX_GROUPS);
	struct stat st;
	const bool selinux = stat("/sys/fs/selinux/enforce", &st) == 0;
	const int terminal = take_terminal(plan);
	int r = n < 0 ? im_fail(err, -n, "groups: %s", strerror(-n)) : preseal_keyring(plan, err);

	if (r == 0)
		r = door_descriptors(err);
	if (r == 0)
		r = cell_enter(&e->cell, plan, err);
	if (r == 0)
		name_terminal(plan, terminal);
	else if (terminal >= 0)
		(void)close(terminal); /* drops it */
	if (r == 0 && e->cell.release >= 0)
		r = cell_release(&e->cell, err);
	if (r == 0 && setgroups((size_t)n, groups) < 0)
		r = im_fail(err, errno, "groups: %s", strerror(errno));
	if (r == 0 && chdir("/") < 0)
		r = im_fail(err, errno, "chdir: %s", strerror(errno));
	return r < 0 ? r : preseal_apply(plan, !selinux, err);
}

/* Under the account's lock. */
static enum door_answer get_cell(struct entry *e, struct im_err *err)
{
	int r;

	e->cells_len = registry_list(e->registry, e->d->account.uid, &e->cells, err);
	if (e->cells_len < 0)
		return DOOR_BROKEN;
	if (too_many(e, err) < 0)
		return DOOR_DENIED;
	r = join(e, err);
	if (r == 1)
		r = raise_cell(e, err);
	return r < 0 ? DOOR_BROKEN : DOOR_OPEN;
}

enum door_answer door_enter(struct door *d, int *ret_link, struct im_err *err)
{
	const uint64_t usec = profile_number(&d->profile, KW_RAISE_TIMEOUT);
	struct entry e = {.d = d, .registry = registry_open(err), .hash = plan_hash(&d->plan), .cell = CELL_NONE};
	enum door_answer answer = DOOR_BROKEN;
	int lock = e.registry < 0 ? -1 :
		registry_lock(e.registry, d->account.uid, usec / 1000 < 3600000 ? (int)(usec / 1000) : 3600000, err);

	if (lock >= 0 && door_limits(d, err) == 0)
		answer = get_cell(&e, err);
	if (answer == DOOR_OPEN && go_in(&e, err) < 0)
		answer = DOOR_BROKEN;
	registry_unlock(lock);
	if (e.registry >= 0)
		(void)close(e.registry); /* only read */
	free(e.cells);
	if (answer == DOOR_OPEN) {
		*ret_link = e.cell.link;
		e.cell.link = -1;
		e.cell.init = -1; /* it lives on */
		cell_forget(&e.cell);
	} else {
		cell_leave(e.cell.link);
		e.cell.link = -1;
		cell_end(&e.cell);
		door_limits_undo(d); /* without effect from within a cell: its keeper does it */
	}
	return answer;
}
