/* SPDX-License-Identifier: MIT */
/*
 * nosys SYSCALL=ERRNO… -- PROGRAM [ARGS]: run a program for which these system calls fail, as on an older or a stricter kernel.
 * "clone3/0x10000000=EPERM" fails only if the flags have one of these bits: the first argument of unshare and clone. Those of
 * clone3 and setns by pidfd lie behind pointers or in the second argument: only the latter can be named, as "setns//FLAGS=ERRNO".
 * The filter of unshare and setns by flags is for callers that need the call for other things.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
