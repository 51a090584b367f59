/* SPDX-License-Identifier: MIT */
/*
 * tests/golden/NAME.profile with NAME.facts (or default.facts) gives NAME.plan (with the filter of its network), or NAME.err. UPDATE=1 in the environment writes what
 * is there now; the difference is for a reviewer.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "../lib/tap.h"
#include "plan.h"

#define FOLDER "tests/golden/"

static char *slurp(const char *name, const char *suffix)
{
	char path[256], *text;
	FILE *in;
	size_t n;

	(void)snprintf(path, sizeof(path), FOLDER "%s%s", name, suffix);
	in = fopen(path, "re");
	text = in ? calloc(1, 65537) : NULL;
	n = text ? fread(text, 1, 65536, in) : 0;
	(void)n; /* calloc ends the text */
	if (in)
		(void)fclose(in);
	return text;
}

static void spill(const char *name, const char *suffix, const char *text)
{
	char path[256];
	FILE *out;

	(void)snprintf(path, sizeof(path), FOLDER "%s%s", name, suffix);
	out = fopen(path, "we");
	if (!out || fputs(text, out) < 0 || fclose(out) != 0)
		ok(false, "cannot write %s", path);
}

static void drop(const char *name, const char *suffix)
{
	char path[256];

	(void)snprintf(path, sizeof(path), FOLDER "%s%s", name, suffix);
	(void)remove(path);
}

static void print_filter(const struct plan *plan, FILE *out)
{
	char *text = plan_find(plan, STEP_FILTER) ? plan_filter_text(plan) : NULL;

	if (text)
		(void)fputs(text, out);
	free(text);
}

/* The plan as text, or all errors; @ret_good tells which. */
static char *build(const char *name, const char *profile, const char *facts_text, bool *ret_good)
{
	struct profile p = {0};
	struct facts f = {0};
	struct plan plan = {0};
	struct im_errs errs = {0};
	struct im_err err = {0};
	char file[128], *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out || facts_parse(facts_text, &f, &err) < 0) {
		ok(false, "%s: facts: %s", name, err.text);
		return NULL;
	}
	(void)snprintf(file, sizeof(file), "%s.profile", name);
	profile_parse(&p, file, profile, strlen(profile),
		&(struct specifiers){f.account.name, f.account.home, f.account.groups ? f.account.groups[0].name : "", f.account.uid}, &errs);
	profile_check(&p, &errs);
	if (!im_errs_any(&errs))
		(void)plan_build(&p, &f, &plan, &errs); /* errs tells */
	*ret_good = !im_errs_any(&errs);
	for (size_t i = 0; i < errs.len; i++)
		(void)fprintf(out, "%s\n", errs.items[i].text);
	if (*ret_good && plan_print(&plan, false, out) < 0)
		ok(false, "%s: print", name);
	print_filter(&plan, out);
	(void)fclose(out);
	plan_done(&plan);
	facts_done(&f);
	profile_done(&p);
	im_errs_done(&errs);
	return text;
}

static void one(const char *name)
{
	const bool update = getenv("UPDATE") != NULL;
	char *profile = slurp(name, ".profile"), *facts = slurp(name, ".facts"), *want, *got;
	bool good = false;

	if (!facts)
		facts = slurp("default", ".facts");
	got = build(name, profile ? profile : "", facts ? facts : "", &good);
	if (update && got) {
		spill(name, good ? ".plan" : ".err", got);
		drop(name, good ? ".err" : ".plan");
	}
	want = slurp(name, good ? ".plan" : ".err");
	is_str(got, want, "golden %s", name);
	free(profile);
	free(facts);
	free(want);
	free(got);
}

static int is_profile(const struct dirent *e)
{
	const size_t len = strlen(e->d_name);

	return len > 8 && strcmp(e->d_name + len - 8, ".profile") == 0;
}

int main(void)
{
	struct dirent **list;
	const int n = scandir(FOLDER, &list, is_profile, alphasort);

	ok(n > 10, "golden cases are there");
	for (int i = 0; i < n; i++) {
		list[i]->d_name[strlen(list[i]->d_name) - 8] = 0;
		one(list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return tap_done();
}
