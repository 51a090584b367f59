/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper.h"
#include "network.h"
#include "share.h"
#include "sys.h"

_Static_assert(CELL_NAMESPACES == KEEPER_FD_END - KEEPER_FD_NAMESPACES, "the keeper hands all of them out");

const char *const cell_namespace_names[CELL_NAMESPACES] = {"user", "mnt", "pid", "ipc", "uts", "cgroup", "net"};

static void close_all(int *fds, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]); /* sockets, pidfds, namespaces: nothing to lose */
		fds[i] = -1;
	}
}

static int open_namespaces(pid_t init, int *ret, struct im_err *err)
{
	for (size_t i = 0; i < CELL_NAMESPACES; i++) {
		char path[48];

		(void)snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)init, cell_namespace_names[i]); /* fits */
		ret[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (ret[i] < 0)
			return im_fail(err, errno, "cell: %s: %s", path, strerror(errno));
	}
	return 0;
}

static int socket_name(const struct cell_record *r, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	return snprintf(ret->sun_path, sizeof(ret->sun_path), "%s/%s.sock", r->dir ? r->dir : REGISTRY_DIR, r->id) <
				(int)sizeof(ret->sun_path) ?
		0 :
		-1;
}

static int listen_at(const struct cell_record *r, struct im_err *err)
{
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un name;

	if (fd < 0 || socket_name(r, &name) < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 || listen(fd, 64) < 0) {
		im_fail(err, errno, "cell: listen at %s/%s.sock: %s", r->dir ? r->dir : REGISTRY_DIR, r->id, strerror(errno));
		if (fd >= 0)
			(void)close(fd); /* nobody has come */
		return -err->code;
	}
	return fd;
}

/* The keeper serves later logins too: what the one that raised the cell may use (su after ulimit, pam_limits before sudo) is not its limit. */
static void lift_limits(void)
{
	static const int kinds[] = {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_AS, RLIMIT_DATA};
	const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY}, files = {KEEPER_FILES, KEEPER_FILES};
	struct rlimit have;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		(void)setrlimit(kinds[i], &none); /* EPERM: not root's */
	if (getrlimit(RLIMIT_NOFILE, &have) == 0 && have.rlim_max < KEEPER_FILES && setrlimit(RLIMIT_NOFILE, &files) == 0)
		return;
	have.rlim_cur = have.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &have); /* as above */
}

/* In the grandchild: the keeper's descriptors at their places, and nothing else. */
static _Noreturn void become_keeper(const int *fds, int program, char *const argv[])
{
	char *const envp[] = {NULL};
	int high[KEEPER_FD_END] = {0};

	lift_limits();
	for (int i = KEEPER_FD_LIFELINE; i < KEEPER_FD_END; i++) /* out of each other's way first */
		if ((high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, KEEPER_FD_END)) < 0)
			_exit(1);
	program = fcntl(program, F_DUPFD_CLOEXEC, KEEPER_FD_END);
	for (int i = KEEPER_FD_LIFELINE; i < KEEPER_FD_END; i++)
		if (dup2(high[i], i) < 0)
			_exit(1);
	if (setsid() >= 0)
		(void)syscall(SYS_execveat, program, "", argv, envp, AT_EMPTY_PATH); /* returns only if it failed */
	_exit(1);
}

/* Twice forked: the caller's wait(2) is not to find it, and it outlives the caller. */
static int start_keeper(const int *fds, const char *path, struct cell_record *rec, bool linger, struct cell_network *n, struct im_err *err)
{
	char name[] = "immure-keeper", yes[] = "yes", no[] = "no", init[24], start[24];
	char *argv[6 + NET_MAX_ADDRESSES] = {name, rec->id, linger ? yes : no, init, start};
	const int program = open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	int status = 0, r = 0;
	pid_t pid;

	(void)snprintf(init, sizeof(init), "%d", (int)rec->init);          /* fits */
	(void)snprintf(start, sizeof(start), "%" PRIu64, rec->start); /* fits */
	for (size_t i = 0; i < n->len; i++)
		argv[5 + i] = n->names[i];
	pid = program < 0 ? -1 : fork();
	if (pid == 0) {
		const pid_t keeper = fork();

		if (keeper == 0)
			become_keeper(fds, program, argv);
		_exit(keeper < 0);
	}
	if (pid < 0)
		r = im_fail(err, errno, "cell: start %s: %s (is immure installed completely?)", path, strerror(errno));
	while (r == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r == 0 && status != 0)
		r = im_fail(err, EAGAIN, "cell: start %s: fork failed", path);
	if (program >= 0)
		(void)close(program); /* O_PATH */
	return r;
}

int cell_share(struct cell *c, int registry, const struct cell_record *rec, const char *keeper_path, bool linger, struct im_err *err)
{
	struct cell_record r = *rec;
	int fds[KEEPER_FD_END], link[2] = {-1, -1}, code;

	for (int i = 0; i < KEEPER_FD_END; i++)
		fds[i] = -1;
	r.init = c->init;
	r.start = process_start(c->init);
	code = open_namespaces(c->init, fds + KEEPER_FD_NAMESPACES, err);
	if (code == 0 && (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link) < 0 || (fds[KEEPER_FD_LOGIN] = sys_pidfd_open(getpid())) < 0))
		code = im_fail(err, errno, "cell: %s", strerror(errno));
	if (code == 0) {
		fds[KEEPER_FD_LISTEN] = listen_at(&r, err);
		code = fds[KEEPER_FD_LISTEN] < 0 ? fds[KEEPER_FD_LISTEN] : 0;
	}
	if (code == 0) {
		fds[KEEPER_FD_LIFELINE] = c->lifeline;
		fds[KEEPER_FD_INIT] = c->pidfd;
		fds[KEEPER_FD_LINK] = link[1];
		fds[KEEPER_FD_REGISTRY] = registry;
		fds[KEEPER_FD_LEASES] = c->network.leases < 0 ? registry : c->network.leases;
		code = start_keeper(fds, keeper_path, &r, linger, &c->network, err);
		fds[KEEPER_FD_LIFELINE] = fds[KEEPER_FD_INIT] = fds[KEEPER_FD_LINK] = fds[KEEPER_FD_REGISTRY] = fds[KEEPER_FD_LEASES] = -1;
	}
	if (code == 0)
		code = registry_write(registry, &r, err);
	if (code == 0) {
		network_forget(&c->network); /* the keeper gives it back */
		(void)close(c->lifeline); /* the keeper has it */
		c->lifeline = -1;
		c->link = link[0];
		link[0] = -1;
	} else {
		registry_remove(registry, r.id);
	}
	close_all(fds, KEEPER_FD_END);
	close_all(link, 2);
	return code;
}

/* A keeper was started by whoever the registry belongs to. */
static bool is_ours(int link)
{
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t len = sizeof(peer);

	return getsockopt(link, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid();
}

static int connect_to(const struct cell_record *r)
{
	const struct timeval patience = {.tv_sec = 5};
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un name;
	bool late;

	errno = 0;
	if (fd >= 0 && socket_name(r, &name) == 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0 &&
		connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0 && is_ours(fd))
		return fd;
	late = errno == EAGAIN; /* others wait for it as well */
	if (fd >= 0)
		(void)close(fd); /* nobody there */
	return late ? -EAGAIN : -1;
}

static bool send_join(int link, int pidfd)
{
	char word = KEEPER_JOIN;
	struct iovec iov = {&word, 1};
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control.space)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &pidfd, sizeof(int));
	return sendmsg(link, &msg, MSG_NOSIGNAL) == 1;
}

static bool receive_namespaces(int link, int *ret)
{
	char word = 0;
	struct iovec iov = {&word, 1};
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int) * CELL_NAMESPACES)];
	} control = {0};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control.space)};
	const struct cmsghdr *c;

	if (recvmsg(link, &msg, MSG_CMSG_CLOEXEC) != 1 || word != KEEPER_YES)
		return false;
	c = CMSG_FIRSTHDR(&msg);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof(int) * CELL_NAMESPACES))
		return false;
	memcpy(ret, CMSG_DATA(c), sizeof(int) * CELL_NAMESPACES);
	return true;
}

static const int namespace_types[CELL_NAMESPACES] = {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWIPC, CLONE_NEWUTS,
	CLONE_NEWCGROUP, CLONE_NEWNET};

static bool same_namespace(int a, int b)
{
	struct stat x, y;

	return a >= 0 && b >= 0 && fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

static int own_namespace(size_t kind)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", cell_namespace_names[kind]); /* fits */
	return open(path, O_RDONLY | O_CLOEXEC);
}

bool cell_is_inside(int ns, size_t kind)
{
	const int own = own_namespace(kind);
	const bool same = same_namespace(ns, own);

	if (own >= 0)
		(void)close(own); /* only looked at */
	return same;
}

/* What @get tells of a namespace, which is another namespace: is it @want? */
static bool leads_to(int ns, unsigned long get, int want)
{
	const int fd = ioctl(ns, get);
	const bool same = same_namespace(fd, want);

	if (fd >= 0)
		(void)close(fd); /* only looked at */
	return same;
}

/* A user namespace that the caller made itself, in the one that it is in. */
static bool is_own_child(int ns)
{
	const int own = own_namespace(0);
	uid_t owner = (uid_t)-1;
	const bool good = ioctl(ns, NS_GET_OWNER_UID, &owner) == 0 && owner == geteuid() && leads_to(ns, NS_GET_PARENT, own);

	if (own >= 0)
		(void)close(own); /* only looked at */
	return good;
}

/*
 * A namespace that somebody else's user namespace owns would be a trap. @user: the cell has a user namespace of its own, which is
 * the account's; @net: it has a network of its own, else the one that the caller is in.
 */
static int verify(const struct cell *c, bool user, bool net, struct im_err *err)
{
	for (size_t i = 0; i < CELL_NAMESPACES; i++) {
		const int fd = c->namespaces[i];
		bool good = ioctl(fd, NS_GET_NSTYPE) == namespace_types[i];

		if (i == 0)
			good = good && (user ? is_own_child(fd) : cell_is_inside(fd, 0));
		else if (user && !net && namespace_types[i] == CLONE_NEWNET)
			good = good && cell_is_inside(fd, i);
		else
			good = good && leads_to(fd, NS_GET_USERNS, c->namespaces[0]);
		if (namespace_types[i] == CLONE_NEWNS || namespace_types[i] == CLONE_NEWPID)
			good = good && !cell_is_inside(fd, i);
		if (!good)
			return im_fail(err, EPERM, "cell: its %s namespace is not of this host's making", cell_namespace_names[i]);
	}
	return 0;
}

int cell_join(const struct cell_record *rec, uint64_t namespaces, struct cell *ret, struct im_err *err)
{
	const int self = sys_pidfd_open(getpid());
	struct cell c = CELL_NONE;
	int r = 1;

	if (self < 0)
		return im_fail(err, errno, "cell: pidfd_open: %s", strerror(errno));
	c.link = connect_to(rec);
	if (c.link >= 0 && send_join(c.link, self) && receive_namespaces(c.link, c.namespaces))
		r = verify(&c, namespaces & CLONE_NEWUSER, namespaces & CLONE_NEWNET, err);
	(void)close(self); /* the keeper has its own */
	if (r == 0)
		*ret = c;
	else
		cell_end(&c);
	return r;
}

int cell_logins(const struct cell_record *r)
{
	const int link = connect_to(r);
	const char word = KEEPER_COUNT;
	uint32_t n = 0;
	ssize_t got;
	bool late;

	if (link < 0)
		return link == -EAGAIN ? -EAGAIN : 0;
	got = send(link, &word, 1, MSG_NOSIGNAL) == 1 ? recv(link, &n, sizeof(n), 0) : 0;
	late = got < 0 && errno == EAGAIN;
	(void)close(link); /* asked and answered */
	return late ? -EAGAIN : got == (ssize_t)sizeof(n) ? (int)n : 0;
}

void cell_leave(int link)
{
	const char word = KEEPER_LEAVE;

	if (link < 0)
		return;
	(void)send(link, &word, 1, MSG_NOSIGNAL); /* EPIPE: the cell has ended already */
	(void)close(link); /* as above; a copy in sshd's user side cannot hold the login any more */
}
