/* SPDX-License-Identifier: MIT */
/* The files of a network, and what makes its bridge: what an administrator would write, in the places where one would look. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "immurectl_network.h"

#define HEAD "# SPDX-License-Identifier: MIT\n# Made by immurectl network create %s; immurectl network remove %s takes it away.\n"

bool network_is_ours(const char *name, const char *text)
{
	char *head = str_printf(HEAD, name, name);
	const bool yes = head && strncmp(text, head, strlen(head)) == 0;

	free(head);
	return yes;
}

static int add(struct network_plan *p, bool link, char *path, char *text)
{
	struct network_file *f = &p->files[p->len];

	if (!path || !text || p->len == sizeof(p->files) / sizeof(*p->files)) {
		free(path);
		free(text);
		return -ENOMEM;
	}
	*f = (struct network_file){path, text, link};
	p->len++;
	return 0;
}

/* Takes over @body. */
static int add_file(const struct network *n, struct network_plan *p, char *path, char *body)
{
	char *text = body ? str_printf(HEAD "%s", n->name, n->name, body) : NULL;

	free(body);
	return add(p, false, path, text);
}

static char *gateway(const struct net_address *subnet)
{
	const struct net_address a = network_gateway(subnet);
	char text[NET_TEXT_MAX];

	net_address_text(&a, true, text);
	return strdup(text);
}

static int networkd(const struct network *n, const char *four, const char *six, struct network_plan *p)
{
	int r = add_file(n, p, str_printf("/etc/systemd/network/60-immure-%s.netdev", n->name),
		str_printf("[NetDev]\nName=%s\nKind=bridge\n\n[Bridge]\nSTP=no\nMulticastSnooping=no\n", n->name));

	if (r == 0)
		r = add_file(n, p, str_printf("/etc/systemd/network/60-immure-%s.network", n->name),
			str_printf("[Match]\nName=%s\n\n[Link]\nRequiredForOnline=no\n\n[Network]\n%s%s%s%s%s%sConfigureWithoutCarrier=yes\n"
				   "LinkLocalAddressing=no\nIPv6AcceptRA=no\nLLMNR=no\nMulticastDNS=no\nLLDP=no\nEmitLLDP=no\n",
				n->name, n->has4 ? "Address=" : "", n->has4 ? four : "", n->has4 ? "\n" : "", n->has6 ? "Address=" : "",
				n->has6 ? six : "", n->has6 ? "\n" : ""));
	if (r == 0)
		r = add(p, true, str_printf("/etc/systemd/system/multi-user.target.wants/immure-network@%s.service", n->name),
			strdup("/usr/lib/systemd/system/immure-network@.service"));
	return r;
}

/* The filter is there before the bridge is. A bridge that is there already is taken as it is. */
static int ifupdown(const struct network *n, const char *etc, const char *four, const char *six, struct network_plan *p)
{
	char *body = str_printf("auto %s\niface %s %s static\n\taddress %s\n"
				"\tpre-up nft -f %s/network/%s.nft\n"
				"\tpre-up ip link show dev %s >/dev/null 2>&1 || ip link add dev %s type bridge stp_state 0 mcast_snooping 0\n"
				"\tpost-down ip link delete dev %s\n",
		n->name, n->name, n->has4 ? "inet" : "inet6", n->has4 ? four : six, etc, n->name, n->name, n->name, n->name);

	if (body && n->has4 && n->has6) {
		char *both = str_printf("%siface %s inet6 static\n\taddress %s\n\taccept_ra 0\n\tdad-attempts 0\n", body, n->name, six);

		free(body);
		body = both;
	}
	return add_file(n, p, str_printf("/etc/network/interfaces.d/immure-%s", n->name), body);
}

static int sysctl(const struct network *n, struct network_plan *p)
{
	p->forward4 = n->has4 && network_forwards(n);
	p->forward6 = n->has6 && network_forwards(n);
	if (!p->forward4 && !p->forward6)
		return 0;
	return add_file(n, p, str_printf("/etc/sysctl.d/60-immure-%s.conf", n->name),
		str_printf("%s%s", p->forward4 ? "net.ipv4.ip_forward = 1\n" : "", p->forward6 ? "net.ipv6.conf.all.forwarding = 1\n" : ""));
}

/* No link-local address of the host: nobody has asked for one. */
static char *link_batch(const struct network *n, const char *four, const char *six)
{
	char *add4 = n->has4 ? str_printf("address add %s dev %s\n", four, n->name) : strdup("");
	char *add6 = n->has6 ? str_printf("address add %s dev %s nodad\n", six, n->name) : strdup("");
	char *batch = !add4 || !add6 ? NULL :
				       str_printf("link add dev %s type bridge stp_state 0 mcast_snooping 0\n"
						  "link set dev %s addrgenmode none\n%s%slink set dev %s up\n",
					       n->name, n->name, add4, add6, n->name);

	free(add4);
	free(add6);
	return batch;
}

int network_plan(const struct network *n, const char *etc, struct network_plan *ret, struct im_err *err)
{
	struct network_plan p = {0};
	char *four = gateway(&n->subnet4), *six = gateway(&n->subnet6);
	int r = four && six ? 0 : -ENOMEM;

	if (r == 0)
		r = add_file(n, &p, str_printf("%s/network/%s.conf", etc, n->name), network_text(n));
	if (r == 0)
		r = add_file(n, &p, str_printf("%s/network/%s.nft", etc, n->name), network_filter(n));
	if (r == 0 && n->backend == BACKEND_NETWORKD)
		r = networkd(n, four, six, &p);
	if (r == 0 && n->backend == BACKEND_IFUPDOWN)
		r = ifupdown(n, etc, four, six, &p);
	if (r == 0)
		r = sysctl(n, &p);
	if (r == 0 && !(p.link_batch = link_batch(n, four, six)))
		r = -ENOMEM;
	free(four);
	free(six);
	if (r < 0) {
		network_plan_done(&p);
		return im_fail(err, ENOMEM, "%s: not enough memory", n->name);
	}
	*ret = p;
	return 0;
}

void network_plan_done(struct network_plan *p)
{
	for (size_t i = 0; i < p->len; i++) {
		free(p->files[i].path);
		free(p->files[i].text);
	}
	free(p->link_batch);
	*p = (struct network_plan){0};
}
