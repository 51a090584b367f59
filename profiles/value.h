/* SPDX-License-Identifier: MIT */
/* Inside of the profile parser: is a value right for its type? */
#ifndef IMMURE_VALUE_H
#define IMMURE_VALUE_H

#include "profile.h"

/*
 * value_check() - one scalar, or one item of a list, expanded
 * @ret_text: the canonical spelling, on the heap
 * @ret_hint: what would be right, a constant, set on -EINVAL and -ERANGE
 * Returns 0, -EINVAL, -ERANGE or -ENOMEM.
 */
int value_check(enum keyword kw, const char *text, char **ret_text, const char **ret_hint);

/*
 * value_expand() - %u %h %U %g and %%
 * Returns 0; -EINVAL for another letter; -ENOMEM.
 */
int value_expand(const char *text, const struct specifiers *sp, char **ret);
/* value_expands() - may a value of this type have specifiers? */
bool value_expands(enum keyword_type type);

/*
 * value_word() - take the next word off a list
 * White space separates; "…" and '…' join; a backslash takes the next character as it is outside of single quotes.
 * Returns 1 with @ret_word on the heap; 0 at the end; -EINVAL for an open quote or a backslash at the end; -ENOMEM.
 */
int value_word(const char **at, char **ret_word);

/* check_network() - of a whole profile: what the directives of [Network] mean to each other. */
void check_network(const struct profile *p, struct im_errs *errs);

/* value_error_number() - EPERM and its like to the number, "kill" to 0; -EINVAL. */
int value_error_number(const char *text);

#endif
