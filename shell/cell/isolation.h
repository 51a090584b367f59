/* SPDX-License-Identifier: MIT */
/* What `immurectl network create` has promised of a bridge, kept for each cell that is connected to it. */
#ifndef IMMURE_ISOLATION_H
#define IMMURE_ISOLATION_H

#include <stdbool.h>

#include "err.h"

/*
 * isolation_of() - are the cells on a bridge kept apart?
 * Yes for a network that immurectl made, unless it says Allow=cells; no for a bridge that somebody else made.
 * @ret_ours: it is a network that immurectl made, with a table of rules on the host
 * Returns 0; -EPERM and others if there is a definition that cannot be read or trusted.
 */
int isolation_of(const char *bridge, bool *ret_ours, bool *ret_apart, struct im_err *err);

#endif
