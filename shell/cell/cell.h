/* SPDX-License-Identifier: MIT */
/* A cell: namespaces held open by one init. Raise builds it in a child, enter moves the caller in. */
#ifndef IMMURE_CELL_H
#define IMMURE_CELL_H

#include <sys/types.h>

#include "err.h"
#include "plan.h"

struct cell {
	pid_t init;   /* in the caller's pid namespace */
	int pidfd;    /* of init */
	int lifeline; /* init ends when this end of the pipe is closed */
	int release;  /* init waits here before it becomes immure-init: closed by cell_release() */
	int status;   /* its word on whether it could */
};
#define CELL_NONE ((struct cell){ .init = -1, .pidfd = -1, .lifeline = -1, .release = -1, .status = -1 })

/* Narration for --debug: called for each step before it is applied. NULL: quiet. */
typedef void (*cell_narrator)(const struct step *s, size_t number);

/*
 * cell_raise() - build the cell that @plan describes in a new process; the caller is left as it was
 * On failure nothing of it is left, and err names the step. Must not be called with more than one thread.
 */
int cell_raise(const struct plan *plan, const char *init_path, cell_narrator say, struct cell *ret, struct im_err *err);

/*
 * cell_enter() - move the calling process into all namespaces of the cell (children go into its pid namespace)
 * One setns(2) with init's pidfd (5.8). To be called before cell_release(): init cannot be looked at later.
 */
int cell_enter(const struct cell *c, const struct plan *plan, struct im_err *err);

/* cell_release() - let init go on, and wait until it is immure-init: from here on nobody can look into it. */
int cell_release(struct cell *c, struct im_err *err);

/* cell_namespaces() - CLONE_NEW* flags of the plan's cell. */
uint64_t cell_namespaces(const struct plan *plan);

/* cell_end() - kill init and all in the cell, and reap init if it is our child. Safe on CELL_NONE. */
void cell_end(struct cell *c);

#endif
