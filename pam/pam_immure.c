/* SPDX-License-Identifier: MIT */
/* The session hook's entry points: PAM's words to ours and back. What they do is in door.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_modules.h>
#include <security/pam_ext.h>

#include "bypass.h"
#include "door.h"
#include "journal.h"
#include "record.h"
#include "select.h"
#include "share.h"

#define DATA "immure_link"

struct options {
	bool debug;
	struct policy_dirs dirs;
};

/* Words of the PAM line; an unknown one refuses: it may have been meant to confine. */
static int parse(pam_handle_t *pamh, int argc, const char **argv, struct options *ret)
{
	*ret = (struct options){.dirs = policy_dirs_default};
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "debug") == 0) {
			ret->debug = true;
		} else if (strncmp(argv[i], "config=/", 8) == 0) {
			ret->dirs.etc = argv[i] + 7;
		} else {
			pam_syslog(pamh, LOG_ERR, "unknown option %s (debug and config=/PATH are known)", argv[i]);
			return -EINVAL;
		}
	}
	return 0;
}

/* As pam_syslog(3) would say it, with the fields of what is known so far. */
static void __attribute__((format(printf, 5, 6)))
note(pam_handle_t *pamh, const struct door *d, int priority, const char *event, const char *fmt, ...)
{
	const void *service = NULL;
	char text[1200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* what is longer is cut */
	va_end(ap);
	(void)pam_get_item(pamh, PAM_SERVICE, &service); /* it was there when the module was called */
	journal_log((struct journal_entry){.priority = priority, .program = program_invocation_short_name, .event = event,
		.user = d->account.name, .profile = d->profile_path, .session = *d->cell ? d->cell : NULL,
		.hash = d->plan.len ? plan_hash(&d->plan) : 0}, "pam_immure(%s:session): %s", service ? (const char *)service : "", text);
}

/* pam_ext.h's functions return nothing that helps: who cannot be told is not told. */
static void refuse(pam_handle_t *pamh, const struct door *d, const char *user, const char *reason)
{
	const void *conv = NULL;

	note(pamh, d, LOG_ERR, "session-refused", "session refused for %s: %s", user, reason);
	if (pam_get_item(pamh, PAM_CONV, &conv) != PAM_SUCCESS || !conv || !((const struct pam_conv *)conv)->conv)
		return; /* cron: nobody to tell */
	(void)pam_error(pamh, "immure: session refused: %s", reason);
}

static void refuse_all(pam_handle_t *pamh, const struct door *d, const struct im_errs *errs)
{
	for (size_t i = 1; i < errs->len; i++)
		note(pamh, d, LOG_ERR, "session-refused", "session refused for %s: %s", d->account.name, errs->items[i].text);
	refuse(pamh, d, d->account.name, errs->len ? errs->items[0].text : "not enough memory");
}

/* setns(2) needs a process with one thread, and clone3 of one with several could meet a lock that nobody will open. */
static bool is_single_threaded(void)
{
	DIR *d = opendir("/proc/self/task");
	const struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		n += e->d_name[0] != '.';
	if (d)
		(void)closedir(d); /* only read */
	return n == 1;
}

/* 1, 0, or a negative errno: nobody could say. */
static int is_confined(const struct policy_dirs *dirs, const struct account *a, struct im_err *err)
{
	const int self = open(BINDIR "/immure", O_PATH | O_CLOEXEC);
	const bool yes = account_is_confined(dirs, a, self) || strcmp(a->shell, BINDIR "/immure") == 0;

	if (self >= 0)
		(void)close(self); /* O_PATH */
	return yes ? 1 : nss_is_member(a, "immured", err);
}

/* The name that is asked for need not be the first of its uid, nor as the database spells it; each can be the one that is confined. */
static int is_any_confined(const struct policy_dirs *dirs, const char *name, const struct account *a, const struct account *asked,
	struct im_err *err)
{
	struct account spelt = *asked; /* borrows all but the name */
	int r = is_confined(dirs, a, err);

	spelt.name = (char *)(uintptr_t)name;
	if (r == 0 && strcmp(a->name, asked->name) != 0)
		r = is_confined(dirs, asked, err);
	return r == 0 && strcmp(name, asked->name) != 0 ? account_is_confined(dirs, &spelt, -1) : r;
}

static void forget(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh; /* nobody is asked */
	(void)status; /* the login goes on if only this handle ends: a child may do so */
	free(data);
}

static int go_through(pam_handle_t *pamh, struct door *d, bool debug)
{
	struct im_errs errs = {0};
	struct im_err err = {0};
	int *link = malloc(sizeof(*link));
	enum door_answer answer = door_plan(d, &errs);

	if (answer != DOOR_OPEN || !link) {
		refuse_all(pamh, d, &errs);
		im_errs_done(&errs);
		free(link);
		return answer == DOOR_DENIED ? PAM_PERM_DENIED : PAM_SYSTEM_ERR;
	}
	answer = door_enter(d, link, &err);
	if (answer == DOOR_OPEN && pam_set_data(pamh, DATA, link, forget) != PAM_SUCCESS) {
		im_fail(&err, ENOMEM, "not enough memory");
		cell_leave(*link);
		answer = DOOR_BROKEN;
	}
	if (answer != DOOR_OPEN) {
		refuse(pamh, d, d->account.name, err.text);
		free(link);
		return answer == DOOR_DENIED ? PAM_PERM_DENIED : PAM_SYSTEM_ERR;
	}
	note(pamh, d, LOG_INFO, "session-opened", "session for %s: profile %s", d->account.name, d->profile_path);
	if (debug)
		for (size_t i = 0; i < d->plan.len; i++) {
			char *argument = step_argument(&d->plan.steps[i]);

			pam_syslog(pamh, LOG_DEBUG, "%zu %s %s", i + 1, step_name(d->plan.steps[i].kind), argument ? argument : "");
			free(argument);
		}
	return PAM_SUCCESS;
}

static int open_confined(pam_handle_t *pamh, struct door *d, bool debug)
{
	if (bypass_is_open(d->account.uid)) {
		note(pamh, d, LOG_WARNING, "bypass-used", "session for %s is not confined: immurectl bypass", d->account.name);
		return PAM_IGNORE;
	}
	if (geteuid() != 0) {
		refuse(pamh, d, d->account.name, "this PAM service does not run as root, and cannot raise a cell");
		return PAM_SYSTEM_ERR;
	}
	if (!is_single_threaded()) {
		refuse(pamh, d, d->account.name, "this PAM service has more than one thread, and cannot move into a cell");
		return PAM_SYSTEM_ERR;
	}
	if (record_is_door()) {
		refuse(pamh, d, d->account.name, "this process is in a cell already");
		return PAM_SYSTEM_ERR;
	}
	return go_through(pamh, d, debug);
}

/* Root, and whoever is not confined, is let go with as little asked as can be. */
static int answer(pam_handle_t *pamh, const char *user, struct door *d, bool debug)
{
	struct account asked = {0};
	struct im_err err = {0};
	int r = nss_account(user, &d->account, &asked, &err);

	if (r == 1)
		return PAM_USER_UNKNOWN;
	if (r == 0 && d->account.uid == 0) {
		account_done(&asked);
		return PAM_IGNORE;
	}
	if (r == 0)
		r = is_any_confined(&d->dirs, user, &d->account, &asked, &err);
	account_done(&asked);
	if (r == 0)
		return PAM_IGNORE;
	if (r > 0)
		r = nss_complete(&d->account, &err);
	if (r < 0) {
		refuse(pamh, d, user, err.text);
		return PAM_SYSTEM_ERR;
	}
	return open_confined(pamh, d, debug);
}

PAM_EXTERN __attribute__((visibility("default"))) int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const void *service = NULL;
	const char *user = NULL;
	struct options o;
	struct door d = {0};
	int r;

	(void)flags; /* PAM_SILENT: a refusal is told nevertheless */
	if (pam_get_item(pamh, PAM_SERVICE, &service) != PAM_SUCCESS || pam_get_user(pamh, &user, NULL) != PAM_SUCCESS || !user || !service)
		return PAM_SYSTEM_ERR;
	if (parse(pamh, argc, argv, &o) < 0)
		return PAM_SYSTEM_ERR;
	d.dirs = o.dirs;
	d.service = service;
	r = answer(pamh, user, &d, o.debug);
	door_done(&d);
	return r;
}

PAM_EXTERN __attribute__((visibility("default"))) int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const void *data = NULL;

	(void)flags; /* nothing is said */
	(void)argc;  /* open_session has read them */
	(void)argv;  /* as above */
	if (pam_get_data(pamh, DATA, &data) != PAM_SUCCESS || !data)
		return PAM_IGNORE;
	cell_leave(*(const int *)data); /* not waited for: what is left of the cell may be the caller's own child */
	(void)pam_set_data(pamh, DATA, NULL, NULL); /* a second close finds nothing */
	return PAM_SUCCESS;
}
