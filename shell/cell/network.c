/* SPDX-License-Identifier: MIT */
/*
 * Order, and why:
 *   1 look     at the bridge and for the tools: nothing is made for a cell that cannot be
 *   2 lease    addresses, with the bridge's lock
 *   3 connect  a veth pair; one end is made in the cell's namespace, down
 *   4 filter   one table, whole or not at all
 *   5 sysctl   of the namespace and of the interface, before it is up
 *   6 attach   the other end to the bridge
 *   7 up       addresses, interface, routes
 * Nobody is in the namespace yet but the child that builds the cell. The kernel removes the pair with the namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "isolation.h"
#include "network.h"
#include "tool.h"

struct raising {
	const struct plan *plan;
	const struct step *link;
	struct bridge bridge;
	struct tool ip, nft, tc;
	struct net_address addresses[NET_MAX_ADDRESSES];
	struct cell_network *network;
	char host[16];      /* the bridge's end */
	uint64_t hash;      /* of the first address: MAC addresses */
	int netns;
	uid_t uid;
	int64_t end_ms;
};

/* Nobody else on this bridge has the address, so that a name that was made of it is free, or left from a cell that has ended. */
static uint64_t link_hash(const struct bridge *b, const struct net_address *a)
{
	char text[NET_TEXT_MAX];

	net_address_text(a, false, text);
	return address_hash(text, address_hash(b->name, 0));
}

static void link_name(uint64_t hash, char *ret)
{
	(void)snprintf(ret, 16, "im-%012" PRIx64, hash & UINT64_C(0xffffffffffff)); /* 15 letters */
}

static int ip(const struct raising *r, int netns, struct im_err *err, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static int run_ip(const struct tool *t, const char *batch, int netns, int give, int64_t end_ms, struct im_err *err)
{
	const char *const argv[] = {"ip", "-batch", "-", NULL};

	return tool_run(t, argv, batch, netns, give, end_ms, err);
}

static int ip(const struct raising *r, int netns, struct im_err *err, const char *fmt, ...)
{
	char *batch = NULL;
	va_list ap;
	int code;

	va_start(ap, fmt);
	if (vasprintf(&batch, fmt, ap) < 0)
		batch = NULL;
	va_end(ap);
	if (!batch)
		return im_fail(err, ENOMEM, "network: not enough memory");
	code = run_ip(&r->ip, batch, netns, netns < 0 ? r->netns : -1, r->end_ms, err);
	free(batch);
	return code;
}

/* address_choose() asks for it. The namespace of a cell that was killed may need a while to go. */
static int clear(const struct address_request *q, const struct net_address *a, struct im_err *err)
{
	char name[16], batch[64];
	int r;

	link_name(link_hash(q->bridge, a), name);
	if (!bridge_exists(name))
		return 0;
	(void)snprintf(batch, sizeof(batch), "link del dev %s\n", name); /* fits */
	r = run_ip(q->ip, batch, -1, -1, q->end_ms, err);
	return bridge_exists(name) ? r : 0; /* it may have gone by itself meanwhile */
}

static int find_tools(struct raising *r, struct im_err *err)
{
	int code = tool_find(&r->ip, err);

	if (code == 0)
		code = tool_find(&r->nft, err);
	if (code == 0 && plan_find(r->plan, STEP_BANDWIDTH))
		code = tool_find(&r->tc, err);
	return code;
}

static void mac(unsigned char first, uint64_t hash, char *ret, size_t size)
{
	(void)snprintf(ret, size, "%02x:%02x:%02x:%02x:%02x:%02x", first, (unsigned)(hash >> 32) & 0xff, (unsigned)(hash >> 24) & 0xff,
		(unsigned)(hash >> 16) & 0xff, (unsigned)(hash >> 8) & 0xff, (unsigned)hash & 0xff); /* fits */
}

/*
 * Locally administered addresses. The bridge takes over the lowest of its ports' where it has none of its own, which must not be one
 * that comes and goes: the bridge's end gets a high one.
 */
static int connect_pair(struct raising *r, struct im_err *err)
{
	char inner[24], outer[24];

	mac((unsigned char)((r->hash >> 40 & 0x7c) | 0x02), r->hash, inner, sizeof(inner));
	mac(0xfe, r->hash, outer, sizeof(outer));
	return ip(r, -1, err,
		"link add dev %s mtu %u address %s type veth peer name %s mtu %u address %s netns /proc/self/fd/3\n"
		"link set dev %s addrgenmode none alias immure-uid-%u\n",
		r->host, r->bridge.mtu, outer, r->link->arg, r->bridge.mtu, inner, r->host, (unsigned)r->uid);
}

static int load_filter(const struct raising *r, struct im_err *err)
{
	const char *const argv[] = {"nft", "-f", "-", NULL};
	char *text = plan_filter_text(r->plan);
	int code;

	if (!text)
		return im_fail(err, ENOMEM, "network: not enough memory");
	code = tool_run(&r->nft, argv, text, r->netns, -1, r->end_ms, err);
	free(text);
	return code;
}

static bool has_family(const struct raising *r, bool six)
{
	for (size_t i = 0; i < r->network->len; i++)
		if (r->addresses[i].six == six)
			return true;
	return false;
}

static int write_sysctl(const char *path, const char *value, bool optional, char *text, size_t size)
{
	char full[128];
	int fd, code = 0;

	(void)snprintf(full, sizeof(full), "/proc/sys/%s", path); /* fits: the planner's */
	fd = open(full, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && optional)
		return 0;
	if (fd < 0 || write(fd, value, strlen(value)) < 0) {
		code = errno;
		(void)snprintf(text, size, "%s: %s", full, strerror(code)); /* a longer one is cut */
	}
	if (fd >= 0)
		(void)close(fd); /* the kernel has taken or refused it in write(2) */
	return code;
}

/* In the cell's network: /proc/sys/net is that of whoever looks. */
static int sysctls(const void *arg, char *text, size_t size)
{
	const struct raising *r = arg;
	char path[80];
	int code = 0;

	for (size_t i = 0; i < r->plan->len && code == 0; i++) {
		const struct step *s = &r->plan->steps[i];

		if (s->kind == STEP_SYSCTL)
			code = write_sysctl(s->path, s->arg, s->flags & SF_OPTIONAL, text, size);
	}
	if (code == 0 && !has_family(r, true)) { /* no link-local address either, which no address was asked for */
		(void)snprintf(path, sizeof(path), "net/ipv6/conf/%s/disable_ipv6", r->link->arg); /* fits */
		code = write_sysctl(path, "1", true, text, size);
	}
	return code;
}

static int check_gateway(const struct raising *r, const struct step *s, struct im_err *err)
{
	struct net_address gateway;

	if (net_address_parse(s->arg, &gateway) < 0)
		return im_fail_at(err, EINVAL, s->from, "Gateway: %s: no address", s->arg);
	for (size_t i = 0; i < r->network->len; i++)
		if (net_contains(&r->addresses[i], &gateway))
			return 0;
	return im_fail_at(err, EINVAL, s->from, "Gateway: %s is in no network of %s that the cell has an address in (ip address show %s)", s->arg,
		r->bridge.name, r->bridge.name);
}

static int check_gateways(const struct raising *r, struct im_err *err)
{
	int code = 0;

	for (size_t i = 0; i < r->plan->len && code == 0; i++)
		if (r->plan->steps[i].kind == STEP_ROUTE)
			code = check_gateway(r, &r->plan->steps[i], err);
	return code;
}

/* Nobody else has these addresses: IPv6 need not ask around first. */
static int bring_up(const struct raising *r, struct im_err *err)
{
	char *batch = NULL, text[NET_TEXT_MAX];
	size_t len;
	FILE *out = open_memstream(&batch, &len);
	bool good;
	int code;

	if (!out)
		return im_fail(err, ENOMEM, "network: not enough memory");
	for (size_t i = 0; i < r->network->len; i++) {
		net_address_text(&r->addresses[i], true, text);
		(void)fprintf(out, "address add %s dev %s%s\n", text, r->link->arg, r->addresses[i].six ? " nodad" : " broadcast +"); /* ferror() below */
	}
	(void)fprintf(out, "link set dev %s up\n", r->link->arg); /* as above */
	for (size_t i = 0; i < r->plan->len; i++)
		if (r->plan->steps[i].kind == STEP_ROUTE)
			(void)fprintf(out, "route add default via %s dev %s\n", r->plan->steps[i].arg, r->link->arg); /* as above */
	good = !ferror(out);
	if (fclose(out) != 0 || !good)
		code = im_fail(err, ENOMEM, "network: not enough memory");
	else
		code = run_ip(&r->ip, batch, r->netns, -1, r->end_ms, err);
	free(batch);
	return code;
}

/* A bucket that holds what comes in 20 ms, and the largest packet that the kernel makes. */
static int shape(const struct raising *r, const char *interface, uint64_t rate, int netns, struct im_err *err)
{
	const char *const argv[] = {"tc", "-batch", "-", NULL};
	char batch[160];

	if (rate == UINT64_MAX)
		return 0;
	(void)snprintf(batch, sizeof(batch), "qdisc add dev %s root tbf rate %" PRIu64 "bps burst %" PRIu64 " latency 100ms\n", interface, rate,
		rate / 50 < 65536 ? UINT64_C(65536) : rate / 50); /* fits */
	return tool_run(&r->tc, argv, batch, netns, -1, r->end_ms, err);
}

static int bandwidth(const struct raising *r, struct im_err *err)
{
	const struct step *s = plan_find(r->plan, STEP_BANDWIDTH);
	int code;

	if (!s)
		return 0;
	code = shape(r, r->link->arg, s->num, r->netns, err);
	return code < 0 ? code : shape(r, r->host, s->num2, -1, err);
}

/* A network that immurectl made is closed by a table of the host's; without it there is no connection. */
static int attach(const struct raising *r, struct im_err *err)
{
	bool ours = false, apart = false;
	char *table = str_printf("immure-%s", r->bridge.name);
	const char *const argv[] = {"nft", "list", "table", "inet", table, NULL};
	int code = table ? isolation_of(r->bridge.name, &ours, &apart, err) : im_fail(err, ENOMEM, "network: not enough memory");

	if (code == 0 && ours && tool_run(&r->nft, argv, "", -1, -1, r->end_ms, err) < 0)
		code = im_fail(err, ENOENT, "network: the rules of %s are not loaded (immurectl network check %s)", r->bridge.name, r->bridge.name);
	free(table);
	return code < 0 ? code : ip(r, -1, err, "link set dev %s master %s\nlink set dev %s type bridge_slave isolated %s\nlink set dev %s up\n",
		r->host, r->bridge.name, r->host, apart ? "on" : "off", r->host);
}

static int make(struct raising *r, struct im_err *err)
{
	int code = check_gateways(r, err);

	r->hash = link_hash(&r->bridge, &r->addresses[0]);
	link_name(r->hash, r->host);
	if (code == 0)
		code = connect_pair(r, err);
	if (code == 0)
		code = load_filter(r, err);
	if (code == 0)
		code = tool_call(r->netns, sysctls, r, r->end_ms, err);
	if (code == 0)
		code = bandwidth(r, err);
	if (code == 0)
		code = attach(r, err);
	return code < 0 ? code : bring_up(r, err);
}

int network_raise(const struct plan *plan, uid_t uid, pid_t init, int64_t end_ms, struct cell_network *ret, struct im_err *err)
{
	struct raising r = {.plan = plan, .link = plan_find(plan, STEP_LINK), .network = ret, .netns = -1, .uid = uid, .end_ms = end_ms,
		.ip = {"ip", NULL, "iproute2"}, .nft = {"nft", NULL, "nftables"}, .tc = {"tc", NULL, "iproute2"}};
	const struct address_request request = {.plan = plan, .bridge = &r.bridge, .uid = uid, .init = init, .end_ms = end_ms, .clear = clear,
		.ip = &r.ip};
	char path[48];
	int code;

	if (!r.link)
		return 0;
	code = find_tools(&r, err);
	if (code == 0)
		code = bridge_look(r.link->path, r.link->from, &r.bridge, err);
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)init); /* fits */
	r.netns = code == 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (code == 0 && r.netns < 0)
		code = im_fail(err, errno, "network: %s: %s", path, strerror(errno));
	if (code == 0)
		code = address_choose(&request, r.addresses, ret, err);
	if (code == 0)
		code = make(&r, err);
	if (r.netns >= 0)
		(void)close(r.netns); /* a descriptor of the namespace would keep it */
	return code;
}

void network_release(struct cell_network *n, pid_t init)
{
	char *names[NET_MAX_ADDRESSES];

	for (size_t i = 0; i < n->len; i++)
		names[i] = n->names[i];
	if (n->leases >= 0)
		lease_drop(n->leases, names, n->len, init, n->start);
	network_forget(n);
}

void network_forget(struct cell_network *n)
{
	if (n->leases >= 0)
		(void)close(n->leases); /* only read */
	*n = (struct cell_network){.leases = -1};
}
