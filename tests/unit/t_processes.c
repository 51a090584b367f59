/* SPDX-License-Identifier: MIT */
#include <sys/sysmacros.h>

#include "processes.h"
#include "../lib/tap.h"

#define REST "10 11 12 34819 14 15 16 17 18 19 20 21 22 23 24 25 26 27 4711 29 30\n"

int main(void)
{
	struct process p = {0};
	struct process list[] = {{.pid = 1}, {.pid = 5, .parent = 9}, {.pid = 7}, {.pid = 8, .parent = 7}, {.pid = 9, .parent = 8}};

	ok(process_parse("42 (bash) S " REST, &p) && p.pid == 42 && p.parent == 10 && p.session == 12 && p.start == 4711 && !p.sshd,
		"the fields of a line");
	ok(p.tty == makedev(136, 3), "a terminal's number");
	ok(process_parse("42 (a) R 1 2) S " REST, &p) && p.parent == 10, "a name may look like fields");
	ok(process_parse("42 (sshd-session) S " REST, &p) && p.sshd, "sshd by its name");
	ok(!process_parse("42 (bash) S 10 11", &p) && !process_parse("", &p) && !process_parse("x (bash) S " REST, &p) &&
			!process_parse("42 bash S " REST, &p) && !process_parse("42 (bash)S " REST, &p),
		"what is no such line is refused");
	processes_mark(list, 5, 7);
	ok(!list[0].of_session && list[2].of_session && list[3].of_session && list[4].of_session, "a session is a process and what it started");
	ok(list[1].of_session, "  also a child whose number is lower");
	processes_mark(list, 5, 1);
	ok(list[0].of_session && !list[1].of_session && !list[2].of_session, "marks are made anew");
	return tap_done();
}
