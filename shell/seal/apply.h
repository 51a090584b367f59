/* SPDX-License-Identifier: MIT */
/* Inside of seal_apply(): one mechanism each. All return 0, or a negative errno with @err filled. */
#ifndef IMMURE_APPLY_H
#define IMMURE_APPLY_H

#include "seal.h"

int seal_descriptors(int except_fd, struct im_err *err);
int seal_signals(struct im_err *err);
int seal_limit(const struct step *s, struct im_err *err);
int seal_nice(const struct step *s, struct im_err *err);
/* seal_become() - a server's account: groups and ids, capabilities stay as they are until they are dropped. */
int seal_become(const struct step *s, struct im_err *err);
int seal_keyring(const struct step *s, struct im_err *err);
/* seal_landlock() - all LANDLOCK_* steps as one ruleset; needs no_new_privs. */
int seal_landlock(const struct plan *plan, struct im_err *err);
/* seal_landlock_network() - only the ports and scopes of them, nothing of files: for a process that goes on as root. */
int seal_landlock_network(const struct plan *plan, struct im_err *err);
/* seal_seccomp() - the SECCOMP_* steps as two programs; needs no_new_privs. */
int seal_seccomp(const struct plan *plan, struct im_err *err);

#endif
