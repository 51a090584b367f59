/* SPDX-License-Identifier: MIT */
/* Filters of every kind, each loaded in a process of its own. Calls have impossible arguments: EFAULT, EBADF are "let through". */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/tap.h"
#include "filter.h"
#include "plan.h"
#include "seccomp_groups.h"

#define BAD (-4096L)

/* What one call answers under a policy: 0, an errno, or 1000 and the signal. */
static int under(const struct seccomp_policy *p, long nr, long a, long b, long c, long d)
{
	struct im_err err = {0};
	int status;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || seccomp_apply(p, &err) < 0)
			_exit(200);
		_exit(syscall(nr, a, b, c, d, -1L, 0L) < 0 ? errno : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* What is loaded for the default policy is what libseccomp would compile now. */
static void precompiled(void)
{
	const struct seccomp_policy p = seccomp_default();
	const long calls[][2] = {{SYS_bpf, 0}, {SYS_unshare, 0x10000000}, {SYS_socket, 40}, {SYS_getpid, 0}, {SYS_swapon, BAD}, {480, 0}};

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		struct seccomp_policy other = p;
		int a = under(&p, calls[i][0], calls[i][1], 0, 0, 0), b;

		other.filter = "@default @default"; /* the same set, compiled afresh */
		b = under(&other, calls[i][0], calls[i][1], 0, 0, 0);
		ok(a == b && a != 200, "call %ld: precompiled %d, compiled %d", calls[i][0], a, b);
	}
}

static void gives(const char *what, const struct seccomp_policy *p, int want, long nr, long a, long b, long c, long d)
{
	const int got = under(p, nr, a, b, c, d);

	ok(got == want, "%s: %d", what, got);
}

int main(void)
{
	const struct seccomp_policy none = {0}, usual = {.walls = SF_WALL_NAMESPACES | SF_WALL_KEYRING, .families = "unix inet",
		.filter = "@default", .error = EPERM};
	struct seccomp_policy p = usual;
	struct im_err err = {0};

	precompiled();
	gives("without any flag, bpf is refused", &none, EPERM, SYS_bpf, 0, BAD, 8, 0);
	gives("  and unshare is not", &none, EINVAL, SYS_unshare, 0x10000000 | 0x1, 0, 0, 0);
	gives("the usual: a mapping", &usual, EBADF, SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE);
	gives("  writable and executable memory is let through", &usual, EBADF, SYS_mmap, 0, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE);
	gives("  unix sockets", &usual, 0, SYS_socket, AF_UNIX, SOCK_STREAM, 0, 0);
	gives("  netlink is not in this list", &usual, EAFNOSUPPORT, SYS_socket, AF_NETLINK, SOCK_RAW, 0, 0);
	gives("  inet6 beyond the highest of the list", &usual, EAFNOSUPPORT, SYS_socket, AF_INET6, SOCK_STREAM, 0, 0);
	gives("  socketpair follows the list", &usual, EAFNOSUPPORT, SYS_socketpair, AF_NETLINK, SOCK_STREAM, 0, 0);
	gives("  a call that nobody lists", &usual, EPERM, SYS_swapon, BAD, 0, 0, 0);
	gives("  a number that is newer than this version", &usual, ENOSYS, 480, 0, 0, 0, 0);
	p.families = "";
	gives("no families at all", &p, EAFNOSUPPORT, SYS_socket, AF_UNIX, SOCK_STREAM, 0, 0);
	p = usual;
	p.walls |= SF_WALL_WX;
	gives("write-execute wall: mmap", &p, EPERM, SYS_mmap, 0, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE);
	gives("  a program's own pages", &p, EBADF, SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE);
	gives("  mprotect", &p, EPERM, SYS_mprotect, BAD, 4096, PROT_EXEC, 0);
	gives("  mprotect without exec", &p, ENOMEM, SYS_mprotect, BAD, 4096, PROT_READ, 0);
	p = usual;
	p.walls |= SF_WALL_PERSONALITY;
	gives("personality wall", &p, EPERM, SYS_personality, 0x0040000, 0, 0, 0);
	gives("  the usual one", &p, 0, SYS_personality, 0, 0, 0, 0);
	p = usual;
	p.walls = 0;
	p.filter = "@default @keyring";
	gives("keyrings, when asked for", &p, EFAULT, SYS_add_key, BAD, BAD, 0, 0);
	p = usual;
	p.filter = "@default @keyring";
	gives("keyrings behind their wall", &p, EPERM, SYS_add_key, BAD, BAD, 0, 0);
	p.filter = "@default ~@debug";
	gives("taken out of the list", &p, EPERM, SYS_ptrace, 99, 0, 0, 0);
	p.filter = "~@debug uname";
	gives("a list of what is refused", &p, EPERM, SYS_ptrace, 99, 0, 0, 0);
	gives("  the rest is let through", &p, EFAULT, SYS_newfstatat, -100, BAD, BAD, 0);
	p.filter = "~uname";
	p.error = 0;
	gives("kill", &p, 1000 + 31, SYS_uname, BAD, 0, 0, 0);
	p.error = ENOSYS;
	gives("another error", &p, ENOSYS, SYS_uname, BAD, 0, 0, 0);
	for (unsigned i = 0; seccomp_group_at(i); i++) {
		const int r = seccomp_check(seccomp_group_at(i)->members, &err);

		ok(r == 0, "all members of %s are known%s%s", seccomp_group_at(i)->name, r ? ": " : "", r ? err.text : "");
	}
	ok(seccomp_check("@default ~@debug openat", &err) == 0, "words that are known");
	ok(seccomp_check("@defualt", &err) == -EINVAL, "and one that is not");
	ok(strstr(err.text, "did you mean @default?") || strstr(err.text, "did you mean @de"), "with a near one (%s)", err.text);
	ok(seccomp_check("opnat", &err) == -EINVAL, "a call that nobody knows");
	return tap_done();
}
