/* SPDX-License-Identifier: MIT */
/* The login shell: decides whether the caller is confined, plans its cell and runs the session. Static, and without NSS. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <syslog.h>
#include <unistd.h>

#include "account.h"
#include "build.h"
#include "bypass.h"
#include "facts_live.h"
#include "journal.h"
#include "options.h"
#include "record.h"
#include "refuse.h"
#include "filter.h"
#include "select.h"
#include "session.h"
#include "trust.h"

struct caller {
	char **login; /* the environment that we were given */
	struct account account;
	bool confined;
	bool server; /* started by root; account is the one that it will run as */
};

/* Descriptors 0 to 2 are there, and lead to no directory of the host; all others are closed. */
static int sane_descriptors(struct im_err *err)
{
	struct stat st;

	for (int fd = 0; fd <= 2; fd++) {
		const int flags = fcntl(fd, F_GETFL);

		if (flags >= 0 && !(flags & O_PATH) && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
			continue;
		if (flags >= 0)
			(void)close(fd); /* a directory: nothing to lose */
		if (open("/dev/null", O_RDWR) != fd)
			return im_fail(err, EBADF, "descriptor %d: cannot be opened on /dev/null", fd);
	}
	return close_range(3, ~0U, 0) < 0 ? im_fail(err, errno, "close_range: %s (Linux 5.9 has it)", strerror(errno)) : 0;
}

/* AT_SECURE would say it too, but also for a domain transition of SELinux or AppArmor, which is as it should be. */
static int not_setuid(struct im_err *err)
{
	struct stat st;

	if (stat("/proc/self/exe", &st) < 0)
		return im_fail(err, errno, "/proc/self/exe: %s (is /proc mounted?)", strerror(errno));
	if ((st.st_mode & (S_ISUID | S_ISGID)) || getuid() != geteuid() || getgid() != getegid() ||
		getxattr("/proc/self/exe", "security.capability", NULL, 0) >= 0)
		return im_fail(err, EPERM, "immure has a setuid or setgid bit or file capabilities, and needs none (fix: chmod 0711 "
			BINDIR "/immure; setcap -r)");
	return 0;
}

static int who_is_it(struct caller *c, struct im_err *err)
{
	const int self = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	int r;

	if (self < 0)
		return im_fail(err, errno, "/proc/self/exe: %s (is /proc mounted?)", strerror(errno));
	r = account_by_uid("", getuid(), &c->account, err);
	if (r == 0)
		c->confined = account_is_confined(&policy_dirs_default, &c->account, self);
	(void)close(self); /* O_PATH */
	return r;
}

static const char *login_value(char *const *login, const char *name)
{
	const size_t len = strlen(name);

	for (; *login; login++)
		if (strncmp(*login, name, len) == 0 && (*login)[len] == '=')
			return *login + len + 1;
	return NULL;
}

static int look_at_host(const struct caller *c, struct facts *f, struct im_errs *errs)
{
	const char *agent = login_value(c->login, "SSH_AUTH_SOCK");
	const int r = facts_collect(&c->account, &policy_dirs_default, f, errs);

	if (r < 0)
		return r;
	f->privileged = f->server = c->server;
	if (c->server)
		return 0;
	f->ssh_tty = login_value(c->login, "SSH_TTY") != NULL;
	if (agent && strlen(agent) < sizeof(f->agent))
		(void)stpcpy(f->agent, agent); /* the length was looked at */
	return 0;
}

/* The cell's own database knows the groups that the account keeps; a module of the login may have added others. */
static int check_groups(const struct account *a, struct im_err *err)
{
	gid_t have[CELL_MAX_GROUPS];
	const int n = getgroups(CELL_MAX_GROUPS, have);
	bool known = n >= 0 && getgid() == a->gid;

	for (int i = 0; i < n && known; i++) {
		known = false;
		for (size_t k = 0; k < a->groups_len && !known; k++)
			known = a->groups[k].gid == have[i];
		if (!known)
			return im_fail(err, EPERM, "the login has group %u, which SupplementaryGroups= does not keep (pam_group?)",
				(unsigned)have[i]);
	}
	return known ? 0 : im_fail(err, EPERM, "the login's groups are not the account's");
}

/* No file is root's by name: what is not said on the command line of a server is not said. */
static int find_profile(const struct caller *c, const char *wish, char **ret_path, struct im_errs *errs)
{
	if (!wish && c->account.uid == 0)
		return 0;
	if (!wish)
		return profile_select(&policy_dirs_default, &c->account, ret_path, errs);
	return profile_find(&policy_dirs_default, wish, ret_path, errs);
}

/* For @a: its names are what %u and the like stand for. */
static int load(const struct account *a, const char *path, const struct options *o, struct profile *ret, struct im_errs *errs)
{
	const struct specifiers sp = {a->name, a->home, a->groups_len ? a->groups[0].name : "", a->uid};
	int r = 0;

	if (path) /* who is not confined may have a file of their own */
		r = (o && o->profile && strchr(o->profile, '/') ? profile_load_any : profile_load)(&policy_dirs_default, path, &sp, ret,
			errs);
	for (size_t i = 0; o && r == 0 && i < o->assignments.len; i++)
		profile_assign(ret, o->assignments.items[i], "-p", &sp, errs);
	if (o && r == 0 && o->assignments.len)
		profile_check(ret, errs);
	return im_errs_any(errs) && r == 0 ? -EBADMSG : r;
}

/* A server's account is named by its profile, and then it is read once more for that account. */
static int load_server(struct caller *c, const char *path, const struct options *o, struct profile *ret, struct im_errs *errs)
{
	struct account a = {0};
	struct im_err err = {0};
	const char *user;
	int r = load(&c->account, path, o, ret, errs);

	user = r == 0 ? profile_text(ret, KW_USER) : NULL;
	if (!user)
		return r;
	r = account_by_name("", user, &a, &err);
	if (r < 0)
		return im_errs_add(errs, err.code, profile_from(ret, KW_USER), "User: %s", err.text);
	profile_done(ret);
	account_done(&c->account);
	c->account = a;
	return load(&c->account, path, o, ret, errs);
}

static int check_filter(const struct plan *plan, struct im_errs *errs)
{
	const struct step *s = plan_find(plan, STEP_SECCOMP_FILTER);
	struct im_err err = {0};

	if (s && seccomp_check(s->arg, &err) < 0)
		return im_errs_add(errs, err.code, s->from, "SystemCallFilter: %s", err.text);
	return 0;
}

static void narrate(const struct step *s, size_t number)
{
	char *argument = step_argument(s);

	(void)fprintf(stderr, "immure: %3zu %s %s%s%s\n", number, step_name(s->kind), argument ? argument : "", /* only told */
		s->skipped ? "  skipped: " : "", s->skipped ? s->skipped : "");
	free(argument);
}

/* Profile and plan live until the session has ended. */
static int run(struct caller *c, const struct options *o, char *argv[])
{
	struct im_errs errs = {0};
	struct profile p = {0};
	struct facts f = {0};
	struct plan plan = {0};
	char *path = NULL;
	int status, r = find_profile(c, o ? o->profile : NULL, &path, &errs);

	if (r == 0)
		r = c->server ? load_server(c, path, o, &p, &errs) : load(&c->account, path, o, &p, &errs);
	if (r == 0 && !im_errs_any(&errs))
		r = look_at_host(c, &f, &errs);
	f.shares = !o && strcmp(profile_text(&p, KW_SCOPE), "user") == 0;
	if (r == 0 && !im_errs_any(&errs))
		r = plan_build(&p, &f, &plan, &errs);
	if (r == 0 && !im_errs_any(&errs))
		r = check_filter(&plan, &errs);
	if (r < 0 || im_errs_any(&errs)) {
		status = refuse_session_all(c->account.name, &errs);
	} else {
		const char *notify = c->server ? login_value(c->login, "NOTIFY_SOCKET") : NULL;
		const struct session s = {.plan = &plan, .login = c->login, .argv = argv, .program = o ? argv[0] : NULL,
			.ends_with_parent = !o, .shares = f.shares, .lingers = f.shares && profile_bool(&p, KW_PERSISTENT),
			.say = o && o->debug ? narrate : NULL, .account = c->account.name, .server = c->server,
			.notify = notify && *notify ? notify : NULL};

		journal_log((struct journal_entry){.priority = LOG_INFO, .program = "immure", .event = c->server ? "server-started" : "session-opened",
			.user = c->account.name, .profile = path, .hash = plan_hash(&plan)}, "%s for %s: profile %s",
			c->server ? "server" : "session", c->account.name, path ? path : "none");
		status = session_run(&s);
	}
	plan_done(&plan);
	facts_done(&f);
	profile_done(&p);
	free(path);
	im_errs_done(&errs);
	return status;
}

/* In the PAM door's cell: what is left to do was written down there. Supplementary groups must be those that were planned. */
static int run_door(const struct caller *c, char *argv[])
{
	struct im_err err = {0};
	struct plan plan = {0};
	char *text = NULL;
	size_t len;
	int status, r = trust_read(CELL_SEAL, 1 << 20, &text, &len, &err);

	if (r == 0)
		r = plan_read_seal(text, &plan, &err);
	if (r == 0)
		r = check_groups(&c->account, &err);
	if (r < 0) {
		status = refuse_session(c->account.name, &err);
	} else {
		const struct session s = {.plan = &plan, .login = c->login, .argv = argv, .account = c->account.name};

		status = session_seal(&s);
	}
	plan_done(&plan);
	free(text);
	return status;
}

/* In the cell already: the name immure is the shell's name. */
static int run_inside(const struct caller *c, char *argv[])
{
	const char *shell = c->account.shell;
	char *name = shell ? session_shell_name(shell, argv[0]) : NULL;
	struct im_err err = {0};

	if (name) {
		argv[0] = name;
		(void)execve(shell, argv, c->login); /* returns only if it failed */
	}
	im_fail(&err, errno, "exec %s: %s", shell ? shell : "the shell", strerror(errno));
	(void)fprintf(stderr, "immure: %s\n", err.text); /* nobody left to tell */
	free(name);
	return err.code == ENOENT ? IM_EXIT_NOTFOUND : IM_EXIT_NOEXEC;
}

/* Break-glass: no cell, no seal, and the shell that every host has; it may be the profile that is broken. */
static int run_free(const struct caller *c, char *argv[])
{
	static const char *const shells[] = {"/bin/bash", "/bin/sh"};
	struct im_err err = {0};

	journal_log((struct journal_entry){.priority = LOG_WARNING, .program = "immure", .event = "bypass-used", .user = c->account.name},
		"session for %s is not confined: immurectl bypass", c->account.name);
	for (size_t i = 0; i < 2; i++) {
		argv[0] = session_shell_name(shells[i], argv[0]);
		if (argv[0])
			(void)execve(shells[i], argv, c->login); /* returns only if it failed */
	}
	im_fail(&err, errno, "exec /bin/sh: %s", strerror(errno));
	return refuse_session(c->account.name, &err);
}

static int run_server(struct caller *c, const struct options *o)
{
	struct im_err err = {0};

	c->server = true;
	if (record_is_door())
		im_fail(&err, EPERM, "this is a cell already, and no other is raised in it");
	else if (!o->profile && !o->assignments.len)
		im_fail(&err, EPERM, "root is confined only by a profile that is named (--profile=NAME, or -p User=ACCOUNT)");
	return err.code ? refuse_session(c->account.name, &err) : run(c, o, o->program);
}

static int run_options(struct caller *c, int argc, char *argv[])
{
	struct options o;
	struct im_err err = {0};
	int status = 0;

	if (options_parse(argc, argv, &o, &err) < 0) {
		(void)fprintf(stderr, "immure: %s\n", err.text); /* nobody left to tell */
		return IM_EXIT_USAGE;
	}
	if (o.help || o.version) {
		if (fputs(o.help ? options_usage() : "immure " VERSION "\n", stdout) < 0 || fflush(stdout) != 0)
			status = IM_EXIT_FINDINGS;
	} else if (c->account.uid == 0) {
		status = run_server(c, &o);
	} else {
		status = run(c, &o, o.program);
	}
	options_done(&o);
	return status;
}

int main(int argc, char *argv[])
{
	static char *nothing[] = {NULL};
	struct caller c = {.login = environ};
	struct im_err err = {0};
	int status;

	environ = nothing;
	if (argc < 1 || !argv[0])
		return IM_EXIT_REFUSED;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || sane_descriptors(&err) < 0)
		return refuse_session(NULL, &err);
	refuse_open_log();
	if (not_setuid(&err) < 0 || who_is_it(&c, &err) < 0)
		return refuse_session(NULL, &err);
	if (c.account.uid != 0 && record_is_door())
		status = run_door(&c, argv);
	else if (record_is_here())
		status = run_inside(&c, argv);
	else if (c.confined && bypass_is_open(c.account.uid))
		status = run_free(&c, argv);
	else if (c.confined)
		status = run(&c, NULL, argv);
	else
		status = run_options(&c, argc, argv);
	account_done(&c.account);
	return status;
}
