/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "filter.h"
#include "keyword.h"
#include "plan.h"

static const unsigned door_walls[] = {SF_WALL_NAMESPACES, SF_WALL_KEYRING, SF_WALL_PORTS};

unsigned filter_door(unsigned walls, bool families)
{
	unsigned door = families ? 8 : 0;

	for (unsigned i = 0; i < 3; i++)
		door |= walls & door_walls[i] ? 1u << i : 0;
	return door;
}

struct seccomp_policy filter_door_policy(unsigned door)
{
	struct seccomp_policy p = {.families = door & 8 ? keywords[KW_RESTRICT_ADDRESS_FAMILIES].def : NULL, .error = EPERM};

	for (unsigned i = 0; i < 3; i++)
		p.walls |= door & (1u << i) ? door_walls[i] : 0;
	return p;
}

struct seccomp_policy seccomp_default(void)
{
	return (struct seccomp_policy){.walls = SF_WALL_NAMESPACES | SF_WALL_KEYRING,
		.families = keywords[KW_RESTRICT_ADDRESS_FAMILIES].def,
		.filter = keywords[KW_SYSTEM_CALL_FILTER].def,
		.error = EPERM};
}
