/* SPDX-License-Identifier: MIT */
#ifndef IMMURE_USERNS_H
#define IMMURE_USERNS_H

#include <sys/types.h>

#include "err.h"

/*
 * userns_map_self() - map one uid and one gid onto themselves in the caller's new user namespace
 * setgroups(2) is denied for good: user_namespaces(7). Needs a dumpable caller, and the host's /proc.
 */
int userns_map_self(uid_t uid, gid_t gid, struct im_err *err);

#endif
