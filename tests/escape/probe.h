/* SPDX-License-Identifier: MIT */
/* What the tables of attempts share. The probe is one program; its tables lie in headers because every .c here is a program. */
#ifndef IMMURE_PROBE_H
#define IMMURE_PROBE_H

#include <errno.h>
#include <stdint.h>

#define BAD ((long)-4096) /* an address that nobody has */
#define HIGH(n) ((long)(UINT64_C(0x100000000) | (uint64_t)(uint32_t)(n)))
#define TOP(n) ((long)(UINT64_C(0xffffffff00000000) | (uint64_t)(uint32_t)(n)))

static inline int result(long r)
{
	return r < 0 ? errno : 0;
}

#endif
