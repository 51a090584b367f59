/* SPDX-License-Identifier: MIT */
/* What a profile shows beyond the default view, and the paths that it protects. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "planner.h"

/* One item of a list of paths, to be sorted so that parents come before what lies in them. */
struct item {
	enum keyword kw;
	char *path; /* in the cell */
	struct bind_spec spec;
	struct origin from;
	size_t order;
};
struct items {
	struct item *list;
	size_t len;
};

static int by_path(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;
	const int r = strcmp(a->path, b->path); /* a parent is a prefix, so it comes first */

	return r ? r : (a->order > b->order) - (a->order < b->order);
}

static void collect(struct planner *b, struct items *items, enum keyword kw)
{
	const struct values *v = &b->p->v[kw];
	struct item *grown = v->len ? reallocarray(items->list, items->len + v->len, sizeof(*grown)) : items->list;

	if (v->len && !grown) {
		b->no_memory = true;
		return;
	}
	items->list = grown;
	for (size_t i = 0; i < v->len; i++) {
		struct item it = {.kw = kw, .from = v->items[i].from, .order = items->len};
		const char *text = v->items[i].text;
		int r = 0;

		if (kw == KW_TEMPORARY_FILE_SYSTEM) {
			r = tmpfs_spec_parse(text, &it.spec);
		} else if (keywords[kw].type == KT_BINDS) {
			r = bind_spec_parse(text, &it.spec);
		} else {
			it.spec.optional = *text == '-';
			it.spec.dst = strdup(text + it.spec.optional);
		}
		if (r < 0 || !it.spec.dst) {
			bind_spec_done(&it.spec);
			b->no_memory = true; /* the parser has already accepted the text */
			return;
		}
		it.path = it.spec.dst;
		items->list[items->len++] = it;
	}
}

static void items_done(struct items *items)
{
	for (size_t i = 0; i < items->len; i++)
		bind_spec_done(&items->list[i].spec);
	free(items->list);
}

static bool is_mount(enum step_kind kind)
{
	return kind == STEP_BIND || kind == STEP_TMPFS || kind == STEP_OWN_TMP || kind == STEP_PROC || kind == STEP_CGROUP ||
		kind == STEP_DEVPTS;
}

const struct step *plan_covering(const struct planner *b, const char *path)
{
	const struct step *found = NULL;

	for (size_t i = 0; i < b->plan->len; i++) {
		const struct step *s = &b->plan->steps[i];

		if (is_mount(s->kind) && !s->skipped && s->path && path_is_below(path, s->path))
			found = s;
	}
	return found;
}

static bool has_step_at(const struct planner *b, const char *path)
{
	for (size_t i = 0; i < b->plan->len; i++) {
		const struct step *s = &b->plan->steps[i];

		if (!s->skipped && s->path && strcmp(s->path, path) == 0 && step_stage(s->kind) == STAGE_CELL)
			return true;
	}
	return false;
}

static bool has_step_below(const struct planner *b, const char *path)
{
	for (size_t i = 0; i < b->plan->len; i++) {
		const struct step *s = &b->plan->steps[i];

		if (!s->skipped && s->path && step_stage(s->kind) == STAGE_CELL && path_is_below(s->path, path))
			return true;
	}
	return false;
}

/* What the component of a bound tree that ends at @len bytes of @path is on the host. */
static enum path_kind component(struct planner *b, const char *source, size_t source_len, const char *path, size_t mount_len,
	size_t len, struct path_fact *ret)
{
	char *host = planner_keep(b, str_printf("%.*s%.*s", (int)source_len, source, (int)(len - mount_len), path + mount_len));

	*ret = (struct path_fact){0};
	if (host)
		b->f->path(b->f->ctx, host, false, ret);
	free(host);
	return ret->kind;
}

/*
 * Walks from the mount that @it lies in down to it. No component may be a link; in a tree that can be written, each directory on
 * the way is pinned: else `mv ~/.ssh` would free what ~/.ssh/authorized_keys protects.
 * Returns 0; 1 if it is missing and may be (@ret_missing tells which); negative after an error was added.
 */
static int walk(struct planner *b, const struct item *it, const char **ret_missing)
{
	const struct step *mount = plan_covering(b, it->path);
	const char *name = keywords[it->kw].name;
	size_t mount_len, source_len, len;
	bool pin;
	char *source;

	if (!mount || mount->kind != STEP_BIND || strcmp(mount->path, it->path) == 0)
		return 0;
	mount_len = strlen(mount->path);
	pin = !(mount->flags & SF_READ_ONLY);
	source = planner_keep(b, strdup(mount->arg)); /* adding steps moves the list */
	source_len = source ? strlen(source) : 0;
	for (len = mount_len; source && it->path[len]; ) {
		struct path_fact fact;

		len += 1 + strcspn(it->path + len + 1, "/");
		switch (component(b, source, source_len, it->path, mount_len, len, &fact)) {
		case PATH_MISSING:
			free(source);
			*ret_missing = "no such path";
			return it->spec.optional ? 1 : im_errs_add(b->errs, ENOENT, it->from,
				"%s: %.*s does not exist (make it, or write -%s if it may be missing)", name, (int)len, it->path,
				it->path);
		case PATH_SYMLINK:
			free(source);
			return im_errs_add(b->errs, ELOOP, it->from, "%s: %.*s is a symbolic link to %s (name the real path)",
				name, (int)len, it->path, fact.target);
		case PATH_DIRECTORY:
		case PATH_FILE:
		case PATH_DEVICE:
		case PATH_OTHER:
		default:
			break;
		}
		if (pin && it->path[len]) {
			char *at = planner_keep(b, strndup(it->path, len));

			if (at && !has_step_at(b, at))
				(void)planner_add(b, STEP_PIN, it->from, at, NULL); /* complete */
			free(at);
		}
	}
	free(source);
	return 0;
}

/* A process of root resolves names in the cell: an account must not be able to put something in its way. */
static int at_the_door(struct planner *b, const struct item *it, bool temporary)
{
	if (plan_root_needs(it->path) || (temporary && plan_root_resolves(it->path)))
		return im_errs_add(b->errs, EPERM, it->from, "%s: %s: a process of root in the cell depends on what is there (choose another "
			"destination)", keywords[it->kw].name, it->path);
	return 0;
}

static void mount_item(struct planner *b, const struct item *it)
{
	const bool temporary = it->kw == KW_TEMPORARY_FILE_SYSTEM;
	const char *missing = NULL;
	struct path_fact fact = {.kind = PATH_DIRECTORY};
	struct step *s;
	int r = 0;

	if (!temporary)
		b->f->path(b->f->ctx, it->spec.src, true, &fact);
	if (fact.kind == PATH_MISSING && !it->spec.optional) {
		im_errs_add(b->errs, ENOENT, it->from, "%s: %s does not exist on the host (make it, or write -%s if it may be missing)",
			keywords[it->kw].name, it->spec.src, it->spec.src);
		return;
	}
	if (fact.kind != PATH_MISSING)
		r = b->f->door ? at_the_door(b, it, temporary) : 0;
	if (fact.kind != PATH_MISSING && r == 0)
		r = walk(b, it, &missing);
	if (r < 0)
		return;
	s = planner_add(b, temporary ? STEP_TMPFS : STEP_BIND, it->from, it->path, it->spec.src);
	s->flags = SF_NO_SUID | SF_NO_DEV;
	if (temporary) {
		s->num = it->spec.size_bytes ? it->spec.size_bytes : profile_number(b->p, KW_TMP_SIZE);
		s->num2 = it->spec.mode ? it->spec.mode : 0755;
	} else {
		s->flags |= SF_RECURSIVE | SF_FOLLOW | (it->spec.optional ? (unsigned)SF_OPTIONAL : 0);
	}
	if (temporary)
		s->flags |= SF_OWNED;
	else if (b->f->door && plan_root_resolves(it->path))
		s->flags |= SF_ROOTS;
	if (it->kw == KW_BIND_READ_ONLY_PATHS || it->spec.read_only)
		s->flags |= SF_READ_ONLY;
	if (fact.kind == PATH_MISSING || r == 1)
		planner_skip(b, s, "%s", missing ? missing : "no such path on the host");
}

static enum step_kind protection(enum keyword kw)
{
	return kw == KW_READ_ONLY_PATHS ? STEP_READ_ONLY : kw == KW_READ_WRITE_PATHS ? STEP_READ_WRITE : STEP_INACCESSIBLE;
}

static void protect_item(struct planner *b, const struct item *it)
{
	const struct step *mount = plan_covering(b, it->path);
	const char *name = keywords[it->kw].name, *missing = NULL;
	const bool shown = mount || has_step_below(b, it->path);
	struct step *s;
	int r;

	if (strcmp(it->path, "/") == 0) {
		im_errs_add(b->errs, EINVAL, it->from, "%s: / is the cell itself (name the trees that are meant)", name);
		return;
	}
	if (!shown && it->kw == KW_READ_WRITE_PATHS) {
		im_errs_add(b->errs, ENOENT, it->from, "%s: %s is not in the cell's view (show it: BindPaths=%s)", name, it->path,
			it->path);
		return;
	}
	if (mount && (mount->kind == STEP_TMPFS || mount->kind == STEP_OWN_TMP) && strcmp(mount->path, it->path) != 0 &&
		!has_step_below(b, it->path)) {
		im_errs_add(b->errs, ENOENT, it->from, "%s: %s is empty when a session starts, so %s cannot be there", name,
			mount->path, it->path);
		return;
	}
	r = walk(b, it, &missing);
	if (r < 0)
		return;
	s = planner_add(b, protection(it->kw), it->from, it->path, NULL);
	if (it->spec.optional)
		s->flags |= SF_OPTIONAL;
	if (!shown)
		planner_skip(b, s, "not in the cell's view");
	else if (r == 1)
		planner_skip(b, s, "%s", missing);
}

static void each(struct planner *b, const enum keyword *kws, size_t len, void (*add)(struct planner *, const struct item *))
{
	struct items items = {0};

	for (size_t i = 0; i < len; i++)
		collect(b, &items, kws[i]);
	if (items.len)
		qsort(items.list, items.len, sizeof(*items.list), by_path);
	for (size_t i = 0; i < items.len; i++)
		add(b, &items.list[i]);
	items_done(&items);
}

void plan_mounts(struct planner *b)
{
	static const enum keyword mounts[] = {KW_TEMPORARY_FILE_SYSTEM, KW_BIND_PATHS, KW_BIND_READ_ONLY_PATHS};
	/* For one path in several lists the last one here wins. */
	static const enum keyword protections[] = {KW_READ_WRITE_PATHS, KW_READ_ONLY_PATHS, KW_INACCESSIBLE_PATHS};

	each(b, mounts, sizeof(mounts) / sizeof(*mounts), mount_item);
	each(b, protections, sizeof(protections) / sizeof(*protections), protect_item);
}
