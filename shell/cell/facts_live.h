/* SPDX-License-Identifier: MIT */
/* The facts of this host, for the planner. */
#ifndef IMMURE_FACTS_LIVE_H
#define IMMURE_FACTS_LIVE_H

#include "facts.h"
#include "profile.h"

/*
 * facts_collect() - look at the host as the calling process sees it
 * @a:   copied
 * @ret: facts_done() it. ssh_tty and agent are left empty: they are in the login's environment, which only the caller has
 *
 * The terminal is that of descriptors 0 to 2. Returns 0, or a negative errno with @errs filled.
 */
int facts_collect(const struct account *a, const struct policy_dirs *dirs, struct facts *ret, struct im_errs *errs);

#endif
