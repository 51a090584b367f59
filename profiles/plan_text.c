/* SPDX-License-Identifier: MIT */
/*
 * The SEAL steps as text: the PAM door plans as root, and leaves in the cell what the login shell there has to apply.
 * A line is "name flags num num2 path arg"; a string is "=" and its bytes, with %XX for what could be mistaken; none is "-".
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "str.h"

#define HEAD "immure-seal 1\n"

static void put(const char *s, FILE *out)
{
	if (!s) {
		(void)fputs(" -", out); /* as for all here: the caller asks ferror() */
		return;
	}
	(void)fputs(" =", out);
	for (; *s; s++) {
		if ((unsigned char)*s <= ' ' || *s == '%' || *s == 0x7f)
			(void)fprintf(out, "%%%02x", (unsigned)(unsigned char)*s);
		else
			(void)fputc(*s, out);
	}
}

char *plan_write_seal(const struct plan *plan)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool good;

	if (!out)
		return NULL;
	(void)fputs(HEAD, out); /* ferror() below */
	for (size_t i = 0; i < plan->len; i++) {
		const struct step *s = &plan->steps[i];

		if (step_stage(s->kind) != STAGE_SEAL || s->skipped || s->kind == STEP_KEYRING) /* the door has made a new keyring */
			continue;
		(void)fprintf(out, "%s %u %" PRIu64 " %" PRIu64, step_name(s->kind), s->flags, s->num, s->num2);
		put(s->path, out);
		put(s->arg, out);
		(void)fputc('\n', out);
	}
	good = !ferror(out);
	if (fclose(out) == 0 && good)
		return text;
	free(text);
	return NULL;
}

static char *word(char **at)
{
	char *s = *at;

	if (!s)
		return NULL;
	*at = strchr(s, ' ');
	if (*at)
		*(*at)++ = 0;
	return s;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 0; @ret is NULL for "-". */
static int take(const char *s, char **ret)
{
	char *to;

	*ret = NULL;
	if (!s || (*s != '=' && strcmp(s, "-") != 0))
		return -EINVAL;
	if (*s == '-')
		return 0;
	*ret = to = malloc(strlen(s));
	if (!to)
		return -ENOMEM;
	for (s++; *s; s++) {
		if (*s == '%') {
			if (hex(s[1]) < 0 || hex(s[2]) < 0)
				return -EINVAL;
			*to++ = (char)(hex(s[1]) * 16 + hex(s[2]));
			s += 2;
		} else {
			*to++ = *s;
		}
	}
	*to = 0;
	return 0;
}

static enum step_kind kind_of(const char *name)
{
	for (int kind = STEP_NONE + 1; kind < STEP_MAX; kind++)
		if (strcmp(step_name((enum step_kind)kind), name) == 0 && step_stage((enum step_kind)kind) == STAGE_SEAL)
			return (enum step_kind)kind;
	return STEP_NONE;
}

static int read_line(char *line, struct plan *plan)
{
	struct step *grown = reallocarray(plan->steps, plan->len + 1, sizeof(*grown)), *s;
	const char *name = word(&line), *flags = word(&line), *num = word(&line), *num2 = word(&line), *path = word(&line),
		   *arg = word(&line);
	uint64_t n;
	int r;

	if (!grown)
		return -ENOMEM;
	plan->steps = grown;
	s = &grown[plan->len];
	*s = (struct step){.kind = name ? kind_of(name) : STEP_NONE};
	if (s->kind == STEP_NONE || !arg || line || str_to_u64(flags, UINT32_MAX, &n) < 0 ||
		str_to_u64(num, UINT64_MAX, &s->num) < 0 || str_to_u64(num2, UINT64_MAX, &s->num2) < 0)
		return -EINVAL;
	s->flags = (unsigned)n;
	plan->len++; /* from here on plan_done() frees its strings */
	r = take(path, &s->path);
	return r < 0 ? r : take(arg, &s->arg);
}

int plan_read_seal(char *text, struct plan *ret, struct im_err *err)
{
	struct plan plan = {0};
	char *next;
	int r = strncmp(text, HEAD, sizeof(HEAD) - 1) == 0 ? 0 : -EPROTO;

	for (char *line = text + sizeof(HEAD) - 1; r == 0 && *line; line = next) {
		next = strchr(line, '\n');
		if (!next) {
			r = -EINVAL;
			break;
		}
		*next++ = 0;
		r = read_line(line, &plan);
	}
	if (r == 0 && !plan_find(&plan, STEP_EXEC))
		r = -EINVAL;
	if (r < 0) {
		plan_done(&plan);
		return im_fail(err, -r, "the cell's seal cannot be read: %s (was immure upgraded while the cell was open? end it: immurectl stop)",
			strerror(-r));
	}
	*ret = plan;
	return 0;
}

/* FNV-1a: it tells plans of one host apart, and nobody gains by a collision but root. */
static uint64_t fnv(uint64_t h, const char *s)
{
	for (; s && *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return (h ^ 0xff) * UINT64_C(0x100000001b3);
}

uint64_t plan_hash(const struct plan *plan)
{
	uint64_t h = fnv(UINT64_C(0xcbf29ce484222325), HEAD);

	for (size_t i = 0; i < plan->len; i++) {
		const struct step *s = &plan->steps[i];
		char *argument;

		if ((s->flags & SF_LOGIN) || s->kind == STEP_LOGIN_TERMINAL)
			continue;
		argument = step_argument(s);
		h = fnv(fnv(fnv(fnv(h, step_name(s->kind)), argument), s->data), s->skipped);
		free(argument);
	}
	return h;
}
