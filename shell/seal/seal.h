/* SPDX-License-Identifier: MIT */
/* The irrevocable part: what a process does to itself before it runs the account's code. */
#ifndef IMMURE_SEAL_H
#define IMMURE_SEAL_H

#include "err.h"
#include "plan.h"
#include "str.h"

/*
 * seal_environment() - the new environment, from nothing
 * @login: what the login gave (NAME=VALUE); only what an ENV_PASS step names comes over
 * @ret:   NAME=VALUE list for execve
 * A name is dropped if it is LD_*, GLIBC_TUNABLES, BASH_ENV, ENV, IFS, SHELLOPTS, BASHOPTS, PS4, BASH_FUNC_*, GCONV_PATH,
 * LOCPATH, NLSPATH, HOSTALIASES, RES_OPTIONS, LOCALDOMAIN, TMPDIR, MALLOC_*, or not [A-Za-z_][A-Za-z0-9_]*; TERM only if it
 * is [A-Za-z0-9._+-]{1,64}. Pure.
 */
int seal_environment(const struct plan *plan, char *const login[], struct strv *ret, struct im_err *err);

/*
 * seal_apply() - every SEAL step of the plan but EXEC and the environment, in the one order that works:
 * descriptors above 2 closed, umask, limits, nice, a server's account, keyring, chdir, signals and mask reset, capabilities (bounding, ambient,
 * inheritable, permitted, effective, securebits locked), no_new_privs, Landlock, seccomp
 * @except_fd: kept open (close-on-exec) for the caller's error report, or -1
 *
 * Then reads back what it set (caps, no_new_privs, seccomp mode) and fails if it is not so.
 * The caller runs it in the process that will exec, and execs only if it returned 0.
 */
int seal_apply(const struct plan *plan, int except_fd, struct im_err *err);

/*
 * seal_drop_capabilities() - all sets empty, bounding set empty, ambient cleared, securebits locked; verified
 * Works with and without CAP_SETPCAP: without it, a bounding set that is not empty is left (no_new_privs makes it moot).
 */
int seal_drop_capabilities(struct im_err *err);

/*
 * seal_keep_capabilities() - the same, but for those that a server keeps: in all sets, the ambient one included, so that they
 * outlive its exec. A process of uid 0 that changes to another uid loses them, as it should (capabilities(7)).
 * @words: names, separated by a space; needs CAP_SETPCAP if there are any. -EPERM if one is not permitted.
 */
int seal_keep_capabilities(const char *words, struct im_err *err);

#endif
