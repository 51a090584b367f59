/* SPDX-License-Identifier: MIT */
/*
 * Making and unmaking. The definition is written first and removed last, so that whatever is half done can be finished or undone; the
 * filter is there before the bridge, so that no cell is ever on an open one.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "immurectl_network.h"
#include "sys.h"
#include "tool.h"
#include "trust.h"

#define PATIENCE_MS 20000

static struct tool ip = {.name = "ip", .package = "iproute2"}, nft = {.name = "nft", .package = "nftables"};

static int find_tools(struct im_err *err)
{
	const int r = tool_find(&ip, err);

	return r < 0 ? r : tool_find(&nft, err);
}

static int run(const struct tool *t, const char *const argv[], const char *input, struct im_err *err)
{
	return tool_run(t, argv, input, -1, -1, sys_now_ms() + PATIENCE_MS, err);
}

static int make_parents(const char *path, struct im_err *err)
{
	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		char *parent = strndup(path, (size_t)(slash - path));
		const int r = !parent || (mkdir(parent, 0755) < 0 && errno != EEXIST) ? -(parent ? errno : ENOMEM) : 0;

		if (r < 0)
			im_fail(err, -r, "make %s: %s", parent ? parent : path, strerror(-r));
		free(parent);
		if (r < 0)
			return r;
	}
	return 0;
}

static int write_all(int fd, const char *text)
{
	for (size_t len = strlen(text); len;) {
		const ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return fsync(fd);
}

/* Appears whole or not at all. */
static int put(const struct network_file *f, struct im_err *err)
{
	char *temporary = str_printf("%s.new", f->path);
	int fd = -1, r;

	if (!temporary)
		return im_fail(err, ENOMEM, "not enough memory");
	r = make_parents(f->path, err);
	if (r == 0 && unlink(temporary) < 0 && errno != ENOENT)
		r = im_fail(err, errno, "%s: %s", temporary, strerror(errno));
	if (r == 0 && f->link && symlink(f->text, temporary) < 0)
		r = im_fail(err, errno, "make %s: %s", f->path, strerror(errno));
	if (r == 0 && !f->link) {
		fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
		if (fd < 0 || fchmod(fd, 0644) < 0 || write_all(fd, f->text) < 0)
			r = im_fail(err, errno, "write %s: %s", f->path, strerror(errno));
		if (fd >= 0 && close(fd) < 0 && r == 0)
			r = im_fail(err, errno, "write %s: %s", f->path, strerror(errno));
	}
	if (r == 0 && rename(temporary, f->path) < 0)
		r = im_fail(err, errno, "make %s: %s", f->path, strerror(errno));
	if (r < 0)
		(void)unlink(temporary); /* ENOENT: it had not come that far */
	free(temporary);
	return r;
}

/* What somebody else has put in its place stays. */
static int take_away(const struct network *n, const struct network_file *f, struct im_err *err)
{
	char *text = NULL;
	size_t len;
	struct stat st;
	struct im_err ignored = {0};
	bool ours;

	if (lstat(f->path, &st) < 0)
		return errno == ENOENT ? 0 : im_fail(err, errno, "%s: %s", f->path, strerror(errno));
	ours = f->link ? S_ISLNK(st.st_mode) : trust_read(f->path, (size_t)256 * 1024, &text, &len, &ignored) == 0 && network_is_ours(n->name, text);
	free(text);
	if (!ours)
		return im_fail(err, EEXIST, "%s: is not immurectl's any more, and stays", f->path);
	return unlink(f->path) < 0 ? im_fail(err, errno, "remove %s: %s", f->path, strerror(errno)) : 0;
}

static int load_rules(const char *text, struct im_err *err)
{
	const char *const argv[] = {"nft", "-f", "-", NULL};

	return text ? run(&nft, argv, text, err) : im_fail(err, ENOMEM, "not enough memory");
}

/* A bridge of ours that is there keeps its cells: only what is missing is added. */
static int make_bridge(const struct network *n, const struct network_plan *p, struct im_err *err)
{
	const bool there = if_nametoindex(n->name) != 0;
	const char *const argv[] = {"ip", there ? "-force" : "-batch", there ? "-batch" : "-", there ? "-" : NULL, NULL};
	const int r = run(&ip, argv, p->link_batch, err);

	return there ? 0 : r; /* what was there already was refused; network_differences() has the last word */
}

static int forward(const char *path, struct im_err *err)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r = 0;

	if (fd < 0 || write(fd, "1", 1) != 1)
		r = im_fail(err, errno, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd); /* the kernel has taken or refused it in write(2) */
	return r;
}

/* Whoever watches the files is told, if they run here. */
static void tell_systemd(const struct network *n)
{
	static const struct {
		struct tool tool;
		const char *argv[4];
	} calls[] = {{{"systemctl", NULL, "systemd"}, {"systemctl", "daemon-reload", NULL}}, {{"networkctl", NULL, "systemd"}, {"networkctl", "reload", NULL}}};
	struct im_err err = {0};

	if (n->backend != BACKEND_NETWORKD || access("/run/systemd/system", F_OK) < 0)
		return;
	for (size_t i = 0; i < 2; i++) {
		struct tool t = calls[i].tool;

		if (tool_find(&t, &err) == 0 && run(&t, calls[i].argv, "", &err) < 0)
			(void)fprintf(stderr, "immurectl: warning: %s\n", err.text); /* only told: the network is there */
	}
}

int network_apply(const struct network *n, const struct network_plan *p, struct im_err *err)
{
	char *rules = network_filter(n);
	int r = find_tools(err);

	for (size_t i = 0; i < p->len && r == 0; i++)
		r = put(&p->files[i], err);
	if (r == 0)
		r = load_rules(rules, err);
	if (r == 0)
		r = make_bridge(n, p, err);
	if (r == 0 && p->forward4)
		r = forward("/proc/sys/net/ipv4/ip_forward", err);
	if (r == 0 && p->forward6)
		r = forward("/proc/sys/net/ipv6/conf/all/forwarding", err);
	if (r == 0)
		tell_systemd(n);
	free(rules);
	return r;
}

static void keep_first(int r, const struct im_err *now, int *first, struct im_err *err)
{
	if (r == 0 || *first < 0)
		return;
	*first = r;
	*err = *now;
}

int network_undo(const struct network *n, const struct network_plan *p, struct im_err *err)
{
	const char *const del[] = {"ip", "link", "delete", "dev", n->name, "type", "bridge", NULL};
	char *undo = network_filter_undo(n);
	struct im_err now = {0};
	int first = find_tools(err);

	if (first == 0 && if_nametoindex(n->name))
		keep_first(run(&ip, del, "", &now), &now, &first, err);
	now = (struct im_err){0};
	if (first == 0) /* as long as there is a bridge, there is a filter */
		keep_first(load_rules(undo, &now), &now, &first, err);
	for (size_t i = p->len; i > 1; i--) {
		now = (struct im_err){0};
		keep_first(take_away(n, &p->files[i - 1], &now), &now, &first, err);
	}
	now = (struct im_err){0};
	if (first == 0 && p->len)
		keep_first(take_away(n, &p->files[0], &now), &now, &first, err);
	tell_systemd(n);
	free(undo);
	return first;
}

/* All of it, or -1. */
static int read_all(int fd, char **ret)
{
	size_t len;
	FILE *out = open_memstream(ret, &len);
	char buf[4096];
	ssize_t n;
	bool good;

	if (!out)
		return -1;
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0 && fwrite(buf, 1, (size_t)n, out) != (size_t)n)
			break;
	}
	good = n == 0 && !ferror(out);
	if (fclose(out) == 0 && good)
		return 0;
	free(*ret);
	*ret = NULL;
	return -1;
}

static int start(const char *const argv[], int out, pid_t *ret)
{
	char *const envp[] = {(char *)(uintptr_t)"LC_ALL=C", NULL};
	posix_spawn_file_actions_t files;
	int r = posix_spawn_file_actions_init(&files);

	if (r == 0)
		r = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&files, out, 1);
	if (r == 0)
		r = posix_spawn(ret, argv[0], &files, NULL, (char *const *)(uintptr_t)argv, envp);
	(void)posix_spawn_file_actions_destroy(&files); /* frees */
	return r;
}

int network_capture(const char *const argv[], int netns, char **ret, struct im_err *err)
{
	const int own = netns < 0 ? -1 : open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int out[2] = {-1, -1}, status = -1, r = netns >= 0 && own < 0 ? errno : 0;
	pid_t pid = -1;

	*ret = NULL;
	if (r == 0 && (pipe2(out, O_CLOEXEC) < 0 || (netns >= 0 && setns(netns, CLONE_NEWNET) < 0)))
		r = errno;
	if (r == 0)
		r = start(argv, out[1], &pid);
	if (own >= 0 && setns(own, CLONE_NEWNET) < 0)
		abort(); /* everything that follows would be done to the wrong network */
	if (own >= 0)
		(void)close(own); /* only looked at */
	if (out[1] >= 0)
		(void)close(out[1]); /* the tool's */
	if (r == 0 && read_all(out[0], ret) < 0)
		r = errno ? errno : EIO;
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (out[0] >= 0)
		(void)close(out[0]); /* read to its end */
	if (r == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
		free(*ret);
		*ret = NULL;
		r = EIO;
	}
	return r ? im_fail(err, r, "%s: %s", argv[0], strerror(r)) : 0;
}
