/* SPDX-License-Identifier: MIT */
/* What one value alone cannot show. */
#include <errno.h>
#include <string.h>

#include "value.h"

/* Asking for what is the default anyway needs nothing that is not there. */
static bool asks_for_more(enum keyword kw, const char *text)
{
	return !keywords[kw].def || strcmp(keywords[kw].def, text) != 0;
}

/* A choice that is missing cannot be optional: Network=bridge must not quietly become the host's network. */
static void check_later(const struct profile *p, enum keyword kw, struct im_errs *errs)
{
	for (size_t i = 0; i < p->v[kw].len; i++) {
		const struct value *v = &p->v[kw].items[i];
		const char *later = keyword_later(kw, v->text);

		if (!later || !asks_for_more(kw, v->text))
			continue;
		if (keywords[kw].later && profile_optional(p, kw))
			return;
		if (keywords[kw].later)
			im_errs_add(errs, ENOTSUP, v->from, "%s: not available in this version: it needs %s (remove it, or name it in "
				"Optional=)", keywords[kw].name, later);
		else
			im_errs_add(errs, ENOTSUP, v->from, "%s: %s is not available in this version: it needs %s (choose another)",
				keywords[kw].name, v->text, later);
		return;
	}
}

static void check_limits(const struct profile *p, enum keyword kw, struct im_errs *errs)
{
	uint64_t soft, hard;

	if (strncmp(keywords[kw].name, "Limit", 5) != 0 || !profile_limit(p, kw, &soft, &hard))
		return;
	if (soft > hard)
		im_errs_add(errs, EBADMSG, profile_from(p, kw), "%s: the soft limit is above the hard limit (SOFT:HARD)",
			keywords[kw].name);
	if (kw == KW_LIMIT_NICE && hard > 40 && hard != UINT64_MAX)
		im_errs_add(errs, EBADMSG, profile_from(p, kw), "LimitNICE: out of range (0 to 40)");
	if (kw == KW_LIMIT_RTPRIO && hard > 99 && hard != UINT64_MAX)
		im_errs_add(errs, EBADMSG, profile_from(p, kw), "LimitRTPRIO: out of range (0 to 99)");
}

static void check_none(const struct profile *p, enum keyword kw, const char *none, struct im_errs *errs)
{
	const struct values *v = &p->v[kw];

	for (size_t i = 0; i < v->len && v->len > 1; i++)
		if (strcmp(v->items[i].text, none) == 0)
			im_errs_add(errs, EBADMSG, v->items[i].from, "%s: %s stands alone (empty the list with %s= first)",
				keywords[kw].name, none, keywords[kw].name);
}

/* These are the cell's own workings: a mount over them would let a profile lie about the cell. */
static void check_destinations(const struct profile *p, enum keyword kw, struct im_errs *errs)
{
	static const char *const own[] = {"/proc", "/dev", "/sys", "/run/immure", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf"};

	for (size_t i = 0; i < p->v[kw].len; i++) {
		const struct value *v = &p->v[kw].items[i];
		struct bind_spec b = {0};
		const int r = kw == KW_TEMPORARY_FILE_SYSTEM ? tmpfs_spec_parse(v->text, &b) : bind_spec_parse(v->text, &b);

		for (size_t k = 0; r == 0 && k < sizeof(own) / sizeof(*own); k++) {
			if (!path_is_below(b.dst, own[k]) && !path_is_below(own[k], b.dst))
				continue;
			im_errs_add(errs, EBADMSG, v->from, "%s: %s would cover %s, which the cell makes itself (choose another destination)",
				keywords[kw].name, b.dst, own[k]);
			break;
		}
		bind_spec_done(&b);
	}
}

static void check_etc(const struct profile *p, struct im_errs *errs)
{
	const struct values *v = &p->v[KW_ETC_PATHS];

	for (size_t i = 0; i < v->len; i++) {
		const char *path = v->items[i].text + (v->items[i].text[0] == '-');

		if (!path_is_below(path, "/etc") && !path_is_below(path, "/var"))
			im_errs_add(errs, EBADMSG, v->items[i].from, "EtcPaths: %s: not in /etc or /var (BindReadOnlyPaths= shows other paths)",
				path);
	}
}

void profile_check(const struct profile *p, struct im_errs *errs)
{
	for (int kw = 0; kw < KW_MAX; kw++) {
		check_later(p, (enum keyword)kw, errs);
		check_limits(p, (enum keyword)kw, errs);
	}
	check_none(p, KW_CONNECT_ALLOW, "tcp:none", errs);
	check_none(p, KW_LISTEN_ALLOW, "tcp:none", errs);
	check_none(p, KW_RESTRICT_ADDRESS_FAMILIES, "none", errs);
	check_destinations(p, KW_BIND_PATHS, errs);
	check_destinations(p, KW_BIND_READ_ONLY_PATHS, errs);
	check_destinations(p, KW_TEMPORARY_FILE_SYSTEM, errs);
	check_etc(p, errs);
	check_network(p, errs);
}
