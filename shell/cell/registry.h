/* SPDX-License-Identifier: MIT */
/*
 * The cells that the PAM door built, as files of root in /run/immure/cells: ID (the record) and ID.sock (its keeper). Cells that an
 * account raised itself are in a registry of its own, which has the same form and is trusted by nobody else (own.h).
 */
#ifndef IMMURE_REGISTRY_H
#define IMMURE_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"

#define REGISTRY_DIR "/run/immure/cells"
#define REGISTRY_PATH_MAX 48
#define REGISTRY_ID_MAX 24 /* "4294967295.4294967295" */

struct cell_record {
	char id[REGISTRY_ID_MAX]; /* UID.NUMBER */
	char user[257];
	char profile[512]; /* its file */
	char service[64];  /* the PAM service that raised it */
	uid_t uid;
	pid_t init;
	uint64_t start;  /* of init, in clock ticks after boot: proc(5), field 22 of stat */
	uint64_t hash;   /* of the plan: plan_hash() */
	uint64_t raised; /* seconds since 1970 */
	bool shared;     /* Scope=user */
	const char *dir; /* the registry that it is in; NULL: REGISTRY_DIR. Not written down */
};

/*
 * registry_open() - the directory, made if it is missing; root's and nobody else's, or -EPERM
 * Returns a descriptor.
 */
int registry_open(struct im_err *err);

/*
 * registry_open_own() - the same for the cells of the calling account: 0700, its own, in a place that only it and root can change
 * @ret_dir: its path, REGISTRY_PATH_MAX bytes. Nothing of the environment counts. Where no such place can be had, because another
 * account took the name or the disk is full, the error says why.
 */
int registry_open_own(char *ret_dir, struct im_err *err);

/*
 * registry_lock() - one login of an account at a time raises or joins; other accounts are not held up
 * An open file description lock on the byte UID of one file (fcntl_locking(2)). Waits at most @timeout_ms.
 * Returns a descriptor that registry_unlock() closes, or -ETIMEDOUT and others.
 */
int registry_lock(int dir, uid_t uid, int timeout_ms, struct im_err *err);
void registry_unlock(int lock);

/*
 * registry_list() - all records of cells that are alive, in the order of their ids; stale ones are removed on the way
 * Of @uid only, or of all accounts ((uid_t)-1). A record of another version is passed over and kept.
 * @ret: on the heap. Returns how many, or a negative errno.
 */
int registry_list(int dir, uid_t uid, struct cell_record **ret, struct im_err *err);

/* registry_new_id() - the lowest free id of an account, whose socket may be left from a raiser that died; to be called with its lock. */
int registry_new_id(int dir, uid_t uid, char *ret, struct im_err *err);
/* registry_text() - a record as a text; on the heap, NULL without memory. */
char *registry_text(const struct cell_record *r);
/* registry_own() - in a cell that the PAM door built: its own record, as it was when the cell was raised; without init and start. */
int registry_own(struct cell_record *ret, struct im_err *err);
/* registry_sweep() - take away sockets that nobody listens at and that have no record; those of accounts that log in just now stay. */
void registry_sweep(int dir);
/* registry_write() - a record appears whole or not at all. */
int registry_write(int dir, const struct cell_record *r, struct im_err *err);
/* registry_remove() - record and socket, if they are there. */
void registry_remove(int dir, const char *id);

/* process_start() - field 22 of /proc/PID/stat, or 0. */
uint64_t process_start(pid_t pid);

#endif
