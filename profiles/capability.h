/* SPDX-License-Identifier: MIT */
/* Capabilities that a server in a cell may keep. */
#ifndef IMMURE_CAPABILITY_H
#define IMMURE_CAPABILITY_H

#include <stdbool.h>

/*
 * Those that act on what the cell has anyway. The rest reach the host or take the walls down: mounts, modules, devices, the network's
 * own rules (CAP_NET_ADMIN), other hosts' addresses (CAP_NET_RAW), file capabilities, tracing, the clock.
 */
#define CAPABILITIES_KEPT                                                                                              \
	"CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_IPC_LOCK CAP_KILL "                  \
	"CAP_NET_BIND_SERVICE CAP_SETGID CAP_SETUID CAP_SYS_NICE"

/* capability_is_kept() - exactly one of these names, as capabilities(7) spells them. */
bool capability_is_kept(const char *name);

#endif
