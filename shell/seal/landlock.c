/* SPDX-License-Identifier: MIT */
/* Landlock, by its system calls: the oldest supported C library knows neither them nor the newer rights. */
#include <errno.h>
#include <stdbool.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apply.h"

/* landlock(7): rights and the ABI version that brought them */
#define FS_EXECUTE    (UINT64_C(1) << 0)
#define FS_WRITE_FILE (UINT64_C(1) << 1)
#define FS_READ_FILE  (UINT64_C(1) << 2)
#define FS_READ_DIR   (UINT64_C(1) << 3)
#define FS_REMOVE     (UINT64_C(3) << 4) /* REMOVE_DIR, REMOVE_FILE */
#define FS_MAKE_CHAR  (UINT64_C(1) << 6)
#define FS_MAKE_REST  (UINT64_C(0xf) << 7) /* MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO */
#define FS_MAKE_BLOCK (UINT64_C(1) << 11)
#define FS_MAKE_SYM   (UINT64_C(1) << 12)
#define FS_REFER      (UINT64_C(1) << 13) /* 2 */
#define FS_TRUNCATE   (UINT64_C(1) << 14) /* 3 */
#define FS_IOCTL_DEV  (UINT64_C(1) << 15) /* 5 */
#define FS_OF_A_FILE  (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)
#define NET_BIND_TCP    (UINT64_C(1) << 0) /* 4 */
#define NET_CONNECT_TCP (UINT64_C(1) << 1)
#define SCOPE_ABSTRACT_UNIX_SOCKET (UINT64_C(1) << 0) /* 6 */

#define RULE_PATH_BENEATH 1
#define RULE_NET_PORT     2

struct ruleset_attr {
	uint64_t fs, net, scoped;
};
struct path_beneath_attr {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));
struct net_port_attr {
	uint64_t allowed, port;
};

static uint64_t all_fs(uint64_t abi)
{
	return ((UINT64_C(1) << 13) - 1) | (abi >= 2 ? FS_REFER : 0) | (abi >= 3 ? FS_TRUNCATE : 0) | (abi >= 5 ? FS_IOCTL_DEV : 0);
}

static uint64_t rights(unsigned flags)
{
	return (flags & SF_LL_READ ? FS_READ_FILE | FS_READ_DIR : 0) | (flags & SF_LL_EXEC ? FS_EXECUTE : 0) |
		(flags & SF_LL_WRITE ? FS_WRITE_FILE | FS_REMOVE | FS_MAKE_REST | FS_MAKE_SYM | FS_REFER | FS_TRUNCATE : 0) |
		(flags & SF_LL_DEVICE ? FS_IOCTL_DEV : 0);
}

static struct ruleset_attr wanted(const struct plan *plan, uint64_t abi)
{
	struct ruleset_attr attr = {.fs = all_fs(abi)};

	for (size_t i = 0; i < plan->len; i++) {
		const struct step *s = &plan->steps[i];

		if (s->skipped)
			continue;
		if (s->kind == STEP_LANDLOCK_TCP)
			attr.net |= s->flags & SF_LL_CONNECT ? NET_CONNECT_TCP : NET_BIND_TCP;
		if (s->kind == STEP_LANDLOCK_SCOPE)
			attr.scoped |= SCOPE_ABSTRACT_UNIX_SOCKET;
	}
	return attr;
}

static int add_path(int ruleset, const struct step *s, uint64_t handled, struct im_err *err)
{
	struct path_beneath_attr attr = {.allowed = rights(s->flags) & handled};
	struct stat st;
	int r = 0;

	attr.parent = open(s->path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	if (attr.parent < 0 && errno == ENOENT && (s->flags & SF_OPTIONAL))
		return 0;
	if (attr.parent < 0 || fstat(attr.parent, &st) < 0)
		return im_fail_at(err, errno, s->from, "landlock: %s: %s", s->path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		attr.allowed &= FS_OF_A_FILE;
	if (syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &attr, 0) < 0)
		r = im_fail_at(err, errno, s->from, "landlock: %s: %s", s->path, strerror(errno));
	(void)close(attr.parent); /* O_PATH */
	return r;
}

static int add_port(int ruleset, const struct step *s, struct im_err *err)
{
	const struct net_port_attr attr = {s->flags & SF_LL_CONNECT ? NET_CONNECT_TCP : NET_BIND_TCP, s->num};

	if (s->num == LL_TCP_NONE)
		return 0; /* handled, and nothing allowed */
	if (syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &attr, 0) < 0)
		return im_fail_at(err, errno, s->from, "landlock: port %llu: %s", (unsigned long long)s->num, strerror(errno));
	return 0;
}

/*
 * Moving a file to another directory is denied by every domain that does not allow it, also by one that is about ports only
 * (landlock(7), LANDLOCK_ACCESS_FS_REFER).
 */
static int add_refer(int ruleset, const struct step *main, struct im_err *err)
{
	struct path_beneath_attr attr = {.allowed = FS_REFER};
	int r = 0;

	attr.parent = open("/", O_PATH | O_CLOEXEC);
	if (attr.parent < 0 || syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &attr, 0) < 0)
		r = im_fail_at(err, errno, main->from, "landlock: /: %s", strerror(errno));
	if (attr.parent >= 0)
		(void)close(attr.parent); /* O_PATH */
	return r;
}

static int restrict_self(const struct plan *plan, bool files, struct im_err *err)
{
	const struct step *main = plan_find(plan, STEP_LANDLOCK);
	struct ruleset_attr attr;
	int ruleset, r = 0;

	if (!main)
		return 0;
	attr = wanted(plan, main->num);
	if (!files && !attr.net && !attr.scoped)
		return 0; /* nothing to restrict, which the kernel takes for a mistake */
	if (!files)
		attr.fs = FS_REFER; /* ports came with ABI 4, this with 2 */
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, main->num >= 6 ? 24 : main->num >= 4 ? 16 : 8, 0);
	if (ruleset < 0)
		return im_fail_at(err, errno, main->from, "landlock: %s", strerror(errno));
	if (!files)
		r = add_refer(ruleset, main, err);
	for (size_t i = 0; i < plan->len && r == 0; i++) {
		const struct step *s = &plan->steps[i];

		if (files && !s->skipped && s->kind == STEP_LANDLOCK_PATH)
			r = add_path(ruleset, s, attr.fs, err);
		if (!s->skipped && s->kind == STEP_LANDLOCK_TCP)
			r = add_port(ruleset, s, err);
	}
	if (r == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		r = im_fail_at(err, errno, main->from, "landlock: %s", strerror(errno));
	(void)close(ruleset); /* the process has its own reference */
	return r;
}

int seal_landlock(const struct plan *plan, struct im_err *err)
{
	return restrict_self(plan, true, err);
}

int seal_landlock_network(const struct plan *plan, struct im_err *err)
{
	return restrict_self(plan, false, err);
}
