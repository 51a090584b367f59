/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "immurectl_network.h"

static const char *const backends[] = {[BACKEND_NONE] = "none", [BACKEND_NETWORKD] = "networkd", [BACKEND_IFUPDOWN] = "ifupdown"};
static const char *const places[] = {[ALLOW_HOST] = "host", [ALLOW_CELLS] = "cells", [ALLOW_INTERNET] = "internet"};

const char *network_backend_name(enum network_backend b)
{
	return b == BACKEND_UNSET ? "" : backends[b];
}

int network_name_check(const char *name, struct im_err *err)
{
	static const char *const taken[] = {"all", "default", "lo"}; /* of /proc/sys/net/ipv4/conf, and the loopback */
	const size_t len = strlen(name);
	bool good = len >= 1 && len <= NETWORK_NAME_MAX && *name >= 'a' && *name <= 'z' &&
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == len && name[len - 1] != '-';

	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		good = good && strcmp(name, taken[i]) != 0;
	if (strncmp(name, "im-", 3) == 0)
		good = false; /* the cells' own ends are named like that */
	return good ? 0 : im_fail(err, EINVAL, "%s: not a name for a network (a small letter, then small letters, digits, - and _, at most %d)", name,
		NETWORK_NAME_MAX);
}

static int set_subnet(const char *value, bool six, struct net_address *ret, bool *ret_has, struct im_err *err)
{
	const char *name = six ? "subnet6" : "subnet";
	struct net_address a, masked, first;

	if (!strchr(value, '/') || net_address_parse(value, &a) < 0 || a.six != six)
		return im_fail(err, EINVAL, "%s: %s: not a network (%s)", name, value, six ? "fd00:66::/64" : "10.66.0.0/24");
	masked = a;
	net_mask(&masked);
	if (!net_same(&masked, &a))
		return im_fail(err, EINVAL, "%s: %s: has bits behind its prefix (the network's own address is meant)", name, value);
	if (six ? a.bits < 48 || a.bits > 120 : a.bits < 8 || a.bits > 29)
		return im_fail(err, ERANGE, "%s: %s: a prefix of %s is meant", name, value, six ? "48 to 120" : "8 to 29");
	first = network_gateway(&a);
	if (!net_is_host(&first) || (!six && a.bytes[0] == 169 && a.bytes[1] == 254) || (six && a.bytes[0] == 0xfe && (a.bytes[1] & 0xc0) == 0x80))
		return im_fail(err, EINVAL, "%s: %s: not addresses that a machine can have (loopback, link-local, multicast)", name, value);
	*ret = a;
	*ret_has = true;
	return 0;
}

/* PORT:ADDRESS:PORT[/tcp|/udp], an IPv6 address in brackets. */
static int set_publish(struct network *n, const char *value, struct im_err *err)
{
	struct network_publish p = {0};
	char copy[96], *at = copy, *address, *last, *slash;
	uint64_t port = 0, to = 0;

	if (n->publish_len == NETWORK_MAX_RULES)
		return im_fail(err, E2BIG, "publish: more than %d", NETWORK_MAX_RULES);
	if (strlen(value) >= sizeof(copy))
		goto bad;
	(void)stpcpy(copy, value); /* the length was looked at */
	slash = strchr(copy, '/');
	if (slash)
		*slash++ = 0;
	address = strchr(at, ':');
	last = strrchr(at, ':');
	if (!address || address == last)
		goto bad;
	*address++ = 0;
	*last++ = 0;
	if (*address == '[' && address[strlen(address) - 1] == ']') {
		address[strlen(address) - 1] = 0;
		address++;
	} else if (strchr(address, ':')) {
		goto bad;
	}
	if (str_to_u64(at, 65535, &port) < 0 || str_to_u64(last, 65535, &to) < 0 || !port || !to || strchr(address, '/') ||
		net_address_parse(address, &p.to) < 0 || (slash && strcmp(slash, "tcp") != 0 && strcmp(slash, "udp") != 0))
		goto bad;
	p.port = (unsigned)port;
	p.to_port = (unsigned)to;
	p.udp = slash && *slash == 'u';
	n->publish[n->publish_len++] = p;
	return 0;
bad:
	return im_fail(err, EINVAL, "publish: %s: PORT:ADDRESS:PORT, with /udp if it is not TCP, is meant (80:10.66.0.10:80, 443:[fd00:66::10]:443)",
		value);
}

/* host, cells, internet or a network; with a comma and tcp:PORT, udp:PORT or icmp. */
static int set_allow(struct network *n, const char *value, struct im_err *err)
{
	const size_t len = strcspn(value, ",");
	struct network_allow a = {.what = ALLOW_NETWORK, .all = !value[len]};
	char place[64] = "";

	if (n->allow_len == NETWORK_MAX_RULES)
		return im_fail(err, E2BIG, "allow: more than %d", NETWORK_MAX_RULES);
	if (len >= sizeof(place))
		goto bad;
	memcpy(place, value, len);
	for (int i = ALLOW_HOST; i < ALLOW_NETWORK; i++)
		if (strcmp(places[i], place) == 0)
			a.what = (enum allow_what)i;
	if (a.what == ALLOW_NETWORK) {
		if (net_address_parse(place, &a.net) < 0)
			goto bad;
		net_mask(&a.net);
	}
	if (!a.all && (net_port_parse(value + len + 1, &a.port) < 0 || a.port.protocol == NET_NONE))
		goto bad;
	if (a.what == ALLOW_CELLS && !a.all)
		return im_fail(err, EINVAL, "allow: %s: cells are joined or not; what one may receive is its profile's (ListenAllow=)", value);
	n->allow[n->allow_len++] = a;
	return 0;
bad:
	return im_fail(err, EINVAL, "allow: %s: host, cells, internet or a network is meant, with a comma and tcp:PORT, udp:PORT or icmp to narrow it",
		value);
}

int network_set(struct network *n, const char *key, const char *value, struct im_err *err)
{
	if (strcmp(key, "Subnet") == 0)
		return set_subnet(value, false, &n->subnet4, &n->has4, err);
	if (strcmp(key, "Subnet6") == 0)
		return set_subnet(value, true, &n->subnet6, &n->has6, err);
	if (strcmp(key, "NAT") == 0)
		return str_to_bool(value, &n->nat) < 0 ? im_fail(err, EINVAL, "NAT: %s: yes or no", value) : 0;
	if (strcmp(key, "Publish") == 0)
		return set_publish(n, value, err);
	if (strcmp(key, "Allow") == 0)
		return set_allow(n, value, err);
	if (strcmp(key, "Backend") == 0) {
		for (int i = BACKEND_NONE; i <= BACKEND_IFUPDOWN; i++)
			if (strcmp(backends[i], value) == 0) {
				n->backend = (enum network_backend)i;
				return 0;
			}
		return im_fail(err, EINVAL, "backend: %s: networkd, ifupdown or none", value);
	}
	return im_fail(err, EINVAL, "%s: no such setting of a network", key);
}

struct net_address network_gateway(const struct net_address *subnet)
{
	struct net_address a = *subnet;

	a.bytes[a.six ? 15 : 3] |= 1;
	return a;
}

static bool routes_to(const struct network_allow *a)
{
	return a->what == ALLOW_INTERNET || a->what == ALLOW_NETWORK;
}

bool network_forwards(const struct network *n)
{
	bool yes = n->publish_len > 0;

	for (size_t i = 0; i < n->allow_len; i++)
		yes = yes || routes_to(&n->allow[i]);
	return yes;
}

static int check_publish(const struct network *n, const struct network_publish *p, struct im_err *err)
{
	const struct net_address *subnet = p->to.six ? &n->subnet6 : &n->subnet4;
	struct net_address gateway = network_gateway(subnet), to = p->to;
	char text[NET_TEXT_MAX];

	net_address_text(&p->to, false, text);
	to.bits = subnet->bits;
	if (!(p->to.six ? n->has6 : n->has4) || !net_contains(subnet, &p->to) || net_same(&gateway, &p->to) || !net_is_host(&to))
		return im_fail(err, EINVAL, "publish: %u: %s is not an address that a cell of this network can have", p->port, text);
	for (const struct network_publish *o = n->publish; o < p; o++)
		if (o->port == p->port && o->udp == p->udp && o->to.six == p->to.six)
			return im_fail(err, EINVAL, "publish: %u: twice", p->port);
	return 0;
}

int network_check(const struct network *n, struct im_err *err)
{
	int r = n->has4 || n->has6 ? 0 : im_fail(err, EINVAL, "%s: no subnet (--subnet=10.66.0.0/24)", n->name);

	for (size_t i = 0; i < n->publish_len && r == 0; i++)
		r = check_publish(n, &n->publish[i], err);
	for (size_t i = 0; i < n->allow_len && r == 0; i++)
		if (n->allow[i].what == ALLOW_NETWORK && !(n->allow[i].net.six ? n->has6 : n->has4))
			r = im_fail(err, EINVAL, "allow: a network of IP%s, of which this one has no addresses", n->allow[i].net.six ? "v6" : "v4");
	return r;
}

/* For all of it: network_text() asks ferror(). */
static void print_publish(const struct network_publish *p, FILE *out)
{
	char to[NET_TEXT_MAX];

	net_address_text(&p->to, false, to);
	(void)fprintf(out, "Publish=%u:%s%s%s:%u/%s\n", p->port, p->to.six ? "[" : "", to, p->to.six ? "]" : "", p->to_port, p->udp ? "udp" : "tcp");
}

static void print_allow(const struct network_allow *a, FILE *out)
{
	char net[NET_TEXT_MAX];

	net_address_text(&a->net, true, net);
	(void)fprintf(out, "Allow=%s", a->what == ALLOW_NETWORK ? net : places[a->what]);
	if (a->all)
		(void)fputc('\n', out);
	else if (a->port.protocol == NET_ICMP)
		(void)fputs(",icmp\n", out);
	else if (a->port.first == a->port.last)
		(void)fprintf(out, ",%s:%u\n", a->port.protocol == NET_TCP ? "tcp" : "udp", a->port.first);
	else
		(void)fprintf(out, ",%s:%u-%u\n", a->port.protocol == NET_TCP ? "tcp" : "udp", a->port.first, a->port.last);
}

char *network_text(const struct network *n)
{
	char *text = NULL, subnet[NET_TEXT_MAX];
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool good;

	if (!out)
		return NULL;
	if (n->has4) {
		net_address_text(&n->subnet4, true, subnet);
		(void)fprintf(out, "Subnet=%s\n", subnet);
	}
	if (n->has6) {
		net_address_text(&n->subnet6, true, subnet);
		(void)fprintf(out, "Subnet6=%s\n", subnet);
	}
	(void)fprintf(out, "NAT=%s\n", n->nat ? "yes" : "no");
	for (size_t i = 0; i < n->publish_len; i++)
		print_publish(&n->publish[i], out);
	for (size_t i = 0; i < n->allow_len; i++)
		print_allow(&n->allow[i], out);
	(void)fprintf(out, "Backend=%s\n", network_backend_name(n->backend));
	good = !ferror(out);
	if (fclose(out) == 0 && good)
		return text;
	free(text);
	return NULL;
}

int network_parse(const char *name, char *text, struct network *ret, struct im_err *err)
{
	struct network n = {0};
	char *next;
	int r = network_name_check(name, err);

	(void)snprintf(n.name, sizeof(n.name), "%s", name); /* fits, or was refused */
	for (char *line = text; r == 0 && *line; line = next) {
		char *value;

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = 0;
		value = strchr(line, '=');
		if (!*line || *line == '#')
			continue;
		if (!value) {
			r = im_fail(err, EINVAL, "%s: not NAME=VALUE", line);
			break;
		}
		*value++ = 0;
		r = network_set(&n, line, value, err);
	}
	if (r == 0)
		r = network_check(&n, err);
	if (r == 0)
		*ret = n;
	return r;
}
