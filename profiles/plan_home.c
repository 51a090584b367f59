/* SPDX-License-Identifier: MIT */
/* The home, and the socket of the ssh agent. */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "planner.h"

static const struct origin by_default;

/* A link among the home's parents would let whoever owns it choose what the cell shows. */
static bool parents_are_plain(struct planner *b, const char *home, struct origin from)
{
	for (const char *slash = strchr(home + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		char *parent = planner_keep(b, strndup(home, (size_t)(slash - home)));
		struct path_fact fact = {.kind = PATH_DIRECTORY};

		if (parent)
			b->f->path(b->f->ctx, parent, false, &fact);
		if (fact.kind == PATH_SYMLINK)
			im_errs_add(b->errs, ELOOP, from, "home %s: %s is a symbolic link (give the account the real path: usermod -d)",
				home, parent);
		free(parent);
		if (fact.kind == PATH_SYMLINK)
			return false;
	}
	return true;
}

static bool usable(struct planner *b, const char *home, struct origin from)
{
	const struct account *a = &b->f->account;
	struct path_fact fact;

	if (!path_is_normal(home) || plan_is_fixed(home)) {
		im_errs_add(b->errs, EINVAL, from, "home %s: it is, holds or lies in a part of the system that the cell shows "
			"(give the account a directory of its own: usermod -d)", home);
		return false;
	}
	if (!parents_are_plain(b, home, from))
		return false;
	b->f->path(b->f->ctx, home, false, &fact);
	if (fact.kind == PATH_DIRECTORY && fact.uid == a->uid)
		return true;
	if (fact.kind == PATH_MISSING)
		im_errs_add(b->errs, ENOENT, from, "home %s: no such directory (make one: mkhomedir_helper %s)", home, a->name);
	else if (fact.kind == PATH_SYMLINK)
		im_errs_add(b->errs, ELOOP, from, "home %s: a symbolic link (give the account the real path: usermod -d)", home);
	else if (fact.kind != PATH_DIRECTORY)
		im_errs_add(b->errs, ENOTDIR, from, "home %s: not a directory", home);
	else
		im_errs_add(b->errs, EPERM, from, "home %s: owned by uid %u, not by %s (chown it, or usermod -d)", home,
			(unsigned)fact.uid, a->name);
	return false;
}

/* sshd makes its sockets in two places; anything else in SSH_AUTH_SOCK was named by somebody else and is dropped. */
static void agent(struct planner *b)
{
	const struct account *a = &b->f->account;
	const char *sock = b->f->agent, *name = strrchr(sock, '/');
	char *dir = name ? planner_keep(b, strndup(sock, (size_t)(name - sock))) : NULL;
	char *own = planner_keep(b, str_printf("%s/.ssh/agent", a->home));
	struct path_fact of_dir = {0}, of_sock = {0};
	bool in_tmp, in_home;
	struct step *s;

	if (dir && own && path_is_normal(sock)) {
		b->f->path(b->f->ctx, dir, false, &of_dir);
		b->f->path(b->f->ctx, sock, false, &of_sock);
	}
	in_tmp = of_dir.kind == PATH_DIRECTORY && fnmatch("/tmp/ssh-*", dir, FNM_PATHNAME) == 0 &&
		strncmp(name, "/agent.", 7) == 0;
	in_home = of_dir.kind == PATH_DIRECTORY && strcmp(dir, own) == 0;
	if ((in_tmp || in_home) && of_dir.uid == a->uid && of_sock.kind == PATH_OTHER && of_sock.uid == a->uid) {
		if (in_tmp) {
			s = planner_add(b, STEP_DIRECTORY, by_default, dir, NULL);
			s->num = 0700;
			s->flags = SF_LOGIN;
			s = planner_add(b, STEP_BIND, by_default, sock, sock);
			s->flags = SF_NO_SUID | SF_NO_DEV | SF_NO_EXEC | SF_OPTIONAL | SF_LOGIN;
		}
	} else if (*sock) {
		s = planner_add(b, STEP_BIND, by_default, sock, sock);
		s->flags = SF_LOGIN;
		planner_skip(b, s, "not an agent's socket that sshd made");
	}
	free(dir);
	free(own);
}

void plan_home(struct planner *b)
{
	const struct origin from = profile_from(b->p, KW_HOME);
	const char *home = b->f->account.home;

	if (b->f->server) /* what a server has on disk is named by BindPaths= */
		return;
	if (usable(b, home, from))
		planner_add(b, STEP_BIND, from, home, home)->flags = SF_NO_SUID | SF_NO_DEV | SF_RECURSIVE;
	if (b->f->agent[0])
		agent(b);
}
