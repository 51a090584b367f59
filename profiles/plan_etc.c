/* SPDX-License-Identifier: MIT */
/* /etc of the cell: what the lists show, and the files that are made for it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "planner.h"

static const struct origin by_default;

/* The account database of the cell decides who is who; the host's would tell of everybody else. */
static bool is_made(const char *path)
{
	static const char *const made[] = {"/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/hostname"};

	for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++)
		if (path_is_below(made[i], path))
			return true;
	return false;
}

static void show(struct planner *b, const struct value *v, bool required)
{
	const char *path = v->text;
	const struct step *cover;
	struct path_fact fact;
	struct step *s;

	if (*path == '-') {
		path++;
		required = false;
	}
	if (is_made(path)) {
		im_errs_add(b->errs, EINVAL, v->from, "%s: is made for the cell and cannot be the host's", path);
		return;
	}
	cover = plan_covering(b, path);
	if (cover && cover->kind == STEP_BIND)
		return; /* a directory above it is shown already */
	b->f->path(b->f->ctx, path, false, &fact);
	if (fact.kind == PATH_MISSING) {
		if (required)
			im_errs_add(b->errs, ENOENT, v->from, "EtcPaths: %s does not exist (write -%s if it may be missing)", path,
				path);
		return; /* of a list that serves every host, most is missing on any one: not worth a line each */
	}
	if (fact.kind == PATH_SYMLINK) {
		s = planner_add(b, STEP_SYMLINK, v->from, path, fact.target);
		if (!fact.target[0])
			planner_skip(b, s, "the link's target is too long");
		return;
	}
	s = planner_add(b, STEP_BIND, v->from, path, path);
	s->flags = SF_READ_ONLY | SF_NO_SUID | SF_NO_DEV | SF_RECURSIVE | SF_OPTIONAL;
	if (fact.kind != PATH_DIRECTORY && fact.kind != PATH_FILE)
		planner_skip(b, s, "neither a file nor a directory");
}

static void file_from(struct planner *b, struct origin from, const char *path, const char *what, char *content)
{
	struct step *s = planner_add(b, STEP_FILE, from, path, what);

	s->data = planner_keep(b, content);
	s->num = 0644;
}

static void file(struct planner *b, const char *path, const char *what, char *content)
{
	file_from(b, by_default, path, what, content);
}

static char *passwd_text(const struct planner *b)
{
	const struct account *a = &b->f->account;

	return str_printf("%s%s:x:%u:%u:%s:%s:%s\n", b->f->system_passwd ? b->f->system_passwd : "", a->name, (unsigned)a->uid,
		(unsigned)a->gid, a->gecos ? a->gecos : "", a->home, profile_text(b->p, KW_SHELL));
}

static bool has_gid(const struct planner *b, const char *line)
{
	const char *field = strchr(line, ':');
	uint64_t gid;
	char digits[16];
	size_t len;

	field = field ? strchr(field + 1, ':') : NULL;
	len = field ? strcspn(field + 1, ":\n") : sizeof(digits);
	if (len >= sizeof(digits))
		return false;
	memcpy(digits, field + 1, len);
	digits[len] = 0;
	return str_to_u64(digits, UINT32_MAX, &gid) == 0 && plan_keeps_gid(b, (gid_t)gid);
}

/* "NAME:x:GID:" of a group line, with the account as the only member that is shown: who else is in it is not its business. */
static int add_group_line(struct strv *lines, const struct planner *b, const char *line, size_t len)
{
	const char *last = memrchr(line, ':', len);

	if (!last)
		return 0;
	return strv_addf(lines, "%.*s:%s\n", (int)(last - line), line, has_gid(b, line) ? b->f->account.name : "");
}

static char *group_text(const struct planner *b)
{
	const struct account *a = &b->f->account;
	struct strv lines = {0};
	char *text = NULL, *end;
	size_t total = 1;
	int r = 0;

	for (const char *at = b->f->system_group; at && *at && r == 0;) {
		const size_t len = strcspn(at, "\n");

		r = add_group_line(&lines, b, at, len);
		at += len + (at[len] == '\n');
	}
	for (size_t i = 0; i < a->groups_len && r == 0; i++)
		if (a->groups[i].gid >= 1000 && a->groups[i].gid != 65534 && plan_keeps_gid(b, a->groups[i].gid))
			r = strv_addf(&lines, "%s:x:%u:%s\n", a->groups[i].name, (unsigned)a->groups[i].gid, i ? a->name : "");
	for (size_t i = 0; i < lines.len; i++)
		total += strlen(lines.items[i]);
	text = r < 0 ? NULL : malloc(total);
	end = text;
	for (size_t i = 0; text && i < lines.len; i++)
		end = stpcpy(end, lines.items[i]);
	if (text)
		*end = 0;
	strv_done(&lines);
	return text;
}

/* The name servers of a network of its own: the host's may be a stub on its loopback, which is not the cell's. */
static char *name_servers(const struct planner *b)
{
	const struct values *v = &b->p->v[KW_DNS];
	char *text = strdup(v->len ? "" : "# no DNS= in the profile\n");

	for (size_t i = 0; text && i < v->len; i++) {
		char *longer = str_printf("%snameserver %s\n", text, v->items[i].text);

		free(text);
		text = longer;
	}
	return text;
}

/* ip-netns(8): /etc/netns/NAME holds the files of /etc that are the namespace's own. */
static char *resolv_conf_source(const struct planner *b)
{
	const char *network = profile_text(b->p, KW_NETWORK);
	char *own = *network == '/' ? str_printf("/etc/netns%s/resolv.conf", strrchr(network, '/')) : NULL;
	struct path_fact fact = {0};

	if (own)
		b->f->path(b->f->ctx, own, true, &fact);
	if (fact.kind == PATH_FILE)
		return own;
	free(own);
	return strdup("/etc/resolv.conf");
}

static void resolv_conf(struct planner *b)
{
	struct path_fact fact;
	struct step *s;
	char *source;

	if (b->p->v[KW_DNS].len || plan_bridged(b->p)) {
		file_from(b, profile_from(b->p, KW_DNS), "/etc/resolv.conf", "the name servers", name_servers(b));
		return;
	}
	source = planner_keep(b, resolv_conf_source(b));
	s = planner_add(b, STEP_BIND, by_default, "/etc/resolv.conf", source);
	free(source);
	s->flags = SF_READ_ONLY | SF_NO_SUID | SF_NO_DEV | SF_NO_EXEC | SF_FOLLOW | SF_OPTIONAL;
	b->f->path(b->f->ctx, s->arg ? s->arg : "", true, &fact);
	if (fact.kind != PATH_FILE)
		planner_skip(b, s, "the host has none");
}

/* A connected cell's own names; whoever wants the host's list asks for it by EtcPaths=/etc/hosts. */
static bool makes_hosts(const struct planner *b)
{
	for (size_t i = 0; i < b->p->v[KW_ETC_PATHS].len; i++) {
		const char *path = b->p->v[KW_ETC_PATHS].items[i].text;

		if (path_is_below("/etc/hosts", path + (*path == '-')))
			return false;
	}
	return plan_bridged(b->p);
}

static void hosts(struct planner *b, const char *hostname)
{
	file(b, "/etc/hosts", "localhost and the host name",
		str_printf("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.1.1 %s\n", hostname));
}

void plan_etc(struct planner *b)
{
	const char *hostname = profile_text(b->p, KW_HOSTNAME);

	file(b, "/etc/passwd", "system users and the account", passwd_text(b));
	file(b, "/etc/group", "system groups and the account's", group_text(b));
	file(b, "/etc/nsswitch.conf", "files and dns",
		str_printf("passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\nprotocols: files\n"
			   "services: files\nethers: files\nrpc: files\nnetgroup: files\n"));
	file(b, "/etc/hostname", "the host name", str_printf("%s\n", hostname ? hostname : b->f->hostname));
	(void)planner_add(b, STEP_SYMLINK, by_default, "/etc/mtab", "../proc/self/mounts"); /* complete */
	resolv_conf(b);
	if (makes_hosts(b))
		hosts(b, hostname ? hostname : b->f->hostname);
	for (size_t i = 0; i < b->f->view.len; i++)
		if (!makes_hosts(b) || strcmp(b->f->view.items[i].text, "/etc/hosts") != 0)
			show(b, &b->f->view.items[i], false);
	for (size_t i = 0; i < b->p->v[KW_ETC_PATHS].len; i++)
		show(b, &b->p->v[KW_ETC_PATHS].items[i], true);
	if (hostname)
		(void)planner_add(b, STEP_HOSTNAME, profile_from(b->p, KW_HOSTNAME), NULL, hostname); /* complete */
	if (plan_own_network(b->p))
		(void)planner_add(b, STEP_LOOPBACK, profile_from(b->p, KW_NETWORK), NULL, NULL); /* has no members */
}
