/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"

int cell_groups(const struct plan *plan, gid_t *ret, size_t max)
{
	const struct step *s = plan_find(plan, STEP_GROUPS);
	size_t len = 0;

	for (const char *at = s && s->arg ? s->arg : ""; *at;) {
		char digits[16] = "";
		const size_t n = strcspn(at, " ");
		uint64_t gid;

		if (n >= sizeof(digits) || len == max)
			return -E2BIG;
		memcpy(digits, at, n);
		if (str_to_u64(digits, UINT32_MAX - 1, &gid) < 0)
			return -EINVAL;
		ret[len++] = (gid_t)gid;
		at += n;
		at += *at == ' ';
	}
	return (int)len;
}
