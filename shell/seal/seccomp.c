/* SPDX-License-Identifier: MIT */
/*
 * Two programs. The walls allow by default and refuse what no profile may allow; the filter is the profile's own. The kernel asks
 * both and takes the stricter answer (seccomp(2)). Both know the native ABI alone: a call by any other (int 0x80, x32) kills.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "plan.h"
#include "filter.h"
#include "seccomp_groups.h"

/* An int argument has 32 bits; what a caller puts above them is ignored by the kernel and must not mislead us. */
#define INT_IS(arg, value) SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, UINT64_C(0xffffffff), (uint64_t)(value))
#define HAS_BITS(arg, bits) SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, (uint64_t)(bits), (uint64_t)(bits))
#define REFUSE SCMP_ACT_ERRNO(EPERM)

static const char *const always_refused[] = {"_sysctl", "acct", "adjtimex", "bpf", "clock_adjtime", "clock_settime", "delete_module",
	"fanotify_init", "finit_module", "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup", "ioperm", "iopl",
	"kexec_file_load", "kexec_load", "lookup_dcookie", "modify_ldt", "name_to_handle_at", "nfsservctl", "open_by_handle_at",
	"perf_event_open", "pidfd_getfd", "quotactl", "quotactl_fd", "reboot", "setdomainname", "sethostname", "settimeofday", "stime",
	"swapoff", "swapon", "syslog", "uselib", "userfaultfd", "vhangup", "vm86", "vm86old"};

static const char *const of_mounts[] = {"chroot", "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount",
	"open_tree", "pivot_root", "setns", "umount", "umount2"};

static const char *const of_keyrings[] = {"add_key", "keyctl", "request_key"};

#define OPEN_TREE_ATTR 467 /* Linux 6.15; older libseccomp does not know it */

static int refuse_all(scmp_filter_ctx ctx, const char *const names[], size_t len)
{
	int r = 0;

	for (size_t i = 0; i < len && r == 0; i++) {
		const int n = seccomp_syscall_resolve_name(names[i]);

		if (n >= 0)
			r = seccomp_rule_add(ctx, REFUSE, n, 0);
	}
	return r;
}
#define REFUSE_ALL(ctx, names) refuse_all(ctx, names, sizeof(names) / sizeof(*(names)))

static int wall_namespaces(scmp_filter_ctx ctx)
{
	static const uint32_t flags[] = {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID,
		CLONE_NEWNET};
	/* flags of clone3 are behind a pointer that no filter can follow; libc falls back to clone for ENOSYS */
	int r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags) && r == 0; i++) {
		r = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(unshare), 1, HAS_BITS(0, flags[i]));
		if (r == 0)
			r = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(clone), 1, HAS_BITS(0, flags[i]));
	}
	if (r == 0) /* 0x80 is part of the exit signal for clone(2) */
		r = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(unshare), 1, HAS_BITS(0, 0x80 /* CLONE_NEWTIME */));
	if (r == 0)
		r = seccomp_rule_add(ctx, REFUSE, OPEN_TREE_ATTR, 0);
	return r < 0 ? r : REFUSE_ALL(ctx, of_mounts);
}

/* Typing into a terminal for its owner, or taking it over. */
static int wall_terminals(scmp_filter_ctx ctx)
{
	static const uint32_t requests[] = {TIOCSTI, TIOCLINUX, TIOCSETD, TIOCCONS};
	int r = 0;

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests) && r == 0; i++)
		r = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(ioctl), 1, INT_IS(1, requests[i]));
	return r;
}

/*
 * A limit of 1 keeps the kernel from starting core_pattern's program as root; an account that lowers it to 0 would bring that
 * back (core(5)). Programs that try (ssh-agent) are told that it worked.
 */
static int wall_core(scmp_filter_ctx ctx)
{
	const int r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(0), SCMP_SYS(setrlimit), 1, INT_IS(0, RLIMIT_CORE));

	return r < 0 ? r :
		       seccomp_rule_add(ctx, SCMP_ACT_ERRNO(0), SCMP_SYS(prlimit64), 2, INT_IS(1, RLIMIT_CORE),
			       SCMP_CMP64(2, SCMP_CMP_NE, 0));
}

static int wall_write_execute(scmp_filter_ctx ctx)
{
	int r = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(mmap), 1, HAS_BITS(2, PROT_WRITE | PROT_EXEC));

	if (r == 0)
		r = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(mprotect), 1, HAS_BITS(2, PROT_EXEC));
	if (r == 0)
		r = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(pkey_mprotect), 1, HAS_BITS(2, PROT_EXEC));
	if (r == 0) /* asking for the present one (0xffffffff) is refused with it */
		r = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(personality), 1, HAS_BITS(0, 0x0400000 /* READ_IMPLIES_EXEC */));
	return r < 0 ? r : seccomp_rule_add(ctx, REFUSE, SCMP_SYS(shmat), 1, HAS_BITS(2, SHM_EXEC));
}

/*
 * A file with the set-user-ID bit that is left in the home is the account, outside, for whoever runs it there. On directories the
 * set-group-ID bit is of use, and chmod cannot tell; files are never made with either.
 */
static int wall_setuid_files(scmp_filter_ctx ctx)
{
	static const struct {
		int nr;
		unsigned mode_arg;
		uint64_t bit;
	} changes[] = {
		{SCMP_SYS(chmod), 1, S_ISUID},
		{SCMP_SYS(fchmod), 1, S_ISUID},
		{SCMP_SYS(fchmodat), 2, S_ISUID},
		{452 /* fchmodat2, Linux 6.6 */, 2, S_ISUID},
		{SCMP_SYS(creat), 1, S_ISUID},
		{SCMP_SYS(creat), 1, S_ISGID},
		{SCMP_SYS(mknod), 1, S_ISUID},
		{SCMP_SYS(mknod), 1, S_ISGID},
		{SCMP_SYS(mknodat), 2, S_ISUID},
		{SCMP_SYS(mknodat), 2, S_ISGID},
	};
	static const uint64_t makes[] = {O_CREAT, O_TMPFILE & ~O_DIRECTORY}, bits[] = {S_ISUID, S_ISGID};
	int r = 0;

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes) && r == 0; i++)
		if (changes[i].nr >= 0)
			r = seccomp_rule_add(ctx, REFUSE, changes[i].nr, 1, HAS_BITS(changes[i].mode_arg, changes[i].bit));
	for (size_t i = 0; i < 4 && r == 0; i++) {
		const uint64_t make = makes[i / 2], bit = bits[i % 2];

		if (SCMP_SYS(open) >= 0)
			r = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(open), 2, HAS_BITS(1, make), HAS_BITS(2, bit));
		if (r == 0)
			r = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(openat), 2, HAS_BITS(2, make), HAS_BITS(3, bit));
	}
	/* its mode is behind a pointer that no filter can follow; programs fall back to openat */
	return r < 0 ? r : seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0);
}

/*
 * A server's files may be root's, and its group is often trusted: no program of that group is left on the host. This takes the
 * set-group-ID bit of directories away, too.
 */
static int wall_setgid_files(scmp_filter_ctx ctx)
{
	const int calls[] = {SCMP_SYS(chmod), SCMP_SYS(fchmod), SCMP_SYS(fchmodat), 452 /* fchmodat2, Linux 6.6 */};
	int r = 0;

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls) && r == 0; i++)
		if (calls[i] >= 0)
			r = seccomp_rule_add(ctx, REFUSE, calls[i], 1, HAS_BITS(i < 2 ? 1 : 2, S_ISGID));
	return r;
}

#define PROTO_SMC   256
#define PROTO_MPTCP 262

/* Landlock's ports are those of connect(2) and bind(2) on TCP sockets alone (landlock(7)). */
static int wall_ports(scmp_filter_ctx ctx)
{
	int r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPROTONOSUPPORT), SCMP_SYS(socket), 1, INT_IS(2, PROTO_MPTCP));

	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPROTONOSUPPORT), SCMP_SYS(socket), 1, INT_IS(2, PROTO_SMC));
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EOPNOTSUPP), SCMP_SYS(sendto), 1, HAS_BITS(3, MSG_FASTOPEN));
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EOPNOTSUPP), SCMP_SYS(sendmsg), 1, HAS_BITS(2, MSG_FASTOPEN));
	return r < 0 ? r : seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EOPNOTSUPP), SCMP_SYS(sendmmsg), 1, HAS_BITS(3, MSG_FASTOPEN));
}

static const struct {
	const char *name;
	unsigned number;
} families[] = {
	{"unix", AF_UNIX},
	{"inet", AF_INET},
	{"ax25", AF_AX25},
	{"ipx", AF_IPX},
	{"appletalk", AF_APPLETALK},
	{"x25", AF_X25},
	{"inet6", AF_INET6},
	{"key", AF_KEY},
	{"netlink", AF_NETLINK},
	{"packet", AF_PACKET},
	{"rds", AF_RDS},
	{"pppox", AF_PPPOX},
	{"llc", AF_LLC},
	{"ib", AF_IB},
	{"mpls", AF_MPLS},
	{"can", AF_CAN},
	{"tipc", AF_TIPC},
	{"bluetooth", AF_BLUETOOTH},
	{"rxrpc", AF_RXRPC},
	{"isdn", AF_ISDN},
	{"phonet", AF_PHONET},
	{"ieee802154", AF_IEEE802154},
	{"alg", AF_ALG},
	{"nfc", AF_NFC},
	{"vsock", AF_VSOCK},
	{"kcm", AF_KCM},
	{"qipcrtr", AF_QIPCRTR},
	{"smc", AF_SMC},
	{"xdp", AF_XDP},
	{"mctp", 45},
};

/* A bit for each family that is named; 0 if a name is unknown. */
static int family_bits(const char *words, uint64_t *ret)
{
	uint64_t bits = 0;

	while (*words) {
		const size_t len = strcspn(words, " ");
		bool known = false;

		for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
			if (strlen(families[i].name) == len && strncmp(families[i].name, words, len) == 0) {
				bits |= UINT64_C(1) << families[i].number;
				known = true;
			}
		}
		if (!known)
			return -EINVAL;
		words += len;
		words += strspn(words, " ");
	}
	*ret = bits;
	return 0;
}

/* Every other number is refused: each below the highest that is allowed, and all above it, whatever the high bits. */
static int wall_families(scmp_filter_ctx ctx, const char *words)
{
	const int calls[] = {SCMP_SYS(socket), SCMP_SYS(socketpair)};
	const uint32_t refuse = SCMP_ACT_ERRNO(EAFNOSUPPORT);
	uint64_t bits = 0;
	int r = family_bits(words, &bits);

	for (size_t i = 0; i < 2 && r == 0; i++) {
		uint64_t n = 0;

		if (bits == 0) {
			r = seccomp_rule_add(ctx, refuse, calls[i], 0);
			continue;
		}
		for (; bits >> n && r == 0; n++)
			if (!(bits >> n & 1))
				r = seccomp_rule_add(ctx, refuse, calls[i], 1, SCMP_CMP64(0, SCMP_CMP_EQ, n));
		if (r == 0)
			r = seccomp_rule_add(ctx, refuse, calls[i], 1, SCMP_CMP64(0, SCMP_CMP_GE, n));
	}
	return r;
}

static int build_walls(scmp_filter_ctx ctx, const struct seccomp_policy *p)
{
	int r = REFUSE_ALL(ctx, always_refused);

	if (r == 0)
		r = wall_terminals(ctx);
	if (r == 0)
		r = wall_core(ctx);
	if (r == 0)
		r = wall_setuid_files(ctx);
	if (r == 0 && (p->walls & SF_WALL_SETGID))
		r = wall_setgid_files(ctx);
	if (r == 0 && (p->walls & SF_WALL_PORTS))
		r = wall_ports(ctx);
	if (r == 0 && (p->walls & SF_WALL_NAMESPACES))
		r = wall_namespaces(ctx);
	if (r == 0 && (p->walls & SF_WALL_KEYRING))
		r = REFUSE_ALL(ctx, of_keyrings);
	if (r == 0 && (p->walls & SF_WALL_WX))
		r = wall_write_execute(ctx);
	if (r == 0 && (p->walls & SF_WALL_PERSONALITY))
		r = seccomp_rule_add(ctx, REFUSE, SCMP_SYS(personality), 1, SCMP_CMP64(0, SCMP_CMP_NE, 0));
	if (r == 0 && p->families)
		r = wall_families(ctx, p->families);
	return r;
}

/* A new context that kills for a foreign ABI. NULL without memory. */
static scmp_filter_ctx new_context(uint32_t default_action)
{
	scmp_filter_ctx ctx = seccomp_init(default_action);

	if (!ctx)
		return NULL;
	if (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
		seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 0) == 0 && seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0)
		return ctx;
	seccomp_release(ctx);
	return NULL;
}

static scmp_filter_ctx walls(const struct seccomp_policy *p, struct im_err *err)
{
	scmp_filter_ctx ctx = new_context(SCMP_ACT_ALLOW);
	const int r = ctx ? build_walls(ctx, p) : -ENOMEM;

	if (r == 0)
		return ctx;
	if (ctx)
		seccomp_release(ctx);
	im_fail(err, -r, "seccomp: build the walls: %s", strerror(-r));
	return NULL;
}

#define FIRST_UNKNOWN 470 /* the first number that this version gives no name */
#define LAST_UNKNOWN  511

static scmp_filter_ctx filter(const struct seccomp_policy *p, struct im_err *err)
{
	const uint32_t refuse = p->error ? SCMP_ACT_ERRNO((uint32_t)p->error) : SCMP_ACT_KILL_PROCESS;
	struct syscall_set set;
	scmp_filter_ctx ctx;
	int r = syscall_set_parse(p->filter, &set, err);

	if (r < 0)
		return NULL;
	ctx = new_context(set.allow ? refuse : SCMP_ACT_ALLOW);
	r = ctx ? 0 : -ENOMEM;
	for (int n = 0; n < SYSCALL_MAX && r == 0; n++)
		if (set.has[n])
			r = seccomp_rule_add(ctx, set.allow ? SCMP_ACT_ALLOW : refuse, n, 0);
	/* a C library probes what is newer than us, and falls back for ENOSYS alone */
	for (int n = FIRST_UNKNOWN; set.allow && p->error != ENOSYS && n <= LAST_UNKNOWN && r == 0; n++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), n, 0);
	if (r == 0)
		return ctx;
	if (ctx)
		seccomp_release(ctx);
	im_fail(err, -r, "seccomp: build the filter: %s", strerror(-r));
	return NULL;
}

int seccomp_check(const char *words, struct im_err *err)
{
	struct syscall_set set;

	return syscall_set_parse(words, &set, err);
}

static int finish(scmp_filter_ctx ctx, int fd, struct im_err *err)
{
	const int r = fd >= 0 ? seccomp_export_bpf(ctx, fd) : seccomp_load(ctx);

	seccomp_release(ctx);
	return r < 0 ? im_fail(err, -r, "seccomp: load: %s", strerror(-r)) : 0;
}

int seccomp_export(const struct seccomp_policy *p, int fd_walls, int fd_filter, struct im_err *err)
{
	scmp_filter_ctx ctx;
	int r = 0;

	if (fd_walls >= 0) {
		ctx = walls(p, err);
		r = ctx ? finish(ctx, fd_walls, err) : -EINVAL;
	}
	if (r == 0 && fd_filter >= 0 && p->filter) {
		ctx = filter(p, err);
		r = ctx ? finish(ctx, fd_filter, err) : -EINVAL;
	}
	return r;
}

int seccomp_compile(const struct seccomp_policy *p, struct im_err *err)
{
	scmp_filter_ctx ctx = walls(p, err);
	int r = ctx ? finish(ctx, -1, err) : -EINVAL;

	if (r < 0 || !p->filter)
		return r;
	ctx = filter(p, err);
	return ctx ? finish(ctx, -1, err) : -EINVAL;
}

int seccomp_print_groups(FILE *out)
{
	const struct seccomp_group *g;

	for (unsigned i = 0; (g = seccomp_group_at(i)); i++)
		(void)fprintf(out, "%s%s  %s\n    %s\n", i ? "\n" : "", g->name, g->help, g->members); /* ferror() below */
	return ferror(out) ? -EIO : 0;
}
