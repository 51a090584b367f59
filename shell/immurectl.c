/* SPDX-License-Identifier: MIT */
/* immurectl: what an administrator asks of immure. Options and subcommands are tables; the work is in immurectl_*.c. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "immurectl.h"

static const struct command {
	const char *name;
	int (*run)(const struct ctl *);
	int least, most; /* arguments; -1: any number */
	const char *args, *help;
} commands[] = {
	{"explain", ctl_explain, 1, 1, "USER|UID", "print the plan of an account's cell, step by step"},
	{"check", ctl_check, 0, -1, "[FILE...]", "check profiles: all of the configuration, or these files"},
	{"profile", ctl_profile, 1, 1, "NAME|FILE", "print a profile with all that it is based on, in canonical form"},
	{"directives", ctl_directives, 0, 0, "", "list the directives of a profile"},
	{"syscalls", ctl_syscalls, 0, 1, "[@GROUP]", "list the groups of system calls"},
	{"list", ctl_list, 0, 0, "", "list the cells that the PAM door built"},
	{"stop", ctl_stop, 1, 1, "USER|ID", "end the cells of an account, or one cell"},
	{"enter", ctl_enter, 1, -1, "USER|ID [COMMAND...]", "run a shell or a command in a cell, sealed as the account's own"},
	{"bypass", ctl_bypass, 1, 1, "USER", "let an account log in without a cell, for a while"},
	{"confined", ctl_confined, 1, 1, "USER|UID", "is this account confined? The exit status says it"},
	{"network", ctl_network, 1, -1, "create NAME|check NAME|remove NAME", "a bridge of the host for cells, closed but for what is allowed"},
};
#define COMMANDS (sizeof(commands) / sizeof(*commands))

enum { OPT_COLOR = 256, OPT_TTY, OPT_CONFIG, OPT_LIB, OPT_NAMES, OPT_DOOR, OPT_SERVER, OPT_ROOT, OPT_FOR, OPT_REASON, OPT_END, OPT_NOT };

static const struct option long_options[] = {
	{"profile", required_argument, NULL, 'P'},
	{"property", required_argument, NULL, 'p'},
	{"json", no_argument, NULL, 'j'},
	{"color", required_argument, NULL, OPT_COLOR},
	{"tty", required_argument, NULL, OPT_TTY},
	{"config", required_argument, NULL, OPT_CONFIG},
	{"lib", required_argument, NULL, OPT_LIB},
	{"names", no_argument, NULL, OPT_NAMES},
	{"door", no_argument, NULL, OPT_DOOR},
	{"server", no_argument, NULL, OPT_SERVER},
	{"root", no_argument, NULL, OPT_ROOT},
	{"for", required_argument, NULL, OPT_FOR},
	{"reason", required_argument, NULL, OPT_REASON},
	{"end", no_argument, NULL, OPT_END},
	{"not", no_argument, NULL, OPT_NOT},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static int usage(void)
{
	(void)printf("usage: immurectl [OPTION]... COMMAND [ARGS]...\n\n"); /* as for all here: ctl_flushed() asks */
	for (size_t i = 0; i < COMMANDS; i++)
		(void)printf("  %-10s %-20s %s\n", commands[i].name, commands[i].args, commands[i].help);
	(void)printf("\n"
		     "  --profile=NAME|FILE   explain this profile instead of the account's own\n"
		     "  -p, --property=NAME=VALUE\n"
		     "                        explain with one more directive\n"
		     "  --tty=DEVICE          explain as for a session on this terminal\n"
		     "  --door                explain as the PAM door plans it, not the shell alone\n"
		     "  --server              explain as a server that root starts, of the account that User= names\n"
		     "  --json                explain and list for programs\n"
		     "  --root                enter as root, without the seal\n"
		     "  --for=TIME            bypass: how long, up to 1d\n"
		     "  --reason=TEXT         bypass: why, for the log\n"
		     "  --end                 bypass: end it now\n"
		     "  --not                 confined: the other way round\n"
		     "  --subnet=NETWORK, --subnet6=NETWORK\n"
		     "                        network create: its addresses; the host has the first\n"
		     "  --publish=PORT:ADDRESS:PORT[/udp]\n"
		     "                        network create: a port of the host that leads to a cell\n"
		     "  --allow=PLACE[,PORT]  network create: host, cells, internet or a network, that cells may connect to\n"
		     "  --nat                 network create: cells go out with the host's address\n"
		     "  --backend=NAME        network create: networkd, ifupdown, or none: until the next boot\n"
		     "  --dry-run             network create: print what would be made\n"
		     "  --color=WHEN          auto, always or never\n"
		     "  --names               directives: only the names; syscalls: only the groups\n"
		     "  --config=DIR          look here instead of in " SYSCONFDIR "\n"
		     "  --lib=DIR             look here instead of in " LIBDIR "\n"
		     "  --help, --version     this text; the version\n"
		     "\n"
		     "Exit status: 0 fine; 1 something was found, or refused; 2 wrong usage.\n"
		     "Only accounts of /etc/passwd are known here, as to immure itself. immurectl(8), immure.profile(5)\n");
	return ctl_flushed(0);
}

int ctl_usage_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fputs("immurectl: ", stderr); /* nobody left to tell */
	(void)vfprintf(stderr, fmt, ap);    /* as above */
	(void)fputs(" (see immurectl --help)\n", stderr); /* as above */
	va_end(ap);
	return IM_EXIT_USAGE;
}

int ctl_errors(struct im_errs *errs)
{
	for (size_t i = 0; i < errs->len; i++)
		(void)fprintf(stderr, "%s\n", errs->items[i].text); /* nobody left to tell */
	if (errs->dropped)
		(void)fprintf(stderr, "immurectl: %zu more\n", errs->dropped); /* as above */
	im_errs_done(errs);
	return IM_EXIT_FINDINGS;
}

int ctl_flushed(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	(void)fprintf(stderr, "immurectl: write: %s\n", strerror(errno)); /* nobody left to tell */
	return IM_EXIT_FINDINGS;
}

static bool want_colour(const char *when)
{
	const char *no = getenv("NO_COLOR");

	if (strcmp(when, "auto") == 0)
		return isatty(1) && !(no && *no);
	return strcmp(when, "always") == 0;
}

/* What follows the account of `enter` is a command with options of its own; `network` has its own. */
static bool has_own_options(char *argv[])
{
	for (argv++; *argv && **argv == '-'; argv++)
		;
	return *argv && (strcmp(*argv, "enter") == 0 || strcmp(*argv, "network") == 0);
}

/* Returns -1 to go on, or an exit status. */
static int read_options(int argc, char *argv[], struct ctl *c)
{
	const char *colour = "auto";
	int opt;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, has_own_options(argv) ? "+:p:" : ":p:", long_options, NULL)) != -1) {
		switch (opt) {
		case 'P':
			c->profile = optarg;
			break;
		case 'p':
			if (strv_add(&c->assignments, optarg) < 0)
				return ctl_usage_error("not enough memory");
			break;
		case 'j':
			c->json = true;
			break;
		case OPT_COLOR:
			colour = optarg;
			break;
		case OPT_TTY:
			c->tty = optarg;
			break;
		case OPT_CONFIG:
			c->dirs.etc = optarg;
			break;
		case OPT_LIB:
			c->dirs.lib = optarg;
			break;
		case OPT_NAMES:
			c->names = true;
			break;
		case OPT_DOOR:
			c->door = true;
			break;
		case OPT_SERVER:
			c->server = true;
			break;
		case OPT_ROOT:
			c->root = true;
			break;
		case OPT_FOR:
			c->time = optarg;
			break;
		case OPT_REASON:
			c->reason = optarg;
			break;
		case OPT_END:
			c->end = true;
			break;
		case OPT_NOT:
			c->negate = true;
			break;
		case 'h':
			return usage();
		case 'V':
			(void)puts("immurectl " VERSION); /* ctl_flushed() asks */
			return ctl_flushed(0);
		case ':':
			return ctl_usage_error("%s: needs a value", argv[optind - 1]);
		default:
			return ctl_usage_error("%s: unknown option", argv[optind - 1]);
		}
	}
	if (strcmp(colour, "auto") != 0 && strcmp(colour, "always") != 0 && strcmp(colour, "never") != 0)
		return ctl_usage_error("--color=%s: auto, always or never", colour);
	if (!path_is_normal(c->dirs.etc) || !path_is_normal(c->dirs.lib))
		return ctl_usage_error("--config, --lib: an absolute path without . and ..");
	if (c->tty && (!path_is_normal(c->tty) || !path_is_below(c->tty, "/dev") || strlen(c->tty) > 60))
		return ctl_usage_error("--tty=%s: not a path in /dev", c->tty);
	c->colour = want_colour(colour);
	return -1;
}

int main(int argc, char *argv[])
{
	struct ctl c = {.dirs = policy_dirs_default};
	int status = read_options(argc, argv, &c);
	const char *word = argv[optind];

	if (status >= 0)
		return status;
	if (!word)
		return ctl_usage_error("no command");
	c.args = argv + optind + 1;
	status = -1;
	for (size_t i = 0; i < COMMANDS && status < 0; i++) {
		const int n = argc - optind - 1;

		if (strcmp(commands[i].name, word) != 0)
			continue;
		if (n < commands[i].least || (commands[i].most >= 0 && n > commands[i].most))
			status = ctl_usage_error("%s takes %s", word, *commands[i].args ? commands[i].args : "no arguments");
		else
			status = commands[i].run(&c);
	}
	if (status < 0)
		status = ctl_usage_error("%s: unknown command", word);
	strv_done(&c.assignments);
	return status;
}
