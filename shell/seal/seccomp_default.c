/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "filter.h"
#include "keyword.h"
#include "plan.h"

struct seccomp_policy seccomp_default(void)
{
	return (struct seccomp_policy){.walls = SF_WALL_NAMESPACES | SF_WALL_KEYRING,
		.families = keywords[KW_RESTRICT_ADDRESS_FAMILIES].def,
		.filter = keywords[KW_SYSTEM_CALL_FILTER].def,
		.error = EPERM};
}
