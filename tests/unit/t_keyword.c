/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "../lib/tap.h"
#include "profile.h"
#include "value.h"

static void nearest(const char *wrong, enum keyword want)
{
	const enum keyword got = keyword_nearest(wrong);

	ok(got == want, "nearest to %s is %s", wrong, got == KW_NONE ? "none" : keywords[got].name);
}

int main(void)
{
	for (int kw = 0; kw < KW_MAX; kw++) {
		const struct keyword_row *row = &keywords[kw];
		char *text = NULL;
		const char *hint;
		bool good = true;

		if (row->def && !keyword_is_list((enum keyword)kw)) {
			good = value_check((enum keyword)kw, row->def, &text, &hint) == 0;
			free(text);
		}
		ok(good && row->name && row->help && row->source && row->section != SECTION_NONE && row->type != KT_NONE &&
				keyword_find(row->section, row->name) == kw && keyword_find(SECTION_NONE, row->name) == kw,
			"the row of %s is whole, and its default is valid", row->name);
	}
	ok(keyword_find(SECTION_FILES, "Network") == KW_NONE, "a directive is found in its section only");
	nearest("Netwrok", KW_NETWORK);
	nearest("LimitNoFile", KW_LIMIT_NOFILE);
	nearest("umask", KW_UMASK);
	nearest("ReadonlyPath", KW_READ_ONLY_PATHS);
	nearest("Xyzzy", KW_NONE);
	ok(keyword_later(KW_HELPERS, "x") && keyword_later(KW_HOME, "private") && keyword_later(KW_HOME, "/srv/x"),
		"what waits for a later version says for which");
	ok(!keyword_later(KW_SCOPE, "session") && !keyword_later(KW_NETWORK, "/run/netns/x") && !keyword_later(KW_BRIDGE, "x") && !keyword_later(KW_HOME, "real") && !keyword_later(KW_UMASK, "0"), "what is there does not");
	ok(section_find("Seal") == SECTION_SEAL && section_find("seal") == SECTION_NONE && section_find("") == SECTION_NONE, "sections");
	return tap_done();
}
