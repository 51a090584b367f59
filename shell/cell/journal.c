/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "journal.h"

#define SOCKET "/run/systemd/journal/socket"

struct datagram {
	char text[4096];
	size_t len;
};

/* "NAME=value" and the line's end; a field that does not fit is left out. */
static void __attribute__((format(printf, 3, 4))) field(struct datagram *d, const char *name, const char *fmt, ...)
{
	char *at = d->text + d->len;
	const size_t room = sizeof(d->text) - d->len;
	const int head = snprintf(at, room, "%s=", name);
	va_list ap;
	int n;

	if (head < 0 || (size_t)head + 1 >= room)
		return;
	va_start(ap, fmt);
	n = vsnprintf(at + head, room - (size_t)head - 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	n = (int)strlen(at);
	for (int i = 0; i < n; i++)
		if ((unsigned char)at[i] < ' ' || at[i] == 0x7f)
			at[i] = ' ';
	at[n] = '\n';
	d->len += (size_t)n + 1;
}

bool journal_send(const struct journal_entry *e)
{
	const struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = SOCKET};
	struct datagram d = {.len = 0};
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool sent;

	if (fd < 0)
		return false;
	field(&d, "IMMURE_EVENT", "%s", e->event);
	field(&d, "PRIORITY", "%d", e->priority);
	field(&d, "SYSLOG_FACILITY", "%d", LOG_AUTHPRIV >> 3);
	field(&d, "SYSLOG_IDENTIFIER", "%s", e->program);
	field(&d, "SYSLOG_PID", "%d", (int)getpid());
	if (e->user)
		field(&d, "IMMURE_USER", "%s", e->user);
	if (e->profile)
		field(&d, "IMMURE_PROFILE", "%s", e->profile);
	if (e->hash)
		field(&d, "IMMURE_PROFILE_HASH", "%016llx", (unsigned long long)e->hash);
	if (e->session)
		field(&d, "IMMURE_SESSION", "%s", e->session);
	field(&d, "MESSAGE", "%s", e->message);
	sent = sendto(fd, d.text, d.len, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&to, sizeof(to)) == (ssize_t)d.len;
	(void)close(fd); /* sent or not */
	return sent;
}

void journal_log(struct journal_entry e, const char *fmt, ...)
{
	char text[1400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* what is longer is cut */
	va_end(ap);
	e.message = text;
	if (!journal_send(&e))
		syslog(LOG_AUTHPRIV | e.priority, "%s", text);
}
