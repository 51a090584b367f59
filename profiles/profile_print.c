/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "profile.h"
#include "value.h"

static void put(const char *text, bool quote, bool percent, FILE *out)
{
	if (quote)
		(void)putc('"', out); /* as for all here: the caller asks ferror() */
	for (; *text; text++) {
		if (quote && (*text == '"' || *text == '\\'))
			(void)putc('\\', out);
		if (percent && *text == '%')
			(void)putc('%', out);
		(void)putc(*text, out);
	}
	if (quote)
		(void)putc('"', out);
}

static void print_directive(const struct profile *p, enum keyword kw, FILE *out)
{
	const struct values *v = &p->v[kw];
	const bool list = keyword_is_list(kw), percent = value_expands(keywords[kw].type);

	(void)fprintf(out, "%s=", keywords[kw].name);
	for (size_t i = 0; i < v->len; i++) {
		const char *text = v->items[i].text;

		if (i)
			(void)putc(' ', out);
		put(text, list && (!*text || text[strcspn(text, " \t\"'\\")]), percent, out);
	}
	(void)putc('\n', out);
}

int profile_print(const struct profile *p, FILE *out)
{
	enum section current = SECTION_NONE;

	for (int kw = 0; kw < KW_MAX; kw++) {
		if (!p->was_set[kw])
			continue;
		if (keywords[kw].section != current) {
			(void)fprintf(out, "%s[%s]\n", current == SECTION_NONE ? "" : "\n", section_name(keywords[kw].section));
			current = keywords[kw].section;
		}
		print_directive(p, (enum keyword)kw, out);
	}
	return ferror(out) ? -EIO : 0;
}
