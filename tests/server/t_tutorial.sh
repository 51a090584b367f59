#!/bin/bash
# SPDX-License-Identifier: MIT
# README's web server in a DMZ: its commands, line by line, but for those of a package manager and of systemd.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/tap.sh
. tests/lib/world.sh
. "$TOP/tests/server/lib.sh"
for p in nginx curl nft; do command -v $p >/dev/null || { echo "1..0 # SKIP no $p"; exit 0; }; done
mkdir -p /run/systemd/netif # where systemd-networkd runs
mkdir -p /var/www/html && echo "<p>tutorial</p>" >/var/www/html/index.html
rm -rf /var/log/web-dmz /var/cache/web-dmz /etc/nginx/dmz.conf
sed -n '/^## A web server in a DMZ/,/^## /p' "$TOP/README.md" | sed -n '/^```sh/,/^```$/p' | grep -v '^```' >$WORLD/all
grep -vE '^(apt|systemctl) ' $WORLD/all >$WORLD/commands
ok "README has commands" test "$(grep -c . $WORLD/commands)" -gt 10
(set -e; . $WORLD/commands) >$WORLD/out 2>&1
is "they work" $? 0
tap_note "$(head -3 $WORLD/out)"
# what systemd would start, and what the comment beside it says
eval "program=($(sed -n 's/^COMMAND=//p' /etc/immure/servers/web-dmz.conf))"
is "the unit's program is the one that the comment has" "$(sed -n 's/.*without systemd: immure --profile=web-dmz -- //p' $WORLD/all)" "nginx -c /etc/nginx/dmz.conf -g 'daemon off;'"
is "  word by word" "${program[*]@Q}" "'nginx' '-c' '/etc/nginx/dmz.conf' '-g' 'daemon off;'"
HOST=10.66.0.10
web_up --profile=web-dmz -- "${program[@]}"
is "nginx starts" $? 0
[ -s $WORLD/web.out ] && tap_note "$(cat $WORLD/web.out)"
is "  and serves" "$(fetch http://$HOST/)" "<p>tutorial</p>"
web_down TERM
is "  and ends" "$STATUS" 0
for i in $(seq 1200); do [ -z "$(ip -o link show master dmz0)" ] && break; sleep 0.05; done
is "the network goes again" "$(immurectl network remove dmz0 | head -1)" "dmz0: removed"
tap_done
