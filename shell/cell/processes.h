/* SPDX-License-Identifier: MIT */
/* The processes of a cell, from its own /proc: proc_pid_stat(5). */
#ifndef IMMURE_PROCESSES_H
#define IMMURE_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCESSES_MAX 16384 /* of more only those without a parent are seen; /proc lists the oldest first */

struct process {
	uint64_t start;   /* clock ticks after boot */
	dev_t tty;        /* 0: none */
	pid_t pid, parent, session;
	bool sshd;        /* by its name, which anybody may take */
	bool of_session;  /* processes_mark() */
};

/* processes_each() - call @each for all that can be seen, until it returns false. @proc: the directory /proc, open. */
void processes_each(bool (*each)(int proc, const struct process *p, void *ctx), void *ctx);

/*
 * processes_read() - all that can be seen
 * Returns how many; *ret points to memory of this file, which the next call changes.
 */
size_t processes_read(struct process **ret);

/* processes_mark() - set of_session for @root and its descendants, clear it for all others. */
void processes_mark(struct process *all, size_t len, pid_t root);

/*
 * process_inner() - the number of a process in the innermost pid namespace that it is in (NSpid: of proc_pid_status(5))
 * Returns 0 if that is the one that /proc shows, or the process has gone.
 */
pid_t process_inner(int proc, pid_t pid);

/* process_uid() - the real user of a process (Uid: of proc_pid_status(5)), or (uid_t)-1. */
uid_t process_uid(int proc, pid_t pid);
/* process_is_manager() - is it called systemd, which takes in orphans of a user's session (PR_SET_CHILD_SUBREAPER)? */
bool process_is_manager(int proc, pid_t pid);

/* process_parse() - one line of /proc/PID/stat; false if it is not one. */
bool process_parse(const char *text, struct process *ret);

#endif
