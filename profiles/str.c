/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"

int strv_add(struct strv *v, const char *s)
{
	char **grown = reallocarray(v->items, v->len + 2, sizeof(*grown));
	char *copy;

	if (!grown)
		return -ENOMEM;
	v->items = grown;
	grown[v->len] = NULL;
	copy = strdup(s);
	if (!copy)
		return -ENOMEM;
	grown[v->len++] = copy;
	grown[v->len] = NULL;
	return 0;
}

int strv_addf(struct strv *v, const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (r < 0)
		return -ENOMEM;
	r = strv_add(v, s);
	free(s);
	return r;
}

bool strv_has(const struct strv *v, const char *s)
{
	for (size_t i = 0; i < v->len; i++)
		if (strcmp(v->items[i], s) == 0)
			return true;
	return false;
}

void strv_done(struct strv *v)
{
	for (size_t i = 0; i < v->len; i++)
		free(v->items[i]);
	free(v->items);
	*v = (struct strv){0};
}

char *str_printf(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	return s;
}

/* Digits of @base from @s on; *ret_end is the first other byte. */
static int digits(const char *s, unsigned base, uint64_t max, uint64_t *ret, const char **ret_end)
{
	uint64_t n = 0;
	const char *at = s;

	for (; *at >= '0' && *at < (char)('0' + base); at++) {
		const uint64_t d = (uint64_t)(*at - '0');

		if (n > (max - d) / base || d > max)
			return -ERANGE;
		n = n * base + d;
	}
	if (at == s)
		return -EINVAL;
	*ret = n;
	*ret_end = at;
	return 0;
}

int str_to_u64(const char *s, uint64_t max, uint64_t *ret)
{
	const char *end;
	uint64_t n;
	int r = digits(s, 10, UINT64_MAX, &n, &end);

	if (r == -ERANGE && s[strspn(s, "0123456789")])
		return -EINVAL;
	if (r < 0)
		return r;
	if (*end)
		return -EINVAL;
	if (n > max)
		return -ERANGE;
	*ret = n;
	return 0;
}

int str_to_mode(const char *s, unsigned *ret)
{
	const char *end;
	uint64_t n;
	int r;

	if (strlen(s) > 4)
		return -EINVAL;
	r = digits(s, 8, 07777, &n, &end);
	if (r < 0 || *end)
		return -EINVAL;
	*ret = (unsigned)n;
	return 0;
}

int str_to_size(const char *s, uint64_t *ret_bytes)
{
	static const char suffixes[] = "KMGT";
	const char *end, *suffix;
	unsigned shift = 0;
	uint64_t n;
	int r = digits(s, 10, UINT64_MAX, &n, &end);

	if (r < 0)
		return r;
	if (*end) {
		suffix = strchr(suffixes, *end);
		if (!suffix || end[1])
			return -EINVAL;
		shift = 10 * (unsigned)(suffix - suffixes + 1);
	}
	if (n > UINT64_MAX >> shift)
		return -ERANGE;
	*ret_bytes = n << shift;
	return 0;
}

static const struct {
	const char *name;
	uint64_t usec;
} time_units[] = {
	{"us", 1},
	{"usec", 1},
	{"ms", 1000},
	{"msec", 1000},
	{"s", 1000000},
	{"sec", 1000000},
	{"second", 1000000},
	{"seconds", 1000000},
	{"m", 60000000},
	{"min", 60000000},
	{"minute", 60000000},
	{"minutes", 60000000},
	{"h", UINT64_C(3600000000)},
	{"hr", UINT64_C(3600000000)},
	{"hour", UINT64_C(3600000000)},
	{"hours", UINT64_C(3600000000)},
	{"d", UINT64_C(86400000000)},
	{"day", UINT64_C(86400000000)},
	{"days", UINT64_C(86400000000)},
	{"w", UINT64_C(604800000000)},
	{"week", UINT64_C(604800000000)},
	{"weeks", UINT64_C(604800000000)},
};

static uint64_t time_unit(const char *s, size_t len)
{
	for (size_t i = 0; i < sizeof(time_units) / sizeof(*time_units); i++)
		if (strlen(time_units[i].name) == len && strncmp(time_units[i].name, s, len) == 0)
			return time_units[i].usec;
	return 0;
}

int str_to_usec(const char *s, uint64_t *ret_usec)
{
	uint64_t total = 0;
	bool any = false;

	if (strcmp(s, "infinity") == 0) {
		*ret_usec = UINT64_MAX;
		return 0;
	}
	while (*s) {
		uint64_t n, unit = 1000000;
		const char *end;
		size_t len;
		int r = digits(s, 10, UINT64_MAX, &n, &end);

		if (r < 0)
			return r;
		end += strspn(end, " ");
		len = strspn(end, "abcdefghijklmnopqrstuvwxyz");
		if (len)
			unit = time_unit(end, len);
		else if (*end || any)
			return -EINVAL; /* a bare number stands alone */
		if (!unit)
			return -EINVAL;
		if (n > (UINT64_MAX - 1 - total) / unit)
			return -ERANGE;
		total += n * unit;
		any = true;
		s = end + len;
		s += strspn(s, " ");
	}
	if (!any)
		return -EINVAL;
	*ret_usec = total;
	return 0;
}

int str_to_bool(const char *s, bool *ret)
{
	static const char *const yes[] = {"yes", "true", "on", "1"}, *const no[] = {"no", "false", "off", "0"};

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		if (strcmp(s, yes[i]) == 0 || strcmp(s, no[i]) == 0) {
			*ret = strcmp(s, yes[i]) == 0;
			return 0;
		}
	}
	return -EINVAL;
}

bool path_is_normal(const char *path)
{
	const size_t len = strlen(path);

	if (*path != '/' || len >= PATH_MAX)
		return false;
	for (const char *at = path; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return false;
	if (len == 1)
		return true;
	for (const char *at = path; *at;) {
		const size_t n = strcspn(at + 1, "/");

		if (n == 0 || (n == 1 && at[1] == '.') || (n == 2 && at[1] == '.' && at[2] == '.'))
			return false;
		at += 1 + n;
	}
	return true;
}

bool path_is_below(const char *path, const char *dir)
{
	const size_t len = strlen(dir);

	if (len == 1)
		return *path == '/';
	return strncmp(path, dir, len) == 0 && (path[len] == 0 || path[len] == '/');
}

#define DISTANCE_MAX 64

size_t str_distance(const char *a, const char *b)
{
	const size_t la = strlen(a), lb = strlen(b);
	size_t row[DISTANCE_MAX + 1];

	if (la > DISTANCE_MAX || lb > DISTANCE_MAX)
		return DISTANCE_MAX;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			const bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
			size_t best = diagonal + !same;

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[lb];
}
