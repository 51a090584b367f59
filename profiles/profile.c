/* SPDX-License-Identifier: MIT */
/* Text to struct profile. Touches nothing but memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile.h"
#include "value.h"
#include "view.h"

#define LINE_MAX_BYTES 8192

const struct policy_dirs policy_dirs_default = {SYSCONFDIR, LIBDIR};
const struct specifiers specifiers_example = {"account", "/home/account", "account", 65533};

struct parser {
	struct profile *p;
	const char *name; /* of the file, owned by the profile */
	const struct specifiers *sp;
	struct im_errs *errs;
	enum section section;
	bool bad_section; /* its lines were not meant for us: one error is enough */
};

void values_done(struct values *v)
{
	for (size_t i = 0; i < v->len; i++)
		free(v->items[i].text);
	free(v->items);
	*v = (struct values){0};
}

/* Takes @text over, also when it fails. */
static int value_list_add(struct values *v, char *text, struct origin from)
{
	struct value *grown = reallocarray(v->items, v->len + 1, sizeof(*grown));

	if (!grown) {
		free(text);
		return -ENOMEM;
	}
	v->items = grown;
	grown[v->len++] = (struct value){text, from};
	return 0;
}

static void add_item(struct parser *ps, enum keyword kw, const char *raw, struct origin from)
{
	struct profile *p = ps->p;
	const char *name = keywords[kw].name, *hint = "";
	char *expanded = NULL, *text = NULL;
	int r = 0;

	if (value_expands(keywords[kw].type))
		r = value_expand(raw, ps->sp, &expanded);
	if (r == -EINVAL) {
		im_errs_add(ps->errs, EBADMSG, from, "%s: unknown specifier in \"%s\" (%%u %%h %%U %%g; %%%% is a percent sign)", name,
			raw);
		return;
	}
	if (r == 0)
		r = value_check(kw, expanded ? expanded : raw, &text, &hint);
	if (r == 0) {
		if (!keyword_is_list(kw))
			values_done(&p->v[kw]);
		r = value_list_add(&p->v[kw], text, from);
		text = NULL;
	}
	if (r == -ENOMEM) {
		im_errs_add(ps->errs, ENOMEM, from, "%s: not enough memory", name);
	} else if (r < 0 && keywords[kw].type == KT_KEYWORDS && keyword_nearest(raw) != KW_NONE) {
		im_errs_add(ps->errs, EBADMSG, from, "%s: no such directive: %s (did you mean %s?)", name, raw,
			keywords[keyword_nearest(raw)].name);
	} else if (r < 0) {
		im_errs_add(ps->errs, EBADMSG, from, "%s: %s \"%s\" (%s)", name, r == -ERANGE ? "out of range:" : "cannot be", raw, hint);
	}
	free(expanded);
	free(text);
}

static void assign(struct parser *ps, enum keyword kw, const char *value, struct origin from)
{
	char *word;
	int r;

	ps->p->was_set[kw] = true;
	if (!*value) {
		values_done(&ps->p->v[kw]);
		return;
	}
	if (!keyword_is_list(kw)) {
		add_item(ps, kw, value, from);
		return;
	}
	while ((r = value_word(&value, &word)) > 0) {
		add_item(ps, kw, word, from);
		free(word);
	}
	if (r < 0)
		im_errs_add(ps->errs, r == -ENOMEM ? ENOMEM : EBADMSG, from, "%s: a quote is not closed, or a backslash ends the line",
			keywords[kw].name);
}

static void unknown(struct parser *ps, const char *name, struct origin from)
{
	const enum keyword near = keyword_nearest(name);

	if (near != KW_NONE)
		im_errs_add(ps->errs, EBADMSG, from, "%s: unknown directive (did you mean %s?)", name, keywords[near].name);
	else
		im_errs_add(ps->errs, EBADMSG, from, "%s: unknown directive (see immurectl directives)", name);
}

static char *strip(char *s)
{
	char *end;

	s += strspn(s, " \t");
	for (end = s + strlen(s); end > s && (end[-1] == ' ' || end[-1] == '\t'); end--)
		;
	*end = 0;
	return s;
}

static void directive(struct parser *ps, char *line, struct origin from)
{
	char *value = strchr(line, '='), *name;
	enum keyword kw;

	if (!value) {
		im_errs_add(ps->errs, EBADMSG, from, "\"%s\": not a directive (Name=value, [Section], or # comment)", line);
		return;
	}
	*value++ = 0;
	name = strip(line);
	value = strip(value);
	if (ps->bad_section)
		return;
	if (ps->section == SECTION_NONE) {
		im_errs_add(ps->errs, EBADMSG, from, "%s: comes before any section (begin with [Profile])", name);
		return;
	}
	kw = keyword_find(ps->section, name);
	if (kw != KW_NONE) {
		assign(ps, kw, value, from);
		return;
	}
	kw = keyword_find(SECTION_NONE, name);
	if (kw != KW_NONE)
		im_errs_add(ps->errs, EBADMSG, from, "%s: belongs into [%s], not into [%s]", name, section_name(keywords[kw].section),
			section_name(ps->section));
	else
		unknown(ps, name, from);
}

static void section(struct parser *ps, char *line, struct origin from)
{
	char *end = strchr(line, ']');

	if (!end || end[1]) {
		im_errs_add(ps->errs, EBADMSG, from, "\"%s\": not a section ([Name] alone on its line)", line);
		ps->bad_section = true;
		return;
	}
	*end = 0;
	ps->section = section_find(line + 1);
	ps->bad_section = ps->section == SECTION_NONE;
	if (ps->bad_section)
		im_errs_add(ps->errs, EBADMSG, from, "[%s]: unknown section (Profile, Session, Files, Network, Limits, Seal)", line + 1);
}

static bool is_clean(struct parser *ps, const char *line, size_t len, struct origin from)
{
	if (len > LINE_MAX_BYTES) {
		im_errs_add(ps->errs, EBADMSG, from, "the line is longer than %d bytes", LINE_MAX_BYTES);
		return false;
	}
	if (len && line[len - 1] == '\r') {
		im_errs_add(ps->errs, EBADMSG, from, "the line ends in a carriage return (save the file with Unix line ends)");
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)line[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f) {
			im_errs_add(ps->errs, EBADMSG, from, "control character 0x%02x", c);
			return false;
		}
	}
	return true;
}

static void one_line(struct parser *ps, char *line, struct origin from)
{
	line = strip(line);
	if (!*line || *line == '#' || *line == ';')
		return;
	if (*line == '[')
		section(ps, line, from);
	else
		directive(ps, line, from);
}

/* A backslash at the end joins the next line; comments in between are passed over, as systemd does. */
static size_t logical_line(struct parser *ps, const char *text, size_t len, unsigned *line_no, char **ret)
{
	size_t used = 0;
	char *whole = NULL;
	bool more = true, good = true;

	while (more && used < len) {
		const char *nl = memchr(text + used, '\n', len - used);
		const size_t n = nl ? (size_t)(nl - text) - used : len - used;
		const struct origin from = {ps->name, ++*line_no};
		const char *start = text + used;
		char *longer;

		used += n + (nl ? 1 : 0);
		good = is_clean(ps, start, n, from) && good;
		if (whole && n && (*start == '#' || *start == ';'))
			continue;
		more = good && n > 0 && start[n - 1] == '\\';
		longer = str_printf("%s%.*s%s", whole ? whole : "", (int)(more ? n - 1 : n), start, more ? " " : "");
		free(whole);
		whole = longer;
		if (!whole) {
			im_errs_add(ps->errs, ENOMEM, from, "not enough memory");
			return len;
		}
		if (strlen(whole) > LINE_MAX_BYTES) {
			im_errs_add(ps->errs, EBADMSG, from, "the joined line is longer than %d bytes", LINE_MAX_BYTES);
			good = false;
		}
	}
	if (!good) {
		free(whole);
		whole = NULL;
	}
	*ret = whole;
	return used;
}

void profile_parse(struct profile *p, const char *name, const char *text, size_t len, const struct specifiers *sp,
	struct im_errs *errs)
{
	struct parser ps = {.p = p, .sp = sp, .errs = errs};
	unsigned line_no = 0;

	if (strv_add(&p->files, name) < 0) {
		im_errs_add(errs, ENOMEM, (struct origin){0}, "%s: not enough memory", name);
		return;
	}
	ps.name = p->files.items[p->files.len - 1];
	while (len) {
		const struct origin from = {ps.name, line_no + 1};
		char *line = NULL;
		const size_t used = logical_line(&ps, text, len, &line_no, &line);

		if (line)
			one_line(&ps, line, from);
		free(line);
		text += used;
		len -= used;
	}
}

void profile_assign(struct profile *p, const char *assignment, const char *origin, const struct specifiers *sp,
	struct im_errs *errs)
{
	struct parser ps = {.p = p, .sp = sp, .errs = errs};
	char *line = strdup(assignment), *value = line ? strchr(line, '=') : NULL;
	struct origin from = {0};
	enum keyword kw;

	if (!line || strv_add(&p->files, origin) < 0) {
		free(line);
		im_errs_add(errs, ENOMEM, from, "%s: not enough memory", origin);
		return;
	}
	from.file = ps.name = p->files.items[p->files.len - 1];
	if (!value) {
		im_errs_add(errs, EBADMSG, from, "%s: not Name=value", line);
	} else if (is_clean(&ps, line, strlen(line), from)) {
		*value++ = 0;
		kw = keyword_find(SECTION_NONE, strip(line));
		if (kw == KW_NONE)
			unknown(&ps, strip(line), from);
		else
			assign(&ps, kw, strip(value), from);
	}
	free(line);
}

void profile_done(struct profile *p)
{
	for (int kw = 0; kw < KW_MAX; kw++)
		values_done(&p->v[kw]);
	strv_done(&p->files);
	free(p->path);
	*p = (struct profile){0};
}
