/* SPDX-License-Identifier: MIT */
/* A profile: what files said, checked, with the file and line of every value. No effect on the machine. */
#ifndef IMMURE_PROFILE_H
#define IMMURE_PROFILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "err.h"
#include "keyword.h"
#include "str.h"

#define PROFILE_MAX_BYTES ((size_t)256 * 1024) /* of one file */
#define PROFILE_MAX_BASES 8            /* a chain of Base= may be this long */

/* Roots of the policy; other roots are for tests and for `immurectl check`. */
struct policy_dirs {
	const char *etc; /* /etc/immure */
	const char *lib; /* /usr/lib/immure */
};
extern const struct policy_dirs policy_dirs_default;

/* What %u %h %U %g stand for; %% is a percent sign. */
struct specifiers {
	const char *user;
	const char *home;
	const char *group;
	uid_t uid;
};
/* For checking a profile without an account: a user `account` with uid 65533. */
extern const struct specifiers specifiers_example;

struct value {
	char *text; /* one scalar, or one item of a list; expanded and valid for its type */
	struct origin from;
};
struct values {
	struct value *items;
	size_t len;
};

/* {0} is a valid empty profile: every directive has its default. */
struct profile {
	struct values v[KW_MAX];
	bool was_set[KW_MAX]; /* set at least once, also to an empty list */
	struct strv files;    /* all that were read, in order; origins point in here */
	char *path;           /* the file that was asked for */
};

/*
 * profile_load() - read a profile with its Base= chain, its drop-ins (PATH.d, each *.conf in C order), and check it
 * @dirs: where Base= is looked up: etc/profiles/NAME.profile masks lib/profiles/NAME.profile
 * @path: a file; it and all that it names are opened by trust_open()
 * @sp:   for the expansion
 * @ret:  {0}; empty on failure
 * @errs: every mistake of all files
 *
 * A file that is empty or a link to /dev/null masks nothing here: it is a profile without directives.
 * Base first, then the file, then its drop-ins; scalars override, lists append, `Name=` empties.
 * Returns 0; -EBADMSG if @errs tells of mistakes; -EPERM -ENOENT -EACCES if a file cannot be trusted or read.
 */
int profile_load(const struct policy_dirs *dirs, const char *path, const struct specifiers *sp, struct profile *ret,
	struct im_errs *errs);

/*
 * profile_load_any() - profile_load() of a file that may be anybody's, without drop-ins
 * For a caller who is not confined and confines a program of its own, and for checking what is not in place yet. What it is based
 * on is policy as ever.
 */
int profile_load_any(const struct policy_dirs *dirs, const char *path, const struct specifiers *sp, struct profile *ret,
	struct im_errs *errs);

/*
 * profile_find() - the file of a profile that is named on a command line
 * @wish: a name (etc/profiles/NAME.profile, then lib/profiles/NAME.profile), or a path if it has a slash
 * Returns 0 with @ret_path on the heap; -ENOENT and others with @errs filled.
 */
int profile_find(const struct policy_dirs *dirs, const char *wish, char **ret_path, struct im_errs *errs);

/*
 * profile_parse() - add the text of one file
 * @name: for the origins; @text need not end in NUL or newline
 * Mistakes go to @errs; what could be read is kept. Never touches a file. The caller runs profile_check().
 */
void profile_parse(struct profile *p, const char *name, const char *text, size_t len, const struct specifiers *sp,
	struct im_errs *errs);

/* profile_assign() - one `Name=Value` from a command line (-p); the section follows from the name. */
void profile_assign(struct profile *p, const char *assignment, const char *origin, const struct specifiers *sp,
	struct im_errs *errs);

/* profile_check() - what one value alone cannot show: conflicts, and directives that this version cannot apply. */
void profile_check(const struct profile *p, struct im_errs *errs);

/* profile_text() - the scalar's value or its default; NULL if it has neither. */
const char *profile_text(const struct profile *p, enum keyword kw);
bool profile_bool(const struct profile *p, enum keyword kw);
/* profile_number() - for UINT SIZE TIME(microseconds) MODE NICE; 0 if it has no value. */
uint64_t profile_number(const struct profile *p, enum keyword kw);
/* profile_from() - where a scalar (or the last item of a list) was set; {NULL, 0}: the default. */
struct origin profile_from(const struct profile *p, enum keyword kw);
/* profile_optional() - named by Optional=. */
bool profile_optional(const struct profile *p, enum keyword kw);

/*
 * profile_limit() - a Limit*= value
 * @ret_soft, @ret_hard: in the unit of setrlimit(2); UINT64_MAX is infinity
 * Returns 1 if it is set, 0 if not.
 */
int profile_limit(const struct profile *p, enum keyword kw, uint64_t *ret_soft, uint64_t *ret_hard);

/* A BindPaths= or TemporaryFileSystem= item, taken apart. Strings are on the heap: bind_spec_done(). */
struct bind_spec {
	bool optional; /* "-" in front */
	bool read_only;
	char *src;
	char *dst;
	uint64_t size_bytes; /* 0: not given */
	unsigned mode;       /* 0: not given */
};
int bind_spec_parse(const char *text, struct bind_spec *ret);
int tmpfs_spec_parse(const char *text, struct bind_spec *ret);
void bind_spec_done(struct bind_spec *b);

/*
 * profile_print() - canonical text: every directive that is set, in the order of the table; reading it gives the same profile
 * Percent signs are written as %%. Returns 0 or -EIO.
 */
int profile_print(const struct profile *p, FILE *out);

void profile_done(struct profile *p);

#endif
