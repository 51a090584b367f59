/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "seal.h"

#define LOCKED_BITS                                                                                               \
	(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED |          \
		SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

static bool can_setpcap(void)
{
	cap_t caps = cap_get_proc();
	cap_flag_value_t value = CAP_CLEAR;

	if (!caps)
		return false;
	(void)cap_get_flag(caps, CAP_SETPCAP, CAP_EFFECTIVE, &value); /* on failure it stays clear */
	(void)cap_free(caps);                                         /* cannot fail for what cap_get_proc() gave */
	return value == CAP_SET;
}

/* Both need CAP_SETPCAP. Without it no_new_privs has to do: nothing can be gained that would come out of the bounding set. */
static int lock_sets(struct im_err *err)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return im_fail(err, errno, "capabilities: drop %d from the bounding set: %s", cap, strerror(errno));
	if (prctl(PR_SET_SECUREBITS, LOCKED_BITS, 0, 0, 0) < 0)
		return im_fail(err, errno, "capabilities: lock securebits: %s", strerror(errno));
	return 0;
}

static int verify(struct im_err *err)
{
	cap_t have = cap_get_proc(), none = cap_init();
	const bool same = have && none && cap_compare(have, none) == 0;

	if (have)
		(void)cap_free(have); /* cannot fail for what libcap gave */
	if (none)
		(void)cap_free(none); /* as above */
	return same ? 0 : im_fail(err, EPERM, "capabilities: not empty after they were dropped");
}

int seal_drop_capabilities(struct im_err *err)
{
	cap_t none;
	int r = can_setpcap() ? lock_sets(err) : 0;

	if (r < 0)
		return r;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return im_fail(err, errno, "capabilities: clear the ambient set: %s", strerror(errno));
	none = cap_init();
	if (!none || cap_set_proc(none) < 0)
		r = im_fail(err, errno, "capabilities: drop: %s", strerror(errno));
	if (none)
		(void)cap_free(none); /* cannot fail for what cap_init() gave */
	return r < 0 ? r : verify(err);
}
