/* SPDX-License-Identifier: MIT */
/* immurectl bypass, confined: who is let through, for once or at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "account.h"
#include "bypass.h"
#include "immurectl.h"
#include "journal.h"
#include "select.h"

#define DAY_USEC (UINT64_C(86400) * 1000000)

int ctl_find_account(const char *word, struct account *ret, struct im_err *err)
{
	uint64_t uid;

	if (str_to_u64(word, UINT32_MAX - 1, &uid) == 0)
		return account_by_uid("", (uid_t)uid, ret, err);
	return account_by_name("", word, ret, err);
}

static bool is_line(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

static int open_bypass(const struct ctl *c, const struct account *a)
{
	const char *sudo = getenv("SUDO_USER");
	struct im_err err = {0};
	uint64_t usec;

	if (!c->reason || !*c->reason || !is_line(c->reason) || strlen(c->reason) > 1000)
		return ctl_usage_error("bypass needs --reason=TEXT, one line: it goes to the log");
	if (!c->time || str_to_usec(c->time, &usec) < 0 || usec < 1000000 || usec > DAY_USEC)
		return ctl_usage_error("bypass needs --for=TIME, from 1s to 1d");
	if (bypass_write(a->uid, usec / 1000000, c->reason, &err) < 0) {
		(void)fprintf(stderr, "immurectl: %s\n", err.text); /* nobody left to tell */
		return IM_EXIT_FINDINGS;
	}
	journal_log((struct journal_entry){.priority = LOG_WARNING, .program = "immurectl", .event = "bypass-opened", .user = a->name},
		"bypass for %s (uid %u) for %s, by %s: %s", a->name, (unsigned)a->uid, c->time, sudo ? sudo : "root", c->reason);
	(void)printf("%s logs in without a cell for %s from now (immurectl bypass %s --end ends it)\n", a->name, c->time, a->name);
	return ctl_flushed(0);
}

static int end_bypass(const struct account *a)
{
	struct im_err err = {0};

	if (bypass_remove(a->uid, &err) < 0) {
		(void)fprintf(stderr, err.code == ENOENT ? "immurectl: %s has no bypass\n" : "immurectl: %s\n", /* nobody left to tell */
			err.code == ENOENT ? a->name : err.text);
		return IM_EXIT_FINDINGS;
	}
	journal_log((struct journal_entry){.priority = LOG_WARNING, .program = "immurectl", .event = "bypass-ended", .user = a->name},
		"bypass for %s (uid %u) ended", a->name, (unsigned)a->uid);
	return 0;
}

int ctl_bypass(const struct ctl *c)
{
	struct im_err err = {0};
	struct account a = {0};
	int status;

	if (geteuid() != 0) {
		(void)fprintf(stderr, "immurectl: bypass: only root may let an account out (sudo immurectl ...)\n"); /* nobody left to tell */
		return IM_EXIT_FINDINGS;
	}
	if (ctl_find_account(c->args[0], &a, &err) < 0) {
		(void)fprintf(stderr, "immurectl: %s\n", err.text); /* as above */
		return IM_EXIT_FINDINGS;
	}
	openlog("immurectl", LOG_PID, LOG_AUTHPRIV);
	status = c->end ? end_bypass(&a) : open_bypass(c, &a);
	account_done(&a);
	return status;
}

/* For units and scripts: 0 yes, 1 no; with --not the other way round. Whoever is in no file is not confined by one. */
int ctl_confined(const struct ctl *c)
{
	const int self = open(BINDIR "/immure", O_PATH | O_CLOEXEC);
	struct im_err err = {0};
	struct account a = {0};
	const bool yes = ctl_find_account(c->args[0], &a, &err) == 0 && account_is_confined(&c->dirs, &a, self);

	if (self >= 0)
		(void)close(self); /* O_PATH */
	account_done(&a);
	return yes != c->negate ? 0 : IM_EXIT_FINDINGS;
}
