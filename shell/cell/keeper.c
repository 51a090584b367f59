/* SPDX-License-Identifier: MIT */
/*
 * immure-keeper: on the host, one for each cell that the PAM door built or that its account raised to be shared. It holds the cell's
 * lifeline as long as a login is there, lets later logins in, and takes the record away when the cell has ended, however that came.
 * It is root without a capability, or the account outside of the cell; it reads nothing that an account writes, and when it dies the
 * cell dies.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keeper.h"
#include "lease.h"
#include "processes.h"
#include "str.h"

#define MAX_LOGINS 400 /* more raise another cell */
#define MAX_LINKS (MAX_LOGINS + 8) /* room for some who only ask how many there are, or are told that it is full */
#define NAMESPACES (KEEPER_FD_END - KEEPER_FD_NAMESPACES)

struct link {
	int fd;     /* -1: free, or the process is about to die */
	int pidfd;  /* -1: has not joined */
};

#define KEEPER_FILES_LEAST (KEEPER_FD_END + 2 + MAX_LINKS - MAX_LOGINS + 2) /* with one login */
_Static_assert(2 * MAX_LINKS + 2 + KEEPER_FD_END < KEEPER_FILES, "all have room");

static struct link links[MAX_LINKS];
static size_t most = MAX_LOGINS; /* of them may have joined */
static const char *id;
static ino_t listening; /* the socket's file */
static bool lingers;
static pid_t init_pid;
static uint64_t init_start;
static char *const *leases; /* ends in NULL */

static void drop(struct link *l)
{
	if (l->fd >= 0)
		(void)close(l->fd); /* a socket: nothing to lose */
	if (l->pidfd >= 0)
		(void)close(l->pidfd); /* held nothing */
	*l = (struct link){-1, -1};
}

static unsigned count(void)
{
	unsigned n = 0;

	for (size_t i = 0; i < MAX_LINKS; i++)
		n += links[i].pidfd >= 0;
	return n;
}

static ino_t socket_file(const char *name)
{
	struct stat st;

	return fstatat(KEEPER_FD_REGISTRY, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? 0 : st.st_ino;
}

/* Before the record: whoever finds that gone finds the addresses free. */
static void give_back(void)
{
	size_t len = 0;

	while (leases[len])
		len++;
	lease_drop(KEEPER_FD_LEASES, leases, len, init_pid, init_start);
}

/* The end: the kernel kills what is in the cell once its init is gone, and that is waited for, but not for ever. */
static _Noreturn void finish(void)
{
	struct pollfd init = {.fd = KEEPER_FD_INIT, .events = POLLIN};
	char name[64];

	(void)close(KEEPER_FD_LIFELINE); /* init ends */
	for (int i = 0; i < 50 && poll(&init, 1, 20) <= 0; i++)
		;
	give_back();
	(void)snprintf(name, sizeof(name), "%s.sock", id); /* fits: an id is short */
	if (listening && socket_file(name) == listening) { /* whoever found it stale was faster, and may have given the id away */
		(void)unlinkat(KEEPER_FD_REGISTRY, name, 0); /* ENOENT: as above */
		(void)unlinkat(KEEPER_FD_REGISTRY, id, 0);   /* as above */
	}
	keeper_leave_subtree();
	_exit(0);
}

/* init stays from here on, or has gone already. */
static bool resume(void)
{
	const char word = INIT_RESUME;
	char answer;

	return send(KEEPER_FD_LIFELINE, &word, 1, MSG_NOSIGNAL) == 1 && recv(KEEPER_FD_LIFELINE, &answer, 1, 0) == 1 &&
		answer == INIT_RESUME;
}

static bool send_namespaces(int fd)
{
	char word = KEEPER_YES;
	struct iovec iov = {&word, 1};
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int) * NAMESPACES)];
	} control = {0};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control.space)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int fds[NAMESPACES];

	for (int i = 0; i < NAMESPACES; i++)
		fds[i] = KEEPER_FD_NAMESPACES + i;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(c), fds, sizeof(fds));
	return sendmsg(fd, &msg, MSG_NOSIGNAL) == 1;
}

/* One message; @ret_fd: the descriptor that came with it, or -1. Whatever else came is closed by the kernel or here. */
static char receive(int fd, int *ret_fd)
{
	char word = 0;
	struct iovec iov = {&word, 1};
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control.space)};
	const struct cmsghdr *c;

	*ret_fd = -1;
	if (recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1)
		return 0;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(ret_fd, CMSG_DATA(c), sizeof(int));
	return word;
}

static void hear(struct link *l)
{
	int fd;
	const char word = receive(l->fd, &fd);
	const uint32_t n = count();
	const bool may_join = word == KEEPER_JOIN && fd >= 0 && l->pidfd < 0 && n < most;

	if (may_join && (n || !lingers || resume()) && send_namespaces(l->fd)) {
		l->pidfd = fd;
		return;
	}
	if (fd >= 0)
		(void)close(fd); /* not taken */
	if (!word && l->pidfd >= 0) { /* a process that dies closes its end first; what it leaves behind is looked for once it is dead */
		(void)close(l->fd); /* nothing more comes */
		l->fd = -1;
		return;
	}
	if (word == KEEPER_COUNT && l->pidfd < 0 && send(l->fd, &n, sizeof(n), MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof(n))
		return;
	drop(l);
}

static void let_in(void)
{
	const int fd = accept4(KEEPER_FD_LISTEN, NULL, NULL, SOCK_CLOEXEC);
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t len = sizeof(peer);

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid())
		for (size_t i = 0; i < most + MAX_LINKS - MAX_LOGINS; i++)
			if (links[i].fd < 0 && links[i].pidfd < 0) {
				links[i].fd = fd;
				return;
			}
	(void)close(fd); /* another account, or more than anybody needs */
}

/* The number of a process that a pidfd stands for (Pid: of its fdinfo), or -1. */
static pid_t pid_of(int pidfd)
{
	char path[48], text[512], *at;
	int fd;
	ssize_t n;
	uint64_t pid;

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd); /* fits */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		(void)close(fd); /* only read */
	text[n > 0 ? n : 0] = 0;
	at = strstr(text, "\nPid:\t");
	if (!at)
		return -1;
	at += sizeof("\nPid:\t") - 1;
	at[strcspn(at, "\n")] = 0;
	return str_to_u64(at, INT32_MAX, &pid) == 0 ? (pid_t)pid : -1;
}

/*
 * The kernel gives what a dead login began to the host's init, or to a manager that takes in orphans. Only the account's own are told of,
 * and whether one is in this cell can init alone say.
 */
static bool report_orphan(int proc, const struct process *p, void *ctx)
{
	struct orphan msg = {.word = INIT_ORPHAN, .start = p->start};
	const uid_t *uid = ctx;

	if (p->parent != 1 && !process_is_manager(proc, p->parent))
		return true;
	msg.pid = process_inner(proc, p->pid);
	if (msg.pid > 1 && process_uid(proc, p->pid) == *uid)
		(void)send(KEEPER_FD_LIFELINE, &msg, sizeof(msg), MSG_NOSIGNAL); /* EPIPE: init has ended, and all with it */
	return true;
}

static void report_orphans(void)
{
	const int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	uid_t uid = proc < 0 ? (uid_t)-1 : process_uid(proc, pid_of(KEEPER_FD_INIT));

	if (proc >= 0)
		(void)close(proc); /* O_PATH */
	if (uid != (uid_t)-1)
		processes_each(report_orphan, &uid);
}

/* It died, or ended without closing its session. What it began in the cell is nobody's now: the kernel gives it to the host's init. */
static void bury(struct link *l)
{
	drop(l);
	if (count())
		report_orphans();
}

/* The last login has gone: the cell ends, now or with its last process. */
static void last_gone(void)
{
	const char word = INIT_LINGER;

	if (!lingers || send(KEEPER_FD_LIFELINE, &word, 1, MSG_NOSIGNAL) != 1)
		finish();
}

static _Noreturn void keep(void)
{
	static struct pollfd fds[2 + 2 * MAX_LINKS]; /* large for a stack */

	for (;;) {
		const unsigned before = count();
		static size_t of[2 * MAX_LINKS + 1]; /* as above */
		nfds_t n = 2;

		fds[0] = (struct pollfd){.fd = KEEPER_FD_INIT, .events = POLLIN};
		fds[1] = (struct pollfd){.fd = KEEPER_FD_LISTEN, .events = POLLIN};
		for (size_t i = 0; i < MAX_LINKS; i++) { /* poll(2) takes no more of them than there may be open files */
			of[n - 2] = i;
			if (links[i].pidfd >= 0)
				fds[n++] = (struct pollfd){.fd = links[i].pidfd, .events = POLLIN};
			of[n - 2] = i;
			if (links[i].fd >= 0)
				fds[n++] = (struct pollfd){.fd = links[i].fd, .events = POLLIN};
		}
		if (poll(fds, n, -1) < 0 && errno != EINTR)
			finish();
		if (fds[0].revents)
			finish();
		for (nfds_t k = 2; k < n; k++) {
			struct link *l = &links[of[k - 2]];

			if (fds[k].revents && fds[k].fd == l->pidfd)
				bury(l);
			else if (fds[k].revents && fds[k].fd == l->fd)
				hear(l);
		}
		if (fds[1].revents)
			let_in();
		if (before && !count())
			last_gone();
	}
}

static bool give_up_privilege(void)
{
	struct rlimit files;

	struct {
		uint32_t version;
		int pid;
	} header = {0x20080522 /* _LINUX_CAPABILITY_VERSION_3 */, 0};
	const uint32_t none[6] = {0};

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return false;
	files.rlim_cur = files.rlim_max; /* two a login; poll(2) refuses to wait for more than that */
	if (files.rlim_max < KEEPER_FILES)
		most = files.rlim_max < KEEPER_FILES_LEAST ? 1 : (size_t)(files.rlim_max - KEEPER_FILES_LEAST) / 2 + 1;
	return setrlimit(RLIMIT_NOFILE, &files) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
		syscall(SYS_capset, &header, none) == 0;
}

int main(int argc, char *argv[])
{
	char name[64];
	sigset_t all;

	if (argc < 5 || !give_up_privilege() || sigfillset(&all) < 0 || sigprocmask(SIG_BLOCK, &all, NULL) < 0 ||
		close_range(0, 2, 0) < 0 || close_range(KEEPER_FD_END, ~0U, 0) < 0 || chdir("/") < 0)
		return 1;
	id = argv[1];
	(void)snprintf(name, sizeof(name), "%s.sock", id); /* fits: an id is short */
	listening = socket_file(name);
	lingers = strcmp(argv[2], "yes") == 0;
	init_pid = (pid_t)strtol(argv[3], NULL, 10); /* as cell_share() wrote it: numbers of ours */
	init_start = strtoull(argv[4], NULL, 10);
	leases = argv + 5;
	for (size_t i = 0; i < MAX_LINKS; i++)
		links[i] = (struct link){-1, -1};
	links[0] = (struct link){KEEPER_FD_LINK, KEEPER_FD_LOGIN};
	keep();
}
