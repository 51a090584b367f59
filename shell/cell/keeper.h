/* SPDX-License-Identifier: MIT */
/* How a login, and immurectl, talk to immure-keeper: a word a message, descriptors beside it (SCM_RIGHTS). */
#ifndef IMMURE_KEEPER_H
#define IMMURE_KEEPER_H

#include <stdint.h>

enum keeper_word {
	KEEPER_JOIN = 'J',  /* with a pidfd of the login; answered by KEEPER_YES with the namespaces. The login lasts until LEAVE, the end of
			       the connection or of the process */
	KEEPER_LEAVE = 'Q',
	KEEPER_COUNT = 'C', /* answered by a number: logins that are there */
	KEEPER_YES = 'Y',
	/* between keeper and immure-init, on its lifeline */
	INIT_LINGER = 'P', /* end when you have no child */
	INIT_ORPHAN = 'O', /* with a struct orphan behind it: a login died, and this began its session */
	INIT_RESUME = 'R', /* a login has come: stay; answered by the same */
};

struct orphan {
	char word;
	int32_t pid; /* in the cell */
	uint64_t start; /* clock ticks after boot */
};

/* Descriptors that immure-keeper starts with; argv: name, id, "yes" if it is to linger, number and start of init, its leases. */
enum keeper_fd {
	KEEPER_FD_LIFELINE = 3,
	KEEPER_FD_INIT,   /* pidfd */
	KEEPER_FD_LISTEN,
	KEEPER_FD_LINK,   /* of the login that raised the cell */
	KEEPER_FD_LOGIN,  /* its pidfd */
	KEEPER_FD_REGISTRY,
	KEEPER_FD_LEASES, /* of its bridge; the registry's again if it has none */
	KEEPER_FD_NAMESPACES, /* CELL_NAMESPACES of them */
	KEEPER_FD_END = KEEPER_FD_NAMESPACES + 7,
};

/* Open files that a keeper needs: two for each login, and its own. */
#define KEEPER_FILES 1024

/* Where accounts' limits are kept without systemd: one group for each uid. */
#define KEEPER_CGROUPS "/sys/fs/cgroup"
#define KEEPER_SUBTREE KEEPER_CGROUPS "/immure"

/*
 * keeper_leave_subtree() - leave the account's control group and remove it, if the caller is in one and it gets empty soon
 * Needs no capability, only to be root: the groups are root's.
 */
void keeper_leave_subtree(void);

#endif
