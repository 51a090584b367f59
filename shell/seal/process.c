/* SPDX-License-Identifier: MIT */
/* What of a process is inherited: descriptors, signals, limits, priority, keyring. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apply.h"

#define JOIN_SESSION_KEYRING 1 /* KEYCTL_JOIN_SESSION_KEYRING of linux/keyctl.h */

int seal_descriptors(int except_fd, struct im_err *err)
{
	if ((except_fd > 3 && close_range(3, (unsigned)except_fd - 1, 0) < 0) ||
		close_range(except_fd >= 3 ? (unsigned)except_fd + 1 : 3, ~0U, 0) < 0)
		return im_fail(err, errno, "seal: close descriptors: %s", strerror(errno));
	return 0;
}

/* By the system call: the C library would keep its own two signals as they were inherited. */
int seal_signals(struct im_err *err)
{
	const unsigned long def[4] = {0}; /* the kernel's struct sigaction: handler SIG_DFL, flags, restorer, mask */
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		if (sig != SIGKILL && sig != SIGSTOP && syscall(SYS_rt_sigaction, sig, def, NULL, sizeof(unsigned long)) < 0)
			return im_fail(err, errno, "seal: reset signal %d: %s", sig, strerror(errno));
	if (sigemptyset(&none) < 0 || sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		return im_fail(err, errno, "seal: unblock signals: %s", strerror(errno));
	return 0;
}

static const struct {
	const char *name;
	int resource;
} limit_names[] = {
	{"cpu", RLIMIT_CPU},
	{"fsize", RLIMIT_FSIZE},
	{"data", RLIMIT_DATA},
	{"stack", RLIMIT_STACK},
	{"core", RLIMIT_CORE},
	{"rss", RLIMIT_RSS},
	{"nproc", RLIMIT_NPROC},
	{"nofile", RLIMIT_NOFILE},
	{"memlock", RLIMIT_MEMLOCK},
	{"as", RLIMIT_AS},
	{"locks", RLIMIT_LOCKS},
	{"sigpending", RLIMIT_SIGPENDING},
	{"msgqueue", RLIMIT_MSGQUEUE},
	{"nice", RLIMIT_NICE},
	{"rtprio", RLIMIT_RTPRIO},
	{"rttime", RLIMIT_RTTIME},
};

int seal_limit(const struct step *s, struct im_err *err)
{
	const struct rlimit want = {s->num == UINT64_MAX ? RLIM_INFINITY : s->num, s->num2 == UINT64_MAX ? RLIM_INFINITY : s->num2};

	for (size_t i = 0; i < sizeof(limit_names) / sizeof(*limit_names); i++) {
		struct rlimit have = {0};
		const int resource = limit_names[i].resource;

		if (strcmp(limit_names[i].name, s->path) != 0)
			continue;
		if (setrlimit(resource, &want) == 0)
			return 0;
		if (errno == EPERM && getrlimit(resource, &have) == 0 && have.rlim_max < want.rlim_max)
			return im_fail_at(err, EPERM, s->from, "limit %s: the login's hard limit is %llu, and only root can raise it", s->path,
				(unsigned long long)have.rlim_max);
		return im_fail_at(err, errno, s->from, "limit %s: %s", s->path, strerror(errno));
	}
	return im_fail_at(err, EINVAL, s->from, "limit %s: there is no such limit", s->path);
}

int seal_nice(const struct step *s, struct im_err *err)
{
	if (setpriority(PRIO_PROCESS, 0, (int)s->num) < 0)
		return im_fail_at(err, errno, s->from, "Nice: %s", strerror(errno));
	return 0;
}

int seal_keyring(const struct step *s, struct im_err *err)
{
	if (strcmp(s->arg, "private") != 0)
		return 0;
	if (syscall(SYS_keyctl, JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS) /* ENOSYS: the kernel has no keyrings */
		return im_fail_at(err, errno, s->from, "keyring: %s%s", strerror(errno),
			errno == EDQUOT ? " (sysctl kernel.keys.maxkeys)" : "");
	return 0;
}
