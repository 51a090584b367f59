/* SPDX-License-Identifier: MIT */
/*
 * What the PAM door adds to a plan. A process of root (sshd's monitor, su, login, cron) lives on inside of the cell: what it needs
 * of the host lies behind a directory that only root may search, and all else that it may resolve is root's own.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planner.h"

#define HOST "/run/immure/host"

static const struct origin by_default;

static enum path_kind kind_of(struct planner *b, const char *path, struct path_fact *ret)
{
	*ret = (struct path_fact){0};
	b->f->path(b->f->ctx, path, false, ret);
	return ret->kind;
}

/* A directory of the host behind the root-only one, and a link from where it is looked for. */
static void behind(struct planner *b, const char *source, const char *name, const char *link, unsigned flags)
{
	char *path = planner_keep(b, str_printf(HOST "/%s", name));
	struct path_fact fact;

	if (path && kind_of(b, source, &fact) == PATH_DIRECTORY) {
		planner_add(b, STEP_BIND, by_default, path, source)->flags =
			flags | SF_NO_SUID | SF_NO_DEV | SF_NO_EXEC | SF_OPTIONAL;
		(void)planner_add(b, STEP_SYMLINK, by_default, link, path); /* complete */
	}
	free(path);
}

/* syslog(3) of the process that entered: journald's socket lies in /run/systemd, another daemon's in /dev itself. */
static void log_socket(struct planner *b)
{
	struct path_fact fact;

	if (kind_of(b, "/dev/log", &fact) == PATH_SYMLINK) {
		(void)planner_add(b, STEP_SYMLINK, by_default, "/dev/log", fact.target); /* complete */
	} else if (fact.kind == PATH_OTHER) {
		planner_add(b, STEP_BIND, by_default, HOST "/log", "/dev/log")->flags = SF_NO_SUID | SF_NO_EXEC | SF_OPTIONAL;
		(void)planner_add(b, STEP_SYMLINK, by_default, "/dev/log", HOST "/log"); /* complete */
	}
}

/* utmp is the cell's own: a terminal number of the cell is another one on the host, and would overwrite somebody's record. */
void plan_door(struct planner *b)
{
	struct path_fact fact;
	struct step *s;

	if (!b->f->door)
		return;
	planner_add(b, STEP_DIRECTORY, by_default, HOST, NULL)->num = 0700;
	behind(b, "/run/systemd", "systemd", "/run/systemd", SF_READ_ONLY);
	behind(b, "/run/dbus", "dbus", "/run/dbus", SF_READ_ONLY);
	behind(b, "/var/log", "var-log", "/var/log", 0);
	behind(b, "/var/lib/lastlog", "lastlog", "/var/lib/lastlog", 0);
	behind(b, "/var/lib/wtmpdb", "wtmpdb", "/var/lib/wtmpdb", 0);
	log_socket(b);
	s = planner_add(b, STEP_FILE, by_default, "/run/utmp", "the cell's own");
	s->data = planner_keep(b, strdup(""));
	s->num = 0644;
	if (kind_of(b, "/run/motd.dynamic", &fact) == PATH_FILE)
		planner_add(b, STEP_BIND, by_default, "/run/motd.dynamic", "/run/motd.dynamic")->flags =
			SF_READ_ONLY | SF_NO_SUID | SF_NO_DEV | SF_NO_EXEC | SF_OPTIONAL;
}

static bool within(const char *path, const char *const list[], size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (path_is_below(path, list[i]))
			return true;
	return false;
}

bool plan_root_resolves(const char *path)
{
	static const char *const trees[] = {"/etc", "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/libo32"};

	return within(path, trees, sizeof(trees) / sizeof(*trees));
}

bool plan_root_needs(const char *path)
{
	static const char *const whole[] = {"/", "/run", "/var", "/etc", "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
		"/libo32", "/var/lib"};
	static const char *const trees[] = {"/run/immure", "/run/systemd", "/run/dbus", "/run/utmp", "/run/motd.dynamic", "/var/log",
		"/var/run", "/var/lock", "/var/lib/lastlog", "/var/lib/wtmpdb"};

	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++)
		if (strcmp(path, whole[i]) == 0)
			return true;
	return within(path, trees, sizeof(trees) / sizeof(*trees));
}

void plan_terminal_path(const char *device, char *ret)
{
	const char *name = device + strlen("/dev/");

	ret = stpcpy(ret, strchr(name, '/') ? "/dev/host-" : "/dev/");
	for (; *name; name++)
		if (*name != '/')
			*ret++ = *name;
	*ret = 0;
}

void plan_login_terminal(struct planner *b)
{
	char path[80];

	if (!b->f->door || !b->f->tty[0])
		return;
	plan_terminal_path(b->f->tty, path);
	(void)planner_add(b, STEP_LOGIN_TERMINAL, by_default, path, b->f->tty); /* complete */
}

/* Groups that are as good as root, or read what is everybody's. */
static bool is_risky(const char *group)
{
	static const char *const risky[] = {"root", "adm", "disk", "docker", "incus", "incus-admin", "kmem", "kvm", "libvirt", "lxd",
		"lpadmin", "netdev", "podman", "shadow", "staff", "sudo", "systemd-journal", "tape", "wheel"};

	for (size_t i = 0; i < sizeof(risky) / sizeof(*risky); i++)
		if (strcmp(risky[i], group) == 0)
			return true;
	return false;
}

static bool keeps(const struct planner *b, const char *group)
{
	const struct values *v = &b->p->v[KW_SUPPLEMENTARY_GROUPS];

	if (!b->p->was_set[KW_SUPPLEMENTARY_GROUPS])
		return !is_risky(group);
	for (size_t i = 0; i < v->len; i++)
		if (strcmp(v->items[i].text, group) == 0)
			return true;
	return false;
}

bool plan_keeps_gid(const struct planner *b, gid_t gid)
{
	const struct account *a = &b->f->account;

	if (gid == a->gid)
		return true;
	for (size_t i = 0; i < a->groups_len; i++)
		if (a->groups[i].gid == gid)
			return !(b->f->door || b->f->server) || keeps(b, a->groups[i].name);
	return false;
}

void plan_groups(struct planner *b)
{
	const struct account *a = &b->f->account;
	struct step *s = planner_add(b, STEP_GROUPS, profile_from(b->p, KW_SUPPLEMENTARY_GROUPS), NULL, NULL);
	char *text;

	if (!b->f->privileged) {
		planner_skip(b, s, "without the PAM door the login's supplementary groups stay");
		return;
	}
	text = planner_keep(b, str_printf("%u", (unsigned)a->gid));
	for (size_t i = 0; text && i < a->groups_len; i++) {
		char *longer;

		if (a->groups[i].gid == a->gid || !plan_keeps_gid(b, a->groups[i].gid))
			continue;
		longer = planner_keep(b, str_printf("%s %u", text, (unsigned)a->groups[i].gid));
		free(text);
		text = longer;
	}
	s->arg = text;
}

/* Persistent=yes wants a cell that outlives the login that raised it: without the door that is one which others may enter. */
static bool can_do(const struct planner *b, enum keyword kw)
{
	return !b->p->was_set[kw] || (kw == KW_SUPPLEMENTARY_GROUPS && b->f->server) || (kw == KW_PERSISTENT && (!profile_bool(b->p, kw) ||
		(b->f->shares && strcmp(profile_text(b->p, KW_SCOPE), "user") == 0)));
}

/* Asked for, and only the door can do it. Scope=user is not among them: a cell of its own for each session is no weaker. */
static void needs_door(struct planner *b)
{
	static const enum keyword kws[] = {KW_PERSISTENT, KW_MAX_LOGINS, KW_SERVICES, KW_SUPPLEMENTARY_GROUPS};

	for (size_t i = 0; i < sizeof(kws) / sizeof(*kws) && !b->f->door; i++) {
		const struct keyword_row *kw = &keywords[kws[i]];

		if (can_do(b, kws[i]))
			continue;
		if (profile_optional(b->p, kws[i]))
			planner_skip(b, planner_add(b, STEP_NONE, profile_from(b->p, kws[i]), kw->name, profile_text(b->p, kws[i])),
				"it needs the PAM door");
		else
			im_errs_add(b->errs, ENOTSUP, profile_from(b->p, kws[i]),
				b->f->server ? "%s: is for logins, and this is a server (or Optional=%s)" :
					       "%s: needs the PAM door, and this session came without it (or Optional=%s)",
				kw->name, kw->name);
	}
}

/* Per account, over all its cells; who sets them, systemd or the control group's own files, is the door's business. */
void plan_account_limits(struct planner *b)
{
	static const enum keyword limits[] = {KW_MEMORY_HIGH, KW_MEMORY_MAX, KW_TASKS_MAX, KW_CPU_QUOTA, KW_CPU_WEIGHT, KW_IO_WEIGHT};

	needs_door(b);
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		const struct keyword_row *kw = &keywords[limits[i]];
		struct step *s;

		if (!b->p->v[limits[i]].len)
			continue;
		s = planner_add(b, STEP_ACCOUNT_LIMIT, profile_from(b->p, limits[i]), kw->name, profile_text(b->p, limits[i]));
		if (b->f->door && b->f->cgroup2)
			continue;
		if (profile_optional(b->p, limits[i]))
			planner_skip(b, s, b->f->door ? "the host does not use the unified cgroup hierarchy" : "it needs the PAM door");
		else
			im_errs_add(b->errs, ENOTSUP, s->from, "%s: %s (or Optional=%s)", kw->name,
				b->f->door     ? "the host does not use the unified cgroup hierarchy" :
				b->f->server ? "is for logins; a server's is set in its unit, by the same name" :
					       "needs the PAM door, and this session came without it",
				kw->name);
	}
}
