/* SPDX-License-Identifier: MIT */
/* immurectl network: words of the command line, and in which order things are done. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "immurectl.h"
#include "immurectl_network.h"

static const struct option long_options[] = {
	{"subnet", required_argument, NULL, 's'},
	{"subnet6", required_argument, NULL, '6'},
	{"nat", no_argument, NULL, 'n'},
	{"publish", required_argument, NULL, 'p'},
	{"allow", required_argument, NULL, 'a'},
	{"backend", required_argument, NULL, 'b'},
	{"dry-run", no_argument, NULL, 'd'},
	{NULL, 0, NULL, 0},
};

struct request {
	const struct ctl *c;
	struct network n;
	struct network_plan plan;
	bool dry;
};

static int complain(const struct im_err *err)
{
	(void)fprintf(stderr, "immurectl: %s\n", err->text); /* nobody left to tell */
	return IM_EXIT_FINDINGS;
}

static int set(struct network *n, int opt, struct im_err *err)
{
	switch (opt) {
	case 's':
		return network_set(n, "Subnet", optarg, err);
	case '6':
		return network_set(n, "Subnet6", optarg, err);
	case 'n':
		return network_set(n, "NAT", "yes", err);
	case 'p':
		return network_set(n, "Publish", optarg, err);
	case 'a':
		return network_set(n, "Allow", optarg, err);
	default:
		return network_set(n, "Backend", optarg, err);
	}
}

/* -1 to go on, or an exit status. */
static int read_words(int argc, char *argv[], struct request *q, const char **ret_verb, const char **ret_name)
{
	struct im_err err = {0};
	int opt;

	optind = 0; /* the second scan of getopt_long(3): all is begun anew */
	while ((opt = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
		if (opt == 'd')
			q->dry = true;
		else if (opt == ':')
			return ctl_usage_error("network: %s: needs a value", argv[optind - 1]);
		else if (opt == '?')
			return ctl_usage_error("network: %s: unknown option", argv[optind - 1]);
		else if (set(&q->n, opt, &err) < 0)
			return ctl_usage_error("network: %s", err.text);
	}
	if (argc - optind != 2)
		return ctl_usage_error("network takes create, check or remove, and a name");
	*ret_verb = argv[optind];
	*ret_name = argv[optind + 1];
	if (network_name_check(*ret_name, &err) < 0)
		return ctl_usage_error("network: %s", err.text);
	(void)snprintf(q->n.name, sizeof(q->n.name), "%s", *ret_name); /* its length was looked at */
	return -1;
}

/* One at a time: an overlap is looked for and then made impossible. Held until the process ends. */
static int lock(const char *etc, bool make, struct im_err *err)
{
	char *path = str_printf("%s/network", etc);
	int fd;

	if (!path)
		return im_fail(err, ENOMEM, "not enough memory");
	if (make && ((mkdir(etc, 0755) < 0 && errno != EEXIST) || (mkdir(path, 0755) < 0 && errno != EEXIST)))
		im_fail(err, errno, "make %s: %s", path, strerror(errno));
	fd = err->code ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!err->code && (fd < 0 || flock(fd, LOCK_EX) < 0) && !(errno == ENOENT && !make))
		im_fail(err, errno, "lock %s: %s", path, strerror(errno));
	free(path);
	return err->code ? -err->code : 0;
}

static int print_plan(const struct request *q)
{
	for (size_t i = 0; i < q->plan.len; i++) /* as for all here: ctl_flushed() asks */
		(void)printf(q->plan.files[i].link ? "--- %s -> %s\n" : "--- %s\n%s", q->plan.files[i].path, q->plan.files[i].text);
	(void)printf("--- nft -f %s\n--- ip -batch -\n%s", q->plan.files[1].path, q->plan.link_batch);
	if (q->plan.forward4)
		(void)printf("--- net.ipv4.ip_forward = 1\n");
	if (q->plan.forward6)
		(void)printf("--- net.ipv6.conf.all.forwarding = 1\n");
	return ctl_flushed(0);
}

/* 1: there, as it is meant; 0: not there; -EEXIST: there, but another; -EUCLEAN: there, and not as it is meant. */
static int is_there(const struct request *q, struct im_err *err)
{
	struct network *have = calloc(1, sizeof(*have));
	struct strv differences = {0};
	char *one = NULL, *other = NULL;
	int r = have ? network_load(q->c->dirs.etc, q->n.name, have, err) : im_fail(err, ENOMEM, "not enough memory");

	if (r == 0) {
		one = network_text(have);
		other = network_text(&q->n);
		if (!one || !other || strcmp(one, other) != 0)
			r = im_fail(err, EEXIST, "%s: there is a network of this name with other settings (immurectl network remove %s, then create it anew)",
				q->n.name, q->n.name);
		if (r == 0)
			r = network_differences(&q->n, &q->plan, &differences, err);
		if (r == 0)
			r = differences.len ? -EUCLEAN : 1;
	} else if (r == -ENOENT) {
		*err = (struct im_err){0};
		r = 0;
	}
	strv_done(&differences);
	free(one);
	free(other);
	free(have);
	return r;
}

static void remarks(const struct request *q)
{
	bool out = false;

	for (size_t i = 0; i < q->n.allow_len; i++)
		out = out || q->n.allow[i].what == ALLOW_INTERNET || q->n.allow[i].what == ALLOW_NETWORK;
	if (q->n.nat && !out)
		(void)printf("note: --nat translates addresses, and nothing is allowed out (--allow=internet)\n"); /* as below */
	if (q->plan.forward4 || q->plan.forward6)
		(void)printf("note: the host forwards packets from now on, also between its other networks where no filter of its own forbids it\n");
}

static int create(struct request *q)
{
	struct im_err err = {0}, undo = {0};
	int r = network_check(&q->n, &err), state;

	if (r == 0 && q->n.backend == BACKEND_UNSET && (q->n.backend = network_backend_here()) == BACKEND_UNSET)
		r = im_fail(&err, EINVAL, "network: neither systemd-networkd nor ifupdown is here (--backend=none makes it until the next boot)");
	if (r == 0)
		r = network_plan(&q->n, q->c->dirs.etc, &q->plan, &err);
	if (r < 0)
		return ctl_usage_error("%s", err.text);
	if (q->dry)
		return print_plan(q);
	if (lock(q->c->dirs.etc, true, &err) < 0)
		return complain(&err);
	state = is_there(q, &err);
	if (state == 1) {
		(void)printf("%s: is there already, nothing changed\n", q->n.name); /* ctl_flushed() asks */
		return ctl_flushed(0);
	}
	if (state < 0 && state != -EUCLEAN)
		return complain(&err);
	if (state == 0)
		r = network_collides(&q->n, &q->plan, q->c->dirs.etc, &err);
	if (r < 0)
		return complain(&err);
	r = network_apply(&q->n, &q->plan, &err);
	if (r < 0 && state == 0 && network_undo(&q->n, &q->plan, &undo) < 0)
		(void)complain(&undo); /* the first error is the status */
	if (r < 0)
		return complain(&err);
	(void)printf("%s: %s\n", q->n.name, state == 0 ? "created" : "repaired"); /* ctl_flushed() asks */
	remarks(q);
	return ctl_flushed(0);
}

/* The definition that is there, and its plan. */
static int load(struct request *q, struct im_err *err)
{
	char name[NETWORK_NAME_MAX + 1];
	int r;

	(void)snprintf(name, sizeof(name), "%s", q->n.name); /* same size */
	r = lock(q->c->dirs.etc, false, err);
	if (r == 0)
		r = network_load(q->c->dirs.etc, name, &q->n, err);
	if (r == -ENOENT)
		im_fail(err, ENOENT, "%s: there is no network of this name that immurectl made", name);
	return r < 0 ? r : network_plan(&q->n, q->c->dirs.etc, &q->plan, err);
}

static int check(struct request *q)
{
	struct strv differences = {0};
	struct im_err err = {0};
	int r = load(q, &err), status;

	if (r == 0)
		r = network_differences(&q->n, &q->plan, &differences, &err);
	for (size_t i = 0; i < differences.len; i++)
		(void)printf("%s\n", differences.items[i]); /* ctl_flushed() asks */
	status = r < 0 ? complain(&err) : ctl_flushed(differences.len ? IM_EXIT_FINDINGS : 0);
	strv_done(&differences);
	return status;
}

/* The kernel takes the connection of a cell that has just ended away in its own time. */
static int connected(const char *name, struct im_err *err)
{
	const struct timespec moment = {.tv_nsec = 100000000};
	int n = network_ports(name, err);

	for (int i = 0; i < 20 && n > 0; i++) {
		(void)nanosleep(&moment, NULL); /* a signal only makes it shorter */
		n = network_ports(name, err);
	}
	return n;
}

static int take_away(struct request *q)
{
	struct im_err err = {0};
	int ports, r = load(q, &err);

	if (r < 0)
		return complain(&err);
	ports = connected(q->n.name, &err);
	if (ports < 0)
		return complain(&err);
	if (ports > 0) {
		im_fail(&err, EBUSY, "%s: cells are connected: %d (ip link show master %s; end them first)", q->n.name, ports, q->n.name);
		return complain(&err);
	}
	if (network_undo(&q->n, &q->plan, &err) < 0)
		return complain(&err);
	(void)printf("%s: removed\n", q->n.name); /* ctl_flushed() asks */
	if (q->plan.forward4 || q->plan.forward6)
		(void)printf("note: the host goes on forwarding packets until the next boot: others may rely on it (sysctl net.ipv4.ip_forward)\n");
	return ctl_flushed(0);
}

int ctl_network(const struct ctl *c)
{
	struct request *q = calloc(1, sizeof(*q));
	const char *verb = "", *name = "";
	int argc = 0, status;

	if (!q)
		return ctl_usage_error("not enough memory");
	q->c = c;
	while (c->args[argc])
		argc++;
	status = read_words(argc + 1, c->args - 1, q, &verb, &name);
	if (status >= 0)
		;
	else if (strcmp(verb, "create") != 0 && (q->n.has4 || q->n.has6 || q->n.nat || q->n.publish_len || q->n.allow_len || q->n.backend || q->dry))
		status = ctl_usage_error("network: the options are those of create");
	else if (strcmp(verb, "create") == 0 && (geteuid() == 0 || q->dry))
		status = create(q);
	else if (geteuid() != 0)
		status = complain(&(struct im_err){.code = EPERM, .text = "network: only for root"});
	else if (strcmp(verb, "check") == 0)
		status = check(q);
	else if (strcmp(verb, "remove") == 0)
		status = take_away(q);
	else
		status = ctl_usage_error("network: %s: create, check or remove", verb);
	network_plan_done(&q->plan);
	free(q);
	return status;
}
