/* SPDX-License-Identifier: MIT */
/* One word to the service manager: the program runs in its cell. The socket itself never gets there. */
#ifndef IMMURE_NOTIFY_H
#define IMMURE_NOTIFY_H

#include "err.h"

/*
 * notify_open() - connect to NOTIFY_SOCKET while it can still be seen
 * @name: a path, or "@" and the name of an abstract socket (sd_notify(3))
 * Returns 0 with @ret; -EINVAL, or an error of connect(2).
 */
int notify_open(const char *name, int *ret, struct im_err *err);
/* notify_ready() - "READY=1"; nothing for -1. Whoever asked and does not listen has given up already. */
void notify_ready(int fd);

#endif
