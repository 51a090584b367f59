/* SPDX-License-Identifier: MIT */
/* Any bytes as a profile: no crash, and what was read and printed reads the same again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *print(const struct profile *p)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out || profile_print(p, out) < 0 || fclose(out) != 0)
		abort();
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct profile a = {0}, b = {0};
	struct im_errs errs = {0}, again = {0};
	char *first, *second;

	profile_parse(&a, "fuzz", (const char *)data, size, &specifiers_example, &errs);
	profile_check(&a, &errs);
	first = print(&a);
	if (!im_errs_any(&errs)) {
		profile_parse(&b, "again", first, strlen(first), &specifiers_example, &again);
		second = print(&b);
		if (im_errs_any(&again) || strcmp(first, second) != 0)
			abort();
		free(second);
	}
	free(first);
	profile_done(&a);
	profile_done(&b);
	im_errs_done(&errs);
	im_errs_done(&again);
	return 0;
}
