/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "../lib/tap.h"
#include "str.h"

struct number {
	const char *text;
	int r;
	uint64_t value;
};

static void numbers(const char *what, int (*read)(const char *, uint64_t *), const struct number *rows, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint64_t n = 7;
		const int r = read(rows[i].text, &n);

		ok(r == rows[i].r && n == (r ? 7 : rows[i].value), "%s \"%s\" -> %d %llu", what, rows[i].text, r, (unsigned long long)n);
	}
}
#define NUMBERS(what, read, rows) numbers(what, read, rows, sizeof(rows) / sizeof(*(rows)))

static int u16(const char *s, uint64_t *ret)
{
	return str_to_u64(s, 65535, ret);
}
static int u64(const char *s, uint64_t *ret)
{
	return str_to_u64(s, UINT64_MAX, ret);
}

int main(void)
{
	static const struct number small[] = {{"0", 0, 0}, {"65535", 0, 65535}, {"65536", -ERANGE, 0}, {"", -EINVAL, 0},
		{"-1", -EINVAL, 0}, {"+1", -EINVAL, 0}, {" 1", -EINVAL, 0}, {"1 ", -EINVAL, 0}, {"0x10", -EINVAL, 0}, {"1e3", -EINVAL, 0},
		{"99999999999999999999999", -ERANGE, 0}, {"99999999999999999999999x", -EINVAL, 0}, {"007", 0, 7}};
	static const struct number big[] = {{"18446744073709551615", 0, UINT64_MAX}, {"18446744073709551616", -ERANGE, 0},
		{"18446744073709551620", -ERANGE, 0}};
	static const struct number sizes[] = {{"512M", 0, UINT64_C(512) << 20}, {"1K", 0, 1024}, {"3T", 0, UINT64_C(3) << 40},
		{"7", 0, 7}, {"1k", -EINVAL, 0}, {"1MB", -EINVAL, 0}, {"M", -EINVAL, 0}, {"-1M", -EINVAL, 0},
		{"17179869183G", 0, UINT64_C(17179869183) << 30}, {"17179869184G", -ERANGE, 0}};
	static const struct number times[] = {{"10", 0, 10000000}, {"1min 30s", 0, 90000000}, {"1min30s", 0, 90000000},
		{"2h", 0, UINT64_C(7200000000)}, {"5 min", 0, 300000000}, {"100ms", 0, 100000}, {"infinity", 0, UINT64_MAX},
		{"", -EINVAL, 0}, {"1min 30", -EINVAL, 0}, {"30 1min", -EINVAL, 0}, {"1 fortnight", -EINVAL, 0}, {"-5s", -EINVAL, 0},
		{"99999999999999999999", -ERANGE, 0}, {"999999999999999w", -ERANGE, 0}};
	static const struct {
		const char *path;
		bool normal;
	} paths[] = {{"/", true}, {"/a", true}, {"/a/b.c/..d", true}, {"", false}, {"a", false}, {"/a/", false}, {"//", false},
		{"/a//b", false}, {"/.", false}, {"/a/..", false}, {"/../a", false}, {"/a\n", false}, {"/a/./b", false}};
	struct strv v = {0};
	char *long_path = malloc(5002);
	unsigned mode = 7;
	bool yes = false;

	NUMBERS("u64 up to 65535", u16, small);
	NUMBERS("u64", u64, big);
	NUMBERS("size", str_to_size, sizes);
	NUMBERS("time", str_to_usec, times);
	ok(str_to_mode("0022", &mode) == 0 && mode == 022, "mode 0022");
	ok(str_to_mode("7777", &mode) == 0 && mode == 07777, "mode 7777");
	ok(str_to_mode("8", &mode) == -EINVAL && str_to_mode("", &mode) == -EINVAL && str_to_mode("00777", &mode) == -EINVAL, "bad modes");
	ok(str_to_bool("yes", &yes) == 0 && yes && str_to_bool("off", &yes) == 0 && !yes, "yes and off");
	ok(str_to_bool("Yes", &yes) == -EINVAL && str_to_bool("2", &yes) == -EINVAL && str_to_bool("", &yes) == -EINVAL, "bad booleans");
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		ok(path_is_normal(paths[i].path) == paths[i].normal, "path \"%s\" is %snormal", paths[i].path, paths[i].normal ? "" : "not ");
	if (long_path) {
		memset(long_path, 'a', 5001);
		long_path[0] = '/';
		long_path[5001] = 0;
		ok(!path_is_normal(long_path), "a path beyond PATH_MAX is not normal");
		free(long_path);
	}
	ok(path_is_below("/a/b", "/a") && path_is_below("/a", "/a") && path_is_below("/a", "/"), "below");
	ok(!path_is_below("/ab", "/a") && !path_is_below("/", "/a"), "a common beginning is not below");
	ok(strv_add(&v, "one") == 0 && strv_addf(&v, "%d", 2) == 0 && v.len == 2 && v.items[2] == NULL, "strv grows and ends in NULL");
	ok(strv_has(&v, "2") && !strv_has(&v, "3"), "strv_has");
	strv_done(&v);
	ok(v.len == 0 && !v.items, "strv_done empties");
	return tap_done();
}
