/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "facts_live.h"
#include "filter.h"
#include "immurectl.h"
#include "plan.h"
#include "select.h"

struct explained {
	struct account account;
	struct profile profile;
	struct facts facts;
	struct plan plan;
	char *path;
	bool confined;
	bool by_shell; /* and its shell is immure: without the PAM door nothing else leads into the cell */
};

static void explained_done(struct explained *e)
{
	plan_done(&e->plan);
	facts_done(&e->facts);
	profile_done(&e->profile);
	account_done(&e->account);
	free(e->path);
}

static int find_account(const struct ctl *c, struct explained *e, struct im_errs *errs)
{
	const int self = open(BINDIR "/immure", O_PATH | O_CLOEXEC);
	struct im_err err = {0};
	const int r = ctl_find_account(c->args[0], &e->account, &err);

	if (r < 0)
		im_errs_add(errs, err.code, (struct origin){0}, "%s", err.text);
	e->confined = r == 0 && account_is_confined(&c->dirs, &e->account, self);
	e->by_shell = r == 0 && self >= 0 && account_shell_is(&e->account, self);
	if (self >= 0)
		(void)close(self); /* O_PATH */
	return r;
}

static int load(const struct ctl *c, struct explained *e, struct im_errs *errs)
{
	const struct account *a = &e->account;
	const struct specifiers sp = {a->name, a->home, a->groups_len ? a->groups[0].name : "", a->uid};
	const char *user;
	int r = c->profile ? profile_find(&c->dirs, c->profile, &e->path, errs) : profile_select(&c->dirs, a, &e->path, errs);

	if (r == 0)
		r = ctl_load(c, e->path, &sp, &e->profile, errs);
	for (size_t i = 0; r == 0 && i < c->assignments.len; i++)
		profile_assign(&e->profile, c->assignments.items[i], "-p", &sp, errs);
	if (r == 0 && c->assignments.len)
		profile_check(&e->profile, errs);
	user = profile_text(&e->profile, KW_USER);
	if (r == 0 && c->server && strcmp(user ? user : "root", a->name) != 0)
		return im_errs_add(errs, EINVAL, profile_from(&e->profile, KW_USER), "User: the server's account is %s (explain %s)",
			user ? user : "root", user ? user : "root");
	return im_errs_any(errs) ? -EBADMSG : r;
}

static int plan(const struct ctl *c, struct explained *e, struct im_errs *errs)
{
	const struct step *s;
	struct im_err err = {0};
	int r = facts_collect(&e->account, &c->dirs, &e->facts, errs);

	if (r < 0)
		return r;
	e->facts.tty[0] = 0; /* this program's terminal is not the session's */
	if (c->tty) {
		(void)stpcpy(e->facts.tty, c->tty); /* the length was looked at */
		e->facts.ssh_tty = true;
	}
	e->facts.door = c->door;
	e->facts.server = c->server;
	e->facts.privileged = c->door || c->server;
	e->facts.shares = !c->server; /* a login is explained */
	r = plan_build(&e->profile, &e->facts, &e->plan, errs);
	s = r == 0 ? plan_find(&e->plan, STEP_SECCOMP_FILTER) : NULL;
	if (s && seccomp_check(s->arg, &err) < 0)
		r = im_errs_add(errs, err.code, s->from, "SystemCallFilter: %s", err.text);
	return r;
}

void json_string(const char *s)
{
	(void)putchar('"'); /* as for all here: ctl_flushed() asks */
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			(void)printf("\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			(void)printf("\\u%04x", (unsigned char)*s);
		else
			(void)putchar(*s);
	}
	(void)putchar('"');
}

static int print_json(const struct explained *e)
{
	(void)printf("{\"user\": "); /* as for all here: ctl_flushed() asks */
	json_string(e->account.name);
	(void)printf(", \"confined\": %s, \"shell\": %s, \"profile\": ", e->confined ? "true" : "false",
		e->by_shell ? "true" : "false");
	json_string(e->path);
	(void)printf(", \"files\": [");
	for (size_t i = 0; i < e->profile.files.len; i++) {
		(void)printf("%s", i ? ", " : "");
		json_string(e->profile.files.items[i]);
	}
	(void)printf("], \"steps\": ");
	if (plan_print_json(&e->plan, stdout) < 0)
		return ctl_flushed(IM_EXIT_FINDINGS);
	(void)printf("}\n");
	return ctl_flushed(0);
}

static int print_text(const struct ctl *c, const struct explained *e)
{
	(void)printf("# %s (uid %u): profile", e->account.name, (unsigned)e->account.uid); /* as below: ctl_flushed() asks */
	for (size_t i = 0; i < e->profile.files.len; i++)
		(void)printf("%s %s", i ? "," : "", e->profile.files.items[i]);
	(void)printf("\n");
	if (c->server)
		(void)printf("# as a server: immure --profile=%s -- PROGRAM, by root\n", c->profile ? c->profile : "NAME");
	else if (!e->confined)
		(void)printf("# NOT CONFINED: the shell is %s, and neither group immured nor a profile of its name says otherwise\n"
			     "# (fix: chsh --shell " BINDIR "/immure %s)\n",
			e->account.shell, e->account.name);
	else if (!e->by_shell && !c->door)
		(void)printf("# BUT ITS SHELL IS %s: without the PAM door only a session that runs immure is in a cell\n"
			     "# (fix: chsh --shell " BINDIR "/immure %s)\n",
			e->account.shell, e->account.name);
	if (plan_print(&e->plan, c->colour, stdout) < 0)
		return ctl_flushed(IM_EXIT_FINDINGS);
	return ctl_flushed(0);
}

int ctl_explain(const struct ctl *c)
{
	struct explained e = {0};
	struct im_errs errs = {0};
	int status, r = find_account(c, &e, &errs);

	if (r == 0)
		r = load(c, &e, &errs);
	if (r == 0)
		r = plan(c, &e, &errs);
	status = r < 0 || im_errs_any(&errs) ? ctl_errors(&errs) : c->json ? print_json(&e) : print_text(c, &e);
	explained_done(&e);
	return status;
}
