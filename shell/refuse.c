/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <syslog.h>

#include "journal.h"
#include "refuse.h"

void refuse_open_log(void)
{
	openlog("immure", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
}

static void log_line(const char *account, const char *text)
{
	journal_log((struct journal_entry){.priority = LOG_ERR, .program = "immure", .event = "session-refused", .user = account},
		"session refused for %s: %s", account ? account : "an unknown account", text);
}

int refuse_session(const char *account, const struct im_err *err)
{
	log_line(account, err->text);
	(void)fprintf(stderr, "immure: session refused: %s\n", err->text); /* nobody left to tell */
	return IM_EXIT_REFUSED;
}

int refuse_session_all(const char *account, const struct im_errs *errs)
{
	const size_t more = (errs->len ? errs->len - 1 : 0) + errs->dropped;

	for (size_t i = 0; i < errs->len; i++)
		log_line(account, errs->items[i].text);
	if (errs->dropped)
		syslog(LOG_ERR, "session refused for %s: %zu more reasons", account ? account : "an unknown account", errs->dropped);
	(void)fprintf(stderr, "immure: session refused: %s", errs->len ? errs->items[0].text : "not enough memory");
	if (more)
		(void)fprintf(stderr, " (and %zu more)", more);
	(void)fputc('\n', stderr); /* as above: nobody left to tell */
	return IM_EXIT_REFUSED;
}
