/* SPDX-License-Identifier: MIT */
/* The command line of callers who are not confined. */
#ifndef IMMURE_OPTIONS_H
#define IMMURE_OPTIONS_H

#include <stdbool.h>

#include "err.h"
#include "str.h"

struct options {
	const char *profile;      /* NAME or FILE, or NULL: the caller's own, as for a login */
	struct strv assignments;  /* Name=Value of -p */
	bool debug, help, version;
	char **program; /* argv of the program; points into main's argv */
};

/*
 * options_parse() - read argv
 * Returns 0, or -EINVAL with one line that names the word. Does not touch the machine.
 */
int options_parse(int argc, char *argv[], struct options *ret, struct im_err *err);
/* options_usage() - the text of --help. */
const char *options_usage(void);
void options_done(struct options *o);

#endif
