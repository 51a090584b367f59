/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trust.h"
#include "view.h"

#define VIEW_MAX_BYTES ((size_t)64 * 1024)

int view_add(struct values *v, const char *text, struct origin from)
{
	struct value *grown = reallocarray(v->items, v->len + 1, sizeof(*grown));
	const size_t text_size = strlen(text) + 1, file_size = from.file ? strlen(from.file) + 1 : 0;
	struct value *at;

	if (!grown)
		return -ENOMEM;
	v->items = grown;
	at = &grown[v->len];
	at->text = malloc(text_size + file_size);
	if (!at->text)
		return -ENOMEM;
	memcpy(at->text, text, text_size);
	at->from = (struct origin){file_size ? at->text + text_size : NULL, from.line};
	if (file_size)
		memcpy(at->text + text_size, from.file, file_size);
	v->len++;
	return 0;
}

static void take_out(struct values *v, const char *text)
{
	size_t kept = 0;

	for (size_t i = 0; i < v->len; i++) {
		if (strcmp(v->items[i].text, text) == 0)
			free(v->items[i].text);
		else
			v->items[kept++] = v->items[i];
	}
	v->len = kept;
}

static int line(struct values *v, char *text, struct origin from, struct im_errs *errs)
{
	const bool out = *text == '!';
	const char *path, *star;

	text += strspn(text, " \t");
	text[strcspn(text, "\r\n")] = 0;
	for (size_t len = strlen(text); len && (text[len - 1] == ' ' || text[len - 1] == '\t'); len--)
		text[len - 1] = 0;
	if (!*text || *text == '#')
		return 0;
	path = text + out;
	star = strchr(path, '*');
	if (!path_is_normal(path) || !(path_is_below(path, "/etc") || path_is_below(path, "/var")) || !path[4] ||
		(star && strchr(star, '/')))
		return im_errs_add(errs, EBADMSG, from, "%s: not a path in /etc or /var (a * only in its last part)", path);
	if (out) {
		take_out(v, path);
		return 0;
	}
	return view_add(v, path, from) < 0 ? im_errs_add(errs, ENOMEM, from, "not enough memory") : 0;
}

static int read_list(const char *path, struct values *v, struct im_errs *errs)
{
	struct im_err err = {0};
	struct origin from = {0};
	char *text, *next;
	size_t len;
	int r = trust_read(path, VIEW_MAX_BYTES, &text, &len, &err);

	if (r < 0)
		return im_errs_add(errs, err.code, (struct origin){0}, "%s", err.text);
	if (strlen(text) != len)
		r = im_errs_add(errs, EBADMSG, (struct origin){path, 0}, "holds a NUL byte");
	for (char *at = text; r == 0 && at; at = next) {
		next = strchr(at, '\n');
		if (next)
			*next++ = 0;
		from.line++;
		from.file = path;
		(void)line(v, at, from, errs); /* every mistake of the list is told */
	}
	free(text);
	return r;
}

static int from_folder(const char *root, const char *masked_by, struct values *v, struct im_errs *errs)
{
	char *folder = str_printf("%s/view", root), *mask = str_printf("%s/view", masked_by ? masked_by : root);
	struct strv names = {0}, masks = {0};
	struct im_err err = {0};
	int r = folder && mask ? 0 : im_fail(&err, ENOMEM, "not enough memory");

	if (r == 0)
		r = trust_list(folder, ".list", &names, &err);
	if (r == 0 && masked_by)
		r = trust_list(mask, ".list", &masks, &err);
	if (r < 0)
		im_errs_add(errs, err.code, (struct origin){0}, "%s", err.text);
	for (size_t i = 0; i < names.len && r == 0; i++) {
		char *path;

		if (strv_has(&masks, names.items[i]))
			continue;
		path = str_printf("%s/%s", folder, names.items[i]);
		r = path ? read_list(path, v, errs) : im_errs_add(errs, ENOMEM, (struct origin){0}, "not enough memory");
		free(path);
	}
	strv_done(&names);
	strv_done(&masks);
	free(folder);
	free(mask);
	return r;
}

int view_load(const struct policy_dirs *dirs, struct values *ret, struct im_errs *errs)
{
	struct values v = {0};
	int r = from_folder(dirs->lib, dirs->etc, &v, errs);

	if (r == 0)
		r = from_folder(dirs->etc, NULL, &v, errs);
	if (r == 0 && im_errs_any(errs))
		r = -EBADMSG;
	if (r < 0) {
		values_done(&v);
		return r;
	}
	*ret = v;
	return 0;
}
