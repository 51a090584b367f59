/* SPDX-License-Identifier: MIT */
/*
 * nosys NAME=ERRNO… -- PROGRAM [ARGS]: runs a program on a kernel that answers some system calls with an error. Plays the old, or
 * the forbidding, host. ERRNO is a number.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned nr;
} names[] = {
	{"clone3", 435},
	{"setns", SYS_setns},
	{"fsopen", 430},
	{"fsconfig", 431},
	{"fsmount", 432},
	{"open_tree", 428},
	{"move_mount", 429},
	{"mount_setattr", 442},
	{"openat2", 437},
	{"pivot_root", SYS_pivot_root},
	{"umount2", SYS_umount2},
	{"execveat", SYS_execveat},
	{"pidfd_send_signal", 424},
	{"pidfd_open", 434},
	{"close_range", 436},
	{"landlock_create_ruleset", 444},
	{"landlock_add_rule", 445},
	{"landlock_restrict_self", 446},
	{"seccomp", SYS_seccomp},
	{"prctl", SYS_prctl},
	{"capset", SYS_capset},
	{"setrlimit", SYS_setrlimit},
	{"prlimit64", SYS_prlimit64},
	{"keyctl", SYS_keyctl},
	{"mkdirat", SYS_mkdirat},
	{"symlinkat", SYS_symlinkat},
	{"chdir", SYS_chdir},
	{"fchdir", SYS_fchdir},
	{"pipe2", SYS_pipe2},
	{"signalfd4", SYS_signalfd4},
	{"sethostname", SYS_sethostname},
	{"setsid", SYS_setsid},
	{"clone", SYS_clone},
};

int main(int argc, char *argv[])
{
	struct sock_filter code[3 + 2 * 40];
	struct sock_fprog prog = {.filter = code};
	unsigned short n = 0;
	int i = 1;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (; i < argc && strcmp(argv[i], "--") != 0 && n < 80; i++) {
		const size_t len = strcspn(argv[i], "=");
		int found = 0;

		for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++) {
			if (strlen(names[k].name) != len || strncmp(names[k].name, argv[i], len) != 0 || !argv[i][len])
				continue;
			found = 1;
			code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, names[k].nr, 0, 1);
			code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
				SECCOMP_RET_ERRNO | ((unsigned)atoi(argv[i] + len + 1) & 0xffff));
		}
		if (!found) {
			(void)fprintf(stderr, "nosys: %s: unknown\n", argv[i]);
			return 2;
		}
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	prog.len = n;
	if (i + 1 >= argc)
		return 2;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) < 0) {
		perror("nosys");
		return 2;
	}
	(void)execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 127;
}
