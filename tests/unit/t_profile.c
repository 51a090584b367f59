/* SPDX-License-Identifier: MIT */
/* Text in, struct out, and back: lists, resets, printing. */
#include <errno.h>
#include <stdlib.h>

#include "../lib/tap.h"
#include "profile.h"

static struct profile p;
static struct im_errs errs;

static void read_text(const char *text)
{
	profile_done(&p);
	im_errs_done(&errs);
	profile_parse(&p, "t", text, strlen(text), &specifiers_example, &errs);
	profile_check(&p, &errs);
}

/* What printing gives, on the heap. */
static char *print(const struct profile *what)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out || profile_print(what, out) < 0 || fclose(out) != 0)
		return NULL;
	return text;
}

static void wrong(const char *text, const char *want)
{
	read_text(text);
	is_str(errs.len ? errs.items[0].text : NULL, want, "%.40s", want);
}

int main(void)
{
	char *first, *second;
	uint64_t soft, hard;

	read_text("");
	ok(!im_errs_any(&errs), "an empty profile is a profile");
	is_str(profile_text(&p, KW_SHELL), "/bin/bash", "with its defaults");
	ok(profile_number(&p, KW_UMASK) == 022 && profile_number(&p, KW_TMP_SIZE) == UINT64_C(512) << 20 &&
			profile_number(&p, KW_RAISE_TIMEOUT) == 10000000 && profile_number(&p, KW_SYSTEM_CALL_ERROR_NUMBER) == EPERM,
		"numbers in their units");
	ok(profile_from(&p, KW_UMASK).file == NULL, "from nowhere");

	read_text("# c\n; c\n\n[Session]\n UMask = 0077 \nUMask=0027\n[Files]\nReadOnlyPaths=/a /b\nReadOnlyPaths=\"/c d\"\n");
	ok(!im_errs_any(&errs) && profile_number(&p, KW_UMASK) == 027 && p.v[KW_UMASK].len == 1, "a later scalar overrides");
	ok(profile_from(&p, KW_UMASK).line == 6, "and its line is told");
	ok(p.v[KW_READ_ONLY_PATHS].len == 3, "lists add up");
	is_str(p.v[KW_READ_ONLY_PATHS].items[2].text, "/c d", "quotes join");
	read_text("[Files]\nReadOnlyPaths=/a /b\nReadOnlyPaths=\nReadOnlyPaths=/c\n[Session]\nUMask=0\nUMask=\n");
	ok(p.v[KW_READ_ONLY_PATHS].len == 1 && profile_number(&p, KW_UMASK) == 022, "an empty value starts again");
	read_text("[Files]\nReadOnlyPaths=/a \\\n# in between\n /b \\\n /c\n[Session]\nUMask=0");
	ok(!im_errs_any(&errs) && p.v[KW_READ_ONLY_PATHS].len == 3 && profile_number(&p, KW_UMASK) == 0, "lines join; the last needs no end");
	read_text("[Session]\nEnvironment=\"A=x y\" B=%u-100%% 'C=\"q\"'\n");
	is_str(p.v[KW_ENVIRONMENT].items[0].text, "A=x y", "a variable with a space");
	is_str(p.v[KW_ENVIRONMENT].items[1].text, "B=account-100%", "and one with specifiers");
	first = print(&p);
	read_text(first ? first : "");
	second = print(&p);
	ok(!im_errs_any(&errs), "what is printed can be read");
	is_str(second, first, "and is the same again");
	free(first);
	free(second);
	read_text("[Limits]\nLimitNOFILE=64:1K\n");
	ok(im_errs_any(&errs), "files have no unit");
	read_text("[Limits]\nLimitNOFILE=64:infinity\nLimitAS=1G\nLimitCPU=2min\n");
	ok(profile_limit(&p, KW_LIMIT_NOFILE, &soft, &hard) == 1 && soft == 64 && hard == UINT64_MAX, "soft and hard limit");
	ok(profile_limit(&p, KW_LIMIT_AS, &soft, &hard) == 1 && soft == hard && hard == UINT64_C(1) << 30, "one for both");
	ok(profile_limit(&p, KW_LIMIT_CPU, &soft, &hard) == 1 && soft == 120, "seconds");
	ok(profile_limit(&p, KW_LIMIT_NPROC, &soft, &hard) == 0, "one that is not set");
	read_text("[Profile]\nOptional=TasksMax\n[Limits]\nTasksMax=5\n");
	ok(!im_errs_any(&errs) && profile_optional(&p, KW_TASKS_MAX), "Optional= lets a directive of a later version pass");
	profile_assign(&p, "UMask=0007", "-p", &specifiers_example, &errs);
	ok(!im_errs_any(&errs) && profile_number(&p, KW_UMASK) == 7, "an assignment from a command line");
	is_str(profile_from(&p, KW_UMASK).file, "-p", "and where it is from");
	profile_assign(&p, "UMask", "-p", &specifiers_example, &errs);
	is_str(errs.items[0].text, "-p: UMask: not Name=value", "without a value it is an error");

	wrong("[Session]\nUMsk=1\n", "t:2: UMsk: unknown directive (did you mean UMask?)");
	wrong("[Session]\nNetwork=none\n", "t:2: Network: belongs into [Network], not into [Session]");
	wrong("UMask=1\n", "t:1: UMask: comes before any section (begin with [Profile])");
	wrong("[Sesion]\nUMask=1\n", "t:1: [Sesion]: unknown section (Profile, Session, Files, Network, Limits, Seal)");
	ok(errs.len == 1, "  and its lines are not counted again");
	wrong("[Session] x\n", "t:1: \"[Session] x\": not a section ([Name] alone on its line)");
	wrong("[Session]\nUMask\n", "t:2: \"UMask\": not a directive (Name=value, [Section], or # comment)");
	wrong("[Session]\nUMask=0022 x\n", "t:2: UMask: cannot be \"0022 x\" (octal, at most 0777)");
	wrong("[Session]\r\nUMask=1\r\n", "t:1: the line ends in a carriage return (save the file with Unix line ends)");
	wrong("[Session]\nHostname=a\001b\n", "t:2: control character 0x01");
	wrong("[Session]\nShell=%x\n", "t:2: Shell: unknown specifier in \"%x\" (%u %h %U %g; %% is a percent sign)");
	wrong("[Session]\nEnvironment=\"A=b\n", "t:2: Environment: a quote is not closed, or a backslash ends the line");
	wrong("[Limits]\nLimitNOFILE=5:4\n", "t:2: LimitNOFILE: the soft limit is above the hard limit (SOFT:HARD)");
	wrong("[Limits]\nLimitNICE=41\n", "t:2: LimitNICE: out of range (0 to 40)");
	wrong("[Network]\nConnectAllow=tcp:1 tcp:none\n", "t:2: ConnectAllow: tcp:none stands alone (empty the list with ConnectAllow= first)");
	wrong("[Network]\nConnectAllow=tcp:1\n[Seal]\nLandlock=no\n", "t:2: ConnectAllow: needs Landlock, which Landlock=no switches off");
	wrong("[Files]\nBindPaths=/srv:/proc\n",
		"t:2: BindPaths: /proc would cover /proc, which the cell makes itself (choose another destination)");
	wrong("[Files]\nEtcPaths=/home/x\n", "t:2: EtcPaths: /home/x: not in /etc or /var (BindReadOnlyPaths= shows other paths)");
	wrong("[Profile]\nOptional=Landlok\n", "t:2: Optional: no such directive: Landlok (did you mean Landlock?)");
	wrong("[Session]\nUMask=8\nNice=5\nHelpers=x\n", "t:2: UMask: cannot be \"8\" (octal, at most 0777)");
	ok(errs.len == 3, "several mistakes in one run");
	read_text("[Profile]\nOptional=Network\n[Network]\nNetwork=bridge\n");
	ok(im_errs_any(&errs), "Optional= cannot turn a missing network into the host's");
	wrong("[Network]\nNetwork=bridge\n", "t:2: Network: bridge needs the name of one (Bridge=NAME)");
	wrong("[Network]\nBridge=br0\n",
		"t:2: Bridge: needs Network=bridge, and the network is host (choose another, or empty it with Bridge=)");
	wrong("[Network]\nNetwork=none\nIPAddressDeny=any\n",
		"t:3: IPAddressDeny: needs Network=bridge, and the network is none (choose another, or empty it with IPAddressDeny=)");
	wrong("[Network]\nNetwork=/run/netns/x\nIPAddressDeny=any\n", "t:3: IPAddressDeny: needs Network=bridge, and the network is "
		"/run/netns/x (choose another, or empty it with IPAddressDeny=)");
	wrong("[Network]\nDNS=10.0.0.1\n",
		"t:2: DNS: needs Network=bridge or a namespace, and the network is host (choose another, or empty it with DNS=)");
	wrong("[Network]\nConnectAllow=tcp:80 udp:53\n",
		"t:2: ConnectAllow: udp:53: with Network=host the ports are Landlock's, which knows TCP only (Network=bridge)");
	wrong("[Network]\nListenAllow=icmp\n",
		"t:2: ListenAllow: icmp: with Network=host the ports are Landlock's, which knows TCP only (Network=bridge)");
	wrong("[Network]\nConnectAllow=tcp:1-65\n", "t:2: ConnectAllow: tcp:1-65: with Network=host the ports are Landlock's, and a range of "
		"more than 64 is too many (Network=bridge)");
	wrong("[Network]\nNetwork=bridge\nBridge=b\nAddress=auto 10.1.0.5/24\n",
		"t:4: Address: auto stands alone (empty the list with Address= first)");
	wrong("[Network]\nNetwork=bridge\nBridge=b\nAddress=10.1.0.5/24 10.1.0.5/16\n", "t:4: Address: 10.1.0.5/16 is there twice");
	wrong("[Network]\nNetwork=bridge\nBridge=b\nAddress=10.1.0.5/24\nGateway=10.2.0.1\n",
		"t:5: Gateway: 10.2.0.1 is in the network of no Address=");
	wrong("[Network]\nNetwork=bridge\nBridge=b\nAddress=10.1.0.5/24\nGateway=fd00::1\n",
		"t:5: Gateway: fd00::1 is in the network of no Address=");
	wrong("[Network]\nNetwork=bridge\nBridge=b\nAddress=10.1.0.5/24\nGateway=10.1.0.5\n", "t:5: Gateway: 10.1.0.5 is the cell's own address");
	wrong("[Network]\nNetwork=bridge\nBridge=b\nGateway=10.1.0.5 10.1.0.6\n",
		"t:4: Gateway: there can be one for IPv4 and one for IPv6 (empty the list with Gateway= first)");
	wrong("[Network]\nNetwork=bridge\nBridge=b\nDNS=10.1.0.1 10.1.0.2 10.1.0.3 10.1.0.4\n", "t:4: DNS: more than 3 name servers");
	profile_parse(&p, "nul", "[Session]\nUMask=1\0007\n", 21, &specifiers_example, &errs);
	ok(im_errs_any(&errs), "a NUL byte is an error");
	profile_done(&p);
	im_errs_done(&errs);
	return tap_done();
}
