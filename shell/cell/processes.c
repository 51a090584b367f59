/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "processes.h"
#include "str.h"

enum { FIELD_STATE = 3, FIELD_PARENT = 4, FIELD_SESSION = 6, FIELD_TTY = 7, FIELD_START = 22 };

static bool number(const char *at, uint64_t *ret)
{
	const size_t len = strcspn(at, " \n");
	char digits[24];

	if (len >= sizeof(digits))
		return false;
	memcpy(digits, at, len);
	digits[len] = 0;
	return str_to_u64(digits, UINT64_MAX, ret) == 0;
}

/* The kernel's old encoding of a device in 32 bits: new_encode_dev(). */
static dev_t device(uint64_t nr)
{
	return makedev((unsigned)(nr >> 8) & 0xfff, (unsigned)(nr & 0xff) | ((unsigned)(nr >> 12) & 0xfff00));
}

bool process_parse(const char *text, struct process *ret)
{
	const char *name = strchr(text, '('), *at = strrchr(text, ')'); /* the name may hold anything */
	struct process p = {0};
	uint64_t n = 0;

	if (!name || !at || !number(text, &n))
		return false;
	p.pid = (pid_t)n;
	p.sshd = strncmp(name, "(sshd", 5) == 0;
	at++;
	for (int field = FIELD_STATE; field <= FIELD_START; field++) {
		if (*at != ' ')
			return false;
		at++;
		if (field == FIELD_PARENT || field == FIELD_SESSION || field == FIELD_TTY || field == FIELD_START) {
			if (!number(at, &n))
				return false;
			if (field == FIELD_PARENT)
				p.parent = (pid_t)n;
			else if (field == FIELD_SESSION)
				p.session = (pid_t)n;
			else if (field == FIELD_TTY)
				p.tty = n ? device(n) : 0;
			else
				p.start = n;
		}
		at += strcspn(at, " ");
	}
	*ret = p;
	return true;
}

/* A file of one process, whole or its beginning; "" if it has gone. */
static void read_file(int proc, pid_t pid, const char *name, char *ret, size_t size)
{
	char path[32];
	int fd;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "%d/%s", (int)pid, name); /* fits */
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, ret, size - 1);
	if (fd >= 0)
		(void)close(fd); /* only read */
	ret[n > 0 ? n : 0] = 0;
}

void processes_each(bool (*each)(int proc, const struct process *p, void *ctx), void *ctx)
{
	DIR *proc = opendir("/proc");
	const struct dirent *e;
	bool more = true;

	while (proc && more && (e = readdir(proc))) {
		char text[1024];
		struct process p;
		uint64_t pid;

		if (str_to_u64(e->d_name, INT32_MAX, &pid) < 0)
			continue;
		read_file(dirfd(proc), (pid_t)pid, "stat", text, sizeof(text));
		if (process_parse(text, &p))
			more = each(dirfd(proc), &p, ctx);
	}
	if (proc)
		(void)closedir(proc); /* only read */
}

#define ROOTS_MAX 4096 /* what has no parent begins a session, and is seen behind any number of others */

static struct process list[PROCESSES_MAX + ROOTS_MAX]; /* pages that are not used cost nothing */

static bool keep(int proc, const struct process *p, void *ctx)
{
	size_t *len = ctx;

	(void)proc; /* nothing more is asked */
	if (*len < PROCESSES_MAX || p->parent == 0)
		list[(*len)++] = *p;
	return *len < PROCESSES_MAX + ROOTS_MAX;
}

size_t processes_read(struct process **ret)
{
	size_t len = 0;

	processes_each(keep, &len);
	*ret = list;
	return len;
}

/* The value of a line of /proc/PID/status, in @text; NULL if there is none. */
static char *status_line(int proc, pid_t pid, const char *name, char *text, size_t size)
{
	char *at;

	read_file(proc, pid, "status", text, size);
	at = strstr(text, name); /* the name of the process comes first, and has no line's end in it */
	if (!at)
		return NULL;
	at += strlen(name);
	at[strcspn(at, "\n")] = 0;
	return at;
}

pid_t process_inner(int proc, pid_t pid)
{
	char text[4096];
	const char *numbers = status_line(proc, pid, "\nNSpid:\t", text, sizeof(text)), *last = numbers ? strrchr(numbers, '\t') : NULL;
	uint64_t n = 0;

	return last && str_to_u64(last + 1, INT32_MAX, &n) == 0 ? (pid_t)n : 0;
}

uid_t process_uid(int proc, pid_t pid)
{
	char text[4096], *numbers = status_line(proc, pid, "\nUid:\t", text, sizeof(text));
	uint64_t n = 0;

	if (!numbers)
		return (uid_t)-1;
	numbers[strcspn(numbers, "\t")] = 0;
	return str_to_u64(numbers, UINT32_MAX - 1, &n) == 0 ? (uid_t)n : (uid_t)-1;
}

bool process_is_manager(int proc, pid_t pid)
{
	char text[64];

	read_file(proc, pid, "comm", text, sizeof(text));
	return strcmp(text, "systemd\n") == 0;
}

static int by_pid(const void *pa, const void *pb)
{
	const struct process *a = pa, *b = pb;

	return (a->pid > b->pid) - (a->pid < b->pid);
}

/* /proc lists by number. A child may have a lower one than its parent, so once is not enough. */
void processes_mark(struct process *all, size_t len, pid_t root)
{
	bool more = len > 0;

	for (size_t i = 0; i < len; i++)
		all[i].of_session = all[i].pid == root;
	while (more) {
		more = false;
		for (size_t i = 0; i < len; i++) {
			const struct process key = {.pid = all[i].parent},
					     *parent = all[i].of_session ? NULL : bsearch(&key, all, len, sizeof(*all), by_pid);

			if (parent && parent->of_session)
				all[i].of_session = more = true;
		}
	}
}
