/* SPDX-License-Identifier: MIT */
/* Attempts that are one system call. EFAULT, EBADF and the like mean that it was let through. */
#ifndef IMMURE_PROBE_CALLS_H
#define IMMURE_PROBE_CALLS_H

#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "probe.h"

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
	{"unshare mount, all high bits", "EPERM", SYS_unshare, {TOP(CLONE_NEWNS)}},
	{"twin: unshare files", "ok", SYS_unshare, {CLONE_FILES}},
	{"twin: unshare root and umask", "ok", SYS_unshare, {CLONE_FS}},
	{"clone user", "EPERM", SYS_clone, {CLONE_NEWUSER | SIGCHLD}},
	{"clone mount", "EPERM", SYS_clone, {CLONE_NEWNS | SIGCHLD}},
	{"clone pid", "EPERM", SYS_clone, {CLONE_NEWPID | SIGCHLD}},
	{"clone net", "EPERM", SYS_clone, {CLONE_NEWNET | SIGCHLD}},
	{"clone uts", "EPERM", SYS_clone, {CLONE_NEWUTS | SIGCHLD}},
	{"clone ipc", "EPERM", SYS_clone, {CLONE_NEWIPC | SIGCHLD}},
	{"clone cgroup", "EPERM", SYS_clone, {CLONE_NEWCGROUP | SIGCHLD}},
	{"clone user, high bits", "EPERM", SYS_clone, {HIGH(CLONE_NEWUSER | SIGCHLD)}},
	{"clone user and mount", "EPERM", SYS_clone, {CLONE_NEWUSER | CLONE_NEWNS | SIGCHLD}},
	{"clone user, as a thread's parent", "EPERM", SYS_clone, {CLONE_NEWUSER | CLONE_PARENT | SIGCHLD}},
	{"twin: clone", "ok", SYS_clone, {SIGCHLD}},
	{"twin: clone with descriptors", "ok", SYS_clone, {CLONE_FILES | CLONE_FS | SIGCHLD}},
	{"clone3", "ENOSYS", 435, {BAD, 88}},
	{"setns", "EPERM", SYS_setns, {-1, CLONE_NEWUSER}},
	{"setns, any kind", "EPERM", SYS_setns, {-1, 0}},
	{"setns, high bits", "EPERM", SYS_setns, {HIGH(-1), HIGH(CLONE_NEWNS)}},
	/* mounts */
	{"mount", "EPERM", SYS_mount, {BAD, BAD, BAD, 0, BAD}},
	{"remount", "EPERM", SYS_mount, {BAD, BAD, BAD, MS_REMOUNT | MS_BIND, 0}},
	{"umount2", "EPERM", SYS_umount2, {BAD, 0}},
	{"umount2, lazy", "EPERM", SYS_umount2, {BAD, MNT_DETACH}},
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
	{"vhangup", "EPERM", SYS_vhangup, {0}},
	{"fanotify_init", "EPERM", SYS_fanotify_init, {-1, 0}},
	{"pidfd_getfd", "EPERM", 438, {-1, 0, 0}},
	{"modify_ldt", "EPERM", SYS_modify_ldt, {0, BAD, 10}},
	{"keyctl", "EPERM", SYS_keyctl, {KEYCTL_GET_KEYRING_ID, -3, 0}},
	{"keyctl, high bits", "EPERM", SYS_keyctl, {HIGH(KEYCTL_GET_KEYRING_ID), -3, 0}},
	{"add_key", "EPERM", SYS_add_key, {BAD, BAD, BAD, 0, -3}},
	{"request_key", "EPERM", SYS_request_key, {BAD, BAD, BAD, -3}},
	{"twin: a number that no kernel has", "ENOSYS", 500, {0}},
	{"make a block device", "EPERM EACCES", SYS_mknodat, {AT_FDCWD, (long)"/tmp/immure-probe-b", S_IFBLK | 0600, 0x800}},
	{"lookup_dcookie", "EPERM", SYS_lookup_dcookie, {0, BAD, 1}},
	{"fanotify_mark", "EPERM", SYS_fanotify_mark, {-1, 0, 0, -1, BAD}},
	{"sysfs", "EPERM", SYS_sysfs, {3}},
	{"lsm_set_self_attr", "EPERM", 460, {0, BAD, 8, 0}},
	/* typing for others */
	{"TIOCSTI", "EPERM", SYS_ioctl, {0, TIOCSTI, BAD}},
	{"TIOCSTI, bit 32", "EPERM", SYS_ioctl, {0, HIGH(TIOCSTI), BAD}},
	{"TIOCSTI, all high bits", "EPERM", SYS_ioctl, {0, TOP(TIOCSTI), BAD}},
	{"TIOCLINUX", "EPERM", SYS_ioctl, {0, TIOCLINUX, BAD}},
	{"TIOCLINUX, all high bits", "EPERM", SYS_ioctl, {0, TOP(TIOCLINUX), BAD}},
	{"TIOCSETD", "EPERM", SYS_ioctl, {0, TIOCSETD, BAD}},
	{"TIOCSETD, bit 32", "EPERM", SYS_ioctl, {0, HIGH(TIOCSETD), BAD}},
	{"TIOCCONS", "EPERM", SYS_ioctl, {-1, TIOCCONS, 0}},
	{"twin: another request of ioctl", "EFAULT", SYS_ioctl, {0, FIONREAD, BAD}},
	/* sockets */
	{"socket packet", "EAFNOSUPPORT", SYS_socket, {AF_PACKET, SOCK_RAW, 0}},
	{"socket packet, high bits", "EAFNOSUPPORT", SYS_socket, {HIGH(AF_PACKET), SOCK_RAW, 0}},
	{"socket key", "EAFNOSUPPORT", SYS_socket, {AF_KEY, 99, 0}},
	{"socket alg", "EAFNOSUPPORT", SYS_socket, {AF_ALG, 99, 0}},
	{"socket vsock", "EAFNOSUPPORT", SYS_socket, {AF_VSOCK, 99, 0}},
	{"socket xdp", "EAFNOSUPPORT", SYS_socket, {AF_XDP, 99, 0}},
	{"socket bluetooth", "EAFNOSUPPORT", SYS_socket, {AF_BLUETOOTH, 99, 0}},
	{"socket can", "EAFNOSUPPORT", SYS_socket, {AF_CAN, 99, 0}},
	{"socket tipc", "EAFNOSUPPORT", SYS_socket, {AF_TIPC, 99, 0}},
	{"socket rds", "EAFNOSUPPORT", SYS_socket, {AF_RDS, 99, 0}},
	{"socket nfc", "EAFNOSUPPORT", SYS_socket, {AF_NFC, 99, 0}},
	{"socket pppox", "EAFNOSUPPORT", SYS_socket, {AF_PPPOX, 99, 0}},
	{"socket x25", "EAFNOSUPPORT", SYS_socket, {AF_X25, 99, 0}},
	{"socket ax25, high bits", "EAFNOSUPPORT", SYS_socket, {HIGH(AF_AX25), 99, 0}},
	{"socket rxrpc", "EAFNOSUPPORT", SYS_socket, {AF_RXRPC, 99, 0}},
	{"socket llc", "EAFNOSUPPORT", SYS_socket, {AF_LLC, 99, 0}},
	{"socket smc", "EAFNOSUPPORT", SYS_socket, {AF_SMC, 99, 0}},
	{"socketpair packet", "EAFNOSUPPORT", SYS_socketpair, {AF_PACKET, 99, 0, BAD}},
	{"socket inet raw", "EPERM", SYS_socket, {AF_INET, SOCK_RAW, 1}},
	{"socket inet raw, any protocol", "EPERM", SYS_socket, {AF_INET, SOCK_RAW, 255}},
	{"socket inet6 raw", "EPERM", SYS_socket, {AF_INET6, SOCK_RAW, 58}},
	{"twin: socket unix", "ok", SYS_socket, {AF_UNIX, SOCK_STREAM, 0}},
	{"twin: socket inet", "ok", SYS_socket, {AF_INET, SOCK_STREAM, 0}},
	{"twin: socket inet6", "ok", SYS_socket, {AF_INET6, SOCK_DGRAM, 0}},
	{"twin: socket netlink", "ok", SYS_socket, {AF_NETLINK, SOCK_RAW, 0}},
	/* ids: without a capability there is only one */
	{"setuid 0", "EPERM EINVAL", SYS_setuid, {0}},
	{"setgid 0", "EPERM EINVAL", SYS_setgid, {0}},
	{"setresuid 0", "EPERM EINVAL", SYS_setresuid, {-1, 0, -1}},
	{"setreuid 0, high bits", "EPERM EINVAL", SYS_setreuid, {HIGH(-1), HIGH(0)}},
	{"setgroups", "EPERM", SYS_setgroups, {0, 0}},
	{"twin: getuid", "ok", SYS_getuid, {0}},
	{"securebits", "EPERM", SYS_prctl, {PR_SET_SECUREBITS, 0, 0, 0, 0}},
	{"bounding set", "EPERM", SYS_prctl, {PR_CAPBSET_DROP, 10, 0, 0, 0}},
	{"chroot by a descriptor", "EPERM", SYS_chroot, {(long)"/proc/self/root"}},
	{"a higher priority", "EACCES EPERM", SYS_setpriority, {PRIO_PROCESS, 0, -5}},
};
/* clang-format on */

#endif
