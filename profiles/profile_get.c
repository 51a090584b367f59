/* SPDX-License-Identifier: MIT */
/* Reading a checked profile. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile.h"
#include "value.h"

const char *profile_text(const struct profile *p, enum keyword kw)
{
	return p->v[kw].len ? p->v[kw].items[p->v[kw].len - 1].text : keywords[kw].def;
}

bool profile_bool(const struct profile *p, enum keyword kw)
{
	const char *text = profile_text(p, kw);
	bool yes = false;

	(void)(text && str_to_bool(text, &yes)); /* checked when it was read; unset is no */
	return yes;
}

uint64_t profile_number(const struct profile *p, enum keyword kw)
{
	const char *text = profile_text(p, kw);
	uint64_t n = 0;
	unsigned mode = 0;

	if (!text)
		return 0;
	/* all were checked when they were read; what fails here stays 0 */
	if (keywords[kw].type == KT_SIZE)
		(void)str_to_size(text, &n);
	else if (keywords[kw].type == KT_TIME)
		(void)str_to_usec(text, &n);
	else if (keywords[kw].type == KT_MODE)
		n = str_to_mode(text, &mode) == 0 ? mode : 0;
	else if (keywords[kw].type == KT_ERRNO)
		n = value_error_number(text) > 0 ? (uint64_t)value_error_number(text) : 0;
	else
		(void)str_to_u64(text, UINT64_MAX, &n);
	return n;
}

struct origin profile_from(const struct profile *p, enum keyword kw)
{
	return p->v[kw].len ? p->v[kw].items[p->v[kw].len - 1].from : (struct origin){0};
}

bool profile_optional(const struct profile *p, enum keyword kw)
{
	for (size_t i = 0; i < p->v[KW_OPTIONAL].len; i++)
		if (strcmp(p->v[KW_OPTIONAL].items[i].text, keywords[kw].name) == 0)
			return true;
	return false;
}

static uint64_t limit_number(enum keyword_type type, const char *text)
{
	uint64_t n = 0;

	if (strcmp(text, "infinity") == 0)
		return UINT64_MAX;
	if (type == KT_LIMIT_SIZE)
		(void)str_to_size(text, &n); /* checked when it was read */
	else if (str_to_u64(text, UINT64_MAX - 1, &n) < 0 && str_to_usec(text, &n) == 0 && type == KT_LIMIT_TIME)
		n /= 1000000;
	return n;
}

int profile_limit(const struct profile *p, enum keyword kw, uint64_t *ret_soft, uint64_t *ret_hard)
{
	const char *text = p->v[kw].len ? profile_text(p, kw) : NULL, *colon;
	char *soft;

	if (!text)
		return 0;
	colon = strchr(text, ':');
	soft = strndup(text, colon ? (size_t)(colon - text) : strlen(text));
	*ret_soft = soft ? limit_number(keywords[kw].type, soft) : 0; /* without memory: the least */
	*ret_hard = colon ? limit_number(keywords[kw].type, colon + 1) : *ret_soft;
	free(soft);
	return 1;
}
