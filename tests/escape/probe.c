/* SPDX-License-Identifier: MIT */
/*
 * Tries what the seal and the cell forbid. One line per attempt: NAME <tab> EXPECTED <tab> RESULT.
 * RESULT is "ok" if it got through, else the error, or "killed N". EXPECTED is what a cell must answer; the same attempt by root
 * under plain bash must answer something else (arguments are impossible where a success would do harm: EFAULT and the like mean
 * that the call was let through), except for twins: they are expected in a cell as they are outside.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"
#include "probe_acts.h"
#include "probe_calls.h"
#include "probe_files.h"

static int try_call(const struct call *c)
{
	long r;

	if (c->nr == SYS_vhangup)
		(void)setsid(); /* the control has a terminal to lose */
	r = syscall(c->nr, c->a[0], c->a[1], c->a[2], c->a[3], c->a[4], c->a[5]);
	if (c->nr == SYS_clone && r == 0)
		_exit(0);
	return result(r);
}

static void report(const char *name, const char *expect, int status)
{
	const char *error;

	(void)printf("%s\t%s\t", name, expect);
	if (WIFSIGNALED(status)) {
		(void)printf("killed %d\n", WTERMSIG(status));
		return;
	}
	error = WEXITSTATUS(status) ? strerrorname_np(WEXITSTATUS(status)) : "ok";
	(void)printf("%s\n", error ? error : "?");
}

enum kind { CALL, FILE_OPEN, ACT };

/* Each attempt is a process of its own, so that one cannot spoil the next. */
static void attempt(enum kind kind, size_t i, const char *name, const char *expect)
{
	pid_t pid;
	int status = 0;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)alarm(20);
		if (kind == CALL)
			_exit(try_call(&calls[i]));
		if (kind == FILE_OPEN)
			_exit(result(open(files[i].path, files[i].flags | O_NONBLOCK, 0600)));
		_exit(acts[i].run());
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		status = 255 << 8;
	report(name, expect, status);
}

int main(int argc, char *argv[])
{
	if (argc > 1)
		outside = (pid_t)atoi(argv[1]);
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		attempt(CALL, i, calls[i].name, calls[i].expect);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		attempt(FILE_OPEN, i, files[i].name, files[i].expect);
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		attempt(ACT, i, acts[i].name, acts[i].expect);
	return 0;
}
