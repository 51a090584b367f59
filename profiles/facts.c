/* SPDX-License-Identifier: MIT */
/* Facts from a text: a host that a test describes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "view.h"

/* A host's paths as a table; ctx of the parsed facts. */
struct table {
	struct table_row {
		char path[256];
		struct path_fact fact;
	} *rows;
	size_t len;
};

static void table_path(void *ctx, const char *path, bool follow, struct path_fact *ret)
{
	const struct table *t = ctx;
	char at[256];

	*ret = (struct path_fact){0};
	(void)snprintf(at, sizeof(at), "%s", path); /* longer ones are in no table */
	for (int hops = 0; hops < 40; hops++) {
		const struct path_fact *found = NULL;

		for (size_t i = 0; i < t->len; i++)
			if (strcmp(t->rows[i].path, at) == 0)
				found = &t->rows[i].fact;
		if (!found)
			return;
		if (!follow || found->kind != PATH_SYMLINK) {
			*ret = *found;
			return;
		}
		if (found->target[0] == '/') {
			(void)snprintf(at, sizeof(at), "%s", found->target); /* as above */
		} else {
			char *slash = strrchr(at, '/');

			(void)snprintf(slash + 1, sizeof(at) - (size_t)(slash + 1 - at), "%s", found->target); /* as above */
		}
	}
}

/* The next word of a line; NULL at its end. */
static char *word(char **at)
{
	char *s = *at + strspn(*at, " ");

	if (!*s)
		return NULL;
	*at = s + strcspn(s, " ");
	if (**at)
		*(*at)++ = 0;
	return s;
}

static int parse_path(struct facts *f, char *line)
{
	static const char *const kinds[] = {"missing", "directory", "file", "symlink", "device", "other"};
	struct table *t = f->ctx;
	struct table_row row = {0}, *grown;
	const char *kind = word(&line), *uid = word(&line), *mode = word(&line), *path = word(&line), *target = word(&line);
	uint64_t n;
	unsigned perm;

	if (!kind || !uid || !mode || !path || str_to_u64(uid, UINT32_MAX, &n) < 0 || str_to_mode(mode, &perm) < 0 || strlen(path) >= sizeof(row.path) ||
		(target && strlen(target) >= sizeof(row.fact.target)))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i], kind) == 0)
			row.fact.kind = (enum path_kind)i;
	row.fact.uid = (uid_t)n;
	row.fact.mode = perm;
	(void)stpcpy(row.path, path); /* the length was looked at */
	if (target)
		(void)stpcpy(row.fact.target, target); /* the length was looked at */
	grown = reallocarray(t->rows, t->len + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	t->rows = grown;
	grown[t->len++] = row;
	return 0;
}

static int set_text(char **to, const char *value)
{
	free(*to);
	*to = strdup(value);
	return *to ? 0 : -ENOMEM;
}

static int add_line(char **to, const char *value)
{
	char *longer = str_printf("%s%s\n", *to ? *to : "", value);

	free(*to);
	*to = longer;
	return longer ? 0 : -ENOMEM;
}

static int set_array(char *to, size_t size, const char *value)
{
	if (strlen(value) >= size)
		return -ERANGE;
	(void)stpcpy(to, value); /* the length was looked at */
	return 0;
}

static int add_group(struct account *a, char *value)
{
	const char *gid = word(&value), *name = word(&value);
	struct account_group *grown;
	uint64_t n;

	if (!name || str_to_u64(gid, UINT32_MAX, &n) < 0)
		return -EINVAL;
	grown = reallocarray(a->groups, a->groups_len + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	a->groups = grown;
	grown[a->groups_len] = (struct account_group){(gid_t)n, strdup(name)};
	return grown[a->groups_len].name ? (a->groups_len++, 0) : -ENOMEM;
}

static int parse_line(struct facts *f, char *line)
{
	char *value = strchr(line, '=');
	uint64_t n = 0;
	int r;

	if (strncmp(line, "path ", 5) == 0)
		return parse_path(f, line + 5);
	if (!value)
		return -EINVAL;
	*value++ = 0;
	r = str_to_u64(value, UINT32_MAX, &n);
	if (strcmp(line, "uid") == 0 && r == 0)
		f->account.uid = (uid_t)n;
	else if (strcmp(line, "gid") == 0 && r == 0)
		f->account.gid = (gid_t)n;
	else if (strcmp(line, "landlock_abi") == 0 && r == 0)
		f->landlock_abi = (int)n;
	else if (strcmp(line, "user") == 0)
		return set_text(&f->account.name, value);
	else if (strcmp(line, "home") == 0)
		return set_text(&f->account.home, value);
	else if (strcmp(line, "shell") == 0)
		return set_text(&f->account.shell, value);
	else if (strcmp(line, "group") == 0)
		return add_group(&f->account, value);
	else if (strcmp(line, "privileged") == 0)
		return str_to_bool(value, &f->privileged);
	else if (strcmp(line, "door") == 0)
		return str_to_bool(value, &f->door);
	else if (strcmp(line, "server") == 0)
		return str_to_bool(value, &f->server);
	else if (strcmp(line, "cgroup2") == 0)
		return str_to_bool(value, &f->cgroup2);
	else if (strcmp(line, "shares") == 0)
		return str_to_bool(value, &f->shares);
	else if (strcmp(line, "ssh_tty") == 0)
		return str_to_bool(value, &f->ssh_tty);
	else if (strcmp(line, "core_locked") == 0)
		return str_to_bool(value, &f->core_locked);
	else if (strcmp(line, "tty") == 0)
		return set_array(f->tty, sizeof(f->tty), value);
	else if (strcmp(line, "agent") == 0)
		return set_array(f->agent, sizeof(f->agent), value);
	else if (strcmp(line, "hostname") == 0)
		return set_array(f->hostname, sizeof(f->hostname), value);
	else if (strcmp(line, "passwd") == 0)
		return add_line(&f->system_passwd, value);
	else if (strcmp(line, "group_line") == 0)
		return add_line(&f->system_group, value);
	else if (strcmp(line, "view") == 0)
		return view_add(&f->view, value, (struct origin){"view", (unsigned)f->view.len + 1});
	else
		return -EINVAL;
	return 0;
}

int facts_parse(const char *text, struct facts *ret, struct im_err *err)
{
	struct facts f = {.path = table_path, .ctx = calloc(1, sizeof(struct table))};
	char *copy = strdup(text), *next;
	unsigned line_no = 0;
	int r = f.ctx && copy ? 0 : -ENOMEM;

	for (char *line = copy; r == 0 && line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		line_no++;
		if (*line && *line != '#')
			r = parse_line(&f, line);
	}
	free(copy);
	if (r == 0 && (!f.account.name || !f.account.home))
		r = -EINVAL;
	if (r < 0) {
		facts_done(&f);
		return im_fail(err, -r, "facts: line %u: %s", line_no, strerror(-r));
	}
	*ret = f;
	return 0;
}

void facts_done(struct facts *f)
{
	account_done(&f->account);
	values_done(&f->view);
	free(f->system_passwd);
	free(f->system_group);
	if (f->ctx) {
		struct table *t = f->ctx;

		free(t->rows);
		free(t);
	}
	*f = (struct facts){0};
}
