/* SPDX-License-Identifier: MIT */
/* Inside of plan_build(): one file per part of the plan, all adding steps to one list. */
#ifndef IMMURE_PLANNER_H
#define IMMURE_PLANNER_H

#include "plan.h"

struct planner {
	const struct profile *p;
	const struct facts *f;
	struct plan *plan;
	struct im_errs *errs;
	struct step spare; /* taken when there is no memory; no_memory then fails the plan */
	bool no_memory;
};

/* planner_add() - append a step; @path and @arg are copied and may be NULL. Never NULL. */
struct step *planner_add(struct planner *b, enum step_kind kind, struct origin from, const char *path, const char *arg);
/* planner_skip() - say why a step is not applied. */
void planner_skip(struct planner *b, struct step *s, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* planner_keep() - take over a string for a member of a step; NULL is want of memory. */
char *planner_keep(struct planner *b, char *s);

/* The parts, in the order of the plan. */
void plan_network(struct planner *b);  /* bridge, filter, addresses */
void plan_system(struct planner *b);   /* root, /usr, /proc, /sys, /dev, /run, /tmp */
void plan_etc(struct planner *b);      /* /etc and what of /var is shown */
void plan_home(struct planner *b);     /* the home, the agent's socket */
void plan_mounts(struct planner *b);   /* BindPaths= and the like, then the protected paths */
void plan_door(struct planner *b);     /* what a process of root that enters needs */
void plan_login_terminal(struct planner *b);
void plan_account_limits(struct planner *b);
void plan_groups(struct planner *b);
void plan_server(struct planner *b);   /* what only a server may ask for, and what uid 0 may not have */
void plan_seal(struct planner *b);     /* limits to seccomp */

/* plan_own_network(), plan_bridged() - Network= gives the cell one of its own (none, bridge); it is connected to a bridge. */
bool plan_own_network(const struct profile *p);
bool plan_bridged(const struct profile *p);

/* plan_covering() - the last mount so far that @path lies in (a BIND, TMPFS, OWN_TMP …), or NULL: the root itself. */
const struct step *plan_covering(const struct planner *b, const char *path);
/* plan_root_resolves() - in a tree where root looks up programs, libraries and accounts: what is shown there has to be root's. */
bool plan_root_resolves(const char *path);
/* plan_root_needs() - a place that a process of root in the cell depends on: nothing may be shown there. */
bool plan_root_needs(const char *path);
/* plan_of_root() - a server that keeps uid 0. */
bool plan_of_root(const struct planner *b);
/* plan_keeps_gid() - is this a group that the account keeps in the cell? */
bool plan_keeps_gid(const struct planner *b, gid_t gid);
/* plan_is_fixed() - a path of the cell that no profile may cover or use as a home. */
bool plan_is_fixed(const char *path);

#endif
