/* SPDX-License-Identifier: MIT */
/* The network of a cell that has one: what root does between the bridge and the cell before anybody enters. */
#include <errno.h>
#include <string.h>

#include "net.h"
#include "planner.h"

#define INTERFACE "eth0"

static const struct origin by_default;

bool plan_bridged(const struct profile *p)
{
	return strcmp(profile_text(p, KW_NETWORK), "bridge") == 0;
}

bool plan_own_network(const struct profile *p)
{
	return plan_bridged(p) || strcmp(profile_text(p, KW_NETWORK), "none") == 0;
}

static void filter(struct planner *b, enum keyword kw, const char *what)
{
	const struct values *v = &b->p->v[kw];

	for (size_t i = 0; i < v->len; i++)
		(void)planner_add(b, STEP_FILTER, v->items[i].from, what, v->items[i].text); /* complete */
}

/* Nothing comes in that is not listed; what goes out is free if there is no list. */
static void filters(struct planner *b)
{
	planner_add(b, STEP_FILTER, by_default, "table", "inet immure")->num = b->f->account.uid;
	filter(b, KW_IP_ADDRESS_ALLOW, "allow");
	filter(b, KW_IP_ADDRESS_DENY, "deny");
	filter(b, KW_CONNECT_ALLOW, "connect");
	if (!b->p->v[KW_CONNECT_ALLOW].len)
		(void)planner_add(b, STEP_FILTER, by_default, "connect", "any"); /* complete */
	filter(b, KW_LISTEN_ALLOW, "listen");
}

/*
 * A new network takes over some of the host's settings (net.core.devconf_inherit_init_net), so that those which matter are
 * written: the cell is no router, believes nobody who says where to send packets, and may ping without a privilege.
 */
static void sysctls(struct planner *b)
{
	static const char *const rows[][2] = {
		{"net/ipv4/ping_group_range", "0 2147483647"},
		{"net/ipv4/conf/all/forwarding", "0"},
		{"net/ipv4/conf/all/accept_redirects", "0"},
		{"net/ipv4/conf/" INTERFACE "/accept_redirects", "0"},
		{"net/ipv4/conf/all/accept_source_route", "0"},
		{"net/ipv4/conf/" INTERFACE "/arp_notify", "1"}, /* who had the address before has another port of the bridge */
		{"net/ipv4/conf/all/rp_filter", "1"},
		{"net/ipv6/conf/all/forwarding", "0"},
		{"net/ipv6/conf/" INTERFACE "/accept_ra", "0"},
		{"net/ipv6/conf/" INTERFACE "/autoconf", "0"},
		{"net/ipv6/conf/" INTERFACE "/accept_redirects", "0"},
		{"net/ipv6/conf/" INTERFACE "/accept_dad", "0"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		planner_add(b, STEP_SYSCTL, by_default, rows[i][0], rows[i][1])->flags =
			strncmp(rows[i][0], "net/ipv6", 8) == 0 ? SF_OPTIONAL : 0;
}

static void addresses(struct planner *b)
{
	const struct values *v = &b->p->v[KW_ADDRESS];

	for (size_t i = 0; i < v->len; i++)
		(void)planner_add(b, STEP_ADDRESS, v->items[i].from, NULL, v->items[i].text); /* complete */
	if (!v->len)
		(void)planner_add(b, STEP_ADDRESS, by_default, NULL, "auto"); /* complete */
	v = &b->p->v[KW_GATEWAY];
	for (size_t i = 0; i < v->len; i++)
		(void)planner_add(b, STEP_ROUTE, v->items[i].from, NULL, v->items[i].text); /* complete */
}

static void bandwidth(struct planner *b)
{
	struct step *s;

	if (!b->p->v[KW_NETWORK_BANDWIDTH].len)
		return;
	s = planner_add(b, STEP_BANDWIDTH, profile_from(b->p, KW_NETWORK_BANDWIDTH), NULL, NULL);
	(void)net_bandwidth_parse(profile_text(b->p, KW_NETWORK_BANDWIDTH), &s->num, &s->num2); /* checked when it was read */
}

void plan_network(struct planner *b)
{
	const char *network = profile_text(b->p, KW_NETWORK);
	const struct origin from = profile_from(b->p, KW_NETWORK);

	if (!plan_bridged(b->p) && *network != '/')
		return;
	if (!b->f->privileged) {
		im_errs_add(b->errs, ENOTSUP, from, "Network: %s needs a cell that root raises: the PAM door, and this session came without it",
			network);
		return;
	}
	if (*network == '/') {
		(void)planner_add(b, STEP_NETWORK_JOIN, from, network, NULL); /* complete */
		return;
	}
	(void)planner_add(b, STEP_LINK, profile_from(b->p, KW_BRIDGE), profile_text(b->p, KW_BRIDGE), INTERFACE); /* complete */
	filters(b);
	sysctls(b);
	addresses(b);
	bandwidth(b);
}
