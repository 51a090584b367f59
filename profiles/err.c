/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

/* Appends to a text of fixed size; control characters become \xNN, what does not fit is cut. */
static void append_safe(char *text, size_t size, const char *s)
{
	static const char hex[] = "0123456789abcdef";
	size_t at = strlen(text);

	for (; *s && at + 5 < size; s++) {
		const unsigned char c = (unsigned char)*s;

		if (c >= 0x20 && c != 0x7f) {
			text[at++] = (char)c;
			continue;
		}
		text[at++] = '\\';
		text[at++] = 'x';
		text[at++] = hex[c >> 4];
		text[at++] = hex[c & 15];
	}
	text[at] = 0;
}

static void __attribute__((format(printf, 4, 0)))
fill(struct im_err *err, int code, struct origin from, const char *fmt, va_list ap)
{
	char *sentence = NULL, place[32];

	if (!err)
		return;
	err->code = code;
	err->text[0] = 0;
	if (vasprintf(&sentence, fmt, ap) < 0)
		sentence = NULL;
	if (from.file) {
		append_safe(err->text, sizeof(err->text), from.file);
		(void)snprintf(place, sizeof(place), from.line ? ":%u: " : ": ", from.line); /* fits */
		append_safe(err->text, sizeof(err->text), place);
	}
	append_safe(err->text, sizeof(err->text), sentence ? sentence : strerror(code));
	free(sentence);
}

int im_fail(struct im_err *err, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, code, (struct origin){0}, fmt, ap);
	va_end(ap);
	return -code;
}

int im_fail_at(struct im_err *err, int code, struct origin from, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, code, from, fmt, ap);
	va_end(ap);
	return -code;
}

int im_errs_add(struct im_errs *errs, int code, struct origin from, const char *fmt, ...)
{
	struct im_err *grown = NULL;
	va_list ap;

	if (errs->len < IM_ERRS_MAX)
		grown = reallocarray(errs->items, errs->len + 1, sizeof(*grown));
	if (!grown) {
		errs->dropped++;
		return -code;
	}
	errs->items = grown;
	va_start(ap, fmt);
	fill(&grown[errs->len++], code, from, fmt, ap);
	va_end(ap);
	return -code;
}

int im_errs_any(const struct im_errs *errs)
{
	return errs->len > 0 || errs->dropped > 0;
}

void im_errs_done(struct im_errs *errs)
{
	free(errs->items);
	*errs = (struct im_errs){0};
}
