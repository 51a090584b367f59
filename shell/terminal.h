/* SPDX-License-Identifier: MIT */
/* The session's terminal, handed from the process that waits to the one that works. */
#ifndef IMMURE_TERMINAL_H
#define IMMURE_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"

enum terminal_mode {
	TERMINAL_NONE,   /* no terminal on descriptors 0 to 2 */
	TERMINAL_OWN,    /* we lead the terminal's session: the child takes it over with a session of its own */
	TERMINAL_SHARED, /* someone else leads it (su from a shell): the child becomes a foreground job of that session */
};

struct terminal {
	enum terminal_mode mode;
	int fd; /* close-on-exec copy, or -1 */
};
#define TERMINAL_INIT ((struct terminal){ .fd = -1 })

/* terminal_find() - is there one, and whose is it? */
int terminal_find(struct terminal *ret, struct im_err *err);
/*
 * terminal_give() - in the waiting process, before fork(2): let go of a terminal that we lead
 * SIGHUP must not be blocked: TIOCNOTTY sends it to the leader (ioctl_tty(2)), and a blocked one would be delivered later.
 */
int terminal_give(const struct terminal *t, struct im_err *err);
/*
 * terminal_take() - in the child, inside the cell: own session or process group, controlling terminal, and descriptors 0 to 2
 * opened anew by the cell's own name for the terminal, so that ttyname(3) finds it
 * @name: path in the cell, or NULL
 */
int terminal_take(const struct terminal *t, const char *name, struct im_err *err);
/* terminal_stopped() - the child was stopped: take the foreground back, stop too, and go on together later. */
void terminal_stopped(const struct terminal *t, pid_t child);
/* terminal_done() - the session is over: take the foreground back if it was given. SIGTTOU must be blocked. */
void terminal_done(struct terminal *t);

#endif
