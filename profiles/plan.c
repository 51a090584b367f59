/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "planner.h"

static const struct {
	enum step_stage stage;
	const char *name;
} rows[STEP_MAX] = {
#define STEP(id, stage, name, help) [STEP_##id] = {STAGE_##stage, name},
#include "steps.def"
#undef STEP
};

const char *step_name(enum step_kind kind)
{
	return kind > STEP_NONE && kind < STEP_MAX ? rows[kind].name : "directive";
}

enum step_stage step_stage(enum step_kind kind)
{
	return kind > STEP_NONE && kind < STEP_MAX ? rows[kind].stage : STAGE_NONE;
}

const char *stage_name(enum step_stage stage)
{
	static const char *const names[] = {"none", "raise", "network", "cell", "door", "seal"};

	return names[stage];
}

const struct step *plan_find(const struct plan *plan, enum step_kind kind)
{
	for (size_t i = 0; i < plan->len; i++)
		if (plan->steps[i].kind == kind && !plan->steps[i].skipped)
			return &plan->steps[i];
	return NULL;
}

char *planner_keep(struct planner *b, char *s)
{
	if (!s)
		b->no_memory = true;
	return s;
}

struct step *planner_add(struct planner *b, enum step_kind kind, struct origin from, const char *path, const char *arg)
{
	struct plan *plan = b->plan;
	struct step *s = &b->spare, *grown;

	if (plan->len % 64 == 0) {
		grown = reallocarray(plan->steps, plan->len + 64, sizeof(*grown));
		if (!grown) {
			b->no_memory = true;
			free(s->skipped);
			*s = (struct step){0};
			return s;
		}
		plan->steps = grown;
	}
	s = &plan->steps[plan->len++];
	*s = (struct step){.kind = kind, .from = from};
	if (path)
		s->path = planner_keep(b, strdup(path));
	if (arg)
		s->arg = planner_keep(b, strdup(arg));
	return s;
}

void planner_skip(struct planner *b, struct step *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s->skipped, fmt, ap) < 0) {
		s->skipped = NULL;
		b->no_memory = true;
	}
	va_end(ap);
}

static void plan_raise(struct planner *b)
{
	struct step *s = planner_add(b, STEP_NAMESPACES, profile_from(b->p, KW_NETWORK), NULL, NULL);

	if (!b->f->privileged)
		s->flags |= SF_NS_USER;
	if (plan_own_network(b->p))
		s->flags |= SF_NS_NET;
	s = planner_add(b, STEP_DEADLINE, profile_from(b->p, KW_RAISE_TIMEOUT), NULL, NULL);
	s->num = profile_number(b->p, KW_RAISE_TIMEOUT);
	if (b->p->v[KW_RUNTIME_MAX].len)
		planner_add(b, STEP_RUNTIME_MAX, profile_from(b->p, KW_RUNTIME_MAX), NULL, NULL)->num = profile_number(b->p, KW_RUNTIME_MAX);
	if (b->p->v[KW_IDLE_TIMEOUT].len)
		planner_add(b, STEP_IDLE_TIMEOUT, profile_from(b->p, KW_IDLE_TIMEOUT), NULL, NULL)->num =
			profile_number(b->p, KW_IDLE_TIMEOUT);
}

/* Every directive that is set but belongs to a later version and may be missing is shown, so that nobody relies on it. */
static void plan_missing(struct planner *b)
{
	for (int kw = 0; kw < KW_MAX; kw++) {
		const char *value = profile_text(b->p, (enum keyword)kw);
		const char *later = b->p->was_set[kw] ? keyword_later((enum keyword)kw, value ? value : "") : NULL;

		if (later)
			planner_skip(b, planner_add(b, STEP_NONE, profile_from(b->p, (enum keyword)kw), keywords[kw].name, value),
				"it needs %s", later);
	}
}

int plan_build(const struct profile *p, const struct facts *f, struct plan *ret, struct im_errs *errs)
{
	struct plan plan = {0};
	struct planner b = {.p = p, .f = f, .plan = &plan, .errs = errs};

	if (f->account.uid == 0 && !f->server) {
		im_errs_add(errs, EPERM, (struct origin){0}, "uid 0 is never confined");
		return -EPERM;
	}
	plan_missing(&b);
	plan_server(&b);
	plan_raise(&b);
	plan_network(&b);
	plan_system(&b);
	plan_etc(&b);
	plan_home(&b);
	plan_mounts(&b);
	plan_door(&b);
	(void)planner_add(&b, STEP_PIVOT, (struct origin){0}, NULL, NULL); /* has no members */
	plan_login_terminal(&b);
	plan_account_limits(&b);
	plan_groups(&b);
	plan_seal(&b);
	free(b.spare.skipped);
	if (b.no_memory)
		im_errs_add(errs, ENOMEM, (struct origin){0}, "not enough memory to plan the cell");
	if (im_errs_any(errs)) {
		int code = errs->len ? errs->items[0].code : ENOMEM;

		plan_done(&plan);
		return -code;
	}
	*ret = plan;
	return 0;
}

int plan_set_login(struct plan *plan, const char *name, const char *value, const char *why)
{
	for (size_t i = 0; i < plan->len; i++) {
		struct step *s = &plan->steps[i];
		char **to = value ? &s->arg : &s->skipped, *text;

		if (s->kind != STEP_ENV_SET || !(s->flags & SF_LOGIN) || strcmp(s->path, name) != 0)
			continue;
		text = strdup(value ? value : why);
		if (!text)
			return -ENOMEM;
		free(*to);
		*to = text;
	}
	return 0;
}

int plan_skip_login(struct plan *plan, const char *why)
{
	for (size_t i = 0; i < plan->len; i++) {
		struct step *s = &plan->steps[i];

		if (s->kind == STEP_ENV_SET || !(s->flags & SF_LOGIN) || s->skipped)
			continue;
		s->skipped = strdup(why);
		if (!s->skipped)
			return -ENOMEM;
	}
	return 0;
}

void plan_done(struct plan *plan)
{
	for (size_t i = 0; i < plan->len; i++) {
		struct step *s = &plan->steps[i];

		free(s->path);
		free(s->arg);
		free(s->data);
		free(s->skipped);
	}
	free(plan->steps);
	*plan = (struct plan){0};
}
