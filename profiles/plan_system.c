/* SPDX-License-Identifier: MIT */
/* The parts of the root that are the same for every account. */
#include <stdio.h>
#include <string.h>

#include "planner.h"

#define MIB (UINT64_C(1) << 20)
#define TTY_GROUP 5 /* Debian's and everybody's number of group tty: devpts(5) */
#define SAFE (SF_NO_SUID | SF_NO_DEV)

static const struct origin by_default;

static void directory(struct planner *b, const char *path, unsigned mode)
{
	planner_add(b, STEP_DIRECTORY, by_default, path, NULL)->num = mode;
}

static void tmpfs(struct planner *b, struct origin from, const char *path, uint64_t size, unsigned mode, unsigned flags)
{
	struct step *s = planner_add(b, STEP_TMPFS, from, path, NULL);

	s->num = size;
	s->num2 = mode;
	s->flags = flags;
}

/* /bin and its like are directories of their own, or links into /usr (merged /usr); the cell gets what the host has. */
static void programs(struct planner *b)
{
	static const char *const paths[] = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/libo32", "/opt"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct path_fact fact;

		b->f->path(b->f->ctx, paths[i], false, &fact);
		if (fact.kind == PATH_SYMLINK)
			(void)planner_add(b, STEP_SYMLINK, by_default, paths[i], fact.target); /* complete */
		else if (fact.kind == PATH_DIRECTORY)
			planner_add(b, STEP_BIND, by_default, paths[i], paths[i])->flags =
				SF_READ_ONLY | SAFE | SF_RECURSIVE;
	}
}

/*
 * What of /proc an account could use against the host is read-only or hidden in every cell: a process that has uid 0 but no
 * capability can still write core_pattern.
 */
static void proc(struct planner *b)
{
	static const struct {
		enum step_kind kind;
		const char *path;
	} rows[] = {
		{STEP_READ_ONLY, "/proc/sys"},
		{STEP_READ_ONLY, "/proc/irq"},
		{STEP_READ_ONLY, "/proc/bus"},
		{STEP_READ_ONLY, "/proc/fs"},
		{STEP_READ_ONLY, "/proc/sysrq-trigger"},
		{STEP_INACCESSIBLE, "/proc/acpi"},
		{STEP_INACCESSIBLE, "/proc/scsi"},
		{STEP_INACCESSIBLE, "/proc/kcore"},
		{STEP_INACCESSIBLE, "/proc/kmsg"},
		{STEP_INACCESSIBLE, "/proc/keys"},
		{STEP_INACCESSIBLE, "/proc/key-users"},
		{STEP_INACCESSIBLE, "/proc/kallsyms"},
		{STEP_INACCESSIBLE, "/proc/kpagecount"},
		{STEP_INACCESSIBLE, "/proc/kpageflags"},
		{STEP_INACCESSIBLE, "/proc/kpagecgroup"},
		{STEP_INACCESSIBLE, "/proc/latency_stats"},
		{STEP_INACCESSIBLE, "/proc/sched_debug"},
		{STEP_INACCESSIBLE, "/proc/timer_list"},
		{STEP_INACCESSIBLE, "/proc/timer_stats"},
		{STEP_INACCESSIBLE, "/proc/vmallocinfo"},
	};
	const char *subset = profile_text(b->p, KW_PROC_SUBSET);

	planner_add(b, STEP_PROC, profile_from(b->p, KW_PROC_SUBSET), "/proc", subset)->flags = plan_of_root(b) ? SF_READ_ONLY : 0;
	if (strcmp(subset, "pid") == 0)
		return;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		planner_add(b, rows[i].kind, by_default, rows[i].path, NULL)->flags = SF_OPTIONAL;
}

static void sys(struct planner *b)
{
	struct step *s = planner_add(b, STEP_BIND, by_default, "/sys/devices/system/cpu", "/sys/devices/system/cpu");

	s->flags = SF_READ_ONLY | SAFE | SF_NO_EXEC | SF_RECURSIVE | SF_OPTIONAL;
	s = planner_add(b, STEP_CGROUP, by_default, "/sys/fs/cgroup", NULL);
	s->flags = SF_READ_ONLY | SAFE | SF_NO_EXEC;
	if (!b->f->cgroup2)
		planner_skip(b, s, "the host does not use the unified cgroup hierarchy");
}

static void dev(struct planner *b)
{
	static const char *const nodes[] = {"null", "zero", "full", "random", "urandom", "tty"};
	static const char *const links[][2] = {{"/dev/fd", "/proc/self/fd"}, {"/dev/stdin", "/proc/self/fd/0"},
		{"/dev/stdout", "/proc/self/fd/1"}, {"/dev/stderr", "/proc/self/fd/2"}, {"/dev/ptmx", "pts/ptmx"}};
	/* a device on a read-only mount can be written, but uid 0, whose file it is on the host, cannot change its mode */
	const unsigned node = b->f->server ? SF_READ_ONLY : 0;
	char path[32];
	struct step *s;

	for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++) {
		(void)snprintf(path, sizeof(path), "/dev/%s", nodes[i]); /* the names above fit */
		planner_add(b, STEP_BIND, by_default, path, path)->flags = SF_NO_SUID | SF_NO_EXEC | node;
	}
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		(void)planner_add(b, STEP_SYMLINK, by_default, links[i][0], links[i][1]); /* complete */
	s = planner_add(b, STEP_DEVPTS, by_default, "/dev/pts", NULL);
	s->flags = SF_NO_SUID | SF_NO_EXEC;
	s->num = b->f->privileged ? TTY_GROUP : 0; /* in a user namespace only the account's own is mapped */
	tmpfs(b, profile_from(b->p, KW_TMP_SIZE), "/dev/shm", profile_number(b->p, KW_TMP_SIZE), 01777, SAFE);
	if (b->f->tty[0] && !b->f->door)
		planner_add(b, STEP_TERMINAL, by_default, "/dev/console", b->f->tty)->flags = SF_NO_SUID | SF_NO_EXEC | SF_LOGIN | node;
}

static void run(struct planner *b)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/run/user/%u", (unsigned)b->f->account.uid); /* a number fits */
	if (!b->f->server)
		tmpfs(b, by_default, path, 16 * MIB, 0700, SAFE | SF_OWNED);
	tmpfs(b, by_default, "/run/lock", 4 * MIB, 01777, SAFE | SF_NO_EXEC);
	if (!b->f->server)
		tmpfs(b, by_default, "/run/screen", 1 * MIB, 01777, SAFE | SF_NO_EXEC);
	(void)planner_add(b, STEP_SYMLINK, by_default, "/var/run", "/run"); /* complete */
	(void)planner_add(b, STEP_SYMLINK, by_default, "/var/lock", "/run/lock"); /* complete */
}

static void tmp(struct planner *b)
{
	const struct origin from = profile_from(b->p, KW_TMP_SIZE);
	const uint64_t size = profile_number(b->p, KW_TMP_SIZE);
	char path[64];
	struct step *s;

	tmpfs(b, from, "/tmp", size, 01777, SAFE);
	if (b->f->server) { /* two servers of one account have nothing in common */
		tmpfs(b, from, "/var/tmp", size, 01777, SAFE);
		return;
	}
	(void)snprintf(path, sizeof(path), "/var/tmp/immure-%u", (unsigned)b->f->account.uid); /* a number fits */
	s = planner_add(b, STEP_OWN_TMP, from, "/var/tmp", path);
	s->num = size;
	s->flags = SAFE;
}

void plan_system(struct planner *b)
{
	planner_add(b, STEP_ROOT, by_default, NULL, NULL)->num = 8 * MIB;
	programs(b);
	proc(b);
	sys(b);
	dev(b);
	run(b);
	tmp(b);
	directory(b, "/home", 0755);
	directory(b, "/mnt", 0755);
	directory(b, "/srv", 0755);
}

bool plan_is_fixed(const char *path)
{
	static const char *const fixed[] = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/libo32", "/opt",
		"/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp", "/etc"};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		if (path_is_below(path, fixed[i]) || path_is_below(fixed[i], path))
			return true;
	return false;
}
