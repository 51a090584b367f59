/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "../lib/tap.h"
#include "value.h"

static const struct {
	enum keyword kw;
	const char *text;
	bool good;
} rows[] = {
	{KW_BASE, "default", true},
	{KW_BASE, "../x", false},
	{KW_BASE, ".x", false},
	{KW_BASE, "a/b", false},
	{KW_UMASK, "0027", true},
	{KW_UMASK, "1777", false},
	{KW_UMASK, "9", false},
	{KW_NICE, "19", true},
	{KW_NICE, "-5", false},
	{KW_NICE, "20", false},
	{KW_TMP_SIZE, "64M", true},
	{KW_TMP_SIZE, "0", false},
	{KW_TMP_SIZE, "50%", false},
	{KW_RAISE_TIMEOUT, "5s", true},
	{KW_RAISE_TIMEOUT, "0", false},
	{KW_SCOPE, "session", true},
	{KW_SCOPE, "Session", false},
	{KW_NETWORK, "/run/netns/x", true},
	{KW_NETWORK, "/run/netns", false},
	{KW_NETWORK, "/run/netns/../x", false},
	{KW_NETWORK, "/etc/passwd", false},
	{KW_LANDLOCK, "7", true},
	{KW_LANDLOCK, "0", false},
	{KW_LANDLOCK, "maybe", false},
	{KW_HOSTNAME, "web-1.example.org", true},
	{KW_HOSTNAME, "-x", false},
	{KW_HOSTNAME, "a b", false},
	{KW_SHELL, "/bin/bash", true},
	{KW_SHELL, "bash", false},
	{KW_SHELL, "/bin/../bin/bash", false},
	{KW_SYSTEM_CALL_ERROR_NUMBER, "ENOSYS", true},
	{KW_SYSTEM_CALL_ERROR_NUMBER, "kill", true},
	{KW_SYSTEM_CALL_ERROR_NUMBER, "EFOO", false},
	{KW_LIMIT_NOFILE, "64:1024", true},
	{KW_LIMIT_NOFILE, "infinity", true},
	{KW_LIMIT_NOFILE, "64K", false},
	{KW_LIMIT_NOFILE, "1:2:3", false},
	{KW_LIMIT_NOFILE, "", false},
	{KW_LIMIT_NOFILE, ":5", false},
	{KW_LIMIT_AS, "4G", true},
	{KW_LIMIT_CPU, "1min", true},
	{KW_LIMIT_CPU, "100ms", false},
	{KW_ENVIRONMENT, "A_1=x y", true},
	{KW_ENVIRONMENT, "A", false},
	{KW_ENVIRONMENT, "1A=x", false},
	{KW_ENVIRONMENT, "=x", false},
	{KW_PASS_ENVIRONMENT, "LC_*", true},
	{KW_PASS_ENVIRONMENT, "*", false},
	{KW_PASS_ENVIRONMENT, "A B", false},
	{KW_READ_ONLY_PATHS, "-/a/b", true},
	{KW_READ_ONLY_PATHS, "--/a", false},
	{KW_READ_ONLY_PATHS, "a", false},
	{KW_BIND_PATHS, "/a:/b", true},
	{KW_BIND_PATHS, "-/a", true},
	{KW_BIND_PATHS, "/a:b", false},
	{KW_BIND_PATHS, "/a:/b:/c", false},
	{KW_BIND_PATHS, "/a:", false},
	{KW_TEMPORARY_FILE_SYSTEM, "/x:ro,size=1M,mode=0700", true},
	{KW_TEMPORARY_FILE_SYSTEM, "/x", true},
	{KW_TEMPORARY_FILE_SYSTEM, "/x:", false},
	{KW_TEMPORARY_FILE_SYSTEM, "/x:size=0", false},
	{KW_TEMPORARY_FILE_SYSTEM, "/x:suid", false},
	{KW_TEMPORARY_FILE_SYSTEM, "/x:mode=4755", false},
	{KW_CONNECT_ALLOW, "tcp:443", true},
	{KW_CONNECT_ALLOW, "tcp:none", true},
	{KW_CONNECT_ALLOW, "tcp:0", false},
	{KW_CONNECT_ALLOW, "tcp:65536", false},
	{KW_CONNECT_ALLOW, "udp:53", true},
	{KW_CONNECT_ALLOW, "tcp:8000-8010", true},
	{KW_CONNECT_ALLOW, "tcp:8010-8000", false},
	{KW_CONNECT_ALLOW, "tcp:1-", false},
	{KW_CONNECT_ALLOW, "tcp:1-65536", false},
	{KW_CONNECT_ALLOW, "tcp:-1", false},
	{KW_CONNECT_ALLOW, "udp:none", false},
	{KW_CONNECT_ALLOW, "icmp", true},
	{KW_CONNECT_ALLOW, "icmp:8", false},
	{KW_CONNECT_ALLOW, "tcp:80 ;", false},
	{KW_BRIDGE, "br-dmz.1", true},
	{KW_BRIDGE, "br0 master", false},
	{KW_BRIDGE, "br/0", false},
	{KW_BRIDGE, "-br", false},
	{KW_BRIDGE, "..", false},
	{KW_BRIDGE, "abcdefghijklmno", true},
	{KW_BRIDGE, "abcdefghijklmnop", false}, /* IFNAMSIZ */
	{KW_ADDRESS, "auto", true},
	{KW_ADDRESS, "10.1.0.5/24", true},
	{KW_ADDRESS, "10.1.0.5", false},    /* a guess of the prefix is a wrong one */
	{KW_ADDRESS, "10.1.0.5/33", false},
	{KW_ADDRESS, "10.1.0.5/", false},
	{KW_ADDRESS, "10.1.0.5/+24", false},
	{KW_ADDRESS, "10.1.0/24", false},
	{KW_ADDRESS, "010.1.0.5/24", false}, /* octal elsewhere */
	{KW_ADDRESS, "10.1.0.0/24", false},   /* the network itself */
	{KW_ADDRESS, "10.1.0.255/24", false}, /* its broadcast */
	{KW_ADDRESS, "10.1.0.0/31", true},    /* RFC 3021 */
	{KW_ADDRESS, "127.0.0.2/8", false},
	{KW_ADDRESS, "224.0.0.1/4", false},
	{KW_ADDRESS, "0.0.0.0/0", false},
	{KW_ADDRESS, "fd00:1::5/64", true},
	{KW_ADDRESS, "fd00:1::/64", false},
	{KW_ADDRESS, "fd00:1::5/129", false},
	{KW_ADDRESS, "::1/128", false},
	{KW_ADDRESS, "ff02::1/64", false},
	{KW_ADDRESS, "::ffff:10.1.0.5/120", false},
	{KW_ADDRESS, "fe80::1%eth0/64", false},
	{KW_GATEWAY, "10.1.0.1", true},
	{KW_GATEWAY, "10.1.0.1/24", false},
	{KW_DNS, "fd00:1::1", true},
	{KW_DNS, "127.0.0.53", false},
	{KW_IP_ADDRESS_DENY, "any", true},
	{KW_IP_ADDRESS_DENY, "link-local", true},
	{KW_IP_ADDRESS_DENY, "Any", false},
	{KW_IP_ADDRESS_DENY, "10.0.0.0/8", true},
	{KW_IP_ADDRESS_DENY, "10.1.2.3/8", true}, /* as systemd: what is behind the prefix counts for nothing */
	{KW_IP_ADDRESS_DENY, "10.0.0.0/33", false},
	{KW_IP_ADDRESS_DENY, "::/0", true},
	{KW_NETWORK_BANDWIDTH, "1M/4M", true},
	{KW_NETWORK_BANDWIDTH, "infinity/4M", true},
	{KW_NETWORK_BANDWIDTH, "1M", false},
	{KW_NETWORK_BANDWIDTH, "1/1", false},
	{KW_NETWORK_BANDWIDTH, "1M/4M/2M", false},
	{KW_NETWORK_BANDWIDTH, "/1M", false},
	{KW_CONNECT_ALLOW, "443", false},
	{KW_RESTRICT_ADDRESS_FAMILIES, "AF_INET6", true},
	{KW_RESTRICT_ADDRESS_FAMILIES, "foo", false},
	{KW_SYSTEM_CALL_FILTER, "~@debug", true},
	{KW_SYSTEM_CALL_FILTER, "a b", false},
	{KW_SYSTEM_CALL_FILTER, "@", false},
	{KW_OPTIONAL, "Landlock", true},
	{KW_OPTIONAL, "landlock", false},
};

static void words(const char *line, const char *want, int last)
{
	char got[200] = "", *word;
	const char *at = line;
	int r;

	while ((r = value_word(&at, &word)) > 0) {
		(void)strncat(got, word, 60);
		(void)strncat(got, "|", 2);
		free(word);
	}
	ok(r == last && strcmp(got, want) == 0, "words of <%s>: %s %d", line, got, r);
}

int main(void)
{
	const struct specifiers sp = {"bob", "/home/bob", "users", 1001};
	char *out = NULL;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *hint = NULL;
		char *text = NULL;
		const int r = value_check(rows[i].kw, rows[i].text, &text, &hint);

		ok((r == 0) == rows[i].good && hint, "%s=%s is %s", keywords[rows[i].kw].name, rows[i].text, rows[i].good ? "right" : "wrong");
		free(text);
	}
	ok(value_expand("%h/x-%u-%U-%g-100%%", &sp, &out) == 0, "specifiers expand");
	is_str(out, "/home/bob/x-bob-1001-users-100%", "to what they stand for");
	free(out);
	ok(value_expand("%x", &sp, &out) == -EINVAL && value_expand("%", &sp, &out) == -EINVAL, "others are errors");
	words("a  b\tc", "a|b|c|", 0);
	words("\"a b\" 'c d' e\\ f \"g\\\"h\"", "a b|c d|e f|g\"h|", 0);
	words("a\"b c\"d", "ab cd|", 0);
	words("", "", 0);
	words("  ", "", 0);
	words("\"a", "", -EINVAL);
	words("x 'a", "x|", -EINVAL);
	words("a\\", "", -EINVAL);
	words("\"\"", "|", 0);
	return tap_done();
}
