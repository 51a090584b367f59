/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "../lib/tap.h"
#include "seal.h"

static struct strv env;

static const char *value(const char *name)
{
	const size_t len = strlen(name);

	for (size_t i = 0; i < env.len; i++)
		if (strncmp(env.items[i], name, len) == 0 && env.items[i][len] == '=')
			return env.items[i] + len + 1;
	return NULL;
}

int main(void)
{
#define S(x) (char[]){x}
	struct step steps[] = {
		{.kind = STEP_ENV_PASS, .path = S("TERM")},
		{.kind = STEP_ENV_PASS, .path = S("LC_*")},
		{.kind = STEP_ENV_PASS, .path = S("LD_*")},
		{.kind = STEP_ENV_PASS, .path = S("BASH_*")},
		{.kind = STEP_ENV_PASS, .path = S("HOME")},
		{.kind = STEP_ENV_PASS, .path = S("SKIPPED"), .skipped = S("why")},
		{.kind = STEP_ENV_SET, .path = S("HOME"), .arg = S("/home/a")},
		{.kind = STEP_ENV_SET, .path = S("X"), .arg = S("1")},
		{.kind = STEP_ENV_SET, .path = S("X"), .arg = S("two words")},
	};
	const struct plan plan = {steps, sizeof(steps) / sizeof(*steps)};
	char *login[] = {S("TERM=xterm-256color"), S("TERM=second"), S("LC_ALL=C"), S("LD_PRELOAD=/evil.so"), S("BASH_ENV=/evil"),
		S("BASH_FUNC_ls%%=() { evil; }"), S("HOME=/evil"), S("SECRET=1"), S("SKIPPED=1"), S("no equals sign"), S("=x"), S("LC_=x"),
		S("LC_A B=x"), S("LC_X=grüße"), NULL};
	char *bad_term[] = {S("TERM=x;rm"), NULL};

	ok(seal_environment(&plan, login, &env, NULL) == 0, "an environment");
	is_str(value("TERM"), "xterm-256color", "the first of two counts");
	is_str(value("LC_ALL"), "C", "a pattern passes");
	is_str(value("LC_X"), "grüße", "any bytes pass");
	is_str(value("HOME"), "/home/a", "what is set wins over what is passed");
	is_str(value("X"), "two words", "the later one of two that are set");
	ok(!value("LD_PRELOAD") && !value("BASH_ENV"), "hostile names never pass, even when asked for");
	ok(!value("SECRET") && !value("SKIPPED"), "nor what nobody asked for");
	ok(env.len == 6, "and that is all (%zu)", env.len);
	strv_done(&env);
	ok(seal_environment(&plan, bad_term, &env, NULL) == 0 && !value("TERM"), "a TERM that is no name is dropped");
	strv_done(&env);
	return tap_done();
}
