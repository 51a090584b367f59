/* SPDX-License-Identifier: MIT */
/* What a profile means on this host: an ordered list of steps. Pure: same profile and facts, same plan. */
#ifndef IMMURE_PLAN_H
#define IMMURE_PLAN_H

#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "facts.h"
#include "profile.h"

enum step_stage { STAGE_NONE, STAGE_RAISE, STAGE_NETWORK, STAGE_CELL, STAGE_DOOR, STAGE_SEAL };

enum step_kind {
	STEP_NONE, /* never applied */
#define STEP(id, stage, name, help) STEP_##id,
#include "steps.def"
#undef STEP
	STEP_MAX
};

/* Flags of mounts, and of NAMESPACES, SECCOMP_WALLS and LANDLOCK_*. */
enum step_flag {
	SF_READ_ONLY = 1u << 0,
	SF_NO_SUID = 1u << 1,
	SF_NO_DEV = 1u << 2,
	SF_NO_EXEC = 1u << 3,
	SF_RECURSIVE = 1u << 4,   /* a bind takes the mounts below along */
	SF_OPTIONAL = 1u << 5,    /* a path that has gone since planning is passed over */
	SF_FOLLOW = 1u << 6,      /* the source of a bind may be reached through links */
	SF_OWNED = 1u << 7,       /* the account owns what is made */
	SF_NS_USER = 1u << 8,     /* NAMESPACES */
	SF_NS_NET = 1u << 9,
	SF_LOGIN = 1u << 11,      /* it is the login's own and not the cell's: plan_hash() passes over it */
	SF_ROOTS = 1u << 10,      /* the source of a bind has to be root's, and not writable by others */
	SF_WALL_NAMESPACES = 1u << 12, /* SECCOMP_WALLS: namespaces, mounts, chroot */
	SF_WALL_KEYRING = 1u << 13,    /* keyctl, add_key, request_key */
	SF_WALL_WX = 1u << 14,         /* memory that is writable and executable */
	SF_WALL_PERSONALITY = 1u << 15,
	SF_LL_READ = 1u << 16,    /* LANDLOCK_PATH: read files, list directories */
	SF_LL_EXEC = 1u << 17,
	SF_LL_WRITE = 1u << 18,   /* write, truncate, make, remove, refer */
	SF_LL_DEVICE = 1u << 19,  /* ioctl on devices */
	SF_LL_CONNECT = 1u << 20, /* LANDLOCK_TCP: num is a port; 65536 means none at all */
	SF_LL_BIND = 1u << 21,
	SF_WALL_PORTS = 1u << 22, /* SECCOMP_WALLS: what would get around LANDLOCK_TCP */
	SF_WALL_SETGID = 1u << 27, /* SECCOMP_WALLS: the set-group-ID bit, also by chmod */
};

#define LL_TCP_NONE 65536u

/*
 * Members by kind (what is not named is 0 or NULL):
 *   NAMESPACES     flags
 *   DEADLINE RUNTIME_MAX IDLE_TIMEOUT   num microseconds
 *   NETWORK_JOIN   path of the namespace
 *   LINK           path the bridge, arg the interface in the cell
 *   FILTER         path what: table (first; num is the uid), allow, deny, connect, listen; arg a network or port, or "any"
 *   SYSCTL         path below /proc/sys, arg value; flags SF_OPTIONAL: a kernel without IPv6 does not have it
 *   ADDRESS        arg "auto" or ADDRESS/BITS
 *   ROUTE          arg the gateway
 *   BANDWIDTH      num up, num2 down, bytes a second (UINT64_MAX: no limit)
 *   ROOT           num size in bytes
 *   DIRECTORY      path, num mode
 *   SYMLINK        path, arg target
 *   FILE           path, data content, arg what it is in a few words, num mode
 *   TMPFS          path, num size in bytes (0: the kernel's default), num2 mode, flags
 *   BIND           path destination, arg source, flags
 *   OWN_TMP        path destination, arg directory on the host (made 0700 if missing), num size for the tmpfs if it is another's
 *   PROC           path; arg "pid" for the subset, else "all"; flags SF_READ_ONLY
 *   CGROUP         path
 *   DEVPTS         path, num group of the terminals (0: the account's)
 *   TERMINAL LOGIN_TERMINAL   path destination, arg the host's device
 *   PIN READ_ONLY READ_WRITE INACCESSIBLE   path in the cell; flags SF_OPTIONAL
 *   HOSTNAME       arg
 *   ACCOUNT_LIMIT  path name of the directive, arg value
 *   UMASK          num
 *   RLIMIT         path lower-case name of the limit as in /proc/PID/limits order ("nofile"), num soft, num2 hard (UINT64_MAX: infinity)
 *   NICE           num
 *   KEYRING        arg "private" or "inherit"
 *   BECOME         num uid, num2 gid, arg supplementary groups, as for GROUPS
 *   ENV_PASS       path NAME or PREFIX*
 *   ENV_SET        path NAME, arg value (a later step of the same name wins; SET wins over PASS)
 *   GROUPS         arg numbers separated by a space
 *   CHDIR          path
 *   CAPABILITIES   arg names of those that are kept, separated by a space; NULL: none
 *   LANDLOCK       num the ABI to use (files, and what else it can); path NULL
 *   LANDLOCK_PATH  path in the cell, flags SF_LL_*
 *   LANDLOCK_TCP   flags SF_LL_CONNECT or SF_LL_BIND, num port
 *   LANDLOCK_SCOPE flags 0: abstract unix sockets
 *   SECCOMP_WALLS  flags SF_WALL_*
 *   SECCOMP_FAMILIES arg words separated by a space ("" : none)
 *   SECCOMP_FILTER arg words separated by a space, num errno for what is refused, or 0 to kill
 *   EXEC           path of the shell
 */
struct step {
	enum step_kind kind;
	unsigned flags;
	char *path;
	char *arg;
	char *data;
	uint64_t num;
	uint64_t num2;
	struct origin from;
	char *skipped; /* NULL: applied; else why not */
};

struct plan {
	struct step *steps;
	size_t len;
};

/*
 * plan_build() - the steps, in the order in which they are applied
 * @p: must outlive @ret (origins point into it), as must @f
 *
 * Returns 0, or a negative errno with @errs telling what the profile asks for that this host or account
 * cannot have: -ENOTSUP, -EINVAL, -ENOENT (a path), -ELOOP (a link where none may be), -EPERM.
 */
int plan_build(const struct profile *p, const struct facts *f, struct plan *ret, struct im_errs *errs);
void plan_done(struct plan *plan);

const char *step_name(enum step_kind kind);
enum step_stage step_stage(enum step_kind kind);
const char *stage_name(enum step_stage stage);
/* plan_find() - the first step of a kind that is not skipped, or NULL. */
const struct step *plan_find(const struct plan *plan, enum step_kind kind);

/*
 * plan_write_seal() - the SEAL steps as a text for plan_read_seal(); on the heap, NULL without memory
 * plan_read_seal() - changes @text; returns 0, -EPROTO for another version, -EINVAL, -ENOMEM
 */
char *plan_write_seal(const struct plan *plan);
int plan_read_seal(char *text, struct plan *ret, struct im_err *err);
/* plan_hash() - two plans that differ in what they do, apart from the login's own terminal and agent (SF_LOGIN), have different ones. */
uint64_t plan_hash(const struct plan *plan);
/*
 * plan_set_login() - give a variable that is the login's own (SF_LOGIN) another value; NULL: skip it, for the reason @why
 * A plan without the variable stays as it is. Returns 0, or -ENOMEM.
 */
int plan_set_login(struct plan *plan, const char *name, const char *value, const char *why);
/* plan_skip_login() - skip what a cell that is there already has not: mounts and rules that are the login's own. 0, or -ENOMEM. */
int plan_skip_login(struct plan *plan, const char *why);

/*
 * plan_terminal_path() - what a terminal of the host is called in the cell: /dev/pts/3 is /dev/host-pts3, for the cell has a pts/3 too
 * @device: in /dev, at most 63 bytes; @ret has room for 80
 */
void plan_terminal_path(const char *device, char *ret);

/*
 * plan_filter_text() - the FILTER steps as the text of one nft(8) table, for `nft -f -` in the cell's network
 * On the heap; NULL without memory.
 */
char *plan_filter_text(const struct plan *plan);

/* step_argument() - a step's members in one line, as `immurectl explain` prints them; on the heap. */
char *step_argument(const struct step *s);

/* plan_print() - one line a step: number, kind, argument, origin or "skipped: reason". @colour: for a terminal. */
int plan_print(const struct plan *plan, bool colour, FILE *out);
/* plan_print_json() - an array of objects: number stage step argument, flags, from {file, line} or null, skipped or null. */
int plan_print_json(const struct plan *plan, FILE *out);

#endif
