/* SPDX-License-Identifier: MIT */
/* Tables of the language: directives and groups of system calls. */
#include <stdio.h>
#include <string.h>

#include "filter.h"
#include "immurectl.h"
#include "seccomp_groups.h"

/* Tab-separated, for programs as for people: name, section, list or scalar, default, what it waits for, help, source. */
int ctl_directives(const struct ctl *c)
{
	for (int kw = 0; kw < KW_MAX; kw++) {
		const struct keyword_row *row = &keywords[kw];

		if (c->names)
			(void)printf("%s\n", row->name); /* ctl_flushed() asks */
		else
			(void)printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n", row->name, section_name(row->section),
				keyword_is_list((enum keyword)kw) ? "list" : row->choices ? row->choices : "value",
				row->def ? row->def : "", row->later ? row->later : "", row->help, row->source);
	}
	return ctl_flushed(0);
}

int ctl_syscalls(const struct ctl *c)
{
	const struct seccomp_group *g;

	if (c->args[0]) {
		g = seccomp_group_find(c->args[0]);
		if (!g) {
			(void)fprintf(stderr, "%s: there is no such group\n", c->args[0]); /* nobody left to tell */
			return IM_EXIT_FINDINGS;
		}
		(void)printf("%s\n", g->members); /* ctl_flushed() asks */
		return ctl_flushed(0);
	}
	if (!c->names)
		return ctl_flushed(seccomp_print_groups(stdout) < 0 ? IM_EXIT_FINDINGS : 0);
	for (unsigned i = 0; (g = seccomp_group_at(i)); i++)
		(void)printf("%s\n", g->name); /* ctl_flushed() asks */
	return ctl_flushed(0);
}
