/* SPDX-License-Identifier: MIT */
/* Inside of network_raise(): which addresses a cell gets. */
#ifndef IMMURE_ADDRESS_H
#define IMMURE_ADDRESS_H

#include "bridge.h"
#include "cell.h"

struct address_request {
	const struct plan *plan;
	const struct bridge *bridge;
	uid_t uid;
	pid_t init;
	int64_t end_ms;
	/* called with the lock for an address that is going to be the cell's: what is left of its last owner has to go */
	int (*clear)(const struct address_request *r, const struct net_address *a, struct im_err *err);
	const struct tool *ip;
};

/*
 * address_choose() - lease the addresses of the plan's ADDRESS steps
 * auto: of the bridge's first network of each family, what the account had last if it is free, else a place that its uid gives, else
 * the next free one.
 * @ret_addresses: NET_MAX_ADDRESSES of them, with their prefixes; @ret->len says how many
 * @ret: the leases; whatever is in it has to be given back, also on failure
 * Returns 0; -EADDRINUSE -ENOSPC -EINVAL and others.
 */
int address_choose(const struct address_request *r, struct net_address *ret_addresses, struct cell_network *ret, struct im_err *err);

/* address_hash() - spreads text and a number over 64 bits; the same on every host. */
uint64_t address_hash(const char *text, uint64_t number);

#endif
