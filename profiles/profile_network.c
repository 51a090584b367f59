/* SPDX-License-Identifier: MIT */
/* What the directives of [Network] mean to each other. */
#include <errno.h>
#include <string.h>

#include "net.h"
#include "value.h"

#define MAX_NAME_SERVERS 3  /* resolv.conf(5): MAXNS */
#define MAX_RANGE        64 /* ports of a range that Landlock gets one by one */

static bool bridged(const struct profile *p)
{
	return strcmp(profile_text(p, KW_NETWORK), "bridge") == 0;
}

static bool joined(const struct profile *p)
{
	return *profile_text(p, KW_NETWORK) == '/';
}

/* Directives that only a network of its own gives a meaning to. To have them ignored would be a hole that looks like a wall. */
static void check_place(const struct profile *p, struct im_errs *errs)
{
	static const enum keyword kws[] = {KW_BRIDGE, KW_ADDRESS, KW_GATEWAY, KW_IP_ADDRESS_ALLOW, KW_IP_ADDRESS_DENY, KW_NETWORK_BANDWIDTH};

	for (size_t i = 0; i < sizeof(kws) / sizeof(*kws) && !bridged(p); i++)
		if (p->v[kws[i]].len)
			im_errs_add(errs, EBADMSG, profile_from(p, kws[i]), "%s: needs Network=bridge, and the network is %s (choose another, or "
				"empty it with %s=)", keywords[kws[i]].name, profile_text(p, KW_NETWORK), keywords[kws[i]].name);
	if (p->v[KW_DNS].len && !bridged(p) && !joined(p))
		im_errs_add(errs, EBADMSG, profile_from(p, KW_DNS), "DNS: needs Network=bridge or a namespace, and the network is %s (choose another, "
			"or empty it with DNS=)", profile_text(p, KW_NETWORK));
	if (bridged(p) && !p->v[KW_BRIDGE].len)
		im_errs_add(errs, EBADMSG, profile_from(p, KW_NETWORK), "Network: bridge needs the name of one (Bridge=NAME)");
}

static void check_landlock_port(const struct profile *p, enum keyword kw, const struct value *v, struct im_errs *errs)
{
	struct net_port port;

	if (net_port_parse(v->text, &port) < 0 || port.protocol == NET_NONE)
		return;
	if (port.protocol != NET_TCP)
		im_errs_add(errs, ENOTSUP, v->from, "%s: %s: with Network=%s the ports are Landlock's, which knows TCP only (Network=bridge)",
			keywords[kw].name, v->text, profile_text(p, KW_NETWORK));
	else if (port.last - port.first >= MAX_RANGE)
		im_errs_add(errs, ENOTSUP, v->from, "%s: %s: with Network=%s the ports are Landlock's, and a range of more than %d is too many "
			"(Network=bridge)", keywords[kw].name, v->text, profile_text(p, KW_NETWORK), MAX_RANGE);
}

static void check_ports(const struct profile *p, enum keyword kw, struct im_errs *errs)
{
	const struct values *v = &p->v[kw];

	if (bridged(p) || !v->len)
		return;
	if (strcmp(profile_text(p, KW_LANDLOCK), "no") == 0)
		im_errs_add(errs, EBADMSG, profile_from(p, kw), "%s: needs Landlock, which Landlock=no switches off", keywords[kw].name);
	for (size_t i = 0; i < v->len; i++)
		check_landlock_port(p, kw, &v->items[i], errs);
}

/* Read from a profile, so that it parses; "auto" is no address. */
static bool address(const struct value *v, struct net_address *ret)
{
	return net_address_parse(v->text, ret) == 0;
}

static void check_addresses(const struct profile *p, struct im_errs *errs)
{
	const struct values *v = &p->v[KW_ADDRESS];
	struct net_address a, other;

	if (v->len > NET_MAX_ADDRESSES)
		im_errs_add(errs, EBADMSG, profile_from(p, KW_ADDRESS), "Address: more than %d", NET_MAX_ADDRESSES);
	for (size_t i = 0; i < v->len; i++) {
		if (!address(&v->items[i], &a)) {
			if (v->len > 1)
				im_errs_add(errs, EBADMSG, v->items[i].from, "Address: auto stands alone (empty the list with Address= first)");
			continue;
		}
		for (size_t k = 0; k < i; k++)
			if (address(&v->items[k], &other) && net_same(&a, &other))
				im_errs_add(errs, EBADMSG, v->items[i].from, "Address: %s is there twice", v->items[i].text);
	}
}

/* 1: the gateway can be reached from one of the fixed addresses; 0: not; -1: it is the address itself. */
static int reaches(const struct values *addresses, const struct net_address *gateway)
{
	struct net_address a;
	int r = 0;

	for (size_t i = 0; i < addresses->len; i++) {
		if (!address(&addresses->items[i], &a))
			return 1; /* auto: the raiser knows the subnet */
		if (net_same(&a, gateway))
			return -1;
		r = r || net_contains(&a, gateway);
	}
	return r || !addresses->len;
}

static void check_gateways(const struct profile *p, struct im_errs *errs)
{
	const struct values *v = &p->v[KW_GATEWAY];
	struct net_address a, other;

	for (size_t i = 0; i < v->len; i++) {
		if (!address(&v->items[i], &a))
			continue; /* cannot be */
		for (size_t k = 0; k < i; k++)
			if (address(&v->items[k], &other) && a.six == other.six)
				im_errs_add(errs, EBADMSG, v->items[i].from, "Gateway: there can be one for IPv4 and one for IPv6 (empty the list with "
					"Gateway= first)");
		if (reaches(&p->v[KW_ADDRESS], &a) == 0)
			im_errs_add(errs, EBADMSG, v->items[i].from, "Gateway: %s is in the network of no Address=", v->items[i].text);
		else if (reaches(&p->v[KW_ADDRESS], &a) < 0)
			im_errs_add(errs, EBADMSG, v->items[i].from, "Gateway: %s is the cell's own address", v->items[i].text);
	}
	if (p->v[KW_DNS].len > MAX_NAME_SERVERS)
		im_errs_add(errs, EBADMSG, profile_from(p, KW_DNS), "DNS: more than %d name servers", MAX_NAME_SERVERS);
}

void check_network(const struct profile *p, struct im_errs *errs)
{
	check_place(p, errs);
	check_ports(p, KW_CONNECT_ALLOW, errs);
	check_ports(p, KW_LISTEN_ALLOW, errs);
	check_addresses(p, errs);
	check_gateways(p, errs);
}
