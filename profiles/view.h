/* SPDX-License-Identifier: MIT */
/* What the default view shows of /etc and /var: data files, one path a line. */
#ifndef IMMURE_VIEW_H
#define IMMURE_VIEW_H

#include "profile.h"

/*
 * view_load() - all lines of the *.list files in lib/view and then in etc/view
 * A line is an absolute normal path in /etc or /var, or a comment (#), or empty; "!PATH" takes an earlier line out.
 * A line may end in a pattern of glob(7) with * in its last part; the facts of the live host expand it.
 * A same-named list in etc masks the one in lib. Files are opened by trust_open().
 * Returns 0, or -EBADMSG and other errors with @errs filled.
 */
int view_load(const struct policy_dirs *dirs, struct values *ret, struct im_errs *errs);
/* view_add() - append a copy of @text; the name in @from is copied with it and lives as long. Returns 0 or -ENOMEM. */
int view_add(struct values *v, const char *text, struct origin from);
void values_done(struct values *v);

#endif
