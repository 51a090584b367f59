/* SPDX-License-Identifier: MIT */
/* A session without the PAM door: raise a cell or join the account's, run the shell in it, wait, pass its end on. Or a server. */
#ifndef IMMURE_SESSION_H
#define IMMURE_SESSION_H

#include <stdbool.h>

#include "cell.h"
#include "plan.h"

struct session {
	struct plan *plan;   /* variables of the login change with the cell that it gets */
	char *const *login;  /* the login's environment, NAME=VALUE */
	char **argv;         /* for the program; for the shell, argv[0] is made from its name */
	const char *program; /* NULL: the plan's shell; else searched in PATH of the new environment */
	bool server;         /* started by root, which waits; the plan's BECOME step says who it runs as */
	const char *notify;  /* NOTIFY_SOCKET, or NULL: told when the program runs (sd_notify(3)) */
	bool ends_with_parent; /* a login: it is over when sshd's process for it is */
	bool shares;  /* Scope=user: other logins of the account may be in its cell */
	bool lingers; /* Persistent= */
	cell_narrator say;
	const char *account; /* for the log */
};

/*
 * session_run() - returns the exit status for main(), or ends the process by the signal that ended the program
 * Whatever fails before the program runs is told once, with IM_EXIT_REFUSED, IM_EXIT_NOEXEC or IM_EXIT_NOTFOUND.
 */
int session_run(const struct session *s);

/*
 * session_seal() - in a cell that the PAM door built: seal this very process and become the shell; no process more
 * @plan: from plan_read_seal(). Returns only if it failed, with IM_EXIT_REFUSED, IM_EXIT_NOEXEC or IM_EXIT_NOTFOUND.
 */
int session_seal(const struct session *s);

/*
 * session_shell_name() - argv[0] of the inner shell: its name, with a dash in front for a login shell
 * @argv0: what immure was called by; on the heap, or NULL without memory
 */
char *session_shell_name(const char *shell, const char *argv0);

#endif
