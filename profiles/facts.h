/* SPDX-License-Identifier: MIT */
/* Everything that planning needs to know of the host and the account. Collected elsewhere, so that a plan is a pure function. */
#ifndef IMMURE_FACTS_H
#define IMMURE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "account.h"
#include "profile.h"

enum path_kind { PATH_MISSING, PATH_DIRECTORY, PATH_FILE, PATH_SYMLINK, PATH_DEVICE, PATH_OTHER };

struct path_fact {
	enum path_kind kind; /* of the path itself, not of what a link points to */
	uid_t uid;
	mode_t mode;      /* permission bits */
	char target[256]; /* of a symbolic link; empty if longer */
};

struct facts {
	struct account account;
	bool privileged;   /* the raiser is root: no user namespace */
	bool door;         /* the PAM door: a process of root moves into the cell */
	bool server;       /* root starts a server: the account is the one that it runs as */
	int landlock_abi;  /* 0: the kernel has none */
	bool cgroup2;      /* /sys/fs/cgroup is the unified hierarchy */
	char tty[64];      /* the session's terminal, "/dev/pts/3", or "" */
	bool shares;       /* without the PAM door: a login, which may enter a cell that its account raised */
	bool ssh_tty;      /* the login has SSH_TTY */
	bool core_locked;  /* the login's hard limit of core files is 0 and cannot be raised */
	char agent[108];   /* SSH_AUTH_SOCK of the login, or ""; the planner decides whether it is taken over */
	char hostname[65]; /* of the host */
	struct values view; /* what of /etc and /var to show: view_load() */
	/* Text of /etc/passwd and /etc/group for the entries below 1000 and nobody; the planner adds the account. */
	char *system_passwd;
	char *system_group;
	/*
	 * path() - look at one path, as lstat(2); the live one asks the kernel, tests answer from a table
	 * follow: as stat(2)
	 */
	void (*path)(void *ctx, const char *path, bool follow, struct path_fact *ret);
	void *ctx;
};

/*
 * facts_parse() - facts from a text (golden tests): NAME=VALUE lines and "path KIND UID MODE PATH [TARGET]" lines
 * facts_done() - free what facts own
 */
int facts_parse(const char *text, struct facts *ret, struct im_err *err);
void facts_done(struct facts *f);

#endif
