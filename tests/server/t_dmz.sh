#!/bin/bash
# SPDX-License-Identifier: MIT
# The seed use: a public web server by the shipped profile, on a bridge that `immurectl network` made. The world is the DMZ's host, lan is a
# client in the house, net the Internet; the breach is a shell of the worker itself.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/tap.sh
. tests/lib/world.sh
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/server/lib.sh"
for p in nginx curl nft; do command -v $p >/dev/null || { echo "1..0 # SKIP no $p"; exit 0; }; done
net_serve host ''  22222 53; net_serve lan lan; net_serve net net
in_lan ip route add default via 10.9.0.1; in_lan ip -6 route add default via fd00:9::1
web_files || exit 1
is "the network" "$(immurectl network create dmz0 --subnet=10.66.0.0/24 --publish=80:10.66.0.10:80 --publish=443:10.66.0.10:443 --backend=none | head -1)" "dmz0: created"
is "the shipped profile is right" "$(immurectl check /usr/lib/immure/profiles/web-dmz.profile; echo $?)" 0
HOST=10.66.0.10
nginx=(--profile=web-dmz -- nginx -c /etc/nginx/dmz.conf -g 'daemon off;')
web_up "${nginx[@]}"
is "nginx starts in its cell" $? 0
[ -s $WORLD/web.out ] && tap_note "$(cat $WORLD/web.out)"
is "it serves the house" "$(in_lan curl -s --max-time 20 http://10.9.0.1/)" "<p>page</p>"
is "  and the Internet" "$(in_net curl -s --max-time 20 http://192.0.2.1/)" "<p>page</p>"
is "  with the clients' addresses in the log" "$(cut -d' ' -f1 /var/log/web-dmz/access.log | sort -u | tr '\n' ' ')" "10.66.0.1 10.9.0.2 192.0.2.2 "
is "the worker is www-data" "$(ps -o user= -p "$(inside 'nginx: worker')")" www-data
cp /usr/local/bin/probe /var/www/html/probe # in the cell, read-only
is "the breach: a shell in the worker" "$(breach 'id -un; hostname' | tr '\n' ' ')" "www-data web "
immure -p User=www-data -p Network=bridge -p Bridge=dmz0 -p Address=10.66.0.30/24 -p ListenAllow=tcp:8080 -p BindReadOnlyPaths=$WORLD/serve.py:/srv/serve.py \
	-- python3 /srv/serve.py second /tmp/ready 8080 &
second=$!
for i in $(seq 100); do [ "$(probe tcp 10.66.0.30 8080 1)" = "second sees 10.66.0.1" ] && break; sleep 0.05; done
is "a second cell is there, for the host" "$(probe tcp 10.66.0.30 8080)" "second sees 10.66.0.1"
shut() { # NAME KIND ADDRESS PORT
	local out
	out=$(breach "python3 /var/www/html/probe $2 $3 $4 2")
	if [[ $out =~ ^(E[A-Z]+|silence)$ ]]; then tap_line 0 "it does not reach $1"; else tap_line 1 "it does not reach $1"; tap_note "$out"; fi
}
shut "the host's services" tcp 10.66.0.1 22222
shut "  ssh" tcp 10.66.0.1 22
shut "  its name server" udp 10.66.0.1 53
shut "  by its other addresses" tcp 10.9.0.1 22222
shut "  nor 192.0.2.1" tcp 192.0.2.1 22222
shut "the house" tcp 10.9.0.2 80
shut "  by UDP" udp 10.9.0.2 53
shut "the Internet" tcp 192.0.2.2 443
shut "  its name servers" udp 192.0.2.2 53
shut "a second cell" tcp 10.66.0.30 8080
shut "IPv6" tcp fd00:9::2 80
like "  nor anything by ping" "$(breach 'ping -c1 -W1 10.66.0.1; ping -c1 -W1 192.0.2.2')" '(100% packet loss|not permitted|denied|prohibited|not found)'
refused() { # NAME COMMAND
	local out
	out=$(breach "{ $2; } && echo DONE || echo NO")
	if [[ $out == *NO ]] && [[ $out != *DONE* ]]; then tap_line 0 "it cannot $1"; else tap_line 1 "it cannot $1"; tap_note "$out"; fi
}
refused "write content" 'echo x >/var/www/html/index.html'
refused "take the rules away" 'nft flush ruleset'
refused "take another address" 'ip address add 10.66.0.30/24 dev eth0'
refused "send raw packets" 'python3 -c "import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)"'
refused "sniff" 'python3 -c "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3)"'
refused "ask the kernel's network by netlink" 'python3 -c "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)"'
breach "python3 -c 'import socket, time; s = socket.socket(); s.bind((\"0.0.0.0\", 4444)); s.listen(); time.sleep(60)' >/dev/null 2>&1 &"
is "a listener that the intruder leaves is there" "$(for i in $(seq 100); do breach 'cat /proc/self/net/tcp' | grep -o ':115C' | head -1 && break; sleep 0.05; done)" :115C
is "  and is not reached, from the host" "$(probe tcp 10.66.0.10 4444 2)" silence
is "  nor from the house" "$(in_lan probe tcp 10.66.0.10 4444 2)" ECONNREFUSED

# reload, rotation, end
mv /var/log/web-dmz/access.log /var/log/web-dmz/access.log.1 && kill -USR1 "$WEB"
for i in $(seq 100); do [ -e /var/log/web-dmz/access.log ] && break; sleep 0.05; done
fetch -o /dev/null http://$HOST/rotated
is "log rotation" "$(grep -c rotated /var/log/web-dmz/access.log)" 1
kill $second; wait $second 2>/dev/null
gone() { # nothing of the network is left
	local i
	for i in $(seq 1200); do [ -z "$(ip -o link show master dmz0)" ] && break; sleep 0.05; done
	ip -o link show master dmz0
	leftovers
}
web_down QUIT
is "QUIT ends it" "$STATUS" 0
is "  with its connection" "$(gone)" ""
web_up "${nginx[@]}"; is "it starts again, with its address" $? 0
web_down KILL
is "kill -9 of immure leaves no connection" "$(gone)" ""
web_up "${nginx[@]}"; is "  and the address is free at once" $? 0
kill -9 "$(inside immure-init)"; web_wait
is "kill -9 of init neither" "$(gone)" ""
web_up "${nginx[@]}"; is "  nor is the address lost" $? 0
web_down TERM
# what systemd leaves of root's capabilities to immure@.service has to be enough
kept=$(sed -n 's/^CapabilityBoundingSet=//p' /usr/lib/systemd/system/immure@.service | tr 'A-Z\n' 'a-z ' | sed 's/cap_/+/g; s/ *$//; s/ /,/g')
AS="setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,$kept" web_up "${nginx[@]}"
is "with the unit's capabilities it starts as well" $? 0
[ -s $WORLD/web.out ] && tap_note "$(cat $WORLD/web.out)"
web_down TERM
is "  and ends" "$STATUS $(gone)" "0 "
nft delete table inet immure-dmz0
like "without the host's rules it does not start" "$(immure "${nginx[@]}" 2>&1)" 'rules of dmz0 are not loaded'
is "the network goes" "$(immurectl network remove dmz0 | head -1; ip -o link show dmz0 2>/dev/null)" "dmz0: removed"
like "and without it nothing starts" "$(immure "${nginx[@]}" 2>&1)" 'dmz0'
tap_done
