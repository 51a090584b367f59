/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "options.h"

static const struct option long_options[] = {
	{"profile", required_argument, NULL, 'P'},
	{"property", required_argument, NULL, 'p'},
	{"debug", no_argument, NULL, 'd'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

const char *options_usage(void)
{
	return "usage: immure [--profile=NAME|FILE] [-p Name=Value]... [--debug] [--] PROGRAM [ARGS]...\n"
	       "Runs PROGRAM in a cell. As a login shell (chsh --shell " BINDIR "/immure USER) it takes no options:\n"
	       "every session of the account ends in its cell. Root starts servers with it: User= says who they run as.\n"
	       "\n"
	       "  --profile=NAME|FILE  the profile: a name of " SYSCONFDIR "/profiles or " LIBDIR "/profiles, or a path;\n"
	       "                       without it the one that a login of the caller would get; for root, none\n"
	       "  -p, --property=NAME=VALUE\n"
	       "                       one more directive, as a line of the profile\n"
	       "  --debug              tell each step on stderr before it is taken\n"
	       "  --help, --version    this text; the version\n"
	       "\n"
	       "immure(1), immure.profile(5), immurectl(8)\n";
}

int options_parse(int argc, char *argv[], struct options *ret, struct im_err *err)
{
	struct options o = {0};
	int c, r = 0;

	opterr = 0;
	while (r == 0 && (c = getopt_long(argc, argv, "+:p:", long_options, NULL)) != -1) {
		switch (c) {
		case 'P':
			o.profile = optarg;
			break;
		case 'p':
			r = strv_add(&o.assignments, optarg);
			break;
		case 'd':
			o.debug = true;
			break;
		case 'h':
			o.help = true;
			break;
		case 'V':
			o.version = true;
			break;
		case ':':
			r = im_fail(err, EINVAL, "%s: needs a value (see immure --help)", argv[optind - 1]);
			break;
		default:
			r = im_fail(err, EINVAL, "%s: unknown option (see immure --help)", argv[optind - 1]);
			break;
		}
	}
	o.program = argv + optind;
	if (r == 0 && !o.help && !o.version && optind >= argc)
		r = im_fail(err, EINVAL, "no program to run (see immure --help)");
	if (r < 0) {
		options_done(&o);
		return r;
	}
	*ret = o;
	return 0;
}

void options_done(struct options *o)
{
	strv_done(&o->assignments);
	*o = (struct options){0};
}
