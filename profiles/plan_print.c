/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "str.h"

static const struct {
	unsigned flag;
	const char *word;
} flag_words[] = {
	{SF_READ_ONLY, "ro"},
	{SF_NO_SUID, "nosuid"},
	{SF_NO_DEV, "nodev"},
	{SF_NO_EXEC, "noexec"},
	{SF_OWNED, "owned"},
	{SF_ROOTS, "roots"},
	{SF_NS_USER, "user"},
	{SF_NS_NET, "net"},
	{SF_WALL_NAMESPACES, "namespaces"},
	{SF_WALL_KEYRING, "keyring"},
	{SF_WALL_WX, "write-execute"},
	{SF_WALL_PERSONALITY, "personality"},
	{SF_WALL_PORTS, "ports"},
	{SF_WALL_SETGID, "setgid"},
	{SF_LL_READ, "read"},
	{SF_LL_EXEC, "execute"},
	{SF_LL_WRITE, "write"},
	{SF_LL_DEVICE, "device"},
	{SF_LL_CONNECT, "connect"},
	{SF_LL_BIND, "bind"},
};

/* " word,word" for the flags that are set, or "". */
static const char *words(unsigned flags, char *buf, size_t size)
{
	char *at = buf;

	*buf = 0;
	for (size_t i = 0; i < sizeof(flag_words) / sizeof(*flag_words); i++)
		if ((flags & flag_words[i].flag) && (size_t)(at - buf) + strlen(flag_words[i].word) + 2 < size) {
			at = stpcpy(at, at == buf ? " " : ",");
			at = stpcpy(at, flag_words[i].word);
		}
	return buf;
}

static const char *size_text(uint64_t bytes, char *buf, size_t size)
{
	static const char units[] = " KMGT";
	size_t unit = 0;

	while (bytes && bytes % 1024 == 0 && unit < sizeof(units) - 2) {
		bytes /= 1024;
		unit++;
	}
	(void)snprintf(buf, size, unit ? "%" PRIu64 "%c" : "%" PRIu64, bytes, units[unit]); /* 64 bits fit */
	return buf;
}

static const char *limit_text(uint64_t n, char *buf, size_t size)
{
	if (n == UINT64_MAX)
		return "infinity";
	(void)snprintf(buf, size, "%" PRIu64, n); /* 64 bits fit */
	return buf;
}

char *step_argument(const struct step *s)
{
	const char *path = s->path ? s->path : "", *arg = s->arg ? s->arg : "";
	char fw[160], n1[32], n2[32];

	words(s->flags, fw, sizeof(fw));
	switch (s->kind) {
	case STEP_NONE:
		return str_printf("%s=%s", path, arg);
	case STEP_NAMESPACES:
		return str_printf("mount,pid,ipc,uts,cgroup%s%s", *fw ? "," : "", *fw ? fw + 1 : "");
	case STEP_DEADLINE:
	case STEP_RUNTIME_MAX:
	case STEP_IDLE_TIMEOUT:
		return s->num == UINT64_MAX ? str_printf("none") : str_printf("%gs", (double)s->num / 1e6);
	case STEP_LINK:
		return str_printf("%s %s", path, arg);
	case STEP_FILTER:
		return str_printf("%s %s", path, arg);
	case STEP_SYSCTL:
		return str_printf("%s=%s", path, arg);
	case STEP_BANDWIDTH:
		return str_printf("up=%s down=%s", limit_text(s->num, n1, sizeof(n1)), limit_text(s->num2, n2, sizeof(n2)));
	case STEP_ROOT:
		return str_printf("size=%s", size_text(s->num, n1, sizeof(n1)));
	case STEP_DIRECTORY:
		return str_printf("%s %04o", path, (unsigned)s->num);
	case STEP_SYMLINK:
		return str_printf("%s -> %s", path, arg);
	case STEP_FILE:
		return str_printf("%s (%s)", path, arg);
	case STEP_TMPFS:
		return str_printf("%s size=%s mode=%04o%s", path, s->num ? size_text(s->num, n1, sizeof(n1)) : "default",
			(unsigned)s->num2, fw);
	case STEP_BIND:
	case STEP_TERMINAL:
	case STEP_LOGIN_TERMINAL:
		return strcmp(path, arg) == 0 ? str_printf("%s%s", path, fw) : str_printf("%s <- %s%s", path, arg, fw);
	case STEP_OWN_TMP:
		return str_printf("%s <- %s%s", path, arg, fw);
	case STEP_PROC:
		return str_printf("%s %s%s", path, arg, fw);
	case STEP_BECOME:
		return str_printf("uid %" PRIu64 ", gid %" PRIu64 ", groups %s", s->num, s->num2, arg);
	case STEP_CAPABILITIES:
		return str_printf("%s", arg);
	case STEP_RLIMIT:
		return str_printf("%s %s:%s", path, limit_text(s->num, n1, sizeof(n1)), limit_text(s->num2, n2, sizeof(n2)));
	case STEP_UMASK:
		return str_printf("%04o", (unsigned)s->num);
	case STEP_NICE:
		return str_printf("%" PRIu64, s->num);
	case STEP_ENV_SET:
	case STEP_ACCOUNT_LIMIT:
		return str_printf("%s=%s", path, arg);
	case STEP_LANDLOCK:
		return str_printf("abi %" PRIu64, s->num);
	case STEP_LANDLOCK_TCP:
		return s->num == LL_TCP_NONE ? str_printf("none%s", fw) : str_printf("%" PRIu64 "%s", s->num, fw);
	case STEP_LANDLOCK_SCOPE:
		return str_printf("abstract-unix-socket");
	case STEP_SECCOMP_WALLS:
		return str_printf("always%s%s", *fw ? "," : "", *fw ? fw + 1 : "");
	case STEP_SECCOMP_FAMILIES:
		return str_printf("%s", *arg ? arg : "none");
	case STEP_SECCOMP_FILTER:
		return s->num ? str_printf("%s, else %s", arg, strerrorname_np((int)s->num)) : str_printf("%s, else kill", arg);
	case STEP_NETWORK_JOIN:
	case STEP_ADDRESS:
	case STEP_ROUTE:
	case STEP_CGROUP:
	case STEP_DEVPTS:
	case STEP_PIN:
	case STEP_READ_ONLY:
	case STEP_READ_WRITE:
	case STEP_INACCESSIBLE:
	case STEP_HOSTNAME:
	case STEP_LOOPBACK:
	case STEP_PIVOT:
	case STEP_KEYRING:
	case STEP_ENV_PASS:
	case STEP_GROUPS:
	case STEP_CHDIR:
	case STEP_NO_NEW_PRIVS:
	case STEP_LANDLOCK_PATH:
	case STEP_EXEC:
	case STEP_MAX:
	default:
		return str_printf("%s%s%s", path, arg, fw);
	}
}

/* Control characters would let a path or a value write on the reader's terminal or break the JSON. */
static void put_safe(const char *s, bool json, FILE *out)
{
	for (; *s; s++) {
		const unsigned char c = (unsigned char)*s;

		if (json && (c == '"' || c == '\\'))
			(void)fprintf(out, "\\%c", c); /* the caller asks ferror() */
		else if (c < 0x20 || c == 0x7f)
			(void)fprintf(out, json ? "\\u%04x" : "\\x%02x", c); /* the caller asks ferror() */
		else
			(void)putc(c, out); /* the caller asks ferror() */
	}
}

static void print_step(const struct step *s, size_t number, bool colour, const char *argument, FILE *out)
{
	const char *dim = colour ? "\033[2m" : "", *bold = colour ? "\033[1m" : "", *warn = colour ? "\033[33m" : "";
	const char *off = colour ? "\033[0m" : "";

	(void)fprintf(out, "%4zu  %s%-16s%s  ", number, s->skipped ? dim : bold, step_name(s->kind), off);
	put_safe(argument, false, out);
	(void)fprintf(out, "  %s%s", s->skipped ? warn : dim, s->skipped ? "skipped: " : "");
	if (s->skipped)
		put_safe(s->skipped, false, out);
	if (s->skipped && s->from.file)
		(void)fprintf(out, "  ");
	if (s->from.file)
		(void)fprintf(out, "%s:%u", s->from.file, s->from.line);
	else if (!s->skipped)
		(void)fprintf(out, "default");
	(void)fprintf(out, "%s\n", off); /* as for all above: the caller asks ferror() */
}

int plan_print(const struct plan *plan, bool colour, FILE *out)
{
	for (size_t i = 0; i < plan->len; i++) {
		char *argument = step_argument(&plan->steps[i]);

		if (!argument)
			return -ENOMEM;
		print_step(&plan->steps[i], i + 1, colour, argument, out);
		free(argument);
	}
	return ferror(out) ? -EIO : 0;
}

static void json_text(const char *name, const char *value, FILE *out)
{
	(void)fprintf(out, "\"%s\": ", name); /* as for all here: the caller asks ferror() */
	if (!value) {
		(void)fputs("null", out);
		return;
	}
	(void)putc('"', out);
	put_safe(value, true, out);
	(void)putc('"', out);
}

int plan_print_json(const struct plan *plan, FILE *out)
{
	(void)fputs("[", out); /* as for all here: ferror() at the end */
	for (size_t i = 0; i < plan->len; i++) {
		const struct step *s = &plan->steps[i];
		char *argument = step_argument(s);

		if (!argument)
			return -ENOMEM;
		(void)fprintf(out, "%s\n  {\"number\": %zu, \"stage\": \"%s\", ", i ? "," : "", i + 1, stage_name(step_stage(s->kind)));
		json_text("step", step_name(s->kind), out);
		(void)fputs(", ", out);
		json_text("argument", argument, out);
		(void)fputs(", \"from\": ", out);
		if (s->from.file) {
			(void)fputs("{", out);
			json_text("file", s->from.file, out);
			(void)fprintf(out, ", \"line\": %u}", s->from.line);
		} else {
			(void)fputs("null", out);
		}
		(void)fputs(", ", out);
		json_text("skipped", s->skipped, out);
		(void)fputs("}", out);
		free(argument);
	}
	(void)fputs("\n]\n", out);
	return ferror(out) ? -EIO : 0;
}
