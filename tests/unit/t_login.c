/* SPDX-License-Identifier: MIT */
/* What of a plan is the login's own: cells are told apart by the rest. */
#include <stdlib.h>

#include "../lib/tap.h"
#include "plan.h"

struct made {
	struct profile p;
	struct facts f;
	struct plan plan;
	struct im_errs errs;
};

static char *base(void)
{
	char *text = calloc(1, 65537);
	FILE *in = fopen("tests/golden/default.facts", "re");
	const size_t n = in && text ? fread(text, 1, 60000, in) : 0;

	(void)n; /* calloc ends the text */
	if (in)
		(void)fclose(in); /* only read */
	return text;
}

static void make(struct made *m, const char *profile, const char *facts)
{
	char *text = base();
	struct im_err err = {0};

	*m = (struct made){0};
	(void)strcat(text, facts); /* there is room for 5000 bytes */
	ok(facts_parse(text, &m->f, &err) == 0, "facts: %s", err.text);
	profile_parse(&m->p, "x", profile, strlen(profile), &(struct specifiers){m->f.account.name, m->f.account.home, "", m->f.account.uid},
		&m->errs);
	(void)plan_build(&m->p, &m->f, &m->plan, &m->errs); /* errs tells */
	free(text);
}

static void done(struct made *m)
{
	plan_done(&m->plan);
	facts_done(&m->f);
	profile_done(&m->p);
	im_errs_done(&m->errs);
}

static uint64_t hash_of(const char *profile, const char *facts)
{
	struct made m;
	uint64_t hash;

	make(&m, profile, facts);
	ok(!im_errs_any(&m.errs), "a plan");
	hash = plan_hash(&m.plan);
	done(&m);
	return hash;
}

static const char *value(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->len; i++)
		if (plan->steps[i].kind == STEP_ENV_SET && strcmp(plan->steps[i].path, name) == 0)
			return plan->steps[i].skipped ? "skipped" : plan->steps[i].arg;
	return NULL;
}

int main(void)
{
	const uint64_t first = hash_of("", "");
	struct made m;

	ok(hash_of("", "\ntty=/dev/pts/9\n") == first, "another terminal: the same cell");
	ok(hash_of("", "\ntty=\nssh_tty=no\n") == first, "none: the same cell");
	ok(hash_of("", "\nagent=\n") == first, "no agent: the same cell");
	ok(hash_of("", "\nagent=/tmp/x\n") == first, "one that is not taken over: the same cell");
	ok(hash_of("[Session]\nUMask=0077\n", "") != first, "another profile: another cell");
	ok(hash_of("[Session]\nEnvironment=SSH_TTY=/dev/null\n", "") != first, "a variable of the profile is the profile's");
	ok(hash_of("", "\nhome=/home/other\npath directory 1000 0700 /home/other\n") != first, "another home: another cell");

	make(&m, "", "");
	ok(plan_set_login(&m.plan, "SSH_TTY", "/dev/tty-1", "why") == 0, "a variable of the login");
	is_str(value(&m.plan, "SSH_TTY"), "/dev/tty-1", "gets another value");
	ok(plan_set_login(&m.plan, "SSH_AUTH_SOCK", NULL, "why") == 0 && plan_set_login(&m.plan, "HOME", "/", "why") == 0, "others");
	is_str(value(&m.plan, "SSH_AUTH_SOCK"), "skipped", "one is skipped");
	ok(strcmp(value(&m.plan, "HOME"), "/") != 0, "what is not the login's stays");
	ok(plan_find(&m.plan, STEP_TERMINAL) && plan_skip_login(&m.plan, "why") == 0 && !plan_find(&m.plan, STEP_TERMINAL) &&
		plan_find(&m.plan, STEP_BIND), "mounts of the login are skipped, others are not");
	done(&m);

	make(&m, "[Session]\nPersistent=yes\n", "");
	ok(im_errs_any(&m.errs), "Persistent= needs a cell that outlives its login");
	done(&m);
	make(&m, "[Session]\nPersistent=yes\n", "\nshares=yes\n");
	ok(!im_errs_any(&m.errs), "which a login without the door has too");
	done(&m);
	make(&m, "[Session]\nPersistent=yes\nScope=session\n", "\nshares=yes\n");
	ok(im_errs_any(&m.errs), "but for Scope=session");
	done(&m);
	return tap_done();
}
