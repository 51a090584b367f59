/* SPDX-License-Identifier: MIT */
/*
 * Tries what the seal and the cell forbid. One line per attempt: NAME <tab> EXPECTED <tab> RESULT.
 * RESULT is "ok" if it got through, else the error, or "killed N". EXPECTED is what a cell must answer; the same attempt by root
 * under plain bash must answer something else (arguments are impossible where a success would do harm: EFAULT and the like mean
 * that the call was let through), except for twins: they are expected "ok" in a cell too.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define BAD ((long)-4096) /* an address that nobody has */
#define HIGH(n) ((long)(UINT64_C(0x100000000) | (uint64_t)(uint32_t)(n)))
#define TOP(n) ((long)(UINT64_C(0xffffffff00000000) | (uint64_t)(uint32_t)(n)))

struct call {
	const char *name, *expect;
	long nr, a[6];
};

/* clang-format off */
static const struct call calls[] = {
	/* namespaces: every flag alone, together, with rubbish above */
	{"unshare user", "EPERM", SYS_unshare, {CLONE_NEWUSER}},
	{"unshare mount", "EPERM", SYS_unshare, {CLONE_NEWNS}},
	{"unshare pid", "EPERM", SYS_unshare, {CLONE_NEWPID}},
	{"unshare net", "EPERM", SYS_unshare, {CLONE_NEWNET}},
	{"unshare uts", "EPERM", SYS_unshare, {CLONE_NEWUTS}},
	{"unshare ipc", "EPERM", SYS_unshare, {CLONE_NEWIPC}},
	{"unshare cgroup", "EPERM", SYS_unshare, {CLONE_NEWCGROUP}},
	{"unshare time", "EPERM", SYS_unshare, {0x80}},
	{"unshare user and mount", "EPERM", SYS_unshare, {CLONE_NEWUSER | CLONE_NEWNS}},
	{"unshare user with files", "EPERM", SYS_unshare, {CLONE_NEWUSER | CLONE_FILES}},
	{"unshare user, high bits", "EPERM", SYS_unshare, {HIGH(CLONE_NEWUSER)}},
	{"twin: unshare files", "ok", SYS_unshare, {CLONE_FILES}},
	{"clone user", "EPERM", SYS_clone, {CLONE_NEWUSER | SIGCHLD}},
	{"clone mount", "EPERM", SYS_clone, {CLONE_NEWNS | SIGCHLD}},
	{"clone pid", "EPERM", SYS_clone, {CLONE_NEWPID | SIGCHLD}},
	{"clone net", "EPERM", SYS_clone, {CLONE_NEWNET | SIGCHLD}},
	{"clone uts", "EPERM", SYS_clone, {CLONE_NEWUTS | SIGCHLD}},
	{"clone ipc", "EPERM", SYS_clone, {CLONE_NEWIPC | SIGCHLD}},
	{"clone cgroup", "EPERM", SYS_clone, {CLONE_NEWCGROUP | SIGCHLD}},
	{"clone user, high bits", "EPERM", SYS_clone, {HIGH(CLONE_NEWUSER | SIGCHLD)}},
	{"twin: clone", "ok", SYS_clone, {SIGCHLD}},
	{"clone3", "ENOSYS", 435, {BAD, 88}},
	{"setns", "EPERM", SYS_setns, {-1, CLONE_NEWUSER}},
	/* mounts */
	{"mount", "EPERM", SYS_mount, {BAD, BAD, BAD, 0, BAD}},
	{"umount2", "EPERM", SYS_umount2, {BAD, 0}},
	{"pivot_root", "EPERM", SYS_pivot_root, {BAD, BAD}},
	{"chroot", "EPERM", SYS_chroot, {BAD}},
	{"fsopen", "EPERM", 430, {BAD, 0}},
	{"fsconfig", "EPERM", 431, {-1, 99, BAD, BAD, 0}},
	{"fsmount", "EPERM", 432, {-1, 0, 0}},
	{"fspick", "EPERM", 433, {-1, BAD, 0}},
	{"move_mount", "EPERM", 429, {-1, BAD, -1, BAD, 0}},
	{"open_tree", "EPERM", 428, {-1, BAD, 1}},
	{"mount_setattr", "EPERM", 442, {-1, BAD, 0, BAD, 32}},
	{"open_tree_attr", "EPERM", 467, {-1, BAD, 1, BAD, 32}},
	/* the kernel */
	{"bpf", "EPERM", SYS_bpf, {0, BAD, 8}},
	{"perf_event_open", "EPERM", SYS_perf_event_open, {BAD, 0, -1, -1, 0}},
	{"userfaultfd", "EPERM", SYS_userfaultfd, {0x7fffffff}},
	{"io_uring_setup", "EPERM", 425, {1, BAD}},
	{"io_uring_enter", "EPERM", 426, {-1, 0, 0, 0, 0, 0}},
	{"io_uring_register", "EPERM", 427, {-1, 0, BAD, 0}},
	{"kexec_load", "EPERM", SYS_kexec_load, {0, 1, BAD, -1}},
	{"kexec_file_load", "EPERM", SYS_kexec_file_load, {-1, -1, 0, BAD, -1}},
	{"init_module", "EPERM", SYS_init_module, {BAD, 100, BAD}},
	{"finit_module", "EPERM", SYS_finit_module, {-1, BAD, 0}},
	{"delete_module", "EPERM", SYS_delete_module, {BAD, 0}},
	{"swapon", "EPERM", SYS_swapon, {BAD, 0}},
	{"swapoff", "EPERM", SYS_swapoff, {BAD}},
	{"settimeofday", "EPERM", SYS_settimeofday, {BAD, 0}},
	{"clock_settime", "EPERM", SYS_clock_settime, {0, BAD}},
	{"clock_adjtime", "EPERM", SYS_clock_adjtime, {0, BAD}},
	{"adjtimex", "EPERM", SYS_adjtimex, {BAD}},
	{"name_to_handle_at", "EPERM", SYS_name_to_handle_at, {-1, BAD, BAD, BAD, 0}},
	{"open_by_handle_at", "EPERM", SYS_open_by_handle_at, {-1, BAD, 0}},
	{"reboot", "EPERM", SYS_reboot, {0, 0, 0, 0}},
	{"sethostname", "EPERM", SYS_sethostname, {BAD, 5}},
	{"setdomainname", "EPERM", SYS_setdomainname, {BAD, 5}},
	{"acct", "EPERM", SYS_acct, {BAD}},
	{"quotactl", "EPERM", SYS_quotactl, {0x800700, BAD, 0, BAD}},
	{"quotactl_fd", "EPERM", 443, {-1, 0x800700, 0, BAD}},
	{"iopl", "EPERM", SYS_iopl, {7}},
	{"ioperm", "EPERM", SYS_ioperm, {0x10000, 1, 1}},
	{"syslog", "EPERM", SYS_syslog, {3, BAD, 10}},
	{"vhangup is not tried by the control", "EPERM", SYS_vhangup, {0}},
	{"fanotify_init", "EPERM", SYS_fanotify_init, {-1, 0}},
	{"pidfd_getfd", "EPERM", 438, {-1, 0, 0}},
	{"modify_ldt", "EPERM", SYS_modify_ldt, {0, BAD, 10}},
	{"keyctl", "EPERM", SYS_keyctl, {KEYCTL_GET_KEYRING_ID, -3, 0}},
	{"keyctl, high bits", "EPERM", SYS_keyctl, {HIGH(KEYCTL_GET_KEYRING_ID), -3, 0}},
	{"add_key", "EPERM", SYS_add_key, {BAD, BAD, BAD, 0, -3}},
	{"request_key", "EPERM", SYS_request_key, {BAD, BAD, BAD, -3}},
	{"a number that no kernel has", "ENOSYS", 500, {0}},
	{"make a block device", "EPERM EACCES", SYS_mknodat, {AT_FDCWD, (long)"/tmp/immure-probe-b", S_IFBLK | 0600, 0x800}},
	/* typing for others */
	{"TIOCSTI", "EPERM", SYS_ioctl, {0, TIOCSTI, BAD}},
	{"TIOCSTI, bit 32", "EPERM", SYS_ioctl, {0, HIGH(TIOCSTI), BAD}},
	{"TIOCSTI, all high bits", "EPERM", SYS_ioctl, {0, TOP(TIOCSTI), BAD}},
	{"TIOCLINUX", "EPERM", SYS_ioctl, {0, TIOCLINUX, BAD}},
	{"TIOCLINUX, all high bits", "EPERM", SYS_ioctl, {0, TOP(TIOCLINUX), BAD}},
	{"TIOCSETD", "EPERM", SYS_ioctl, {0, TIOCSETD, BAD}},
	{"TIOCCONS", "EPERM", SYS_ioctl, {-1, TIOCCONS, 0}},
	/* sockets */
	{"socket packet", "EAFNOSUPPORT", SYS_socket, {AF_PACKET, SOCK_RAW, 0}},
	{"socket packet, high bits", "EAFNOSUPPORT", SYS_socket, {HIGH(AF_PACKET), SOCK_RAW, 0}},
	{"socket key", "EAFNOSUPPORT", SYS_socket, {AF_KEY, 99, 0}},
	{"socket alg", "EAFNOSUPPORT", SYS_socket, {AF_ALG, 99, 0}},
	{"socket vsock", "EAFNOSUPPORT", SYS_socket, {AF_VSOCK, 99, 0}},
	{"socket xdp", "EAFNOSUPPORT", SYS_socket, {AF_XDP, 99, 0}},
	{"socket inet raw", "EPERM", SYS_socket, {AF_INET, SOCK_RAW, 1}},
	{"twin: socket unix", "ok", SYS_socket, {AF_UNIX, SOCK_STREAM, 0}},
	{"twin: socket inet", "ok", SYS_socket, {AF_INET, SOCK_STREAM, 0}},
	{"twin: socket inet6", "ok", SYS_socket, {AF_INET6, SOCK_DGRAM, 0}},
	{"twin: socket netlink", "ok", SYS_socket, {AF_NETLINK, SOCK_RAW, 0}},
	/* ids: without a capability there is only one */
	{"setuid 0", "EPERM EINVAL", SYS_setuid, {0}},
	{"setgroups", "EPERM", SYS_setgroups, {0, 0}},
	{"twin: getuid", "ok", SYS_getuid, {0}},
	{"securebits", "EPERM", SYS_prctl, {PR_SET_SECUREBITS, 0, 0, 0, 0}},
	{"bounding set", "EPERM", SYS_prctl, {PR_CAPBSET_DROP, 10, 0, 0, 0}},
};

/* Files: opened, never written. The control is root's, so each of them can be opened outside. */
static const struct { const char *name, *expect, *path; int flags; } files[] = {
	{"read /etc/shadow", "ENOENT", "/etc/shadow", O_RDONLY},
	{"read host keys", "ENOENT", "/mnt/world/host_key", O_RDONLY},
	{"read another's home", "ENOENT", "/home/bob/.profile", O_RDONLY},
	{"read /root", "ENOENT", "/root/.", O_RDONLY},
	{"leave the home by ..", "ENOENT", "/home/alice/../bob/.profile", O_RDONLY},
	{"leave by /proc/self/root", "ENOENT", "/proc/self/root/home/bob/.profile", O_RDONLY},
	{"leave by init's root", "EACCES EPERM", "/proc/1/root/etc", O_RDONLY},
	{"leave by init's cwd", "EACCES EPERM", "/proc/1/cwd/etc", O_RDONLY},
	{"leave by init's descriptors", "EACCES EPERM", "/proc/1/fd", O_RDONLY | O_DIRECTORY},
	{"memory of init", "EACCES EPERM", "/proc/1/mem", O_RDONLY},
	{"environment of init", "EACCES EPERM", "/proc/1/environ", O_RDONLY},
	{"map of init", "EACCES EPERM", "/proc/1/maps", O_RDONLY},
	{"the log", "ENOENT", "/var/log/.", O_RDONLY},
	{"cron", "ENOENT", "/var/spool/.", O_RDONLY},
	{"package data", "ENOENT", "/var/lib/dpkg/status", O_RDONLY},
	{"policy", "ENOENT", "/usr/../etc/immure/.", O_RDONLY},
	{"sshd's configuration", "ENOENT", "/etc/ssh/sshd_config", O_RDONLY},
	{"pam", "ENOENT", "/etc/pam.d/.", O_RDONLY},
	{"host sockets", "ENOENT", "/dev/log", O_PATH},
	{"core_pattern", "EROFS EACCES EPERM", "/proc/sys/kernel/core_pattern", O_WRONLY},
	{"modprobe", "EROFS EACCES EPERM", "/proc/sys/kernel/modprobe", O_WRONLY},
	{"vm sysctl", "EROFS EACCES EPERM", "/proc/sys/vm/drop_caches", O_WRONLY},
	{"sysrq-trigger", "EROFS EACCES EPERM", "/proc/sysrq-trigger", O_WRONLY},
	{"kcore", "EACCES EPERM", "/proc/kcore", O_RDONLY},
	{"kallsyms", "EACCES EPERM", "/proc/kallsyms", O_RDONLY},
	{"keys", "EACCES EPERM", "/proc/keys", O_RDONLY},
	{"key-users", "EACCES EPERM", "/proc/key-users", O_RDONLY},
	{"timer_list", "EACCES EPERM", "/proc/timer_list", O_RDONLY},
	{"vmallocinfo", "EACCES EPERM", "/proc/vmallocinfo", O_RDONLY},
	{"irq", "EROFS EACCES EPERM", "/proc/irq/default_smp_affinity", O_WRONLY},
	{"/sys/kernel", "ENOENT", "/sys/kernel/.", O_RDONLY},
	{"/sys/fs/cgroup", "ENOENT", "/sys/fs/cgroup/.", O_RDONLY},
	{"write /usr", "EROFS EACCES", "/usr/bin/env", O_WRONLY},
	{"write /usr, the other name", "EROFS EACCES", "/bin/env", O_WRONLY},
	{"write /etc/passwd", "EROFS EACCES", "/etc/passwd", O_WRONLY},
	{"write /etc/profile", "EROFS EACCES", "/etc/profile", O_WRONLY},
	{"make a file in /", "EROFS EACCES", "/immure-probe", O_WRONLY | O_CREAT},
	{"make a file in /etc", "EROFS EACCES", "/etc/immure-probe", O_WRONLY | O_CREAT},
	{"make a file in /dev", "EROFS EACCES", "/dev/immure-probe", O_WRONLY | O_CREAT},
	{"make a file in /run", "EROFS EACCES", "/run/immure-probe", O_WRONLY | O_CREAT},
	{"make a file in /usr/local", "EROFS EACCES", "/usr/local/immure-probe", O_WRONLY | O_CREAT},
	{"twin: make a file in the home", "ok", "/home/alice/immure-probe", O_WRONLY | O_CREAT},
	{"twin: make a file in /tmp", "ok", "/tmp/immure-probe", O_WRONLY | O_CREAT},
	{"twin: make a file in /var/tmp", "ok", "/var/tmp/immure-probe", O_WRONLY | O_CREAT},
	{"twin: make a file in /dev/shm", "ok", "/dev/shm/immure-probe", O_WRONLY | O_CREAT},
	{"twin: read /etc/passwd", "ok", "/etc/passwd", O_RDONLY},
	{"twin: write /dev/null", "ok", "/dev/null", O_WRONLY},
	{"twin: read own memory", "ok", "/proc/self/mem", O_RDWR},
};
/* clang-format on */

static int result(long r)
{
	return r < 0 ? errno : 0;
}

static int try_call(const struct call *c)
{
	long r;

	if (c->nr == SYS_vhangup && geteuid() == 0)
		return 0;
	r = syscall(c->nr, c->a[0], c->a[1], c->a[2], c->a[3], c->a[4], c->a[5]);
	if (c->nr == SYS_clone && r == 0)
		_exit(0);
	return result(r);
}

/* other ABIs: a filter that knows only one must not be walked around */
#ifdef __x86_64__
static int try_int80(void)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20L /* getpid */), "b"(0L) : "memory");
	return r < 0 ? (int)-r : 0;
}
static int try_int80_unshare(void)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "a"(310L /* unshare */), "b"((long)CLONE_FILES) : "memory");
	return r < 0 ? (int)-r : 0;
}
static int try_x32(void)
{
	return result(syscall(0x40000000L + SYS_getpid)) == ENOSYS ? ENOSYS : 0;
}
static int try_x32_ioctl(void)
{
	return result(syscall(0x40000000L + 514, 0, TIOCSTI, BAD)) == ENOSYS ? ENOSYS : 0;
}
#endif

static int core_limit(long nr, int resource_high)
{
	const struct rlimit want = {0, 0};
	struct rlimit have = {7, 7};
	const long resource = resource_high ? HIGH(RLIMIT_CORE) : RLIMIT_CORE;
	long r = nr == SYS_setrlimit ? syscall(nr, resource, &want) : syscall(nr, 0, resource, &want, NULL);

	if (r < 0)
		return errno;
	return getrlimit(RLIMIT_CORE, &have) < 0 ? errno : have.rlim_cur == 0 ? 0 : EPERM;
}
static int try_core_setrlimit(void)
{
	return core_limit(SYS_setrlimit, 0);
}
static int try_core_setrlimit_high(void)
{
	return core_limit(SYS_setrlimit, 1);
}
static int try_core_prlimit(void)
{
	return core_limit(SYS_prlimit64, 0);
}
static int try_core_prlimit_high(void)
{
	return core_limit(SYS_prlimit64, 1);
}
static int try_nofile(void)
{
	const struct rlimit want = {64, 64};
	struct rlimit have;

	return setrlimit(RLIMIT_NOFILE, &want) < 0 || getrlimit(RLIMIT_NOFILE, &have) < 0 ? errno : have.rlim_max == 64 ? 0 : EPERM;
}

static int connect_to(const char *name, size_t len)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(sa.sun_path, name, len);
	return result(connect(fd, (const struct sockaddr *)&sa, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)));
}
static int try_abstract(void)
{
	return connect_to("\0immure-outside", 15);
}
static int try_path_socket(void)
{
	return connect_to("/tmp/immure-outside", 20);
}
static int try_own_abstract(void)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX, .sun_path = "\0immure-own"};
	const socklen_t len = offsetof(struct sockaddr_un, sun_path) + 11;
	const int a = socket(AF_UNIX, SOCK_STREAM, 0), b = socket(AF_UNIX, SOCK_STREAM, 0);

	if (bind(a, (const struct sockaddr *)&sa, len) < 0 || listen(a, 1) < 0)
		return errno;
	return result(connect(b, (const struct sockaddr *)&sa, len));
}

static pid_t outside;
static int try_kill_outside(void)
{
	return result(kill(outside, 0));
}
static int try_pidfd_outside(void)
{
	return result(syscall(SYS_pidfd_open, outside, 0));
}
static int try_ptrace_outside(void)
{
	return result(ptrace(PTRACE_ATTACH, outside, 0, 0));
}
static int try_ptrace_init(void)
{
	return geteuid() == 0 ? 0 : result(ptrace(PTRACE_ATTACH, 1, 0, 0));
}
static int try_readv_init(void)
{
	char c;
	struct {
		void *base;
		size_t len;
	} local = {&c, 1}, remote = {(void *)(uintptr_t)0x400000, 1};

	return geteuid() == 0 ? 0 : result(syscall(SYS_process_vm_readv, 1, &local, 1, &remote, 1, 0));
}
static int try_ptrace_child(void)
{
	const pid_t pid = fork();

	if (pid == 0) {
		(void)pause();
		_exit(0);
	}
	if (ptrace(PTRACE_ATTACH, pid, 0, 0) < 0)
		return errno;
	(void)kill(pid, SIGKILL);
	return 0;
}
static int try_shm_outside(void)
{
	return result(shmget(0x1337, 0, 0));
}
static int try_shm_own(void)
{
	return result(shmget(IPC_PRIVATE, 4096, 0600 | IPC_CREAT));
}

static int try_mknod(void)
{
	(void)unlink("/tmp/immure-probe-null");
	return result(mknod("/tmp/immure-probe-null", S_IFCHR | 0666, 0x103));
}
static int try_setuid_program(void)
{
	char *const argv[] = {(char[]){"immure-suid"}, (char[]){"-u"}, NULL};
	int fds[2], uid = -1;
	char buf[16] = "";

	if (pipe(fds) < 0)
		return errno;
	if (fork() == 0) {
		(void)dup2(fds[1], 1);
		(void)execv("/usr/local/bin/immure-suid", argv);
		_exit(1);
	}
	(void)close(fds[1]);
	if (read(fds[0], buf, sizeof(buf) - 1) > 0)
		uid = atoi(buf);
	return uid == 0 ? 0 : EPERM;
}
static int try_rename_mount(void)
{
	return geteuid() == 0 ? 0 : result(rename("/home/alice", "/home/alice2"));
}
static int try_remove_dev(void)
{
	return geteuid() == 0 ? 0 : result(unlink("/dev/null"));
}
static int try_hard_link(void)
{
	return result(link("/home/bob/.profile", "/home/alice/immure-probe-link"));
}
static int fill(const char *path)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	int r;

	if (fd < 0)
		return errno;
	r = result(fallocate(fd, 0, 0, (off_t)700 << 20));
	(void)unlink(path);
	return r;
}
static int try_fill_tmp(void)
{
	return fill("/tmp/immure-probe-big");
}
static int try_fill_shm(void)
{
	return fill("/dev/shm/immure-probe-big");
}
static int try_descriptors(void)
{
	for (int fd = 3; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return 0;
	return EBADF;
}
static int try_ldpreload(void)
{
	return getenv("LD_PRELOAD") || getenv("BASH_ENV") || getenv("LD_LIBRARY_PATH") ? 0 : ENOENT;
}
static int try_nnp(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? EPERM : 0;
}
static int try_other_pts(void)
{
	char path[32];

	for (int i = 0; i < 64; i++) {
		(void)snprintf(path, sizeof(path), "/dev/pts/%d", i);
		if (access(path, F_OK) == 0)
			return 0;
	}
	return ENOENT;
}
static int try_dumpable_exec(void)
{
	return result(open("/usr/bin/immure", O_RDONLY));
}

static const struct {
	const char *name, *expect;
	int (*run)(void);
} others[] = {
#ifdef __x86_64__
	{"int 0x80", "killed 31", try_int80},
	{"int 0x80 unshare", "killed 31", try_int80_unshare},
	{"x32 getpid", "killed 31 ENOSYS", try_x32},
	{"x32 ioctl", "killed 31 ENOSYS", try_x32_ioctl},
#endif
	{"core limit by setrlimit", "EPERM", try_core_setrlimit},
	{"core limit by setrlimit, high bits", "EPERM", try_core_setrlimit_high},
	{"core limit by prlimit64", "EPERM", try_core_prlimit},
	{"core limit by prlimit64, high bits", "EPERM", try_core_prlimit_high},
	{"twin: lower another limit", "ok", try_nofile},
	{"abstract socket of the host", "EPERM", try_abstract},
	{"path socket of the host", "ENOENT", try_path_socket},
	{"twin: abstract socket of one's own", "ok", try_own_abstract},
	{"signal a process of the same user outside", "ESRCH", try_kill_outside},
	{"pidfd of a process outside", "ESRCH EINVAL", try_pidfd_outside},
	{"ptrace a process outside", "ESRCH", try_ptrace_outside},
	{"ptrace init", "EPERM EACCES", try_ptrace_init},
	{"read init's memory", "EPERM EACCES ESRCH", try_readv_init},
	{"twin: ptrace a child", "ok", try_ptrace_child},
	{"SysV shared memory of the host", "ENOENT", try_shm_outside},
	{"twin: SysV shared memory of one's own", "ok", try_shm_own},
	{"make a device", "EPERM EACCES", try_mknod},
	{"run a setuid program", "EPERM", try_setuid_program},
	{"rename the home away", "EROFS EBUSY EXDEV EACCES", try_rename_mount},
	{"remove /dev/null", "EROFS EBUSY EACCES", try_remove_dev},
	{"hard link to a file of another home", "ENOENT", try_hard_link},
	{"fill /tmp", "ENOSPC", try_fill_tmp},
	{"fill /dev/shm", "ENOSPC", try_fill_shm},
	{"descriptors of the login", "EBADF", try_descriptors},
	{"hostile variables", "ENOENT", try_ldpreload},
	{"gain by exec", "EPERM", try_nnp},
	{"terminals of others", "ENOENT", try_other_pts},
	{"read immure itself", "EACCES", try_dumpable_exec},
};

static void report(const char *name, const char *expect, int status)
{
	const char *error;

	(void)printf("%s\t%s\t", name, expect);
	if (WIFSIGNALED(status)) {
		(void)printf("killed %d\n", WTERMSIG(status));
		return;
	}
	error = WEXITSTATUS(status) ? strerrorname_np(WEXITSTATUS(status)) : "ok";
	(void)printf("%s\n", error ? error : "?");
}

enum kind { CALL, FILE_OPEN, OTHER };

/* Each attempt is a process of its own, so that one cannot spoil the next. */
static void attempt(enum kind kind, size_t i, const char *name, const char *expect)
{
	pid_t pid;
	int status = 0;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)alarm(20);
		if (kind == CALL)
			_exit(try_call(&calls[i]));
		if (kind == FILE_OPEN)
			_exit(result(open(files[i].path, files[i].flags | O_NONBLOCK, 0600)));
		_exit(others[i].run());
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		status = 255 << 8;
	report(name, expect, status);
}

int main(int argc, char *argv[])
{
	if (argc > 1)
		outside = (pid_t)atoi(argv[1]);
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		attempt(CALL, i, calls[i].name, calls[i].expect);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		attempt(FILE_OPEN, i, files[i].name, files[i].expect);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		attempt(OTHER, i, others[i].name, others[i].expect);
	return 0;
}
