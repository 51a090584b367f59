/* SPDX-License-Identifier: MIT */
/* The host as it is, against what a network needs or is meant to be. */
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge.h"
#include "immurectl_network.h"
#include "sys.h"
#include "tool.h"
#include "trust.h"

#define MAX_FILE ((size_t)256 * 1024)

int network_load(const char *etc, const char *name, struct network *ret, struct im_err *err)
{
	char *path = str_printf("%s/network/%s.conf", etc, name), *text = NULL;
	size_t len;
	int r = path ? trust_read(path, MAX_FILE, &text, &len, err) : im_fail(err, ENOMEM, "not enough memory");

	if (r == 0)
		r = network_parse(name, text, ret, err);
	free(text);
	free(path);
	return r;
}

static bool overlap(const struct net_address *a, const struct net_address *b)
{
	return a->six == b->six && (a->bits <= b->bits ? net_contains(a, b) : net_contains(b, a));
}

static int against(const struct network *n, const struct net_address *other, const char *whose, struct im_err *err)
{
	char text[NET_TEXT_MAX];

	net_address_text(other, true, text);
	if ((n->has4 && overlap(&n->subnet4, other)) || (n->has6 && overlap(&n->subnet6, other)))
		return im_fail(err, EEXIST, "%s: the subnet overlaps with %s of %s (choose another)", n->name, text, whose);
	return 0;
}

static unsigned bits_of(const unsigned char *mask, size_t len)
{
	unsigned bits = 0;

	for (size_t i = 0; i < len; i++)
		bits += (unsigned)__builtin_popcount(mask[i]);
	return bits;
}

static bool interface_address(const struct ifaddrs *i, struct net_address *ret)
{
	*ret = (struct net_address){0};
	if (!i->ifa_addr || !i->ifa_netmask)
		return false;
	if (i->ifa_addr->sa_family == AF_INET) {
		memcpy(ret->bytes, &((const struct sockaddr_in *)(const void *)i->ifa_addr)->sin_addr, 4);
		ret->bits = bits_of((const unsigned char *)&((const struct sockaddr_in *)(const void *)i->ifa_netmask)->sin_addr, 4);
		return true;
	}
	if (i->ifa_addr->sa_family != AF_INET6)
		return false;
	ret->six = true;
	memcpy(ret->bytes, &((const struct sockaddr_in6 *)(const void *)i->ifa_addr)->sin6_addr, 16);
	ret->bits = bits_of((const unsigned char *)&((const struct sockaddr_in6 *)(const void *)i->ifa_netmask)->sin6_addr, 16);
	return true;
}

static int against_addresses(const struct network *n, struct im_err *err)
{
	struct ifaddrs *all = NULL;
	int r = 0;

	if (getifaddrs(&all) < 0)
		return im_fail(err, errno, "addresses of the host: %s", strerror(errno));
	for (const struct ifaddrs *i = all; i && r == 0; i = i->ifa_next) {
		struct net_address a;

		if (strcmp(i->ifa_name, n->name) != 0 && interface_address(i, &a))
			r = against(n, &a, i->ifa_name, err);
	}
	freeifaddrs(all);
	return r;
}

#define MAX_FIELDS 16

/* The fields of a line of /proc/net; those that it lacks are "". */
static void split(char *line, const char *fields[MAX_FIELDS])
{
	char *at = line;

	for (size_t i = 0; i < MAX_FIELDS; i++) {
		at += strspn(at, " \t\n");
		fields[i] = at;
		at += strcspn(at, " \t\n");
		if (*at)
			*at++ = 0;
	}
}

static bool hex(const char *text, unsigned long max, unsigned long *ret)
{
	char *end;

	errno = 0;
	*ret = strtoul(text, &end, 16);
	return *text && !*end && errno == 0 && *ret <= max;
}

/* proc(5): interface, destination, …, mask, as the machine stores them. */
static bool route4(const char *const fields[MAX_FIELDS], struct net_address *ret)
{
	unsigned long dest, mask;
	uint32_t four;

	if (!hex(fields[1], UINT32_MAX, &dest) || !hex(fields[7], UINT32_MAX, &mask))
		return false;
	four = (uint32_t)dest;
	*ret = (struct net_address){.bits = (unsigned)__builtin_popcountl(mask)};
	memcpy(ret->bytes, &four, 4);
	return true;
}

/* Destination, length of its prefix, …, interface. */
static bool route6(const char *const fields[MAX_FIELDS], struct net_address *ret)
{
	unsigned long bits, byte;

	if (strlen(fields[0]) != 32 || !hex(fields[1], 128, &bits))
		return false;
	*ret = (struct net_address){.six = true, .bits = (unsigned)bits};
	for (size_t i = 0; i < 16; i++) {
		const char two[3] = {fields[0][i * 2], fields[0][i * 2 + 1], 0};

		if (!hex(two, 255, &byte))
			return false;
		ret->bytes[i] = (unsigned char)byte;
	}
	return ret->bytes[0] != 0xff && ret->bytes[0] != 0xfe; /* every interface has those */
}

/* The default route overlaps with nothing. */
static int against_routes(const struct network *n, bool six, struct im_err *err)
{
	FILE *in = fopen(six ? "/proc/net/ipv6_route" : "/proc/net/route", "re");
	const char *fields[MAX_FIELDS], *name;
	struct net_address a;
	char line[256];
	int r = 0;

	while (in && r == 0 && fgets(line, sizeof(line), in)) {
		split(line, fields);
		name = fields[six ? 9 : 0];
		if ((six ? route6 : route4)(fields, &a) && a.bits && strcmp(name, n->name) != 0)
			r = against(n, &a, name, err);
	}
	if (in)
		(void)fclose(in); /* only read */
	return r;
}

static int against_network(const struct network *n, const struct network *o, struct im_err *err)
{
	int r = 0;

	if (o->has4)
		r = against(n, &o->subnet4, o->name, err);
	if (r == 0 && o->has6)
		r = against(n, &o->subnet6, o->name, err);
	for (size_t i = 0; i < n->publish_len; i++)
		for (size_t k = 0; k < o->publish_len && r == 0; k++)
			if (n->publish[i].port == o->publish[k].port && n->publish[i].udp == o->publish[k].udp &&
				n->publish[i].to.six == o->publish[k].to.six)
				r = im_fail(err, EEXIST, "publish: port %u of the host leads to network %s already", n->publish[i].port, o->name);
	return r;
}

static int against_networks(const struct network *n, const char *etc, struct im_err *err)
{
	char *path = str_printf("%s/network", etc);
	struct strv names = {0};
	int r = path ? trust_list(path, ".conf", &names, err) : im_fail(err, ENOMEM, "not enough memory");

	for (size_t i = 0; i < names.len && r == 0; i++) {
		struct network *other = calloc(1, sizeof(*other));

		names.items[i][strlen(names.items[i]) - strlen(".conf")] = 0;
		if (!other)
			r = im_fail(err, ENOMEM, "not enough memory");
		else if (strcmp(names.items[i], n->name) != 0)
			r = network_load(etc, names.items[i], other, err);
		if (r == 0 && other && *other->name)
			r = against_network(n, other, err);
		free(other);
	}
	strv_done(&names);
	free(path);
	return r;
}

/* Whole content; NULL if it cannot be read. Files of /etc are root's. */
static char *slurp(const char *path)
{
	char *text = NULL;
	size_t len;
	struct im_err ignored = {0};

	return trust_read(path, MAX_FILE, &text, &len, &ignored) == 0 ? text : NULL;
}

static int foreign_files(const struct network *n, const struct network_plan *p, struct im_err *err)
{
	for (size_t i = 0; i < p->len; i++) {
		const struct network_file *f = &p->files[i];
		struct stat st;
		char *have;
		bool ours;

		if (lstat(f->path, &st) < 0)
			continue;
		have = f->link ? NULL : slurp(f->path);
		ours = f->link ? S_ISLNK(st.st_mode) : have && network_is_ours(n->name, have);
		free(have);
		if (!ours)
			return im_fail(err, EEXIST, "%s: is there, and not made by immurectl (move it, or choose another name)", f->path);
	}
	return 0;
}

int network_collides(const struct network *n, const struct network_plan *p, const char *etc, struct im_err *err)
{
	int r = 0;

	if (if_nametoindex(n->name))
		return im_fail(err, EEXIST, "%s: there is an interface of this name, and it is not immurectl's (ip link show %s)", n->name, n->name);
	r = foreign_files(n, p, err);
	if (r == 0)
		r = against_networks(n, etc, err);
	if (r == 0)
		r = against_addresses(n, err);
	if (r == 0 && n->has4)
		r = against_routes(n, false, err);
	if (r == 0 && n->has6)
		r = against_routes(n, true, err);
	return r;
}

/* What ip says of the bridge's ports, a line each. By the tool: sysfs shows the network that it was mounted in. */
static int ports(const char *name, char **ret, struct im_err *err)
{
	struct tool ip = {.name = "ip", .package = "iproute2"};
	const int r = tool_find(&ip, err);
	const char *const argv[] = {ip.path, "-d", "-o", "link", "show", "master", name, NULL};

	if (r < 0)
		return r;
	if (!if_nametoindex(name)) {
		*ret = strdup("");
		return *ret ? 0 : im_fail(err, ENOMEM, "not enough memory");
	}
	return network_capture(argv, -1, ret, err);
}

int network_ports(const char *name, struct im_err *err)
{
	char *text = NULL;
	int n = ports(name, &text, err);

	for (const char *at = text; at && *at; at++)
		n += *at == '\n';
	free(text);
	return n;
}

/* The ports of cells have to be apart, or must not be, as the network says now. */
static int differing_ports(const struct network *n, struct strv *ret, struct im_err *err)
{
	bool meet = false;
	char *text = NULL, *next;
	int r = ports(n->name, &text, err);

	for (size_t i = 0; i < n->allow_len; i++)
		meet = meet || n->allow[i].what == ALLOW_CELLS;
	for (char *line = text; r == 0 && line && *line && !meet; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = 0;
		if (strstr(line, ": im-") && !strstr(line, "isolated on"))
			r = strv_addf(ret, "%s: a cell's port is not isolated: %.*s", n->name, (int)strcspn(line, "@"), line);
	}
	free(text);
	return r;
}

enum network_backend network_backend_here(void)
{
	if (access("/run/systemd/netif", F_OK) == 0)
		return BACKEND_NETWORKD;
	if (access("/etc/network/interfaces.d", F_OK) == 0 && access("/sbin/ifup", X_OK) == 0)
		return BACKEND_IFUPDOWN;
	return BACKEND_UNSET;
}

static int differing_files(const struct network_plan *p, struct strv *ret)
{
	int r = 0;

	for (size_t i = 0; i < p->len && r == 0; i++) {
		const struct network_file *f = &p->files[i];
		char target[256] = "", *have = NULL;
		bool same;

		if (access(f->path, F_OK) < 0 && readlink(f->path, target, sizeof(target) - 1) < 0) {
			r = strv_addf(ret, "%s: missing", f->path);
			continue;
		}
		if (f->link)
			same = readlink(f->path, target, sizeof(target) - 1) > 0 && strcmp(target, f->text) == 0;
		else
			same = (have = slurp(f->path)) && strcmp(have, f->text) == 0;
		free(have);
		if (!same)
			r = strv_addf(ret, "%s: differs", f->path);
	}
	return r;
}

static bool has_address(const struct bridge *b, const struct net_address *subnet)
{
	const struct net_address want = network_gateway(subnet);

	for (size_t i = 0; i < b->len; i++)
		if (net_same(&b->addresses[i], &want) && b->addresses[i].bits == want.bits)
			return true;
	return false;
}

static int differing_bridge(const struct network *n, struct strv *ret)
{
	struct bridge *b = calloc(1, sizeof(*b));
	struct im_err err = {0};
	int r = 0;

	if (!b)
		return -ENOMEM;
	if (bridge_look(n->name, (struct origin){0}, b, &err) < 0)
		r = strv_addf(ret, "%s: %s", n->name, err.code == ENODEV ? "there is no such bridge" : err.text);
	else if ((n->has4 && !has_address(b, &n->subnet4)) || (n->has6 && !has_address(b, &n->subnet6)))
		r = strv_addf(ret, "%s: the bridge lacks an address of the host", n->name);
	free(b);
	return r;
}

static int differing_forwarding(const struct network_plan *p, struct strv *ret)
{
	static const char *const paths[] = {"/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding"};
	int r = 0;

	for (int six = 0; six < 2 && r == 0; six++) {
		const int fd = (six ? p->forward6 : p->forward4) ? open(paths[six], O_RDONLY | O_CLOEXEC) : -1;
		char c = '1';

		if (fd < 0)
			continue;
		if (read(fd, &c, 1) == 1 && c == '0')
			r = strv_addf(ret, "%s: is 0", paths[six]);
		(void)close(fd); /* only read */
	}
	return r;
}

/* A network of our own that is empty: there the rules show what the kernel makes of them. -1 with errno. */
static int empty_netns(void)
{
	const int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int fd = -1;

	if (own >= 0 && unshare(CLONE_NEWNET) == 0) {
		fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		if (setns(own, CLONE_NEWNET) < 0)
			abort(); /* everything that follows would be done to the wrong network */
	}
	if (own >= 0)
		(void)close(own); /* only looked at */
	return fd;
}

static int differing_rules(const struct network *n, struct strv *ret, struct im_err *err)
{
	struct tool nft = {.name = "nft", .package = "nftables"};
	const char *const load[] = {"nft", "-f", "-", NULL};
	char *text = network_filter(n), *table = str_printf("immure-%s", n->name), *want = NULL, *have = NULL;
	const int netns = empty_netns(), code = errno;
	struct im_err missing = {0};
	int r = text && table && netns >= 0 ? tool_find(&nft, err) : im_fail(err, netns < 0 ? code : ENOMEM, "rules: %s", strerror(netns < 0 ? code : ENOMEM));
	const char *const list[] = {nft.path, "-s", "list", "table", "inet", table, NULL};

	if (r == 0)
		r = tool_run(&nft, load, text, netns, -1, sys_now_ms() + 10000, err);
	if (r == 0)
		r = network_capture(list, netns, &want, err);
	if (r == 0 && network_capture(list, -1, &have, &missing) < 0)
		r = strv_addf(ret, "table inet %s: is not loaded", table);
	else if (r == 0 && strcmp(want, have) != 0)
		r = strv_addf(ret, "table inet %s: differs (nft list table inet %s)", table, table);
	if (netns >= 0)
		(void)close(netns); /* it goes with its rules */
	free(want);
	free(have);
	free(text);
	free(table);
	return r;
}

int network_differences(const struct network *n, const struct network_plan *p, struct strv *ret, struct im_err *err)
{
	int r = differing_files(p, ret);

	if (r == 0)
		r = differing_bridge(n, ret);
	if (r == 0)
		r = differing_forwarding(p, ret);
	if (r < 0)
		return im_fail(err, ENOMEM, "%s: not enough memory", n->name);
	r = differing_ports(n, ret, err);
	return r < 0 ? r : differing_rules(n, ret, err);
}
