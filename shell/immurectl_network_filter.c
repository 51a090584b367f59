/* SPDX-License-Identifier: MIT */
/*
 * The host's side of a network as nft(8) text. Everything is in a table of its own, so that loading and removing it touches nobody
 * else's rules. To drop or reject is final for a packet; to accept leaves it to the rules of others. What goes from cell to cell over
 * the bridge does not come by here: their ports are isolated when they are connected (shell/cell/isolation.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "immurectl_network.h"

/* Not the Internet: networks of one's own, the provider's, the link's, and where cloud machines find their keys. */
#define PRIVATE4 "{ 0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16, 224.0.0.0/3 }"
#define PRIVATE6 "{ ::/8, fc00::/7, fe80::/10, ff00::/8 }"

/* In all of this file: network_filter() asks ferror(). */
static void port(const struct network_allow *a, bool six, FILE *out)
{
	if (a->all)
		return;
	if (a->port.protocol == NET_ICMP)
		(void)fprintf(out, "%s type echo-request ", six ? "icmpv6" : "icmp");
	else if (a->port.first == a->port.last)
		(void)fprintf(out, "%s dport %u ", a->port.protocol == NET_TCP ? "tcp" : "udp", a->port.first);
	else
		(void)fprintf(out, "%s dport %u-%u ", a->port.protocol == NET_TCP ? "tcp" : "udp", a->port.first, a->port.last);
}

static void allow(const struct network *n, const struct network_allow *a, bool six, const char *verdict, FILE *out)
{
	char net[NET_TEXT_MAX];

	if (!(six ? n->has6 : n->has4) || (a->what == ALLOW_NETWORK && a->net.six != six))
		return;
	net_address_text(&a->net, true, net);
	(void)fprintf(out, "\t\tmeta nfproto %s ", six ? "ipv6" : "ipv4");
	if (a->what == ALLOW_INTERNET)
		(void)fprintf(out, "%s daddr != %s ", six ? "ip6" : "ip", six ? PRIVATE6 : PRIVATE4);
	if (a->what == ALLOW_NETWORK && a->net.bits)
		(void)fprintf(out, "%s daddr %s ", six ? "ip6" : "ip", net);
	port(a, six, out);
	(void)fprintf(out, "%s\n", verdict);
}

static void allows(const struct network *n, bool host, const char *verdict, FILE *out)
{
	for (size_t i = 0; i < n->allow_len; i++) {
		const struct network_allow *a = &n->allow[i];

		if (a->what == ALLOW_CELLS || (a->what == ALLOW_HOST) != host)
			continue;
		allow(n, a, false, verdict, out);
		allow(n, a, true, verdict, out);
	}
}

static bool cells_meet(const struct network *n)
{
	for (size_t i = 0; i < n->allow_len; i++)
		if (n->allow[i].what == ALLOW_CELLS)
			return true;
	return false;
}

/* A cell's packets have an address of the network, whatever its own filter says. */
static void sources(const struct network *n, FILE *out)
{
	char net[NET_TEXT_MAX];

	(void)fputs("\tchain sources {\n", out);
	if (n->has4) {
		net_address_text(&n->subnet4, true, net);
		(void)fprintf(out, "\t\tip saddr != %s drop\n", net);
	} else {
		(void)fputs("\t\tmeta nfproto ipv4 drop\n", out);
	}
	if (n->has6) {
		net_address_text(&n->subnet6, true, net);
		(void)fprintf(out, "\t\tip6 saddr != { %s, fe80::/10 } drop\n", net);
	} else {
		(void)fputs("\t\tmeta nfproto ipv6 drop\n", out);
	}
	(void)fputs("\t}\n", out);
}

static void input(const struct network *n, FILE *out)
{
	(void)fprintf(out, "\tchain input {\n\t\ttype filter hook input priority 0; policy accept;\n\t\tiifname \"%s\" goto to_host\n\t}\n", n->name);
	(void)fputs("\tchain to_host {\n"
		"\t\tjump sources\n"
		"\t\tct state established,related accept\n"
		"\t\ticmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept\n", out);
	allows(n, true, "accept", out);
	(void)fputs("\t\tgoto refuse\n\t}\n", out);
}

static void forward(const struct network *n, FILE *out)
{
	(void)fprintf(out, "\tchain forward {\n\t\ttype filter hook forward priority 0; policy accept;\n"
		"\t\tiifname \"%s\" jump from_cells\n\t\toifname \"%s\" goto to_cells\n\t}\n", n->name, n->name);
	(void)fputs("\tchain from_cells {\n\t\tjump sources\n\t\tct state established,related accept\n", out);
	if (cells_meet(n))
		(void)fprintf(out, "\t\toifname \"%s\" accept\n", n->name);
	else
		(void)fprintf(out, "\t\toifname \"%s\" goto refuse\n", n->name);
	allows(n, false, "return", out);
	(void)fputs("\t\tgoto refuse\n\t}\n\tchain to_cells {\n\t\tct state established,related accept\n", out);
	for (size_t i = 0; i < n->publish_len; i++) {
		const struct network_publish *p = &n->publish[i];
		char to[NET_TEXT_MAX];

		net_address_text(&p->to, false, to);
		(void)fprintf(out, "\t\t%s daddr %s %s dport %u accept\n", p->to.six ? "ip6" : "ip", to, p->udp ? "udp" : "tcp", p->to_port);
	}
	(void)fputs("\t\tgoto refuse\n\t}\n", out);
}

static void publish(const struct network *n, const char *chain, const char *hook, const char *when4, const char *when6, FILE *out)
{
	(void)fprintf(out, "\tchain %s {\n\t\ttype nat hook %s priority -100; policy accept;\n", chain, hook);
	for (size_t i = 0; i < n->publish_len; i++) {
		const struct network_publish *p = &n->publish[i];
		const bool six = p->to.six;
		char to[NET_TEXT_MAX];

		net_address_text(&p->to, false, to);
		(void)fprintf(out, "\t\tmeta nfproto %s %sfib daddr type local %s dport %u dnat %s to %s%s%s:%u\n", six ? "ipv6" : "ipv4",
			six ? when6 : when4, p->udp ? "udp" : "tcp", p->port, six ? "ip6" : "ip", six ? "[" : "", to, six ? "]" : "", p->to_port);
	}
	(void)fputs("\t}\n", out);
}

static void translate(const struct network *n, FILE *out)
{
	char from_cells[64], net[NET_TEXT_MAX];

	(void)snprintf(from_cells, sizeof(from_cells), "iifname != \"%s\" ", n->name); /* fits */
	if (n->publish_len) {
		publish(n, "publish", "prerouting", from_cells, from_cells, out);
		publish(n, "publish_here", "output", "ip daddr != 127.0.0.0/8 ", "ip6 daddr != ::1 ", out);
	}
	if (!n->nat)
		return;
	(void)fputs("\tchain nat {\n\t\ttype nat hook postrouting priority 100; policy accept;\n", out);
	for (int six = 0; six < 2; six++) {
		if (!(six ? n->has6 : n->has4))
			continue;
		net_address_text(six ? &n->subnet6 : &n->subnet4, true, net);
		(void)fprintf(out, "\t\t%s saddr %s oifname != { \"%s\", \"lo\" } masquerade\n", six ? "ip6" : "ip", net, n->name);
	}
	(void)fputs("\t}\n", out);
}

static char *finish(FILE *out, char **text)
{
	const bool good = !ferror(out);

	if (fclose(out) == 0 && good)
		return *text;
	free(*text);
	return NULL;
}

char *network_filter(const struct network *n)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	/* to add one that is there does nothing, so that the removal always has one */
	(void)fprintf(out, "table inet immure-%s\ndelete table inet immure-%s\ntable inet immure-%s {\n", n->name, n->name, n->name);
	(void)fputs("\tchain refuse {\n\t\tmeta l4proto tcp reject with tcp reset\n\t\treject with icmpx type admin-prohibited\n\t}\n", out);
	sources(n, out);
	input(n, out);
	forward(n, out);
	translate(n, out);
	(void)fputs("}\n", out);
	return finish(out, &text);
}

char *network_filter_undo(const struct network *n)
{
	return str_printf("table inet immure-%s\ndelete table inet immure-%s\n", n->name, n->name);
}
