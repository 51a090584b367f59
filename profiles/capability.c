/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "capability.h"

bool capability_is_kept(const char *name)
{
	const size_t len = strlen(name);

	for (const char *at = CAPABILITIES_KEPT; *at;) {
		const size_t n = strcspn(at, " ");

		if (n == len && strncmp(at, name, n) == 0)
			return true;
		at += n + (at[n] == ' ');
	}
	return false;
}
