/* SPDX-License-Identifier: MIT */
/* From root to the account that a server runs as. */
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "apply.h"

#define MAX_GROUPS 1024

static int parse_groups(const char *at, gid_t *ret, size_t *ret_len)
{
	size_t len = 0;

	while (*at) {
		const size_t n = strcspn(at, " ");
		char digits[16] = "";
		uint64_t gid;

		if (n >= sizeof(digits) || len == MAX_GROUPS)
			return -EINVAL;
		memcpy(digits, at, n);
		if (str_to_u64(digits, UINT32_MAX - 1, &gid) < 0)
			return -EINVAL;
		ret[len++] = (gid_t)gid;
		at += n;
		at += strspn(at, " ");
	}
	*ret_len = len;
	return 0;
}

/* The permitted set outlives the change of ids by KEEPCAPS, the effective one does not: capabilities(7). */
static int effective_again(struct im_err *err)
{
	cap_t caps = cap_get_proc();
	int r = caps ? 0 : -1;

	for (cap_value_t cap = 0; r == 0 && cap <= cap_max_bits() - 1; cap++) {
		cap_flag_value_t value = CAP_CLEAR;

		if (cap_get_flag(caps, cap, CAP_PERMITTED, &value) == 0 && value == CAP_SET)
			r = cap_set_flag(caps, CAP_EFFECTIVE, 1, &cap, CAP_SET);
	}
	if (r == 0)
		r = cap_set_proc(caps);
	if (r < 0)
		im_fail(err, errno, "become: capabilities: %s", strerror(errno));
	if (caps)
		(void)cap_free(caps); /* cannot fail for what cap_get_proc() gave */
	return r < 0 ? -EPERM : 0;
}

int seal_become(const struct step *s, struct im_err *err)
{
	const uid_t uid = (uid_t)s->num;
	const gid_t gid = (gid_t)s->num2;
	gid_t groups[MAX_GROUPS];
	uid_t ids[3] = {0};
	size_t len = 0;

	if (s->num >= UINT32_MAX || s->num2 >= UINT32_MAX || parse_groups(s->arg ? s->arg : "", groups, &len) < 0)
		return im_fail_at(err, EINVAL, s->from, "become: not the ids of an account");
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || setgroups(len, groups) < 0 || setresgid(gid, gid, gid) < 0 ||
		setresuid(uid, uid, uid) < 0 || prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return im_fail_at(err, errno, s->from, "become uid %u: %s", (unsigned)uid, strerror(errno));
	if (getresuid(&ids[0], &ids[1], &ids[2]) < 0 || ids[0] != uid || ids[1] != uid || ids[2] != uid || getegid() != gid)
		return im_fail_at(err, EPERM, s->from, "become uid %u: it did not hold", (unsigned)uid);
	return effective_again(err);
}
