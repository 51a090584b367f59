/* SPDX-License-Identifier: MIT */
/* A network of the host for cells: definition, plan, host, application. One file each. */
#ifndef IMMURE_IMMURECTL_NETWORK_H
#define IMMURE_IMMURECTL_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "net.h"
#include "str.h"

#define NETWORK_NAME_MAX 15 /* of an interface: netdevice(7) */
#define NETWORK_MAX_RULES 64

enum network_backend { BACKEND_UNSET, BACKEND_NONE, BACKEND_NETWORKD, BACKEND_IFUPDOWN };

/* A port of the host that leads to a cell. */
struct network_publish {
	bool udp;
	unsigned port, to_port;
	struct net_address to;
};

enum allow_what { ALLOW_HOST, ALLOW_CELLS, ALLOW_INTERNET, ALLOW_NETWORK };

/* What cells may open connections to. */
struct network_allow {
	enum allow_what what;
	struct net_address net; /* ALLOW_NETWORK */
	bool all;               /* any protocol and port; else: */
	struct net_port port;
};

struct network {
	char name[NETWORK_NAME_MAX + 1];
	bool has4, has6;
	struct net_address subnet4, subnet6;
	bool nat;
	enum network_backend backend;
	struct network_publish publish[NETWORK_MAX_RULES];
	size_t publish_len;
	struct network_allow allow[NETWORK_MAX_RULES];
	size_t allow_len;
};

/* -- definition: pure (immurectl_network_def.c) -- */

/* network_name_check() - a name for a bridge, a file, a table and a unit. 0, or -EINVAL. */
int network_name_check(const char *name, struct im_err *err);
/* network_set() - one setting: Subnet Subnet6 NAT Publish Allow Backend. 0, or -EINVAL -ERANGE -E2BIG with what is wrong. */
int network_set(struct network *n, const char *key, const char *value, struct im_err *err);
/* network_check() - what one setting alone cannot show. */
int network_check(const struct network *n, struct im_err *err);
/* network_text() - the definition, canonical; equal networks have equal texts. On the heap, NULL without memory. */
char *network_text(const struct network *n);
/* network_parse() - the reverse; changes @text. */
int network_parse(const char *name, char *text, struct network *ret, struct im_err *err);
/* network_gateway() - the host's own address in a subnet: the first one. */
struct net_address network_gateway(const struct net_address *subnet);
/* network_forwards() - do packets go through the host at all? */
bool network_forwards(const struct network *n);
const char *network_backend_name(enum network_backend b);

/* -- plan: pure (immurectl_network_plan.c, immurectl_network_filter.c) -- */

struct network_file {
	char *path;
	char *text; /* content, or the target if it is a link */
	bool link;
};

struct network_plan {
	struct network_file files[8]; /* the definition is the first: from there on it can be undone */
	size_t len;
	char *link_batch; /* for ip -batch */
	bool forward4, forward6;
};

/* network_plan() - @etc: where immure's own configuration is. 0, or -ENOMEM. */
int network_plan(const struct network *n, const char *etc, struct network_plan *ret, struct im_err *err);
void network_plan_done(struct network_plan *p);
/* network_filter() - the nft table, as a text that can be loaded again and again; on the heap, NULL without memory. */
char *network_filter(const struct network *n);
/* network_filter_undo() - what takes it away, also if it is not there. */
char *network_filter_undo(const struct network *n);
/* network_is_ours() - does a file begin with the line that all of ours begin with? */
bool network_is_ours(const char *name, const char *text);

/* -- the host as it is (immurectl_network_look.c) -- */

/* network_load() - the definition of a network that is there; -ENOENT if there is none. */
int network_load(const char *etc, const char *name, struct network *ret, struct im_err *err);
/* network_collides() - with an address, a route, an interface, a file, another network's port. 0, or -EEXIST and others. */
int network_collides(const struct network *n, const struct network_plan *p, const char *etc, struct im_err *err);
/* network_differences() - one line for each thing that is not as planned, into @ret. 0, or an error of looking. */
int network_differences(const struct network *n, const struct network_plan *p, struct strv *ret, struct im_err *err);
/* network_ports() - how many cells are connected; negative errno. */
int network_ports(const char *name, struct im_err *err);
/* network_backend_here() - what configures the network of this host; BACKEND_UNSET if that cannot be told. */
enum network_backend network_backend_here(void);

/* -- application (immurectl_network_apply.c) -- */

/* network_apply() - make all that differs. What it returns with may be half done: network_undo(). */
int network_apply(const struct network *n, const struct network_plan *p, struct im_err *err);
/* network_undo() - take everything away that is ours; goes on after an error, and tells the first. */
int network_undo(const struct network *n, const struct network_plan *p, struct im_err *err);
/* network_capture() - the output of a tool, run in the network namespace @netns or, for -1, in ours; on the heap. */
int network_capture(const char *const argv[], int netns, char **ret, struct im_err *err);

#endif
