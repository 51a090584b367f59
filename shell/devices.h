/* SPDX-License-Identifier: MIT */
/* Devices among a server's descriptors 0 to 2. */
#ifndef IMMURE_DEVICES_H
#define IMMURE_DEVICES_H

#include <stdbool.h>

#include "err.h"

/*
 * devices_reopen() - in the cell: open what of 0 to 2 is a device by the cell's own name for it
 * A descriptor keeps the mount that it was opened on, and on the host's own uid 0 may change the mode of its /dev/null by it.
 * @strict: -EPERM for one that stays on a mount that can be written; for a server of uid 0
 */
int devices_reopen(bool strict, struct im_err *err);

#endif
