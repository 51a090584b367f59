/* SPDX-License-Identifier: MIT */
/* What a process does to itself before it runs the account's code. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"
#include "planner.h"

/* Landlock ABI versions, from landlock(7): what each first allows us to do. */
enum { ABI_REFER = 2, ABI_TCP = 4, ABI_SCOPE = 6, ABI_KNOWN = 7 };

static const struct origin by_default;

static void limits(struct planner *b)
{
	struct step *s = planner_add(b, STEP_RLIMIT, by_default, "core", NULL);

	/* 1: no core file is that small, and the kernel starts no core_pattern program for it; for 0 it does (core(5)) */
	s->num = s->num2 = 1;
	if (b->f->core_locked && !b->f->door)
		planner_skip(b, s, "the login's hard limit is 0 already");
	for (int kw = 0; kw < KW_MAX; kw++) {
		const char *name = keywords[kw].name;
		uint64_t soft, hard;
		char lower[32];
		size_t len = 0;

		if (strncmp(name, "Limit", 5) != 0 || profile_limit(b->p, (enum keyword)kw, &soft, &hard) == 0)
			continue;
		for (name += 5; *name && len < sizeof(lower) - 1; name++)
			lower[len++] = (char)tolower((unsigned char)*name);
		lower[len] = 0;
		s = planner_add(b, STEP_RLIMIT, profile_from(b->p, (enum keyword)kw), lower, NULL);
		s->num = soft;
		s->num2 = hard;
	}
	if (b->p->was_set[KW_NICE])
		planner_add(b, STEP_NICE, profile_from(b->p, KW_NICE), NULL, NULL)->num = profile_number(b->p, KW_NICE);
}

static void set(struct planner *b, struct origin from, const char *name, const char *value)
{
	(void)planner_add(b, STEP_ENV_SET, from, name, value); /* complete */
}

static void set_login(struct planner *b, const char *name, const char *value)
{
	planner_add(b, STEP_ENV_SET, by_default, name, value)->flags = SF_LOGIN;
}

static void environment(struct planner *b)
{
	static const char *const pass[] = {"TERM", "COLORTERM", "LANG", "LANGUAGE", "LC_*", "TZ", "SSH_CLIENT", "SSH_CONNECTION",
		"SSH_ORIGINAL_COMMAND", "GIT_PROTOCOL", "MAIL", "NO_COLOR"};
	/* behind the door sshd makes these in the cell */
	static const char *const pass_door[] = {"SSH_TTY", "SSH_AUTH_SOCK", "XDG_SESSION_ID"};
	const struct account *a = &b->f->account;
	const struct values *more = &b->p->v[KW_PASS_ENVIRONMENT], *sets = &b->p->v[KW_ENVIRONMENT];
	static const char *const pass_server[] = {"LANG", "LANGUAGE", "LC_*", "TZ"};
	char run[64];

	for (size_t i = 0; b->f->server && i < sizeof(pass_server) / sizeof(*pass_server); i++)
		(void)planner_add(b, STEP_ENV_PASS, by_default, pass_server[i], NULL); /* complete */
	for (size_t i = 0; !b->f->server && i < sizeof(pass) / sizeof(*pass); i++)
		(void)planner_add(b, STEP_ENV_PASS, by_default, pass[i], NULL); /* complete */
	for (size_t i = 0; b->f->door && i < sizeof(pass_door) / sizeof(*pass_door); i++)
		(void)planner_add(b, STEP_ENV_PASS, by_default, pass_door[i], NULL); /* complete */
	for (size_t i = 0; i < more->len; i++)
		(void)planner_add(b, STEP_ENV_PASS, more->items[i].from, more->items[i].text, NULL); /* complete */
	set(b, by_default, "HOME", a->home);
	set(b, by_default, "USER", a->name);
	set(b, by_default, "LOGNAME", a->name);
	set(b, profile_from(b->p, KW_SHELL), "SHELL", profile_text(b->p, KW_SHELL));
	set(b, by_default, "PATH",
		b->f->server ? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" :
			       "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games");
	(void)snprintf(run, sizeof(run), "/run/user/%u", (unsigned)a->uid); /* a number fits */
	if (!b->f->server)
		set(b, by_default, "XDG_RUNTIME_DIR", run);
	if (b->f->tty[0] && b->f->ssh_tty && !b->f->door)
		set_login(b, "SSH_TTY", "/dev/console");
	if (b->f->agent[0]) {
		const struct step *at = plan_covering(b, b->f->agent);

		if (at && at->kind == STEP_BIND)
			set_login(b, "SSH_AUTH_SOCK", b->f->agent);
	}
	for (size_t i = 0; i < sets->len; i++) {
		char *name = planner_keep(b, strdup(sets->items[i].text));
		char *value = name ? strchr(name, '=') : NULL;

		if (value) {
			*value++ = 0;
			set(b, sets->items[i].from, name, value);
		}
		free(name);
	}
}

static void landlock_path(struct planner *b, struct origin from, const char *path, unsigned flags)
{
	for (size_t i = 0; i < b->plan->len; i++) {
		struct step *s = &b->plan->steps[i];

		if (s->kind == STEP_LANDLOCK_PATH && s->path && strcmp(s->path, path) == 0) {
			s->flags |= flags;
			return;
		}
	}
	planner_add(b, STEP_LANDLOCK_PATH, from, path, NULL)->flags = flags;
}

/* The second wall repeats the first: what is mounted writable may be written, the rest of the cell is there to read. */
static void landlock_files(struct planner *b)
{
	const size_t len = b->plan->len;

	landlock_path(b, by_default, "/", SF_LL_READ | SF_LL_EXEC);
	landlock_path(b, by_default, "/dev", SF_LL_WRITE | SF_LL_DEVICE);
	if (!plan_of_root(b))
		landlock_path(b, by_default, "/proc", SF_LL_WRITE);
	for (size_t i = 0; i < len; i++) {
		const struct step s = b->plan->steps[i]; /* a copy: adding moves the list */
		const bool mount = s.kind == STEP_BIND || s.kind == STEP_TMPFS || s.kind == STEP_OWN_TMP;

		if (s.skipped || !s.path || !(s.kind == STEP_READ_WRITE || (mount && !(s.flags & SF_READ_ONLY))))
			continue;
		if (!path_is_below(s.path, "/dev") && !path_is_below(s.path, "/run/immure")) /* that is the door's */
			landlock_path(b, s.from, s.path, SF_LL_WRITE | (s.flags & (SF_OPTIONAL | SF_LOGIN)));
	}
}

static void landlock_port(struct planner *b, enum keyword kw, const struct value *v, unsigned flag, int abi)
{
	struct net_port p = {0};

	if (net_port_parse(v->text, &p) < 0 || (p.protocol != NET_TCP && p.protocol != NET_NONE)) {
		im_errs_add(b->errs, EINVAL, v->from, "%s: bad port %s", keywords[kw].name, v->text);
		return;
	}
	for (unsigned port = p.first; port <= p.last; port++) { /* the range is short: check_network() */
		struct step *s = planner_add(b, STEP_LANDLOCK_TCP, v->from, NULL, NULL);

		s->flags = flag;
		s->num = p.protocol == NET_NONE ? LL_TCP_NONE : port;
		if (abi < ABI_TCP)
			planner_skip(b, s, "the kernel's Landlock ABI is %d, ports need %d", abi, ABI_TCP);
	}
}

static void landlock_ports(struct planner *b, enum keyword kw, unsigned flag, int abi)
{
	const struct values *v = &b->p->v[kw];

	for (size_t i = 0; i < v->len && !plan_bridged(b->p); i++) { /* a bridged cell's are nft's */
		landlock_port(b, kw, &v->items[i], flag, abi);
		if (abi < ABI_TCP && !profile_optional(b->p, kw))
			im_errs_add(b->errs, ENOTSUP, v->items[i].from,
				"%s: the kernel's Landlock ABI is %d, ports need %d (Linux 6.7, or Optional=%s)", keywords[kw].name,
				abi, ABI_TCP, keywords[kw].name);
	}
}

static void landlock(struct planner *b)
{
	const char *mode = profile_text(b->p, KW_LANDLOCK);
	const struct origin from = profile_from(b->p, KW_LANDLOCK);
	const int abi = b->f->landlock_abi < ABI_KNOWN ? b->f->landlock_abi : ABI_KNOWN;
	uint64_t least = strcmp(mode, "require") == 0 ? ABI_REFER : 0;
	struct step *s;

	(void)str_to_u64(mode, 1000, &least); /* the words prefer, require and no leave it as it is */
	s = planner_add(b, STEP_LANDLOCK, from, NULL, NULL);
	s->num = (uint64_t)abi;
	if (strcmp(mode, "no") == 0) {
		planner_skip(b, s, "Landlock=no");
		return;
	}
	if ((uint64_t)b->f->landlock_abi < least && !profile_optional(b->p, KW_LANDLOCK)) {
		im_errs_add(b->errs, ENOTSUP, from, "Landlock: the kernel's ABI is %d, the profile asks for %d (a newer kernel with "
			"landlock in lsm=, or Landlock=prefer)", b->f->landlock_abi, (int)least);
		return;
	}
	if (abi < ABI_REFER)
		planner_skip(b, s, abi ? "ABI 1 cannot allow renames between directories" : "the kernel has none");
	else
		landlock_files(b);
	landlock_ports(b, KW_CONNECT_ALLOW, SF_LL_CONNECT, abi);
	landlock_ports(b, KW_LISTEN_ALLOW, SF_LL_BIND, abi);
	s = planner_add(b, STEP_LANDLOCK_SCOPE, by_default, NULL, NULL);
	if (abi < ABI_SCOPE)
		planner_skip(b, s, "the kernel's Landlock ABI is %d, abstract sockets need %d", abi, ABI_SCOPE);
}

/* The items of a list, or the words of the default, with a space between them. */
static char *words(struct planner *b, enum keyword kw)
{
	const struct values *v = &b->p->v[kw];
	char *text = planner_keep(b, strdup(v->len ? "" : keywords[kw].def));

	for (size_t i = 0; text && i < v->len; i++) {
		char *longer = planner_keep(b, str_printf("%s%s%s", text, i ? " " : "", v->items[i].text));

		free(text);
		text = longer;
	}
	if (text && strcmp(text, "none") == 0)
		*text = 0;
	return text;
}

static void seccomp(struct planner *b)
{
	struct step *s = planner_add(b, STEP_SECCOMP_WALLS, profile_from(b->p, KW_RESTRICT_NAMESPACES), NULL, NULL);

	if (profile_bool(b->p, KW_RESTRICT_NAMESPACES))
		s->flags |= SF_WALL_NAMESPACES;
	if (strcmp(profile_text(b->p, KW_KEYRING_MODE), "private") == 0)
		s->flags |= SF_WALL_KEYRING;
	if (profile_bool(b->p, KW_MEMORY_DENY_WRITE_EXECUTE))
		s->flags |= SF_WALL_WX;
	if (profile_bool(b->p, KW_LOCK_PERSONALITY))
		s->flags |= SF_WALL_PERSONALITY;
	if (!plan_bridged(b->p) && (b->p->v[KW_CONNECT_ALLOW].len || b->p->v[KW_LISTEN_ALLOW].len))
		s->flags |= SF_WALL_PORTS;
	if (b->f->server)
		s->flags |= SF_WALL_SETGID;
	s = planner_add(b, STEP_SECCOMP_FAMILIES, profile_from(b->p, KW_RESTRICT_ADDRESS_FAMILIES), NULL, NULL);
	s->arg = words(b, KW_RESTRICT_ADDRESS_FAMILIES);
	s = planner_add(b, STEP_SECCOMP_FILTER, profile_from(b->p, KW_SYSTEM_CALL_FILTER), NULL, NULL);
	s->arg = words(b, KW_SYSTEM_CALL_FILTER);
	s->num = profile_number(b->p, KW_SYSTEM_CALL_ERROR_NUMBER);
}

static void shell(struct planner *b)
{
	const char *path = profile_text(b->p, KW_SHELL);
	const struct origin from = profile_from(b->p, KW_SHELL);
	struct path_fact fact;

	if (b->f->server) {
		planner_skip(b, planner_add(b, STEP_EXEC, from, path, NULL), "a server's program is named when it is started");
		return;
	}
	b->f->path(b->f->ctx, path, true, &fact);
	if (fact.kind == PATH_MISSING)
		im_errs_add(b->errs, ENOENT, from, "Shell: %s does not exist (install it, or name another)", path);
	else if (fact.kind != PATH_FILE || !(fact.mode & 0111))
		im_errs_add(b->errs, EACCES, from, "Shell: %s is not a program", path);
	(void)planner_add(b, STEP_EXEC, from, path, NULL); /* complete */
}

/* A server starts as root: limits above the hard ones are set before, all that follows is the account's. */
static void become(struct planner *b)
{
	const struct account *a = &b->f->account;
	const struct step *groups = plan_find(b->plan, STEP_GROUPS);
	char *arg = b->f->server && groups && groups->arg ? planner_keep(b, strdup(groups->arg)) : NULL; /* adding moves the list */
	struct step *s;

	if (!b->f->server)
		return;
	s = planner_add(b, STEP_BECOME, profile_from(b->p, a->uid ? KW_USER : KW_ALLOW_ROOT), NULL, arg);
	s->num = a->uid;
	s->num2 = a->gid;
	free(arg);
}

static void capabilities(struct planner *b)
{
	const bool some = b->f->server && b->p->v[KW_CAPABILITY_BOUNDING_SET].len;
	struct step *s = planner_add(b, STEP_CAPABILITIES, some ? profile_from(b->p, KW_CAPABILITY_BOUNDING_SET) : by_default, NULL, NULL);

	if (some)
		s->arg = words(b, KW_CAPABILITY_BOUNDING_SET);
}

void plan_seal(struct planner *b)
{
	const char *cwd = profile_text(b->p, KW_WORKING_DIRECTORY);

	planner_add(b, STEP_UMASK, profile_from(b->p, KW_UMASK), NULL, NULL)->num = profile_number(b->p, KW_UMASK);
	limits(b);
	become(b);
	(void)planner_add(b, STEP_KEYRING, profile_from(b->p, KW_KEYRING_MODE), NULL, profile_text(b->p, KW_KEYRING_MODE));
	environment(b);
	(void)planner_add(b, STEP_CHDIR, profile_from(b->p, KW_WORKING_DIRECTORY),
		cwd ? cwd : b->f->server ? "/" : b->f->account.home, NULL);
	capabilities(b);
	(void)planner_add(b, STEP_NO_NEW_PRIVS, by_default, NULL, NULL); /* has no members */
	landlock(b);
	seccomp(b);
	shell(b);
}
