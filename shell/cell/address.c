/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "registry.h"
#include "sys.h"

#define MAX_TRIES  131072u /* of a network that is nearly full */
#define PATIENCE_MS 2000   /* for a cell of the same account that is about to end */

uint64_t address_hash(const char *text, uint64_t number)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	h = (h ^ number) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ (h >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
	return h ^ (h >> 32);
}

struct choice {
	const struct address_request *r;
	struct net_address *addresses;
	struct cell_network *network;
};

/* Addresses that are other machines': the bridge's own, gateways, name servers. NULL: it may be had. */
static const char *is_taken(const struct address_request *r, const struct net_address *a)
{
	struct net_address other;

	for (size_t i = 0; i < r->bridge->len; i++)
		if (net_same(&r->bridge->addresses[i], a))
			return "is the bridge's own";
	for (size_t i = 0; i < r->plan->len; i++) {
		const struct step *s = &r->plan->steps[i];

		if (s->kind == STEP_ROUTE && net_address_parse(s->arg, &other) == 0 && net_same(&other, a))
			return "is the gateway's";
	}
	return NULL;
}

static int keep(const struct choice *c, const struct net_address *a, struct im_err *err)
{
	struct cell_network *n = c->network;
	const struct lease l = {.uid = c->r->uid, .init = c->r->init, .start = n->start};
	int r;

	if (n->len == NET_MAX_ADDRESSES)
		return im_fail(err, E2BIG, "network: more than %d addresses", NET_MAX_ADDRESSES);
	net_address_text(a, false, n->names[n->len]);
	r = c->r->clear(c->r, a, err);
	if (r == 0)
		r = lease_write(n->leases, n->names[n->len], &l, err);
	if (r == 0)
		c->addresses[n->len++] = *a;
	return r;
}

static enum lease_state look(const struct choice *c, const struct net_address *a, struct lease *ret)
{
	char name[NET_TEXT_MAX];

	net_address_text(a, false, name);
	return lease_look(c->network->leases, name, ret);
}

static bool fits_bridge(const struct bridge *b, const struct net_address *a)
{
	bool any = false;

	for (size_t i = 0; i < b->len; i++) {
		if (b->addresses[i].six != a->six)
			continue;
		if (net_contains(&b->addresses[i], a))
			return true;
		any = true;
	}
	return !any; /* a bridge without an address of this kind has its router elsewhere */
}

/* -EAGAIN: the account's own cell has it, which may be about to end. */
static int fixed(const struct choice *c, const struct step *s, struct im_err *err)
{
	struct net_address a;
	struct lease l;
	const char *why;

	if (net_address_parse(s->arg, &a) < 0)
		return im_fail_at(err, EINVAL, s->from, "Address: %s: no address", s->arg);
	why = is_taken(c->r, &a);
	if (why)
		return im_fail_at(err, EADDRINUSE, s->from, "Address: %s %s (choose another)", s->arg, why);
	if (!fits_bridge(c->r->bridge, &a))
		return im_fail_at(err, EINVAL, s->from, "Address: %s is in no network of %s (ip address show %s)", s->arg, c->r->bridge->name,
			c->r->bridge->name);
	if (look(c, &a, &l) != LEASE_HELD)
		return keep(c, &a, err);
	if (l.uid == (uid_t)-1)
		return im_fail_at(err, EADDRINUSE, s->from, "Address: %s: its lease cannot be read (" LEASE_DIR "/%s)", s->arg, c->r->bridge->name);
	im_fail_at(err, EADDRINUSE, s->from, "Address: %s is in use by a cell of uid %u (init %d; immurectl stop, or Address=auto)", s->arg,
		(unsigned)l.uid, (int)l.init);
	return l.uid == c->r->uid ? -EAGAIN : -EADDRINUSE;
}

/* The @number-th address of a network. */
static struct net_address nth(const struct net_address *net, uint64_t number)
{
	struct net_address a = *net;
	const unsigned len = a.six ? 16 : 4;

	net_mask(&a);
	for (unsigned i = 0; i < 8 && i < len; i++)
		a.bytes[len - 1 - i] |= (unsigned char)(number >> (8 * i));
	return a;
}

static bool is_free(const struct choice *c, const struct net_address *a)
{
	struct lease l;

	return net_is_host(a) && !is_taken(c->r, a) && look(c, a, &l) != LEASE_HELD;
}

/* One address of the network of @net, the bridge's own address there. */
static int automatic(const struct choice *c, const struct net_address *net, struct im_err *err)
{
	const unsigned bits = (net->six ? 128 : 32) - net->bits;
	const uint64_t size = UINT64_C(1) << (bits < 62 ? bits : 62), tries = size < MAX_TRIES ? size : MAX_TRIES;
	char text[NET_TEXT_MAX];
	struct net_address a;
	uint64_t number;

	lease_recall(c->network->leases, c->r->uid, net->six, text);
	if (*text && net_address_parse(text, &a) == 0 && net_contains(net, &a)) {
		a.bits = net->bits;
		if (is_free(c, &a))
			return keep(c, &a, err);
	}
	number = address_hash("uid", c->r->uid) % size;
	for (uint64_t i = 0; i < tries; i++, number = (number + 1) % size) {
		a = nth(net, number);
		if (is_free(c, &a))
			return keep(c, &a, err);
	}
	a = *net;
	net_mask(&a);
	net_address_text(&a, true, text);
	return im_fail(err, ENOSPC, "network: no address is free in %s of %s (a wider network, or fewer cells)", text, c->r->bridge->name);
}

static int all_automatic(const struct choice *c, const struct step *s, struct im_err *err)
{
	const struct bridge *b = c->r->bridge;
	int r = 0;

	for (int six = 0; six < 2; six++)
		for (size_t i = 0; i < b->len && r == 0; i++)
			if (b->addresses[i].six == (six == 1)) {
				r = automatic(c, &b->addresses[i], err);
				break;
			}
	if (r == 0 && !c->network->len)
		return im_fail_at(err, EADDRNOTAVAIL, s->from, "Address: auto: %s has no address of its own, whose network the cell's could be taken "
			"from (give it one, or write Address=ADDRESS/BITS)", b->name);
	if (r == 0)
		lease_remember(c->network->leases, c->r->uid, c->network->names, c->network->len);
	return r;
}

static int choose(const struct choice *c, struct im_err *err)
{
	const struct address_request *r = c->r;
	int lock = lease_lock(c->network->leases, r->end_ms, err), code = lock < 0 ? lock : 0;

	for (size_t i = 0; i < r->plan->len && code == 0; i++) {
		const struct step *s = &r->plan->steps[i];

		if (s->kind == STEP_ADDRESS)
			code = strcmp(s->arg, "auto") == 0 ? all_automatic(c, s, err) : fixed(c, s, err);
	}
	if (code == 0)
		lease_sweep(c->network->leases);
	if (lock >= 0)
		(void)close(lock); /* unlocks: whoever inherited the description has ended */
	return code;
}

int address_choose(const struct address_request *r, struct net_address *ret_addresses, struct cell_network *ret, struct im_err *err)
{
	const struct choice c = {r, ret_addresses, ret};
	const int64_t end = sys_now_ms() + PATIENCE_MS;
	int code;

	ret->start = process_start(r->init);
	if (!ret->start)
		return im_fail(err, ESRCH, "network: the cell's init has ended");
	ret->leases = lease_open(r->bridge->name, err);
	if (ret->leases < 0)
		return ret->leases;
	while ((code = choose(&c, err)) == -EAGAIN && sys_now_ms() < end && sys_now_ms() < r->end_ms)
		(void)poll(NULL, 0, 10); /* a shorter sleep is as good */
	return code == -EAGAIN ? -EADDRINUSE : code;
}
