/* SPDX-License-Identifier: MIT */
/* A cell: namespaces held open by one init. Raise builds it in a child, enter moves the caller in. */
#ifndef IMMURE_CELL_H
#define IMMURE_CELL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "lease.h"
#include "net.h"
#include "plan.h"

#define CELL_NAMESPACES 7
#define CELL_MAX_GROUPS 1024

/* Narration for --debug: called for each step before it is applied. NULL: quiet. */
typedef void (*cell_narrator)(const struct step *s, size_t number);

/* What a cell with Network=bridge has of its bridge, until cell_end() or its keeper gives it back. */
struct cell_network {
	int leases; /* directory of the bridge's leases, or -1 */
	char names[NET_MAX_ADDRESSES][LEASE_NAME_MAX];
	size_t len;
	uint64_t start; /* of init */
};

struct cell {
	pid_t init;   /* in the caller's pid namespace */
	int pidfd;    /* of init */
	int lifeline; /* init ends when this end of the pipe is closed */
	int release;  /* init waits here before it becomes immure-init: closed by cell_release() */
	int status;   /* its word on whether it could */
	int link;     /* to the keeper of a cell that others may enter too: this login lasts as long as it is open (share.h) */
	struct cell_network network;
	int namespaces[CELL_NAMESPACES]; /* of a cell that was joined, in the order of cell_namespace_names */
};
#define CELL_NONE ((struct cell){ .init = -1, .pidfd = -1, .lifeline = -1, .release = -1, .status = -1, .link = -1, .network = {.leases = -1}, \
	.namespaces = {-1, -1, -1, -1, -1, -1, -1} })

/* A file that the raiser leaves in the cell, root's and mode 0444 (or 0400). */
struct cell_file {
	const char *path;
	const char *text;
	bool secret;
};

struct cell_request {
	const char *init_path;
	cell_narrator say;
	uid_t uid; /* whose cell it is; init runs as this account */
	gid_t gid;
	const struct cell_file *files;
	size_t files_len;
};


/*
 * cell_raise() - build the cell that @plan describes in a new process; the caller is left as it was
 * On failure nothing of it is left, and err names the step. Must not be called with more than one thread. Called by root for a
 * plan without a user namespace, work on what may be the account's is done with its file system ids (setfsuid(2)).
 */
int cell_raise(const struct plan *plan, const struct cell_request *req, struct cell *ret, struct im_err *err);

/*
 * cell_enter() - move the calling process into all namespaces of the cell (children go into its pid namespace)
 * One setns(2) with init's pidfd (5.8), to be called before cell_release(): init cannot be looked at later. A cell that was
 * joined is entered by the namespaces that its keeper gave.
 */
int cell_enter(const struct cell *c, const struct plan *plan, struct im_err *err);

/* cell_release() - let init go on, and wait until it is immure-init: from here on nobody can look into it. */
int cell_release(struct cell *c, struct im_err *err);

/*
 * cell_groups() - the numbers of the plan's GROUPS step
 * Returns how many; -E2BIG above @max, -EINVAL if the step is none of ours.
 */
int cell_groups(const struct plan *plan, gid_t *ret, size_t max);

/* cell_namespaces() - CLONE_NEW* flags of the namespaces that are made for the plan's cell. */
uint64_t cell_namespaces(const struct plan *plan);

/* cell_forget() - close what is held of a cell that lives on; the link, if it is still there, too. */
void cell_forget(struct cell *c);

/* cell_end() - kill init and all in the cell, and reap init if it is our child. Safe on CELL_NONE. */
void cell_end(struct cell *c);

#endif
