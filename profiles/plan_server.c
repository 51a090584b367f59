/* SPDX-License-Identifier: MIT */
/*
 * Servers that root starts. There is no user namespace, so that uid 0 in the cell is the host's: what is root's file, root's socket
 * and root's key on the host must not be within its reach, whatever capabilities it lacks.
 */
#include <errno.h>
#include <string.h>

#include "planner.h"

enum { ABI_SCOPE = 6 }; /* landlock(7): abstract sockets */

static const struct origin by_default;

bool plan_of_root(const struct planner *b)
{
	return b->f->server && b->f->account.uid == 0;
}

static bool is_asked_for(const struct planner *b, enum keyword kw)
{
	return keyword_is_list(kw) ? b->p->v[kw].len > 0 : kw == KW_ALLOW_ROOT ? profile_bool(b->p, kw) : b->p->was_set[kw];
}

/* An account's login never has another user or a capability; a profile that says so was written for something else. */
static void for_servers_only(struct planner *b)
{
	static const enum keyword kws[] = {KW_USER, KW_ALLOW_ROOT, KW_CAPABILITY_BOUNDING_SET};

	for (size_t i = 0; i < sizeof(kws) / sizeof(*kws); i++) {
		const struct keyword_row *kw = &keywords[kws[i]];

		if (!is_asked_for(b, kws[i]))
			continue;
		if (profile_optional(b->p, kws[i]))
			planner_skip(b, planner_add(b, STEP_NONE, profile_from(b->p, kws[i]), kw->name, profile_text(b->p, kws[i])),
				"it is for servers that root starts");
		else
			im_errs_add(b->errs, ENOTSUP, profile_from(b->p, kws[i]),
				"%s: is for servers that root starts with immure -- PROGRAM (or Optional=%s)", kw->name, kw->name);
	}
}

/* Abstract sockets have no file that could be hidden, and many a service lets uid 0 do anything. */
static void no_sockets_of_root(struct planner *b)
{
	const char *network = profile_text(b->p, KW_NETWORK);

	if (strcmp(network, "host") != 0)
		return;
	if (strcmp(profile_text(b->p, KW_LANDLOCK), "no") == 0 || b->f->landlock_abi < ABI_SCOPE)
		im_errs_add(b->errs, EPERM, profile_from(b->p, KW_ALLOW_ROOT),
			"AllowRoot: uid 0 on the host's network could reach abstract sockets of the host's services: that needs Landlock's ABI %d, and "
			"it is %d (Network= of its own, or User=)",
			ABI_SCOPE, strcmp(profile_text(b->p, KW_LANDLOCK), "no") == 0 ? 0 : b->f->landlock_abi);
}

/* Where root's programs look things up or keep what they trust. */
static bool is_roots_own(const char *source)
{
	static const char *const trees[] = {"/etc", "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/libo32", "/boot",
		"/root", "/dev", "/proc", "/sys", "/opt", "/run/systemd", "/run/dbus", "/run/immure", "/run/udev", "/run/user",
		"/var/spool/cron", "/var/lib/dpkg", "/var/lib/systemd"};

	for (size_t i = 0; i < sizeof(trees) / sizeof(*trees); i++)
		if (path_is_below(source, trees[i]) || path_is_below(trees[i], source))
			return true;
	return false;
}

static void no_files_of_root(struct planner *b)
{
	const struct values *v = &b->p->v[KW_BIND_PATHS];

	for (size_t i = 0; i < v->len; i++) {
		struct bind_spec spec = {0};

		if (bind_spec_parse(v->items[i].text, &spec) == 0 && is_roots_own(spec.src))
			im_errs_add(b->errs, EPERM, v->items[i].from,
				"BindPaths: %s is, holds or lies in a place that the host's root trusts, and this server has uid 0 (BindReadOnlyPaths=, a "
				"directory of its own, or User=)",
				spec.src);
		bind_spec_done(&spec);
	}
}

void plan_server(struct planner *b)
{
	if (!b->f->server) {
		for_servers_only(b);
		return;
	}
	if (!plan_of_root(b))
		return;
	if (!profile_bool(b->p, KW_ALLOW_ROOT)) {
		im_errs_add(b->errs, EPERM, by_default, "the server would keep uid 0 (name its account: User=, or AllowRoot=yes if it has to)");
		return;
	}
	if (strcmp(profile_text(b->p, KW_KEYRING_MODE), "private") != 0)
		im_errs_add(b->errs, EPERM, profile_from(b->p, KW_KEYRING_MODE), "KeyringMode: a server of uid 0 would have the host's keys of root "
			"(KeyringMode=private)");
	no_sockets_of_root(b);
	no_files_of_root(b);
}
