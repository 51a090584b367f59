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
awk '/^\.Bd -literal/ {on = 1; next} /^\.Ed/ {if (on) exit} on' <(sed -n '/^\.Sh EXAMPLES/,$p' profiles/immure.profile.5) | sed 's/^Base=.*//' >"$t"
ok "the page's example is a profile" "$O/immurectl" check "$t"
ok "the shipped profile is right" "$O/immurectl" check "$lib/default.profile"
is "README names the two commands" "$(grep -cE '^ +sudo make (demo|check) ' README.md)" 2
for word in "$(printf '/wo%s' rk/)" "$(printf 'TO%s' DO)" "$(printf 'FIX%s' ME)"; do
	is "no file says $word" "$(git grep -lF "$word" -- . ':!tests/docs' 2>/dev/null)" ""
done
tap_done
