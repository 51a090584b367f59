/* SPDX-License-Identifier: MIT */
/* Limits of an account over all its sessions: systemd's user slice where systemd runs, else a control group of our own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "limits.h"

const struct step *limits_next(const struct plan *plan, const struct step *before)
{
	for (size_t i = before ? (size_t)(before - plan->steps) + 1 : 0; i < plan->len; i++)
		if (plan->steps[i].kind == STEP_ACCOUNT_LIMIT && !plan->steps[i].skipped)
			return &plan->steps[i];
	return NULL;
}

char *limits_cgroup(const char *pid)
{
	char path[32], *line = NULL, *found = NULL;
	size_t size = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%s/cgroup", pid); /* fits: "self" or a number */
	f = fopen(path, "re");
	while (f && !found && getline(&line, &size, f) > 0)
		if (strncmp(line, "0::/", 4) == 0) {
			line[strcspn(line, "\n")] = '\0';
			found = strdup(line + 3);
		}
	free(line);
	if (f)
		(void)fclose(f); /* only read */
	return found;
}

static bool has_systemd(void)
{
	struct stat st;

	return stat("/run/systemd/system", &st) == 0; /* sd_booted(3) */
}

int door_limits(struct door *d, struct im_err *err)
{
	if (has_systemd())
		return slice_limits(d, err);
	return limits_next(&d->plan, NULL) ? subtree_limits(d, err) : 0;
}

void door_limits_undo(const struct door *d)
{
	subtree_undo(d); /* a scope of systemd's ends with its last process by itself */
}
