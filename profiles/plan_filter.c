/* SPDX-License-Identifier: MIT */
/*
 * The filter of a cell's network as one nft(8) table. Addresses are judged as systemd.resource-control(5) does it, on the other end of
 * every packet: what IPAddressAllow= names passes, else what IPAddressDeny= names does not, else it passes. Then come the ports.
 * What goes out and may not is told so at once; what comes in and may not is dropped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"
#include "plan.h"

/* In all of this file: the caller asks ferror(). */
static void match_network(const char *text, const char *end, const char *verdict, FILE *out)
{
	const char *const alone[] = {text, NULL}, *const *networks = net_word(text);
	struct net_address a;

	for (networks = networks ? networks : alone; *networks; networks++) {
		if (net_address_parse(*networks, &a) < 0)
			continue; /* cannot be: it was read from a profile */
		if (a.bits == 0)
			(void)fprintf(out, "\t\tmeta nfproto %s %s\n", a.six ? "ipv6" : "ipv4", verdict);
		else
			(void)fprintf(out, "\t\t%s %s %s %s\n", a.six ? "ip6" : "ip", end, *networks, verdict);
	}
}

static void addresses(const struct plan *plan, const char *chain, const char *end, const char *refuse, FILE *out)
{
	(void)fprintf(out, "\tchain %s {\n", chain);
	for (int deny = 0; deny < 2; deny++)
		for (size_t i = 0; i < plan->len; i++) {
			const struct step *s = &plan->steps[i];

			if (s->kind == STEP_FILTER && strcmp(s->path, deny ? "deny" : "allow") == 0)
				match_network(s->arg, end, deny ? refuse : "return", out);
		}
	(void)fputs("\t}\n", out);
}

static void match_port(const char *text, FILE *out)
{
	struct net_port p;

	if (strcmp(text, "any") == 0) {
		(void)fputs("\t\taccept\n", out);
		return;
	}
	if (net_port_parse(text, &p) < 0 || p.protocol == NET_NONE)
		return; /* nothing passes */
	if (p.protocol == NET_ICMP)
		(void)fputs("\t\ticmp type echo-request accept\n\t\ticmpv6 type echo-request accept\n", out);
	else if (p.first == p.last)
		(void)fprintf(out, "\t\t%s dport %u accept\n", p.protocol == NET_TCP ? "tcp" : "udp", p.first);
	else
		(void)fprintf(out, "\t\t%s dport %u-%u accept\n", p.protocol == NET_TCP ? "tcp" : "udp", p.first, p.last);
}

static void ports(const struct plan *plan, const char *what, FILE *out)
{
	for (size_t i = 0; i < plan->len; i++) {
		const struct step *s = &plan->steps[i];

		if (s->kind == STEP_FILTER && strcmp(s->path, what) == 0)
			match_port(s->arg, out);
	}
}

static void refusals(unsigned uid, FILE *out)
{
	(void)fprintf(out, "\tchain refuse_out {\n"
		"\t\tlimit rate 10/minute burst 20 packets log prefix \"immure uid %u may not send: \"\n"
		"\t\tmeta l4proto tcp reject with tcp reset\n"
		"\t\treject with icmpx type admin-prohibited\n\t}\n", uid);
	(void)fprintf(out, "\tchain refuse_in {\n"
		"\t\tlimit rate 10/minute burst 20 packets log prefix \"immure uid %u may not receive: \"\n"
		"\t\tdrop\n\t}\n", uid);
}

char *plan_filter_text(const struct plan *plan)
{
	const struct step *table = plan_find(plan, STEP_FILTER);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool good;

	if (!out)
		return NULL;
	(void)fputs("table inet immure {\n", out);
	refusals(table ? (unsigned)table->num : 0, out);
	addresses(plan, "addresses_out", "daddr", "goto refuse_out", out);
	addresses(plan, "addresses_in", "saddr", "goto refuse_in", out);
	/* IPv6 finds its neighbours by ICMP, which no address rule may stop; a packet with another's address is refused */
	(void)fputs("\tchain output {\n\t\ttype filter hook output priority 0; policy drop;\n"
		"\t\tct state established,related accept\n"
		"\t\ticmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report } accept\n"
		"\t\tfib saddr type != local goto refuse_out\n"
		"\t\tjump addresses_out\n", out);
	ports(plan, "connect", out);
	(void)fputs("\t\tgoto refuse_out\n\t}\n"
		"\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n"
		"\t\tct state established,related accept\n"
		"\t\tiifname lo accept\n"
		"\t\ticmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept\n"
		"\t\tjump addresses_in\n", out);
	ports(plan, "listen", out);
	(void)fputs("\t\tmeta pkttype { broadcast, multicast } drop\n\t\tgoto refuse_in\n\t}\n"
		"\tchain forward {\n\t\ttype filter hook forward priority 0; policy drop;\n\t}\n}\n", out);
	good = !ferror(out);
	if (fclose(out) == 0 && good)
		return text;
	free(text);
	return NULL;
}
