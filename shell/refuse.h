/* SPDX-License-Identifier: MIT */
/* The one place of the login shell that talks: a line for the user, one or more for the log. */
#ifndef IMMURE_REFUSE_H
#define IMMURE_REFUSE_H

#include "err.h"

/* refuse_open_log() - connect to the system log now: inside a cell it cannot be reached. */
void refuse_open_log(void);
/*
 * refuse_session() - "immure: session refused: REASON" on stderr, and authpriv.err with the account's name
 * @account: name or uid for the log; NULL: unknown
 * Returns IM_EXIT_REFUSED.
 */
int refuse_session(const char *account, const struct im_err *err);
/* refuse_session_all() - the first of several reasons for the user, all of them for the log. */
int refuse_session_all(const char *account, const struct im_errs *errs);

#endif
