/* SPDX-License-Identifier: MIT */
/* What the PAM door puts on its caller, so that whatever does not come through the login shell has it too. */
#ifndef IMMURE_PRESEAL_H
#define IMMURE_PRESEAL_H

#include <stdbool.h>

#include "err.h"
#include "plan.h"

/*
 * preseal_apply() - a core limit of 1, no_new_privs, Landlock's TCP ports and abstract sockets, and the walls of seccomp
 * @no_new_privs: false only where a SELinux policy needs a transition; the caller then keeps CAP_SYS_ADMIN for the rest
 * Inherited by all that follows. Works in a process of root, and leaves it able to give up its ids, start shells and log.
 */
int preseal_apply(const struct plan *plan, bool no_new_privs, struct im_err *err);

/* preseal_keyring() - KeyringMode=private: a new session keyring; before preseal_apply(), which refuses the call. */
int preseal_keyring(const struct plan *plan, struct im_err *err);

#endif
