/* SPDX-License-Identifier: MIT */
/* The sessions of a cell, as its process 1 sees them: what has no parent in the cell was started by a login. */
#ifndef IMMURE_WATCH_H
#define IMMURE_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define WATCH_NEVER INT64_MAX

/*
 * watch_start() - how long sessions may last, and how long their terminals may be without input, in ms or WATCH_NEVER
 * A session without a terminal is never idle. The kernel notes input to within 8 s (tty_update_time()), which is added.
 */
void watch_start(int64_t runtime_ms, int64_t idle_ms);

/* watch_interval() - when to call watch_sessions() next, in ms for poll(2); -1: never. It may change with every call. */
int watch_interval(void);

/*
 * watch_sessions() - look at all sessions: warn on the terminals of one that is about to end, end one whose time is over
 * It gets SIGHUP, SIGTERM and SIGKILL, 2 s apart; what it left in the background stays (Persistent=).
 * Returns false if it could not look for some seconds: the account can take that from us (prlimit(2)), and the cell has to end.
 */
bool watch_sessions(void);

/*
 * watch_orphan() - end a session whose login died without closing it, as above; sshd's own process at once
 * @pid, @start: as the keeper saw it from outside. Passed over if no such process began a session of this cell.
 */
void watch_orphan(pid_t pid, uint64_t start);

#endif
