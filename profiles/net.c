/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"
#include "str.h"

static unsigned width(const struct net_address *a)
{
	return a->six ? 128 : 32;
}

int net_address_parse(const char *text, struct net_address *ret)
{
	static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	const size_t len = strcspn(text, "/");
	struct net_address a = {.six = memchr(text, ':', len) != NULL};
	char address[INET6_ADDRSTRLEN];
	uint64_t bits = width(&a);

	if (len >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, len);
	address[len] = 0;
	if (inet_pton(a.six ? AF_INET6 : AF_INET, address, a.bytes) != 1)
		return -EINVAL;
	if (text[len] && str_to_u64(text + len + 1, bits, &bits) < 0)
		return -EINVAL;
	if (a.six && memcmp(a.bytes, mapped, sizeof(mapped)) == 0)
		return -EINVAL; /* it is sent as IPv4: two names of one thing */
	a.bits = (unsigned)bits;
	*ret = a;
	return 0;
}

void net_address_text(const struct net_address *a, bool with_bits, char *ret)
{
	char bits[8] = "";

	if (with_bits)
		(void)snprintf(bits, sizeof(bits), "/%u", a->bits % 1000); /* fits */
	if (!inet_ntop(a->six ? AF_INET6 : AF_INET, a->bytes, ret, INET6_ADDRSTRLEN))
		*ret = 0; /* cannot be: the buffer is large enough */
	(void)strcat(ret, bits); /* as above */
}

void net_mask(struct net_address *a)
{
	for (unsigned i = 0; i < width(a) / 8; i++) {
		const unsigned keep = a->bits <= i * 8 ? 0 : a->bits - i * 8;

		if (keep < 8)
			a->bytes[i] &= (unsigned char)(0xff00u >> keep);
	}
}

bool net_same(const struct net_address *a, const struct net_address *b)
{
	return a->six == b->six && memcmp(a->bytes, b->bytes, a->six ? 16 : 4) == 0;
}

bool net_contains(const struct net_address *net, const struct net_address *a)
{
	struct net_address n = *net, other = *a;

	other.bits = n.bits;
	net_mask(&n);
	net_mask(&other);
	return net_same(&n, &other);
}

/* All bits behind the prefix are 1. */
static bool is_broadcast(const struct net_address *a)
{
	struct net_address up = *a;

	net_mask(&up);
	for (unsigned i = up.bits; i < width(a); i++)
		up.bytes[i / 8] |= (unsigned char)(0x80u >> (i % 8));
	return net_same(&up, a);
}

bool net_is_host(const struct net_address *a)
{
	static const struct net_address loop6 = {true, {[15] = 1}, 128}, zero6 = {true, {0}, 128};
	struct net_address net = *a;

	if (a->six && (a->bytes[0] == 0xff || net_same(a, &loop6) || net_same(a, &zero6)))
		return false;
	if (!a->six && (a->bytes[0] == 0 || a->bytes[0] == 127 || a->bytes[0] >= 224))
		return false;
	net_mask(&net);
	if (a->six) /* the first of a subnet means its routers: RFC 4291, 2.6.1 */
		return a->bits >= 127 || !net_same(a, &net);
	return a->bits >= 31 || (!net_same(a, &net) && !is_broadcast(a));
}

static int port_number(const char *text, size_t len, unsigned *ret)
{
	char digits[8];
	uint64_t n;

	if (len >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, text, len);
	digits[len] = 0;
	if (str_to_u64(digits, 65535, &n) < 0 || n == 0)
		return -EINVAL;
	*ret = (unsigned)n;
	return 0;
}

int net_port_parse(const char *text, struct net_port *ret)
{
	const bool tcp = strncmp(text, "tcp:", 4) == 0;
	struct net_port p = {.protocol = tcp ? NET_TCP : NET_UDP};
	size_t len;

	if (strcmp(text, "icmp") == 0 || strcmp(text, "tcp:none") == 0) {
		*ret = (struct net_port){.protocol = *text == 'i' ? NET_ICMP : NET_NONE};
		return 0;
	}
	if (!tcp && strncmp(text, "udp:", 4) != 0)
		return -EINVAL;
	text += 4;
	len = strcspn(text, "-");
	if (port_number(text, len, &p.first) < 0)
		return -EINVAL;
	p.last = p.first;
	if (text[len] && port_number(text + len + 1, strlen(text + len + 1), &p.last) < 0)
		return -EINVAL;
	if (p.last < p.first)
		return -ERANGE;
	*ret = p;
	return 0;
}

static int rate(const char *text, uint64_t *ret)
{
	if (strcmp(text, "infinity") == 0) {
		*ret = UINT64_MAX;
		return 0;
	}
	return str_to_size(text, ret);
}

int net_bandwidth_parse(const char *text, uint64_t *ret_up, uint64_t *ret_down)
{
	const char *slash = strchr(text, '/');
	char *up = slash ? strndup(text, (size_t)(slash - text)) : NULL;
	int r = up ? rate(up, ret_up) : -EINVAL;

	free(up);
	if (r == 0)
		r = rate(slash + 1, ret_down);
	/* tc(8) counts in 32 bits where it is old, and less than a packet every few seconds is no network */
	if (r == 0 && (*ret_up < 1024 || *ret_down < 1024))
		r = -ERANGE;
	return r;
}

const char *const *net_word(const char *text)
{
	static const struct {
		const char *word;
		const char *const networks[3];
	} words[] = {
		{"any", {"0.0.0.0/0", "::/0"}},
		{"localhost", {"127.0.0.0/8", "::1/128"}},
		{"link-local", {"169.254.0.0/16", "fe80::/64"}},
		{"multicast", {"224.0.0.0/4", "ff00::/8"}},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i].word, text) == 0)
			return words[i].networks;
	return NULL;
}

static int keep(char *text, char **ret)
{
	*ret = text;
	return text ? 0 : -ENOMEM;
}

int net_check_interface(const char *text, char **ret_text)
{
	const size_t len = strlen(text);

	if (len == 0 || len > 15 || *text == '.' || *text == '-' ||
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != len)
		return -EINVAL;
	return keep(strdup(text), ret_text);
}

static int canonical(const struct net_address *a, bool with_bits, char **ret_text)
{
	char text[NET_TEXT_MAX];

	net_address_text(a, with_bits, text);
	return keep(strdup(text), ret_text);
}

int net_check_address(const char *text, char **ret_text)
{
	struct net_address a;

	if (strcmp(text, "auto") == 0)
		return keep(strdup(text), ret_text);
	if (!strchr(text, '/') || net_address_parse(text, &a) < 0 || !net_is_host(&a))
		return -EINVAL;
	return canonical(&a, true, ret_text);
}

int net_check_host(const char *text, char **ret_text)
{
	struct net_address a;

	if (strchr(text, '/') || net_address_parse(text, &a) < 0 || !net_is_host(&a))
		return -EINVAL;
	return canonical(&a, false, ret_text);
}

int net_check_network(const char *text, char **ret_text)
{
	struct net_address a;

	if (net_word(text))
		return keep(strdup(text), ret_text);
	if (net_address_parse(text, &a) < 0)
		return -EINVAL;
	net_mask(&a);
	return canonical(&a, true, ret_text);
}

int net_check_port(const char *text, char **ret_text)
{
	struct net_port p;
	const int r = net_port_parse(text, &p);

	if (r < 0)
		return r;
	if (p.protocol == NET_NONE || p.protocol == NET_ICMP)
		return keep(strdup(text), ret_text);
	if (p.first == p.last)
		return keep(str_printf("%.4s%u", text, p.first), ret_text);
	return keep(str_printf("%.4s%u-%u", text, p.first, p.last), ret_text);
}

int net_check_bandwidth(const char *text, char **ret_text)
{
	uint64_t up, down;
	const int r = net_bandwidth_parse(text, &up, &down);

	return r < 0 ? r : keep(strdup(text), ret_text);
}
