/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "isolation.h"
#include "trust.h"

#define MAX_DEFINITION ((size_t)64 * 1024)

int isolation_of(const char *bridge, bool *ret_ours, bool *ret_apart, struct im_err *err)
{
	char *path = str_printf(SYSCONFDIR "/network/%s.conf", bridge), *text = NULL;
	size_t len;
	int r = path ? trust_read(path, MAX_DEFINITION, &text, &len, err) : im_fail(err, ENOMEM, "network: not enough memory");

	*ret_ours = r == 0;
	*ret_apart = r == 0 && text && !strstr(text, "\nAllow=cells\n");
	free(text);
	free(path);
	if (r != -ENOENT)
		return r;
	*err = (struct im_err){0};
	return 0;
}
