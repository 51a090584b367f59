/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/securebits.h>
#include <stdint.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "seal.h"

#define LOCKED_BITS                                                                                               \
	(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |     \
		SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

/* A bit for each capability that is named. */
static int parse(const char *words, uint64_t *ret, struct im_err *err)
{
	uint64_t bits = 0;

	while (*words) {
		const size_t len = strcspn(words, " ");
		char name[32] = "";
		cap_value_t cap;

		if (len >= sizeof(name))
			return im_fail(err, EINVAL, "capabilities: %.*s: there is no such", (int)len, words);
		memcpy(name, words, len);
		if (cap_from_name(name, &cap) < 0 || cap < 0 || cap > 63)
			return im_fail(err, EINVAL, "capabilities: %s: there is no such", name);
		bits |= UINT64_C(1) << cap;
		words += len;
		words += strspn(words, " ");
	}
	*ret = bits;
	return 0;
}

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

/* Sets with those of @keep, and @more in the permitted and effective ones; NULL without memory. */
static cap_t make(uint64_t keep, uint64_t more)
{
	cap_t caps = cap_init();
	int r = caps ? 0 : -1;

	for (cap_value_t cap = 0; cap < 64 && r == 0; cap++) {
		const uint64_t bit = UINT64_C(1) << cap;

		if (keep & bit)
			r = cap_set_flag(caps, CAP_INHERITABLE, 1, &cap, CAP_SET);
		if (r == 0 && ((keep | more) & bit))
			r = cap_set_flag(caps, CAP_PERMITTED, 1, &cap, CAP_SET);
		if (r == 0 && ((keep | more) & bit))
			r = cap_set_flag(caps, CAP_EFFECTIVE, 1, &cap, CAP_SET);
	}
	if (r < 0 && caps) {
		(void)cap_free(caps); /* cannot fail for what cap_init() gave */
		caps = NULL;
	}
	return caps;
}

static int take(uint64_t keep, uint64_t more, struct im_err *err)
{
	cap_t caps = make(keep, more);
	int r = 0;

	if (!caps)
		return im_fail(err, ENOMEM, "capabilities: not enough memory");
	if (cap_set_proc(caps) < 0)
		r = im_fail(err, errno, keep ? "capabilities: keep: %s (does a CapabilityBoundingSet= of the service lack one?)" : "capabilities: drop: %s",
			strerror(errno));
	(void)cap_free(caps); /* cannot fail for what cap_init() gave */
	return r;
}

/* Needs CAP_SETPCAP. Without it no_new_privs has to do: nothing can be gained that would come out of the bounding set. */
static int bound(uint64_t keep, struct im_err *err)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if ((cap > 63 || !(keep >> cap & 1)) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return im_fail(err, errno, "capabilities: drop %d from the bounding set: %s", cap, strerror(errno));
	return 0;
}

/*
 * Needs CAP_SETPCAP as well. Where nothing is kept, a change of uid has nothing to take away; where something is, uid 0 loses it by
 * becoming somebody else, unless it asks for the contrary at that moment (KEEPCAPS: setpriv, named).
 */
static int lock_bits(uint64_t keep, struct im_err *err)
{
	if (prctl(PR_SET_SECUREBITS, LOCKED_BITS | (keep ? 0 : SECBIT_NO_SETUID_FIXUP | SECBIT_KEEP_CAPS_LOCKED), 0, 0, 0) < 0)
		return im_fail(err, errno, "capabilities: lock securebits: %s", strerror(errno));
	return 0;
}

static int raise_ambient(uint64_t keep, struct im_err *err)
{
	for (unsigned long cap = 0; cap < 64; cap++)
		if ((keep >> cap & 1) && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return im_fail(err, errno, "capabilities: keep %lu over exec: %s", cap, strerror(errno));
	return 0;
}

static int verify(uint64_t keep, struct im_err *err)
{
	cap_t have = cap_get_proc(), want = make(keep, 0);
	bool same = have && want && cap_compare(have, want) == 0;

	for (unsigned long cap = 0; cap < 64 && same; cap++) {
		const int ambient = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0);

		if (ambient < 0)
			break; /* EINVAL: the kernel has no more */
		same = ambient == (int)(keep >> cap & 1);
	}
	if (have)
		(void)cap_free(have); /* cannot fail for what libcap gave */
	if (want)
		(void)cap_free(want); /* as above */
	return same ? 0 : im_fail(err, EPERM, "capabilities: not as they should be after they were dropped");
}

int seal_keep_capabilities(const char *words, struct im_err *err)
{
	const bool setpcap = can_setpcap();
	uint64_t keep = 0;
	int r = parse(words, &keep, err);

	if (r == 0 && keep && !setpcap)
		r = im_fail(err, EPERM, "capabilities: keep: CAP_SETPCAP is not permitted (does a CapabilityBoundingSet= of the service lack it?)");
	if (r == 0 && setpcap)
		r = bound(keep, err);
	if (r == 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		r = im_fail(err, errno, "capabilities: clear the ambient set: %s", strerror(errno));
	if (r == 0 && keep)
		r = take(keep, UINT64_C(1) << CAP_SETPCAP, err);
	if (r == 0)
		r = raise_ambient(keep, err);
	if (r == 0 && setpcap)
		r = lock_bits(keep, err);
	if (r == 0)
		r = take(keep, 0, err);
	return r < 0 ? r : verify(keep, err);
}

int seal_drop_capabilities(struct im_err *err)
{
	return seal_keep_capabilities("", err);
}
