/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "capability.h"
#include "net.h"
#include "value.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

bool value_expands(enum keyword_type type)
{
	return type == KT_TEXT || type == KT_PATH || type == KT_HOSTNAME || type == KT_HOME || type == KT_WORDS || type == KT_ENV ||
		type == KT_PATHS || type == KT_BINDS || type == KT_TMPFS;
}

int value_expand(const char *text, const struct specifiers *sp, char **ret)
{
	char uid[16], *out = strdup("");

	for (; out && *text;) {
		const size_t plain = strcspn(text, "%");
		const char *put = "";
		char *longer;

		if (text[plain]) {
			switch (text[plain + 1]) {
			case 'u':
				put = sp->user;
				break;
			case 'h':
				put = sp->home;
				break;
			case 'g':
				put = sp->group;
				break;
			case 'U': {
				char *number = str_printf("%u", (unsigned)sp->uid);

				if (number)
					(void)stpcpy(uid, number); /* at most 10 digits */
				free(number);
				put = uid;
				break;
			}
			case '%':
				put = "%";
				break;
			default:
				free(out);
				return -EINVAL;
			}
		}
		longer = str_printf("%s%.*s%s", out, (int)plain, text, put);
		free(out);
		out = longer;
		text += plain + (text[plain] ? 2 : 0);
	}
	*ret = out;
	return out ? 0 : -ENOMEM;
}

int value_word(const char **at, char **ret_word)
{
	const char *s = *at + strspn(*at, " \t");
	char quote = 0, *word, *put;

	if (!*s) {
		*at = s;
		return 0;
	}
	word = calloc(1, strlen(s) + 1);
	if (!word)
		return -ENOMEM;
	put = word;
	for (; *s && (quote || (*s != ' ' && *s != '\t')); s++) {
		if (quote && *s == quote) {
			quote = 0;
		} else if (!quote && (*s == '"' || *s == '\'')) {
			quote = *s;
		} else if (*s == '\\' && quote != '\'') {
			if (!*++s)
				break;
			*put++ = *s;
		} else {
			*put++ = *s;
		}
	}
	*put = 0;
	if (quote || (!*s && s[-1] == '\\' && (s - *at < 2 || s[-2] != '\\'))) {
		free(word);
		return -EINVAL;
	}
	*at = s;
	*ret_word = word;
	return 1;
}

int value_error_number(const char *text)
{
	if (strcmp(text, "kill") == 0)
		return 0;
	for (int n = 1; n < 134; n++) {
		const char *name = strerrorname_np(n);

		if (name && strcmp(name, text) == 0)
			return n;
	}
	return -EINVAL;
}

static bool is_choice(const char *choices, const char *text)
{
	const size_t len = strlen(text);

	for (const char *at = choices; at && *at;) {
		const size_t n = strcspn(at, "|");

		if (n == len && strncmp(at, text, n) == 0)
			return true;
		at += n + (at[n] == '|');
	}
	return false;
}

static int check_limit(enum keyword_type type, const char *text)
{
	char *soft = strdup(text), *hard;
	uint64_t n;
	int r = soft ? 0 : -ENOMEM;

	hard = soft ? strchr(soft, ':') : NULL;
	if (hard)
		*hard++ = 0;
	for (const char *part = soft; r == 0 && part; part = part == soft ? hard : NULL) {
		if (strcmp(part, "infinity") == 0)
			continue;
		r = type == KT_LIMIT_SIZE ? str_to_size(part, &n) : str_to_u64(part, UINT64_MAX - 1, &n);
		if ((type == KT_LIMIT_TIME || type == KT_LIMIT_USEC) && r == -EINVAL) {
			r = str_to_usec(part, &n);
			if (r == 0 && type == KT_LIMIT_TIME && n % 1000000)
				r = -EINVAL;
		}
	}
	free(soft);
	return r;
}

static bool is_name(const char *text, const char *allowed, size_t max)
{
	const size_t len = strlen(text);

	return len > 0 && len <= max && strspn(text, allowed) == len;
}

static int check_env(const char *text)
{
	const size_t len = strcspn(text, "=");

	return text[len] == '=' && len > 0 && strspn(text, LETTERS DIGITS "_") == len && !isdigit((unsigned char)*text) ? 0 : -EINVAL;
}

/* AF_INET and inet are the same; the canonical spelling is the short one. */
static int canonical_family(const char *text, char **ret)
{
	static const char *const known[] = {"none", "unix", "inet", "inet6", "netlink", "packet", "vsock", "alg", "bluetooth", "can",
		"key", "tipc", "xdp", "qipcrtr", "ax25", "x25", "rds", "rxrpc", "nfc", "kcm", "smc", "mctp", "ieee802154", "phonet",
		"isdn", "llc", "ib", "mpls", "appletalk", "ipx", "pppox"};

	if (strncmp(text, "AF_", 3) == 0)
		text += 3;
	if (strcasecmp(text, "local") == 0)
		text = "unix";
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcasecmp(known[i], text) == 0) {
			*ret = strdup(known[i]);
			return *ret ? 0 : -ENOMEM;
		}
	}
	return -EINVAL;
}

static int check_bind(const char *text, bool temporary)
{
	struct bind_spec b = {0};
	const int r = temporary ? tmpfs_spec_parse(text, &b) : bind_spec_parse(text, &b);

	bind_spec_done(&b);
	return r;
}

static int check_syscall(const char *text)
{
	text += *text == '~';
	text += *text == '@';
	return is_name(text, "abcdefghijklmnopqrstuvwxyz" DIGITS "_-", 64) ? 0 : -EINVAL;
}

int value_check(enum keyword kw, const char *text, char **ret_text, const char **ret_hint)
{
	const struct keyword_row *row = &keywords[kw];
	const char *hint = "";
	uint64_t n;
	unsigned mode;
	bool yes;
	int r = -EINVAL;

	*ret_text = NULL;
	switch (row->type) {
	case KT_TEXT:
	case KT_WORDS:
		r = 0; /* the parser has refused control characters */
		break;
	case KT_NAME:
		hint = "letters, digits, - _ . with no dot in front, at most 64";
		r = *text != '.' && *text != '-' && is_name(text, LETTERS DIGITS "-_.", 64) ? 0 : -EINVAL;
		break;
	case KT_BOOL:
		hint = "yes or no";
		r = str_to_bool(text, &yes);
		break;
	case KT_UINT:
		hint = "a number from 0 to 4294967295";
		r = str_to_u64(text, UINT32_MAX, &n);
		break;
	case KT_SIZE:
		hint = "bytes, with K, M, G or T";
		r = str_to_size(text, &n);
		if (r == 0 && n == 0)
			r = -ERANGE;
		break;
	case KT_TIME:
		hint = "a time such as 10, 90s, 1min 30s or infinity, more than 0";
		r = str_to_usec(text, &n);
		if (r == 0 && n == 0)
			r = -ERANGE;
		break;
	case KT_MODE:
		hint = "octal, at most 0777";
		r = str_to_mode(text, &mode);
		if (r == 0 && mode > 0777)
			r = -ERANGE;
		break;
	case KT_NICE:
		hint = "0 to 19";
		r = str_to_u64(text, 19, &n);
		break;
	case KT_PERCENT: {
		char *number = *text && text[strlen(text) - 1] == '%' ? strndup(text, strlen(text) - 1) : NULL;

		hint = "a percentage such as 50%";
		r = number ? str_to_u64(number, 1000000, &n) : -EINVAL;
		if (r == 0 && n == 0)
			r = -ERANGE;
		free(number);
		break;
	}
	case KT_CHOICE:
		hint = row->choices;
		r = is_choice(row->choices, text) ? 0 : -EINVAL;
		break;
	case KT_HOME:
		hint = "real, private, volatile, read-only, or a path";
		r = is_choice(row->choices, text) || path_is_normal(text) ? 0 : -EINVAL;
		break;
	case KT_NETWORK:
		hint = "none, host, bridge, or /run/netns/NAME";
		r = is_choice(row->choices, text) ||
				(path_is_normal(text) && path_is_below(text, "/run/netns") && strcmp(text, "/run/netns") != 0) ?
			0 :
			-EINVAL;
		break;
	case KT_LANDLOCK:
		hint = "prefer, require, no, or an ABI version from 1";
		r = is_choice(row->choices, text) || (str_to_u64(text, 1000, &n) == 0 && n > 0) ? 0 : -EINVAL;
		break;
	case KT_HOSTNAME:
		hint = "letters, digits, - and ., at most 64";
		r = *text != '-' && *text != '.' && is_name(text, LETTERS DIGITS "-.", 64) ? 0 : -EINVAL;
		break;
	case KT_ERRNO:
		hint = "an error such as EPERM or ENOSYS, or kill";
		r = value_error_number(text) < 0 ? -EINVAL : 0;
		break;
	case KT_PATH:
		hint = "an absolute path without . and ..";
		r = path_is_normal(text) ? 0 : -EINVAL;
		break;
	case KT_LIMIT_COUNT:
	case KT_LIMIT_SIZE:
	case KT_LIMIT_TIME:
	case KT_LIMIT_USEC:
		hint = row->type == KT_LIMIT_SIZE  ? "SOFT:HARD or one for both, bytes with K M G T, or infinity" :
			row->type == KT_LIMIT_TIME ? "SOFT:HARD or one for both, whole seconds, or infinity" :
			row->type == KT_LIMIT_USEC ? "SOFT:HARD or one for both, microseconds, or infinity" :
						     "SOFT:HARD or one for both, or infinity";
		r = check_limit(row->type, text);
		break;
	case KT_KEYWORDS:
		hint = "names of directives";
		r = keyword_find(SECTION_NONE, text) != KW_NONE ? 0 : -EINVAL;
		break;
	case KT_ENV:
		hint = "NAME=VALUE";
		r = check_env(text);
		break;
	case KT_ENVNAMES: {
		const size_t len = strlen(text);
		char *name = strndup(text, len && text[len - 1] == '*' ? len - 1 : len);

		hint = "a variable's name, or its beginning and *";
		r = name && !isdigit((unsigned char)*name) && is_name(name, LETTERS DIGITS "_", 128) ? 0 : -EINVAL;
		free(name);
		break;
	}
	case KT_PATHS:
		hint = "an absolute path without . and .., - in front if it may be missing";
		r = path_is_normal(text + (*text == '-')) ? 0 : -EINVAL;
		break;
	case KT_BINDS:
		hint = "SOURCE or SOURCE:DESTINATION, absolute paths, - in front if it may be missing";
		r = check_bind(text, false);
		break;
	case KT_TMPFS:
		hint = "PATH or PATH:ro,size=BYTES,mode=MODE";
		r = check_bind(text, true);
		break;
	case KT_PORTS:
		hint = "tcp:PORT, udp:PORT, tcp:FIRST-LAST, icmp, or tcp:none";
		r = net_check_port(text, ret_text);
		break;
	case KT_ADDRESSES:
		hint = "auto, or a machine's address with the length of its prefix, such as 10.1.0.5/24 or fd00:1::5/64";
		r = net_check_address(text, ret_text);
		break;
	case KT_HOSTS:
		hint = "a machine's IPv4 or IPv6 address";
		r = net_check_host(text, ret_text);
		break;
	case KT_NETWORKS:
		hint = "ADDRESS/BITS, any, localhost, link-local, or multicast";
		r = net_check_network(text, ret_text);
		break;
	case KT_INTERFACE:
		hint = "the name of a bridge: letters, digits, - _ ., at most 15";
		r = net_check_interface(text, ret_text);
		break;
	case KT_BANDWIDTH:
		hint = "UP/DOWN, bytes a second with K, M or G, or infinity; at least 1K";
		r = net_check_bandwidth(text, ret_text);
		break;
	case KT_FAMILIES:
		hint = "unix, inet, inet6, netlink, … or none";
		r = canonical_family(text, ret_text);
		break;
	case KT_CAPABILITIES:
		hint = "of " CAPABILITIES_KEPT "; any other would open the cell";
		r = capability_is_kept(text) ? 0 : -EINVAL;
		break;
	case KT_SYSCALLS:
		hint = "a system call or @group, ~ in front to refuse";
		r = check_syscall(text);
		break;
	case KT_NONE:
	default:
		break;
	}
	*ret_hint = hint;
	if (r == 0 && !*ret_text) {
		*ret_text = strdup(text);
		r = *ret_text ? 0 : -ENOMEM;
	}
	return r;
}
