/* SPDX-License-Identifier: MIT */
/* A terminal that a login brings along from outside: without a name in the cell, ttyname(3) would know none. */
#ifndef IMMURE_LOGIN_TERMINAL_H
#define IMMURE_LOGIN_TERMINAL_H

#include "err.h"

/*
 * login_terminal_take() - a device of the host as a mount that is nowhere yet (open_tree(2)); before the cell is entered
 * @device: no link may lead to it. Needs CAP_SYS_ADMIN over the mount namespace.
 * Returns a descriptor.
 */
int login_terminal_take(const char *device, struct im_err *err);

/*
 * login_terminal_bind() - give it a name in the cell; after the cell was entered, with CAP_SYS_ADMIN there
 * @path: directly in /dev. An older terminal of that name makes room; the same one stays.
 * @mount: closed. One login of an account at a time may do this (registry_lock()).
 */
int login_terminal_bind(int mount, const char *path, struct im_err *err);

#endif
