/* SPDX-License-Identifier: MIT */
/* The only place that reads numbers and grows strings. Everything takes the whole text or nothing. */
#ifndef IMMURE_STR_H
#define IMMURE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list of strings that owns them. {0} is empty; items[len] is NULL once something was added. */
struct strv {
	char **items;
	size_t len;
};

/* strv_add() - append a copy of @s. Returns 0 or -ENOMEM (the list stays as it was). */
int strv_add(struct strv *v, const char *s);
/* strv_addf() - strv_add() of a formatted string. */
int strv_addf(struct strv *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool strv_has(const struct strv *v, const char *s);
void strv_done(struct strv *v);

/* str_printf() - a formatted string on the heap, or NULL without memory. */
char *str_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * str_to_u64() - a decimal number, digits only, at most @max
 * Returns 0; -EINVAL for anything but digits (sign, space, empty, trailing); -ERANGE above @max.
 */
int str_to_u64(const char *s, uint64_t max, uint64_t *ret);
/* str_to_mode() - an octal file mode or umask of 1 to 4 digits, at most 07777. As str_to_u64(). */
int str_to_mode(const char *s, unsigned *ret);
/* str_to_size() - bytes, with an optional suffix K M G T (powers of 1024). As str_to_u64(). */
int str_to_size(const char *s, uint64_t *ret_bytes);
/*
 * str_to_usec() - a time span as systemd.time(7) writes it: "90", "1min 30s", "2h"; without a unit: seconds
 * Units: us ms s sec m min h hr d day w week (plural forms too). "infinity" is UINT64_MAX. As str_to_u64().
 */
int str_to_usec(const char *s, uint64_t *ret_usec);
/* str_to_bool() - yes true on 1, no false off 0 (case counts). Returns 0 or -EINVAL. */
int str_to_bool(const char *s, bool *ret);

/*
 * path_is_normal() - absolute, no "//", no "." or ".." component, no trailing slash (but "/" itself),
 * no control character, shorter than PATH_MAX
 */
bool path_is_normal(const char *path);
/* path_is_below() - @path equals @dir or lies in it; both normal. */
bool path_is_below(const char *path, const char *dir);

/*
 * str_distance() - how many letters to add, drop or change to make one of the other (Levenshtein), whatever their case
 * For hints only: names of more than 64 bytes are 64 apart.
 */
size_t str_distance(const char *a, const char *b);

#endif
