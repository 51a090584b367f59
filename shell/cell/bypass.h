/* SPDX-License-Identifier: MIT */
/* Break-glass: an exception for one account that root wrote down, and that ends by itself. */
#ifndef IMMURE_BYPASS_H
#define IMMURE_BYPASS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"

#define BYPASS_DIR "/run/immure/bypass" /* UID: "version=1\nuntil=SECONDS after boot\nreason=TEXT\n", root's, mode 0644 */

/* bypass_is_open() - is there an exception that has not ended? Whatever is not as it should be is none. */
bool bypass_is_open(uid_t uid);
/* bypass_write() - from now for @seconds (at most a day). @reason: one line. */
int bypass_write(uid_t uid, uint64_t seconds, const char *reason, struct im_err *err);
/* bypass_remove() - returns 0, or -ENOENT if there was none. */
int bypass_remove(uid_t uid, struct im_err *err);

#endif
