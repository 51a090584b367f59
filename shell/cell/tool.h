/* SPDX-License-Identifier: MIT */
/* Running ip, nft and tc: by arguments, never through a shell, in a network namespace if need be, and never for ever. */
#ifndef IMMURE_TOOL_H
#define IMMURE_TOOL_H

#include <stdint.h>

#include "err.h"

struct tool {
	const char *name;
	const char *path; /* set by tool_find() */
	const char *package; /* Debian's */
};

/*
 * tool_find() - where a tool is: /usr/sbin, /sbin, /usr/bin, /bin, in this order, whatever PATH says
 * Returns 0; -ENOENT with the package that has it.
 */
int tool_find(struct tool *t, struct im_err *err);

/*
 * tool_run() - run a tool and wait for it
 * @argv:   NULL-terminated; it gets no environment but PATH and LC_ALL
 * @input:  its standard input
 * @netns:  the network namespace to run it in, or -1: the caller's
 * @give:   a descriptor that it finds as number 3, or -1
 * @end_ms: of CLOCK_MONOTONIC: it is killed then, and when the caller dies
 *
 * Whatever the caller does with SIGCHLD, its own wait(2) finds nothing of this. Returns 0; -ETIMEDOUT; -EIO with the first line that
 * the tool said.
 */
int tool_run(const struct tool *t, const char *const argv[], const char *input, int netns, int give, int64_t end_ms, struct im_err *err);

/*
 * tool_call() - call a function in a process that is in @netns
 * It returns 0 or a positive errno, with @text (of @size bytes, shared with the caller) telling what failed.
 */
int tool_call(int netns, int (*call)(const void *arg, char *text, size_t size), const void *arg, int64_t end_ms, struct im_err *err);

#endif
