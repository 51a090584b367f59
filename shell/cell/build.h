/* SPDX-License-Identifier: MIT */
/* Inside of cell_raise(): building the cell's root in the new namespaces. One file per kind of work. */
#ifndef IMMURE_BUILD_H
#define IMMURE_BUILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "cell.h"

struct stat;

#define BUILD_MAX_OWN 128

struct build {
	const struct plan *plan;
	int root; /* O_PATH of the cell's root */
	/*
	 * O_PATH of what each SF_FOLLOW step shows, or a negative errno; by index of the step. They are opened before the root lies
	 * over the host's: from then on ".." in a link would lead into it.
	 */
	int *sources;
	dev_t own[BUILD_MAX_OWN]; /* file systems that the builder made: only there it makes mount points */
	size_t own_len;
	const struct cell_request *req;
	bool privileged; /* built by root, for the account of req */
	struct im_err *err;
};

/*
 * build_cell() - every CELL step of the plan, in order; the first one that fails ends it
 * The caller is alone in its new mount namespace. After PIVOT nothing of the host's tree is left in it.
 */
int build_cell(const struct plan *plan, const struct cell_request *req, struct im_err *err);

/* Appliers, by kind of step. All return 0, or a negative errno with b->err filled. */
typedef int build_applier(struct build *b, const struct step *s);
build_applier build_root, build_directory, build_symlink, build_file;
build_applier build_tmpfs, build_bind, build_own_tmp, build_proc, build_cgroup, build_devpts, build_terminal;
build_applier build_pin, build_read_only, build_read_write, build_inaccessible;
build_applier build_hostname, build_loopback, build_pivot;

/*
 * build_as_account() - file work with the ids of the account, or with those of the builder again
 * Without a user namespace the builder is root, and a path may be the account's to change.
 */
void build_as_account(const struct build *b, bool yes);

/* build_fail() - "operation path: reason (hint)" from errno; returns the negative errno. */
int build_fail(struct build *b, const char *operation, const char *path);
/* build_own() - remember that the file system of @fd is the builder's. */
int build_own(struct build *b, int fd, const char *path);
/*
 * build_parent() - the directory that @path lies in, made on the way where it is the builder's
 * @ret_name: the last component, points into @path. Returns an O_PATH descriptor. No component may be a link.
 */
int build_parent(struct build *b, const char *path, const char **ret_name);
/* build_target() - @path as a mount point, made if it is missing and its parent is the builder's. O_PATH descriptor. */
int build_target(struct build *b, const char *path, bool directory);
/* build_look() - what is at @path in the cell; O_PATH descriptor; -ENOENT is not reported. */
int build_look(struct build *b, const char *path);
/* build_attach() - give a detached mount its flags (recursively), make it private and move it to @path; closes it. */
int build_attach(struct build *b, int mount, const char *path, bool directory, unsigned flags);

/* Where the cell hides things behind: an empty file and an empty directory that nobody may read. */
#define BUILD_HIDDEN_FILE "/run/immure/hidden"
#define BUILD_HIDDEN_DIR  "/run/immure/hidden.d"
#define CELL_RECORD       "/run/immure/cell"
#define CELL_PLAN         "/run/immure/plan"    /* of a cell that its account raised to be shared: the number of its plan (own.h) */
#define CELL_SEAL         "/run/immure/seal"    /* plan_write_seal() */
#define CELL_ABOUT        "/run/immure/about"   /* registry_text() */
#define CELL_PROFILE      "/run/immure/profile" /* canonical text */

#endif
