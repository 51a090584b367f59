/* SPDX-License-Identifier: MIT */
/*
 * The cells that an account raises itself, without the PAM door: the first login raises one, later ones of the same plan join it.
 * The registry is the account's own, and so is the keeper. Neither is shown in a cell; what an account could still write there from
 * outside of one (internal-sftp) moves no login into a cell of another plan: the cell itself says which one it has.
 */
#ifndef IMMURE_OWN_H
#define IMMURE_OWN_H

#include "cell.h"

struct own_login {
	int lock;           /* of the registry, or -1: held until the login is in the cell */
	int tty, agent;     /* detached mounts to be shown in a cell that was joined, or -1 */
	uint64_t hash;
};
#define OWN_LOGIN_NONE ((struct own_login){ .lock = -1, .tty = -1, .agent = -1 })

/*
 * own_open() - join the account's cell of this plan, or raise one that others may join
 * @user:   for the record
 * @linger: Persistent=
 * Returns 0, with ret->namespaces set if it was joined, else to be entered and released as after cell_raise(). 1 if there can be no
 * sharing here (another account took the registry's name, the cell would show it, the disk is full): err says why, nothing was
 * raised. Else a negative errno. The caller ends @l with own_done() in any case.
 */
int own_open(const struct plan *plan, const struct cell_request *req, const char *user, bool linger, struct own_login *l, struct cell *ret,
	struct im_err *err);

/*
 * own_settle() - right after cell_enter(), if the cell was joined: is it of this plan? Show the login's terminal and agent in it
 * @ret_tty: the terminal's name in the cell, NODE_PATH_MAX bytes; "" if the login has none
 * The plan's variables of the login get their values; steps that such a cell has not are skipped.
 */
int own_settle(struct plan *plan, struct own_login *l, char *ret_tty, struct im_err *err);

void own_done(struct own_login *l);

#endif
