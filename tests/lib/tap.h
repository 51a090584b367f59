/* SPDX-License-Identifier: MIT */
/* TAP for C tests: ok(condition, "name %s", ...) per case, `return tap_done();` at the end of main(). */
#ifndef IMMURE_TAP_H
#define IMMURE_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static unsigned tap_count, tap_failed;

static inline bool __attribute__((format(printf, 3, 4))) tap_ok(bool good, const char *where, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %u - ", good ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (!good) {
		tap_failed++;
		printf("#   at %s\n", where);
	}
	fflush(stdout);
	return good;
}

#define TAP_STR_(x) #x
#define TAP_STR(x) TAP_STR_(x)
#define TAP_HERE __FILE__ ":" TAP_STR(__LINE__)
#define ok(cond, ...) tap_ok((cond), TAP_HERE, __VA_ARGS__)
/* is_str() - equal strings, both shown if they are not; NULL equals NULL. */
#define is_str(got, want, ...)                                                                                    \
	do {                                                                                                      \
		const char *tap_g = (got), *tap_w = (want);                                                       \
		bool tap_same = tap_g && tap_w ? strcmp(tap_g, tap_w) == 0 : tap_g == tap_w;                      \
		if (!tap_ok(tap_same, TAP_HERE, __VA_ARGS__))                                                     \
			printf("#   got  %s\n#   want %s\n", tap_g ? tap_g : "(null)", tap_w ? tap_w : "(null)"); \
	} while (0)
#define skip(name, reason) printf("ok %u - %s # SKIP %s\n", ++tap_count, name, reason)

static inline int tap_done(void)
{
	printf("1..%u\n", tap_count);
	return tap_failed ? 1 : 0;
}

#endif
