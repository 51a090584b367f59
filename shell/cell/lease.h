/* SPDX-License-Identifier: MIT */
/*
 * Which cell has which address of a bridge: files of root in /run/immure/net/BRIDGE, one for each address and named by it, with the
 * process that is the cell's init, by number and start. A lease whose init has ended counts for nothing, however it ended.
 * ".UID" holds what the account had last, ".lock" is locked by whoever chooses.
 */
#ifndef IMMURE_LEASE_H
#define IMMURE_LEASE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bridge.h"
#include "err.h"

#define LEASE_DIR "/run/immure/net"
#define LEASE_NAME_MAX 46 /* INET6_ADDRSTRLEN */

struct lease {
	uid_t uid;
	pid_t init;
	uint64_t start; /* of init: process_start() */
};

/*
 * lease_open() - the directory of a bridge, made if it is missing; root's and nobody else's, or -EPERM
 * Returns a descriptor.
 */
int lease_open(const char *bridge, struct im_err *err);
/* lease_lock() - one cell at a time chooses addresses of a bridge. Waits until @end_ms. Returns a descriptor to close, or -ETIMEDOUT. */
int lease_lock(int dir, int64_t end_ms, struct im_err *err);

enum lease_state { LEASE_FREE, LEASE_STALE, LEASE_HELD };
/* lease_look() - who has an address; @ret is set unless it is free. One that cannot be read is held, by uid -1. */
enum lease_state lease_look(int dir, const char *name, struct lease *ret);
/* lease_write() - a lease appears whole or not at all; to be called with the lock. */
int lease_write(int dir, const char *name, const struct lease *l, struct im_err *err);
/* lease_sweep() - remove what is stale; to be called with the lock. */
void lease_sweep(int dir);
/* lease_sweep_all() - the same for all bridges, with their locks; for immurectl. */
void lease_sweep_all(void);

/*
 * lease_recall(), lease_remember() - what the account had last on this bridge, of one family; "" if nothing is known
 * @ret: LEASE_NAME_MAX bytes
 */
void lease_recall(int dir, uid_t uid, bool six, char *ret);
void lease_remember(int dir, uid_t uid, char (*names)[LEASE_NAME_MAX], size_t len);

/*
 * lease_drop() - give back what a cell has, and nothing that another cell has by now
 * Links alone into immure-keeper. Waits for the lock no longer than a second: what is left then is stale.
 */
void lease_drop(int dir, char *const names[], size_t len, pid_t init, uint64_t start);

#endif
