/* SPDX-License-Identifier: MIT */
/* What the default view shows of /etc and /var: data files, one path a line. */
#ifndef IMMURE_VIEW_H
#define IMMURE_VIEW_H

#include "profile.h"

/*
 * view_load() - all lines of the *.list files in lib/view and then in etc/view
 * A line is an absolute normal path in /etc or /var, or a comment (#), or empty; "!PATH" takes an earlier line out.
 * A same-named list in etc masks the one in lib. Files are opened by trust_open().
 * Returns 0, or -EBADMSG and other errors with @errs filled.
 */
int view_load(const struct policy_dirs *dirs, struct values *ret, struct im_errs *errs);
void values_done(struct values *v);

#endif
