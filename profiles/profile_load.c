/* SPDX-License-Identifier: MIT */
/* Files to struct profile: Base= chain, the file, its drop-ins. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "profile.h"
#include "trust.h"
#include "view.h"

struct loader {
	const struct policy_dirs *dirs;
	const char *anybodys; /* the one file that is not asked for its owner, or NULL */
	const struct specifiers *sp;
	struct im_errs *errs;
};

static int pass_error(struct im_errs *errs, const struct im_err *err)
{
	return im_errs_add(errs, err->code, (struct origin){0}, "%s", err->text);
}

/* Any regular file that the caller can read. */
static int plain_read(const char *path, char **ret, size_t *ret_len, struct im_err *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	char *text;
	ssize_t n;

	if (fd < 0)
		return im_fail(err, errno, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > (off_t)PROFILE_MAX_BYTES) {
		(void)close(fd); /* only looked at */
		return im_fail(err, EINVAL, "%s: not a regular file, or larger than %zu bytes", path, PROFILE_MAX_BYTES);
	}
	text = malloc((size_t)st.st_size + 1);
	n = text ? read(fd, text, (size_t)st.st_size) : -1;
	(void)close(fd); /* only read */
	if (n != st.st_size) {
		free(text);
		return im_fail(err, EIO, "%s: cannot be read whole", path);
	}
	text[n] = 0;
	*ret = text;
	*ret_len = (size_t)n;
	return 0;
}

static bool is_anybodys(const struct loader *l, const char *path)
{
	return l->anybodys && path && strcmp(l->anybodys, path) == 0;
}

static int parse_file(const struct loader *l, const char *path, struct profile *p, struct im_errs *errs)
{
	struct im_err err = {0};
	char *text = NULL;
	size_t len = 0;
	const int r = is_anybodys(l, path) ? plain_read(path, &text, &len, &err) :
					     trust_read(path, PROFILE_MAX_BYTES, &text, &len, &err);

	if (r < 0)
		return pass_error(l->errs, &err);
	profile_parse(p, path, text, len, l->sp, errs);
	free(text);
	return 0;
}

static int parse_with_drop_ins(const struct loader *l, const char *path, struct profile *p, struct im_errs *errs)
{
	char *folder = str_printf("%s.d", path);
	struct strv names = {0};
	struct im_err err = {0};
	int r = folder ? parse_file(l, path, p, errs) : im_errs_add(l->errs, ENOMEM, (struct origin){0}, "not enough memory");

	if (r == 0 && !is_anybodys(l, path) && trust_list(folder, ".conf", &names, &err) < 0)
		r = pass_error(l->errs, &err);
	for (size_t i = 0; i < names.len && r == 0; i++) {
		char *drop_in = str_printf("%s/%s", folder, names.items[i]);

		r = drop_in ? parse_file(l, drop_in, p, errs) :
			      im_errs_add(l->errs, ENOMEM, (struct origin){0}, "not enough memory");
		free(drop_in);
	}
	strv_done(&names);
	free(folder);
	return r;
}

static int find_name(const struct policy_dirs *dirs, const char *name, struct origin from, char **ret_path, struct im_errs *errs)
{
	const char *const roots[] = {dirs->etc, dirs->lib};

	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		char *path = str_printf("%s/profiles/%s.profile", roots[i], name);
		struct im_err err = {0};
		char *text = NULL;
		size_t len = 0;
		const int r = path ? trust_read(path, PROFILE_MAX_BYTES, &text, &len, &err) : im_fail(&err, ENOMEM, "not enough memory");

		if (r == 0) {
			free(text);
			*ret_path = path;
			return 0;
		}
		free(path);
		if (r != -ENOENT)
			return pass_error(errs, &err);
	}
	return im_errs_add(errs, ENOENT, from, "%s%s: there is no such profile in %s/profiles or %s/profiles", from.file ? "Base: " : "",
		name, dirs->etc, dirs->lib);
}

static int load_chain(const struct loader *l, const char *path, unsigned depth, struct profile *p)
{
	static const enum keyword own[] = {KW_BASE, KW_DESCRIPTION, KW_PRIORITY};
	struct im_errs unheard = {0}; /* a second pass tells of the same mistakes */
	struct profile scan = {0};
	char *base = NULL;
	int r = parse_with_drop_ins(l, path, &scan, &unheard);

	if (r == 0 && scan.v[KW_BASE].len) {
		const struct origin from = {path, profile_from(&scan, KW_BASE).line};

		if (depth == PROFILE_MAX_BASES)
			r = im_errs_add(l->errs, ELOOP, from, "Base: the chain is longer than %d (does it come back to itself?)",
				PROFILE_MAX_BASES);
		else
			r = find_name(l->dirs, profile_text(&scan, KW_BASE), from, &base, l->errs);
		if (r == 0)
			r = load_chain(l, base, depth + 1, p);
	}
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) { /* these speak of one file only */
		values_done(&p->v[own[i]]);
		p->was_set[own[i]] = false;
	}
	if (r == 0)
		r = parse_with_drop_ins(l, path, p, l->errs);
	free(base);
	profile_done(&scan);
	im_errs_done(&unheard);
	return r;
}

static int load(const struct loader *l, const char *path, struct profile *ret)
{
	struct profile p = {0};
	int r;

	p.path = strdup(path);
	r = p.path ? load_chain(l, path, 0, &p) : im_errs_add(l->errs, ENOMEM, (struct origin){0}, "not enough memory");
	if (r == 0)
		profile_check(&p, l->errs);
	if (r == 0 && im_errs_any(l->errs))
		r = -EBADMSG;
	if (r < 0) {
		profile_done(&p); /* errors hold copies of the names */
		return r;
	}
	*ret = p;
	return 0;
}

int profile_load(const struct policy_dirs *dirs, const char *path, const struct specifiers *sp, struct profile *ret,
	struct im_errs *errs)
{
	return load(&(struct loader){.dirs = dirs, .sp = sp, .errs = errs}, path, ret);
}

int profile_load_any(const struct policy_dirs *dirs, const char *path, const struct specifiers *sp, struct profile *ret,
	struct im_errs *errs)
{
	return load(&(struct loader){.dirs = dirs, .sp = sp, .errs = errs, .anybodys = path}, path, ret);
}

int profile_find(const struct policy_dirs *dirs, const char *wish, char **ret_path, struct im_errs *errs)
{
	char here[PATH_MAX];

	if (!strchr(wish, '/')) {
		if (!*wish || *wish == '.')
			return im_errs_add(errs, EINVAL, (struct origin){0}, "%s: not the name of a profile", wish);
		return find_name(dirs, wish, (struct origin){0}, ret_path, errs);
	}
	if (*wish != '/' && !realpath(wish, here))
		return im_errs_add(errs, errno, (struct origin){0}, "%s: %s", wish, strerror(errno));
	*ret_path = strdup(*wish == '/' ? wish : here);
	return *ret_path ? 0 : im_errs_add(errs, ENOMEM, (struct origin){0}, "not enough memory");
}
