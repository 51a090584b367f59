/* SPDX-License-Identifier: MIT */
/* Events for an administrator, with fields that journalctl(1) can ask for: IMMURE_EVENT=session-refused and the like. */
#ifndef IMMURE_JOURNAL_H
#define IMMURE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

struct journal_entry {
	int priority;        /* LOG_INFO and others: syslog(3) */
	const char *program; /* SYSLOG_IDENTIFIER */
	const char *message;
	const char *event;   /* session-opened, session-refused, bypass-opened, bypass-used, bypass-ended */
	const char *user, *profile, *session; /* NULL: not known */
	uint64_t hash;       /* of the plan; 0: not known */
};

/*
 * journal_send() - one entry of facility authpriv, by systemd's native protocol
 * Control characters become spaces; the whole is cut at 4 KiB. Never waits.
 * Returns false if there is no journal: syslog(3) is then the caller's way. Source: systemd's JOURNAL_NATIVE_PROTOCOL.
 */
bool journal_send(const struct journal_entry *e);

/* journal_log() - the same with this message (at most 1400 bytes), or without a journal the message alone by syslog(3). */
void journal_log(struct journal_entry e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
