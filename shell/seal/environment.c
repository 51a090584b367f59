/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "seal.h"

/* Variables by which a login could make programs load or run what somebody else chose. A * matches the rest. */
static const char *const never[] = {"LD_*", "GLIBC_TUNABLES", "BASH_ENV", "ENV", "IFS", "SHELLOPTS", "BASHOPTS", "PS4",
	"BASH_FUNC_*", "GCONV_PATH", "LOCPATH", "NLSPATH", "HOSTALIASES", "RES_OPTIONS", "LOCALDOMAIN", "TMPDIR", "MALLOC_*",
	"GETCONF_DIR", "RESOLV_HOST_CONF"};

static bool matches(const char *pattern, const char *name, size_t len)
{
	const size_t plen = strlen(pattern);

	if (plen && pattern[plen - 1] == '*')
		return len >= plen - 1 && strncmp(pattern, name, plen - 1) == 0;
	return len == plen && strncmp(pattern, name, len) == 0;
}

static bool is_sane(const char *name, size_t len, const char *value)
{
	if (len == 0 || isdigit((unsigned char)*name))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '_')
			return false;
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		if (matches(never[i], name, len))
			return false;
	if (len == 4 && strncmp(name, "TERM", 4) == 0) {
		const size_t vlen = strlen(value);

		if (vlen < 1 || vlen > 64)
			return false;
		for (size_t i = 0; i < vlen; i++)
			if (!isalnum((unsigned char)value[i]) && !strchr("._+-", value[i]))
				return false;
	}
	return true;
}

/* Sets or replaces; the first of two equal names of a login counts, as getenv(3) has it, so passing never replaces. */
static int put(struct strv *env, const char *name, size_t len, const char *value, bool replace)
{
	for (size_t i = 0; i < env->len; i++) {
		char *line;

		if (strncmp(env->items[i], name, len) != 0 || env->items[i][len] != '=')
			continue;
		if (!replace)
			return 0;
		line = str_printf("%.*s=%s", (int)len, name, value);
		if (!line)
			return -ENOMEM;
		free(env->items[i]);
		env->items[i] = line;
		return 0;
	}
	return strv_addf(env, "%.*s=%s", (int)len, name, value);
}

static int pass(const struct plan *plan, const char *line, struct strv *env)
{
	const char *value = strchr(line, '=');
	const size_t len = value ? (size_t)(value - line) : 0;

	if (!value || !is_sane(line, len, value + 1))
		return 0;
	for (size_t i = 0; i < plan->len; i++) {
		const struct step *s = &plan->steps[i];

		if (s->kind == STEP_ENV_PASS && !s->skipped && matches(s->path, line, len))
			return put(env, line, len, value + 1, false);
	}
	return 0;
}

int seal_environment(const struct plan *plan, char *const login[], struct strv *ret, struct im_err *err)
{
	struct strv env = {0};
	int r = 0;

	for (; *login && r == 0; login++)
		r = pass(plan, *login, &env);
	for (size_t i = 0; i < plan->len && r == 0; i++) {
		const struct step *s = &plan->steps[i];

		if (s->kind == STEP_ENV_SET && !s->skipped)
			r = put(&env, s->path, strlen(s->path), s->arg, true);
	}
	if (r < 0) {
		strv_done(&env);
		return im_fail(err, ENOMEM, "environment: not enough memory");
	}
	*ret = env;
	return 0;
}
