/* SPDX-License-Identifier: MIT */
/* Values of the [Network] section: addresses, networks, ports, names of interfaces, bandwidths. Text only: nothing is looked up. */
#ifndef IMMURE_NET_H
#define IMMURE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_MAX_ADDRESSES 8 /* of a cell */
#define NET_TEXT_MAX 50 /* an address with its prefix length, and NUL */

struct net_address {
	bool six;
	unsigned char bytes[16]; /* in network order; 4 of them are used without @six */
	unsigned bits;           /* length of the prefix; 32 or 128 if none was written */
};

/*
 * net_address_parse() - ADDRESS or ADDRESS/BITS, IPv4 or IPv6
 * Returns 0; -EINVAL for anything else, an IPv4 address inside of an IPv6 one, and a zone (%eth0) too.
 */
int net_address_parse(const char *text, struct net_address *ret);
/* net_address_text() - canonical text, with /BITS or without; @ret has NET_TEXT_MAX bytes. */
void net_address_text(const struct net_address *a, bool with_bits, char *ret);
/* net_mask() - clear what is behind the prefix. */
void net_mask(struct net_address *a);
/* net_contains() - is @a in the network of @net? Both families are different worlds. */
bool net_contains(const struct net_address *net, const struct net_address *a);
bool net_same(const struct net_address *a, const struct net_address *b); /* whatever the prefixes */
/* net_is_host() - may a machine in its network have it: no network or broadcast address, multicast, loopback, zero */
bool net_is_host(const struct net_address *a);

enum net_protocol { NET_NONE, NET_TCP, NET_UDP, NET_ICMP };

struct net_port {
	enum net_protocol protocol; /* NET_NONE: "tcp:none", nothing at all */
	unsigned first, last;
};
/* net_port_parse() - tcp:PORT udp:PORT tcp:FIRST-LAST udp:FIRST-LAST icmp tcp:none. Returns 0, -EINVAL, -ERANGE (last before first). */
int net_port_parse(const char *text, struct net_port *ret);

/* net_bandwidth_parse() - UP/DOWN in bytes a second, with K M G T, or infinity (UINT64_MAX). Returns 0, -EINVAL, -ERANGE. */
int net_bandwidth_parse(const char *text, uint64_t *ret_up, uint64_t *ret_down);

/*
 * net_word() - what a word of IPAddressAllow= stands for: any localhost link-local multicast (systemd.resource-control(5))
 * Returns the networks, NULL-terminated, IPv4 first; NULL if it is no such word.
 */
const char *const *net_word(const char *text);

/* The canonical text of a value, on the heap in @ret_text. Return 0, -EINVAL, -ERANGE, -ENOMEM. */
int net_check_interface(const char *text, char **ret_text); /* at most 15 letters, digits - _ . */
int net_check_address(const char *text, char **ret_text);   /* auto, or a host's address with its prefix length */
int net_check_host(const char *text, char **ret_text);      /* a host's address alone */
int net_check_network(const char *text, char **ret_text);   /* a word, or a network; bits behind the prefix are cleared */
int net_check_port(const char *text, char **ret_text);
int net_check_bandwidth(const char *text, char **ret_text);

#endif
