/* SPDX-License-Identifier: MIT */
/* A bridge of the host, as it is now. */
#ifndef IMMURE_BRIDGE_H
#define IMMURE_BRIDGE_H

#include "err.h"
#include "net.h"

#define BRIDGE_MAX_ADDRESSES 16

struct bridge {
	char name[16];
	unsigned mtu;
	struct net_address addresses[BRIDGE_MAX_ADDRESSES]; /* its own, with the prefixes of its networks; no link-local ones */
	size_t len;
};

/*
 * bridge_look() - look at a bridge in the caller's network
 * @from: the line that names it, for errors
 * Returns 0; -ENODEV: there is none of this name; -EINVAL: it is no bridge; -ENETDOWN: it is not up; others of netdevice(7).
 */
int bridge_look(const char *name, struct origin from, struct bridge *ret, struct im_err *err);

/* bridge_exists() - is there an interface of this name? */
bool bridge_exists(const char *name);

#endif
