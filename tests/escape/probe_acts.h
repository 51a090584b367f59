/* SPDX-License-Identifier: MIT */
/* Attempts that take more than one call. Each returns 0 or an errno. */
#ifndef IMMURE_PROBE_ACTS_H
#define IMMURE_PROBE_ACTS_H

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/nsfs.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "probe.h"

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
static int try_x32_clone(void)
{
	return result(syscall(0x40000000L + SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)) == ENOSYS ? ENOSYS : 0;
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

static pid_t outside; /* a process of the same user outside, as the host numbers it */
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
	return result(ptrace(PTRACE_SEIZE, 1, 0, 0)); /* stops nobody, and ends with this process */
}
static int try_readv_init(void)
{
	char c;
	struct {
		void *base;
		size_t len;
	} local = {&c, 1}, remote = {(void *)(uintptr_t)0x400000, 1};

	return result(syscall(SYS_process_vm_readv, 1, &local, 1, &remote, 1, 0));
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
/* There and back, so that the control leaves no trace. */
static int move(const char *from, const char *to)
{
	const int r = result(rename(from, to));

	return r ? r : result(rename(to, from));
}
static int try_rename_mount(void)
{
	return move("/home/alice", "/home/immure-probe");
}
static int try_remove_dev(void)
{
	return move("/dev/null", "/dev/immure-probe-null");
}
static int try_replace_passwd(void)
{
	return move("/etc/passwd", "/etc/immure-probe-passwd");
}
static int try_exchange(void)
{
	const int r = result(renameat2(AT_FDCWD, "/dev/null", AT_FDCWD, "/dev/zero", RENAME_EXCHANGE));

	return r ? r : result(renameat2(AT_FDCWD, "/dev/null", AT_FDCWD, "/dev/zero", RENAME_EXCHANGE));
}
static int try_chmod_root(void)
{
	return result(chmod("/", 0755));
}
static int try_chmod_passwd(void)
{
	return result(chmod("/etc/passwd", 0644));
}
static int try_chmod_hidden(void)
{
	return result(chmod("/proc/timer_list", 0400));
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

/* A 32-bit program of twelve bytes: exit(0) by int 0x80. */
static int try_elf32(void)
{
	static const unsigned char elf[] = {0x7f, 'E', 'L', 'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 1, 0, 0, 0, 0x54, 0x80, 4, 8,
		52, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 52, 0, 32, 0, 1, 0, 0, 0, 0, 0, 0, 0, /* one program header, at 52 */
		1, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 4, 8, 0, 0x80, 4, 8, 96, 0, 0, 0, 96, 0, 0, 0, 5, 0, 0, 0, 0, 0x10, 0, 0,
		0xb8, 1, 0, 0, 0, 0xbb, 0, 0, 0, 0, 0xcd, 0x80};
	char *const none[] = {(char[]){"elf32"}, NULL};
	const int fd = memfd_create("elf32", MFD_CLOEXEC);

	if (fd < 0 || write(fd, elf, sizeof(elf)) != (ssize_t)sizeof(elf))
		return errno;
	return result(fexecve(fd, none, none + 1));
}

/* A filter of one's own cannot say more than the one that is there; of all answers the strictest counts. */
static int unshare_under(uint32_t answer)
{
	struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, answer)};
	const struct sock_fprog all = {1, code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &all) < 0)
		return errno;
	return result(unshare(CLONE_NEWUSER));
}
static int try_filter_allow(void)
{
	return unshare_under(SECCOMP_RET_ALLOW);
}
static int try_filter_log(void)
{
	return unshare_under(SECCOMP_RET_LOG);
}

#ifdef __x86_64__
/* A tracer makes another call of its child's getppid(). The filter has to look after the tracer. */
static int try_rewrite(void)
{
	struct user_regs_struct regs;
	int status;
	const pid_t pid = fork();

	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 || raise(SIGSTOP))
			_exit(errno);
		_exit(result(syscall(SYS_getppid)));
	}
	if (waitpid(pid, &status, 0) < 0)
		return errno;
	for (bool done = false; WIFSTOPPED(status);) {
		if (ptrace(PTRACE_GETREGS, pid, 0, &regs) == 0 && !done && regs.orig_rax == SYS_getppid) {
			done = true;
			regs.orig_rax = SYS_unshare;
			regs.rdi = CLONE_NEWUSER;
			(void)ptrace(PTRACE_SETREGS, pid, 0, &regs);
		}
		if (ptrace(PTRACE_SYSCALL, pid, 0, 0) < 0 || waitpid(pid, &status, 0) < 0)
			return errno;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
}
#endif

static int try_vfork(void)
{
	const pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	return result(pid);
}
static void *thread(void *nothing)
{
	return nothing;
}
static int try_thread(void)
{
	pthread_t t;
	const int r = pthread_create(&t, NULL, thread, NULL);

	return r ? r : pthread_join(t, NULL);
}

static int try_setns(const char *kind)
{
	char path[32];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	fd = open(path, O_RDONLY);
	return fd < 0 ? errno : result(setns(fd, 0));
}
static int try_setns_mnt(void)
{
	return try_setns("mnt");
}
static int try_setns_net(void)
{
	return try_setns("net");
}
static int try_setns_uts(void)
{
	return try_setns("uts");
}
static int try_setns_pidfd(void)
{
	return result(setns((int)syscall(SYS_pidfd_open, getpid(), 0), CLONE_NEWUTS));
}
/* The network is the host's, so its owner is the host's user namespace: no descriptor of that is to be had. */
static int try_owner_of_net(void)
{
	return result(ioctl(open("/proc/self/ns/net", O_RDONLY), NS_GET_USERNS));
}

static int capability(uint32_t effective, uint32_t permitted, uint32_t inheritable)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {{effective, permitted, inheritable}, {0, 0, 0}};

	return result(syscall(SYS_capset, &head, data));
}
static int try_capset(void)
{
	return capability(1u << CAP_CHOWN, 1u << CAP_CHOWN, 0);
}
static int try_capset_inheritable(void)
{
	return capability(0, 0, 1u << CAP_CHOWN);
}
static int try_ambient(void)
{
	const int r = capability(1u << CAP_CHOWN, 1u << CAP_CHOWN, 1u << CAP_CHOWN);

	return r ? r : result(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0));
}
static int try_file_caps(void)
{
	const uint32_t caps[5] = {0x02000001, 1u << CAP_CHOWN, 0, 0, 0}; /* struct vfs_cap_data, version 2, effective */
	const char *path = "/var/tmp/immure-probe-caps";

	(void)close(open(path, O_WRONLY | O_CREAT, 0755));
	return result(setxattr(path, "security.capability", caps, sizeof(caps), 0));
}
static int try_trusted(void)
{
	(void)close(open("/dev/shm/immure-probe-trusted", O_WRONLY | O_CREAT, 0644));
	return result(setxattr("/dev/shm/immure-probe-trusted", "trusted.immure", "x", 1, 0));
}
static int try_immutable(void)
{
	const int fd = open("/dev/shm/immure-probe-append", O_WRONLY | O_CREAT, 0644);
	int flags = FS_APPEND_FL;

	return result(ioctl(fd, FS_IOC_SETFLAGS, &flags));
}
static int try_chown(void)
{
	const char *path = "/home/alice/immure-probe-chown";

	(void)close(open(path, O_WRONLY | O_CREAT, 0644));
	return result(chown(path, 0, 0));
}
static int try_realtime(void)
{
	const struct sched_param sp = {1};

	return result(sched_setscheduler(0, SCHED_FIFO, &sp));
}
static int try_nice_twin(void)
{
	return result(setpriority(PRIO_PROCESS, 0, 5));
}
static int try_personality(void)
{
	return result(personality(ADDR_NO_RANDOMIZE));
}
static int try_steal_tty(void)
{
	if (setsid() < 0)
		return errno;
	return result(ioctl(0, TIOCSCTTY, 1));
}
static int try_interface(void)
{
	struct ifreq req = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};

	return result(ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &req));
}
static int try_mark(void)
{
	const int mark = 1;

	return result(setsockopt(socket(AF_INET, SOCK_STREAM, 0), SOL_SOCKET, SO_MARK, &mark, sizeof(mark)));
}
static int loopback(int port, int (*how)(int, const struct sockaddr *, socklen_t))
{
	const struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};

	return result(how(socket(AF_INET, SOCK_STREAM, 0), (const struct sockaddr *)&sa, sizeof(sa)));
}
static int try_low_port(void)
{
	return loopback(80, bind);
}
static int try_high_port(void)
{
	return loopback(8080, bind);
}
static int try_connect(void)
{
	return loopback(22, connect);
}
static int try_abstract_datagram(void)
{
	const struct sockaddr_un sa = {.sun_family = AF_UNIX, .sun_path = "\0immure-datagram"};

	return result(sendto(socket(AF_UNIX, SOCK_DGRAM, 0), "x", 1, 0, (const struct sockaddr *)&sa,
		offsetof(struct sockaddr_un, sun_path) + 16));
}
static int try_sem_outside(void)
{
	return result(semget(0x1337, 0, 0));
}
static int try_sem_own(void)
{
	return result(semget(IPC_PRIVATE, 1, 0600 | IPC_CREAT));
}
static int try_msg_outside(void)
{
	return result(msgget(0x1337, 0));
}
static int try_msg_own(void)
{
	return result(msgget(IPC_PRIVATE, 0600 | IPC_CREAT));
}
static int try_mq_own(void)
{
	const int r = result(syscall(SYS_mq_open, "immure-probe-own", O_RDWR | O_CREAT, 0600, NULL));

	(void)syscall(SYS_mq_unlink, "immure-probe-own");
	return r;
}
static int try_mq_outside(void)
{
	return result(syscall(SYS_mq_open, "immure-outside", O_RDONLY, 0, NULL));
}
static int try_limit_of_outside(void)
{
	struct rlimit have;

	return result(prlimit(outside, RLIMIT_NOFILE, NULL, &have));
}
static int try_priority_of_outside(void)
{
	errno = 0;
	return getpriority(PRIO_PROCESS, (id_t)outside) == -1 ? errno : 0;
}
static int try_session_of_outside(void)
{
	return result(getsid(outside));
}
static int try_readv_outside(void)
{
	char c;
	const struct iovec local = {&c, 1}, remote = {(void *)(uintptr_t)0x400000, 1};

	return result(process_vm_readv(outside, &local, 1, &remote, 1, 0));
}
static int try_suspend_seccomp(void)
{
	const pid_t pid = fork();
	int r;

	if (pid == 0) {
		(void)pause();
		_exit(0);
	}
	r = result(ptrace(PTRACE_SEIZE, pid, 0, 1 << 21 /* PTRACE_O_SUSPEND_SECCOMP */));
	(void)kill(pid, SIGKILL);
	return r;
}
static int try_write_other_memory(void)
{
	return result(open("/proc/1/clear_refs", O_WRONLY));
}
static int try_pidfd_init(void)
{
	const struct iovec page = {(void *)(uintptr_t)0x400000, 4096};

	return result(syscall(SYS_process_madvise, syscall(SYS_pidfd_open, 1, 0), &page, 1, 20 /* MADV_COLD */, 0));
}
static int try_whiteout(void)
{
	return result(mknod("/dev/shm/immure-probe-whiteout", S_IFCHR | 0600, 0));
}
static int try_fifo(void)
{
	(void)unlink("/tmp/immure-probe-fifo");
	return result(mknod("/tmp/immure-probe-fifo", S_IFIFO | 0600, 0));
}
static int try_core(void)
{
	struct rlimit have;

	return getrlimit(RLIMIT_CORE, &have) < 0 ? errno : have.rlim_cur == 1 && have.rlim_max == 1 ? E2BIG : 0;
}
static int try_getrandom(void)
{
	char buf[4];

	return result(getrandom(buf, sizeof(buf), 0));
}
static int try_landlock(void)
{
	return result(syscall(SYS_landlock_create_ruleset, NULL, 0, 1));
}


static const struct {
	const char *name, *expect;
	int (*run)(void);
} acts[] = {
/* clang-format off */
#ifdef __x86_64__
	{"int 0x80", "killed 31", try_int80},
	{"int 0x80 unshare", "killed 31", try_int80_unshare},
	{"x32 getpid", "killed 31", try_x32},
	{"x32 ioctl", "killed 31", try_x32_ioctl},
	{"x32 clone", "killed 31", try_x32_clone},
	{"a 32-bit program", "killed 31", try_elf32},
	{"a tracer that makes unshare of another call", "EPERM", try_rewrite},
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
	{"take a terminal from its session", "EPERM ENOTTY", try_steal_tty},
	{"read immure itself", "EACCES", try_dumpable_exec},
	{"unshare under a filter that allows", "EPERM", try_filter_allow},
	{"unshare under a filter that logs", "EPERM", try_filter_log},
	{"switch off the filter of a child", "EPERM", try_suspend_seccomp},
	{"twin: vfork", "ok", try_vfork},
	{"twin: a thread", "ok", try_thread},
	{"setns to one's own mounts", "EPERM", try_setns_mnt},
	{"setns to one's own network", "EPERM", try_setns_net},
	{"setns to one's own host name", "EPERM", try_setns_uts},
	{"setns by a pidfd", "EPERM", try_setns_pidfd},
	{"the owner of the network", "EPERM", try_owner_of_net},
	{"raise a capability", "EPERM", try_capset},
	{"raise an inheritable capability", "EPERM", try_capset_inheritable},
	{"raise an ambient capability", "EPERM", try_ambient},
	{"give a file capabilities", "EPERM", try_file_caps},
	{"a trusted attribute", "EPERM", try_trusted},
	{"an append-only file", "EPERM", try_immutable},
	{"give a file away", "EPERM EINVAL", try_chown},
	{"real time", "EPERM", try_realtime},
	{"twin: a lower priority", "ok", try_nice_twin},
	{"twin: personality of a debugger", "ok", try_personality},
	{"switch an interface", "EPERM", try_interface},
	{"mark packets", "EPERM", try_mark},
	{"a port of the system", "EACCES", try_low_port},
	{"twin: a port of one's own", "ok", try_high_port},
	{"twin: connect", "ok", try_connect},
	{"abstract datagram socket of the host", "EPERM", try_abstract_datagram},
	{"SysV semaphores of the host", "ENOENT", try_sem_outside},
	{"twin: SysV semaphores of one's own", "ok", try_sem_own},
	{"SysV messages of the host", "ENOENT", try_msg_outside},
	{"twin: SysV messages of one's own", "ok", try_msg_own},
	{"message queue of the host", "ENOENT", try_mq_outside},
	/* no path leads to the mount that the kernel keeps for queues, so Landlock cannot allow it */
	{"message queue of one's own", "EACCES", try_mq_own},
	{"limits of a process outside", "ESRCH", try_limit_of_outside},
	{"priority of a process outside", "ESRCH", try_priority_of_outside},
	{"session of a process outside", "ESRCH", try_session_of_outside},
	{"read the memory of a process outside", "ESRCH", try_readv_outside},
	{"clear init's page references", "EACCES EPERM", try_write_other_memory},
	{"advise init's memory", "EACCES EPERM", try_pidfd_init},
	{"make a device that is none", "EACCES EPERM", try_whiteout},
	{"twin: make a named pipe", "ok", try_fifo},
	{"replace /etc/passwd", "EROFS EBUSY EXDEV EACCES", try_replace_passwd},
	{"exchange devices", "EROFS EBUSY EXDEV EACCES", try_exchange},
	{"change the mode of /", "EROFS EPERM", try_chmod_root},
	{"change the mode of /etc/passwd", "EROFS EPERM", try_chmod_passwd},
	{"change the mode of what is hidden", "EROFS EPERM", try_chmod_hidden},
	{"core limit as it came", "E2BIG", try_core},
	{"twin: random numbers", "ok", try_getrandom},
	{"twin: walls of one's own", "ok", try_landlock},
/* clang-format on */
};

#endif
