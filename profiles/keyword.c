/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "keyword.h"
#include "str.h"

const struct keyword_row keywords[KW_MAX] = {
#define KEYWORD(id, section, name, type, choices, def, later, help, source) \
	[KW_##id] = {name, SECTION_##section, KT_##type, choices, def, later, help, source},
#define LATER(id, choice, later)
#include "keywords.def"
#undef KEYWORD
#undef LATER
};

static const struct {
	enum keyword kw;
	const char *choice;
	const char *later;
} later_choices[] = {
#define KEYWORD(id, section, name, type, choices, def, later, help, source)
#define LATER(id, choice, later) {KW_##id, choice, later},
#include "keywords.def"
#undef KEYWORD
#undef LATER
};

static const char *const section_names[SECTION_MAX] = {
	[SECTION_PROFILE] = "Profile",
	[SECTION_SESSION] = "Session",
	[SECTION_FILES] = "Files",
	[SECTION_NETWORK] = "Network",
	[SECTION_LIMITS] = "Limits",
	[SECTION_SEAL] = "Seal",
};

bool keyword_is_list(enum keyword kw)
{
	return keywords[kw].type >= KT_FIRST_LIST;
}

enum keyword keyword_find(enum section section, const char *name)
{
	for (int kw = 0; kw < KW_MAX; kw++)
		if ((section == SECTION_NONE || keywords[kw].section == section) && strcmp(keywords[kw].name, name) == 0)
			return (enum keyword)kw;
	return KW_NONE;
}

enum keyword keyword_nearest(const char *name)
{
	const size_t third = strlen(name) / 3;
	size_t near = third > 2 ? third : 2;
	enum keyword found = KW_NONE;

	for (int kw = 0; kw < KW_MAX; kw++) {
		const size_t d = str_distance(name, keywords[kw].name);

		if (d < near || (d == near && found == KW_NONE)) {
			near = d;
			found = (enum keyword)kw;
		}
	}
	return found;
}

const char *keyword_later(enum keyword kw, const char *value)
{
	if (keywords[kw].later)
		return keywords[kw].later;
	for (size_t i = 0; i < sizeof(later_choices) / sizeof(*later_choices); i++) {
		const char *choice = later_choices[i].choice;

		if (later_choices[i].kw == kw && (*choice == '/' ? *value == '/' : strcmp(choice, value) == 0))
			return later_choices[i].later;
	}
	return NULL;
}

enum section section_find(const char *name)
{
	for (int s = SECTION_NONE + 1; s < SECTION_MAX; s++)
		if (strcmp(section_names[s], name) == 0)
			return (enum section)s;
	return SECTION_NONE;
}

const char *section_name(enum section section)
{
	return section > SECTION_NONE && section < SECTION_MAX ? section_names[section] : "";
}
