/* SPDX-License-Identifier: MIT */
/* What went wrong, carried upward: the place that knows fills it, one place at the top prints it. */
#ifndef IMMURE_ERR_H
#define IMMURE_ERR_H

#include <stddef.h>

/* Where a fact was asked for. A NULL file is the built-in default. */
struct origin {
	const char *file;
	unsigned line;
};

struct im_err {
	int code; /* a positive errno value; 0: nothing went wrong */
	char text[768];
};

/* A profile is checked to its end, so that one run shows all its mistakes. */
struct im_errs {
	struct im_err *items;
	size_t len;
	size_t dropped; /* counted, not kept, once IM_ERRS_MAX are there */
};

#define IM_ERRS_MAX 64

/* Exit statuses of our own; everything else is the command's. */
enum im_exit {
	IM_EXIT_FINDINGS = 1,
	IM_EXIT_USAGE = 2,
	IM_EXIT_REFUSED = 125,
	IM_EXIT_NOEXEC = 126,
	IM_EXIT_NOTFOUND = 127,
};

/*
 * im_fail() - fill an error with one sentence: object, operation, reason, hint
 * @err:  may be NULL; an error that is already there is replaced
 * @code: positive errno value, not 0
 *
 * Control characters of the arguments are shown as \xNN, so that the text is safe in a log and
 * on a terminal. Returns -code, for `return im_fail(...)`.
 */
int im_fail(struct im_err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* im_fail_at() - im_fail() with "FILE:LINE: " in front (nothing for a built-in default). */
int im_fail_at(struct im_err *err, int code, struct origin from, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * im_errs_add() - append "FILE:LINE: sentence"
 * Returns -code. Beyond IM_ERRS_MAX, or without memory, it is only counted in dropped.
 */
int im_errs_add(struct im_errs *errs, int code, struct origin from, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* im_errs_any() - true if at least one error was added (also one that was only counted). */
int im_errs_any(const struct im_errs *errs);

/* im_errs_done() - free what was collected and leave it empty. NULL and empty are fine. */
void im_errs_done(struct im_errs *errs);

#endif
