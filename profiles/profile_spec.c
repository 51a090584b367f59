/* SPDX-License-Identifier: MIT */
/* BindPaths= and TemporaryFileSystem= items. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile.h"

int bind_spec_parse(const char *text, struct bind_spec *ret)
{
	struct bind_spec b = {.optional = *text == '-'};
	const char *src = text + b.optional, *colon = strchr(src, ':');

	b.src = colon ? strndup(src, (size_t)(colon - src)) : strdup(src);
	b.dst = strdup(colon ? colon + 1 : src);
	if (!b.src || !b.dst) {
		bind_spec_done(&b);
		return -ENOMEM;
	}
	if (!path_is_normal(b.src) || !path_is_normal(b.dst) || strchr(b.dst, ':')) {
		bind_spec_done(&b);
		return -EINVAL;
	}
	*ret = b;
	return 0;
}

static int tmpfs_option(const char *option, struct bind_spec *b)
{
	if (strcmp(option, "ro") == 0)
		b->read_only = true;
	else if (strncmp(option, "size=", 5) == 0)
		return str_to_size(option + 5, &b->size_bytes) < 0 || b->size_bytes == 0 ? -EINVAL : 0;
	else if (strncmp(option, "mode=", 5) == 0)
		return str_to_mode(option + 5, &b->mode) < 0 || b->mode > 01777 || b->mode == 0 ? -EINVAL : 0;
	else
		return -EINVAL;
	return 0;
}

int tmpfs_spec_parse(const char *text, struct bind_spec *ret)
{
	struct bind_spec b = {0};
	char *options = NULL, *next;
	int r = 0;

	b.dst = strdup(text);
	if (!b.dst)
		return -ENOMEM;
	next = strchr(b.dst, ':');
	if (next)
		*next++ = 0;
	if (next && !*next)
		r = -EINVAL;
	while (r == 0 && (options = next)) {
		next = strchr(options, ',');
		if (next)
			*next++ = 0;
		r = tmpfs_option(options, &b);
	}
	if (r == 0 && !path_is_normal(b.dst))
		r = -EINVAL;
	if (r < 0) {
		bind_spec_done(&b);
		return r;
	}
	*ret = b;
	return 0;
}

void bind_spec_done(struct bind_spec *b)
{
	free(b->src);
	free(b->dst);
	*b = (struct bind_spec){0};
}
