/* SPDX-License-Identifier: MIT */
/* Inside of immurectl: one file per subcommand. */
#ifndef IMMURE_IMMURECTL_H
#define IMMURE_IMMURECTL_H

#include <stdbool.h>

#include "account.h"
#include "profile.h"

struct ctl {
	struct policy_dirs dirs;
	const char *profile; /* --profile, or NULL */
	const char *tty;     /* --tty, or NULL */
	struct strv assignments;
	const char *time, *reason; /* --for, --reason, or NULL */
	bool json, names, colour, door, server, root, end, negate;
	char **args; /* after the subcommand, NULL at the end */
};

/* Each returns the exit status: 0, IM_EXIT_FINDINGS or IM_EXIT_USAGE. */
int ctl_explain(const struct ctl *c);
int ctl_check(const struct ctl *c);
int ctl_profile(const struct ctl *c);
int ctl_directives(const struct ctl *c);
int ctl_syscalls(const struct ctl *c);
int ctl_list(const struct ctl *c);
int ctl_stop(const struct ctl *c);
int ctl_enter(const struct ctl *c);
int ctl_bypass(const struct ctl *c);
int ctl_confined(const struct ctl *c);
int ctl_network(const struct ctl *c); /* has options of its own */

/* ctl_find_account() - by name or number, of /etc/passwd. As account_by_name(). */
int ctl_find_account(const char *word, struct account *ret, struct im_err *err);
/* json_string() - on stdout, quoted. */
void json_string(const char *s);

/* ctl_load() - a profile: of the configuration as a login would load it, from elsewhere as anybody's. As profile_load(). */
int ctl_load(const struct ctl *c, const char *path, const struct specifiers *sp, struct profile *ret, struct im_errs *errs);
/* ctl_errors() - print all on stderr, and free them; returns IM_EXIT_FINDINGS. */
int ctl_errors(struct im_errs *errs);
/* ctl_usage_error() - one line on stderr; returns IM_EXIT_USAGE. */
int ctl_usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* ctl_flushed() - IM_EXIT_FINDINGS with a line if stdout could not be written, else @status. */
int ctl_flushed(int status);

#endif
