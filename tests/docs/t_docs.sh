#!/bin/bash
# SPDX-License-Identifier: MIT
# The documentation says what the program does.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/tap.sh
O=${O:-build}
pages="shell/immure.1 profiles/immure.profile.5 shell/immurectl.8"
for p in $pages; do
	is "mandoc finds nothing in $p" "$(mandoc -Tlint -W warning "$p" 2>&1)" ""
	ok "$p renders" bash -c "mandoc -Tutf8 $p | grep -q ."
	is "man -l renders $p, and complains of nothing" "$(MANWIDTH=80 man --warnings -l "$p" 2>&1 >/dev/null </dev/null)" ""
done
ok "the table of directives is up to date" scripts/gen-doc --check "$O/immurectl"
missing=
for d in $("$O/immurectl" directives --names); do grep -q "^\.It Sy $d Ns" profiles/immure.profile.5 || missing="$missing $d"; done
is "every directive is described" "$missing" ""
# options PROGRAM PAGE: long options of --help that the page lacks
options() { "$1" --help | grep -oE -- '--[a-z]+' | sort -u | while read -r o; do grep -qE -- "Fl (.* , )?-${o#--}|, -${o#--}" "$2" || echo "$o"; done; }
is "every option of immurectl is in its page" "$(options "$O/immurectl" shell/immurectl.8)" ""
user=$(id -u)
[ "$user" != 0 ] || is "every option of immure is in its page" "$(options "$O/immure" shell/immure.1)" ""
for c in $("$O/immurectl" --help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p'); do ok "command $c is in its page" grep -q "Cm $c" shell/immurectl.8; done
t=$(mktemp) && trap 'rm -f "$t"' EXIT
lib=$PWD/profiles
sed -n '/^```ini/,/^```$/p' README.md | grep -v '^```' | sed 's/^Base=.*//' >"$t"
ok "README's profile is a profile" "$O/immurectl" check "$t"
ok "  and not an empty one" grep -q '^ConnectAllow' "$t"
for n in 1 2 3 4; do
	sed -n '/^\.Sh EXAMPLES/,$p' profiles/immure.profile.5 | awk -v n=$n '/^\.Bd -literal/ {i++; on = 1; next} /^\.Ed/ {on = 0} on && i == n' |
		sed 's/^Base=.*//' >"$t"
	ok "the page's example $n is a profile" "$O/immurectl" check "$t"
	ok "  and not an empty one" grep -q '^[A-Z][A-Za-z]*=.' "$t"
done
for p in "$lib"/*.profile; do ok "the shipped profile $(basename "$p") is right" "$O/immurectl" check "$p"; done
is "README names the two commands" "$(grep -cE '^ +sudo make (demo|check) ' README.md)" 2
# lacks PAGE WORD…: the words that the page does not have
lacks() { local page=$1 w; shift; for w in "$@"; do grep -qE -- "(^|[^A-Za-z_@-])${w//\*/\\*}([^A-Za-z_-]|$)" "$page" || echo "$w"; done; }
mapfile -t later < <("$O/immurectl" directives | awk -F'\t' '$5 != "" {print $1}')
is "README tells of every directive that has to wait" "$(lacks README.md "${later[@]}")" ""
mapfile -t groups < <("$O/immurectl" syscalls --names)
is "every group of system calls is in the page" "$(lacks profiles/immure.profile.5 "${groups[@]}")" ""
# quoted FILE BEGIN END: the string literals from one line to another
quoted() { sed -n "/$2/,/$3/p" "$1" | grep -oE '"[A-Z][A-Z_]*\*?"' | tr -d '"'; }
mapfile -t passed < <(quoted profiles/plan_seal.c 'const pass\[\]' ';')
mapfile -t never < <(quoted shell/seal/environment.c 'const never\[\]' ';')
ok "the sources name variables" [ ${#passed[@]} -gt 9 -a ${#never[@]} -gt 9 ]
is "every variable that is passed on, or never, is in the page" "$(lacks shell/immure.1 "${passed[@]}" "${never[@]}")" ""
mapfile -t sysctls < <(grep -oE '(user|kernel)\.[a-z_]+' shell/cell/userns.c | sort -u)
for p in README.md shell/immure.1; do is "every sysctl that can refuse a session is in $p" "$(lacks $p "${sysctls[@]}")" ""; done
known='/(usr/bin/immure|usr/lib/immure(/immure-init|/(profiles|view)(/[A-Za-z*-]+\.(profile|list))?)?|etc/immure(/[a-zA-Z./*-]+)?|etc/network/interfaces\.d/immure-NAME|var/tmp/immure-(UID)?|tmp/\.immure-UID|run/user/UID/immure|run/immure/cell|etc/apparmor\.d/immure)'
# shellcheck disable=SC2086 # a list of pages
is "every path of immure is one that is installed or made" \
	"$(cat README.md $pages | grep -oE '(/[A-Za-z0-9._*-]+)*/[a-z.-]*immure[A-Za-z0-9._*/-]*' | sed 's/\.$//' | grep -vxE "$known" | sort -u)" ""
for word in "$(printf '/wo%s' rk/)" "$(printf 'TO%s' DO)" "$(printf 'FIX%s' ME)"; do
	is "no file says $word" "$(git grep -lF "$word" -- . ':!tests/docs' 2>/dev/null)" ""
done
tap_done
