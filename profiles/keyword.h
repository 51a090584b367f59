/* SPDX-License-Identifier: MIT */
/* keywords.def as C: the enums, and the table that everything else reads. */
#ifndef IMMURE_KEYWORD_H
#define IMMURE_KEYWORD_H

#include <stdbool.h>

enum section { SECTION_NONE, SECTION_PROFILE, SECTION_SESSION, SECTION_FILES, SECTION_NETWORK, SECTION_LIMITS,
	SECTION_SEAL, SECTION_MAX };

enum keyword_type {
	KT_NONE,
	KT_TEXT,       /* the rest of the line; no control characters */
	KT_NAME,       /* name of a profile: letters digits - _ . but no leading dot, at most 64 */
	KT_BOOL,       /* str_to_bool() */
	KT_UINT,       /* 0 to 2^32-1 */
	KT_SIZE,       /* str_to_size() */
	KT_TIME,       /* str_to_usec() */
	KT_MODE,       /* str_to_mode(), at most 0777 */
	KT_NICE,       /* 0 to 19 */
	KT_PERCENT,    /* digits and %, 1% up */
	KT_CHOICE,     /* one of the choices */
	KT_HOME,       /* a choice or a path */
	KT_NETWORK,    /* a choice or a path below /run/netns */
	KT_INTERFACE,  /* net_check_interface() */
	KT_BANDWIDTH,  /* net_check_bandwidth() */
	KT_LANDLOCK,   /* a choice or an ABI version from 1 */
	KT_HOSTNAME,   /* hostname(7), at most 64 */
	KT_ERRNO,      /* EPERM and the like, or kill */
	KT_PATH,       /* path_is_normal() */
	KT_LIMIT_COUNT, /* N, SOFT:HARD or infinity */
	KT_LIMIT_SIZE,
	KT_LIMIT_TIME, /* seconds */
	KT_LIMIT_USEC, /* microseconds without a unit */
	/* From here on lists: white space separates, quotes join, an empty value empties the list. */
	KT_FIRST_LIST,
	KT_WORDS = KT_FIRST_LIST, /* free words */
	KT_KEYWORDS,   /* names of directives */
	KT_ENV,        /* NAME=VALUE, NAME is [A-Za-z_][A-Za-z0-9_]* */
	KT_ENVNAMES,   /* NAME or PREFIX* */
	KT_PATHS,      /* [-]PATH */
	KT_BINDS,      /* [-]SOURCE[:DESTINATION] */
	KT_TMPFS,      /* PATH[:ro|size=SIZE|mode=MODE,...] */
	KT_ADDRESSES,  /* auto, ADDRESS/BITS */
	KT_HOSTS,      /* ADDRESS */
	KT_NETWORKS,   /* ADDRESS[/BITS] any localhost link-local multicast */
	KT_PORTS,      /* net_port_parse() */
	KT_FAMILIES,   /* unix inet inet6 netlink ... or AF_UNIX spelling; none */
	KT_CAPABILITIES, /* CAP_NAME, of those that a cell can do with: capability.h */
	KT_SYSCALLS,   /* [~]NAME or [~]@GROUP; the first word of the first value decides the sense */
};

enum keyword {
	KW_NONE = -1,
#define KEYWORD(id, section, name, type, choices, def, later, help, source) KW_##id,
#define LATER(id, choice, later)
#include "keywords.def"
#undef KEYWORD
#undef LATER
	KW_MAX
};

struct keyword_row {
	const char *name;
	enum section section;
	enum keyword_type type;
	const char *choices;
	const char *def;
	const char *later;
	const char *help;
	const char *source;
};

extern const struct keyword_row keywords[KW_MAX];

/* keyword_is_list() - its values add up over lines and files; scalars override. */
bool keyword_is_list(enum keyword kw);
/* keyword_find() - by exact name in @section (SECTION_NONE: in any), or KW_NONE. */
enum keyword keyword_find(enum section section, const char *name);
/* keyword_nearest() - the directive whose name is closest to a wrong one, or KW_NONE if none is near. */
enum keyword keyword_nearest(const char *name);
/* keyword_later() - what @kw = @value waits for in this version, or NULL if it is applied. */
const char *keyword_later(enum keyword kw, const char *value);
/* section_find(), section_name() - "Files" <-> SECTION_FILES; SECTION_NONE if there is no such. */
enum section section_find(const char *name);
const char *section_name(enum section section);

#endif
