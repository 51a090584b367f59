/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "door.h"
#include "facts_live.h"
#include "select.h"

/* systemd-user starts what no door leads out of: never. */
static bool lets_in(const struct profile *p, const char *service)
{
	const struct values *v = &p->v[KW_SERVICES];
	const size_t len = strlen(service);

	if (strcmp(service, "systemd-user") == 0)
		return false;
	for (size_t i = 0; i < v->len; i++)
		if (strcmp(v->items[i].text, service) == 0)
			return true;
	for (const char *at = p->was_set[KW_SERVICES] ? "" : keywords[KW_SERVICES].def; *at; at += strspn(at, " ")) {
		if (strncmp(at, service, len) == 0 && (at[len] == ' ' || !at[len]))
			return true;
		at += strcspn(at, " ");
	}
	return false;
}

int door_look(struct door *d, struct im_errs *errs)
{
	if (facts_collect(&d->account, &d->dirs, &d->facts, errs) < 0 || im_errs_any(errs))
		return -EIO;
	d->facts.privileged = d->facts.door = true;
	return plan_build(&d->profile, &d->facts, &d->plan, errs) < 0 || im_errs_any(errs) ? -EIO : 0;
}

enum door_answer door_plan(struct door *d, struct im_errs *errs)
{
	const struct account *a = &d->account;
	const struct specifiers sp = {a->name, a->home, a->groups_len ? a->groups[0].name : "", a->uid};
	struct im_err err = {0};

	if (profile_select(&d->dirs, a, &d->profile_path, errs) < 0 ||
		profile_load(&d->dirs, d->profile_path, &sp, &d->profile, errs) < 0 || im_errs_any(errs))
		return DOOR_BROKEN;
	if (!lets_in(&d->profile, d->service)) {
		im_errs_add(errs, EACCES, profile_from(&d->profile, KW_SERVICES), "Services: %s may not open a session of %s", d->service,
			a->name);
		return DOOR_DENIED;
	}
	if (door_answers(d, &err) < 0) {
		im_errs_add(errs, err.code, (struct origin){0}, "%s", err.text);
		return DOOR_BROKEN;
	}
	return door_look(d, errs) < 0 ? DOOR_BROKEN : DOOR_OPEN;
}

void door_done(struct door *d)
{
	plan_done(&d->plan);
	facts_done(&d->facts);
	profile_done(&d->profile);
	account_done(&d->account);
	free(d->cgroup);
	d->cgroup = NULL;
	free(d->profile_path);
	d->profile_path = NULL;
}
