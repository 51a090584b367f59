/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "terminal.h"

int terminal_find(struct terminal *ret, struct im_err *err)
{
	*ret = TERMINAL_INIT;
	for (int fd = 0; fd <= 2; fd++) {
		if (!isatty(fd))
			continue;
		ret->mode = tcgetsid(fd) != getsid(0) ? TERMINAL_NONE : getsid(0) == getpid() ? TERMINAL_OWN : TERMINAL_SHARED;
		ret->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		if (ret->fd < 0)
			return im_fail(err, errno, "terminal: %s", strerror(errno));
		if (ret->mode == TERMINAL_SHARED && tcgetpgrp(fd) != getpgrp())
			ret->mode = TERMINAL_NONE; /* a background job takes no terminal */
		return 0;
	}
	return 0;
}

int terminal_give(const struct terminal *t, struct im_err *err)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction before;
	int r = 0;

	if (t->mode != TERMINAL_OWN)
		return 0;
	if (sigaction(SIGHUP, &ignore, &before) < 0 || ioctl(t->fd, TIOCNOTTY) < 0 || sigaction(SIGHUP, &before, NULL) < 0)
		r = im_fail(err, errno, "terminal: give up: %s", strerror(errno));
	return r;
}

/* Only what was this terminal is replaced; a pipe on one of the three stays. */
static void reopen(const struct terminal *t, const char *name)
{
	struct stat tty, st;
	int fd;

	if (fstat(t->fd, &tty) < 0)
		return;
	fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return; /* the terminal is another user's (su): what is open stays as it is */
	for (int i = 0; i <= 2; i++)
		if (fstat(i, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == tty.st_rdev)
			(void)dup2(fd, i); /* cannot fail for open descriptors */
	(void)close(fd); /* 0 to 2 are left */
}

int terminal_take(const struct terminal *t, const char *name, struct im_err *err)
{
	int r = 0;

	if (t->mode == TERMINAL_SHARED) {
		if (setpgid(0, 0) < 0 || tcsetpgrp(t->fd, getpgrp()) < 0)
			r = im_fail(err, errno, "terminal: become the foreground job: %s", strerror(errno));
	} else if (setsid() < 0) {
		r = im_fail(err, errno, "session: setsid: %s", strerror(errno));
	} else if (t->mode == TERMINAL_OWN && ioctl(t->fd, TIOCSCTTY, 0) < 0) {
		r = im_fail(err, errno, "terminal: take over: %s", strerror(errno));
	}
	if (r == 0 && t->fd >= 0 && name)
		reopen(t, name);
	return r;
}

void terminal_stopped(const struct terminal *t, pid_t child)
{
	if (t->mode != TERMINAL_SHARED)
		return;
	(void)tcsetpgrp(t->fd, getpgrp()); /* if it fails we are in the background, which is where a stopped job is */
	(void)kill(getpid(), SIGSTOP);     /* returns once somebody continues us */
	(void)tcsetpgrp(t->fd, child);     /* fails if we go on in the background (bg), as it should */
	(void)kill(-child, SIGCONT);       /* ESRCH: it has ended, and the loop sees it */
}

void terminal_done(struct terminal *t)
{
	if (t->mode == TERMINAL_SHARED)
		(void)tcsetpgrp(t->fd, getpgrp()); /* whoever runs next in our group reads from it again; ENOTTY: it has hung up */
	if (t->fd >= 0)
		(void)close(t->fd); /* only a copy */
	*t = TERMINAL_INIT;
}
