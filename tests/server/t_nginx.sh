#!/bin/bash
# SPDX-License-Identifier: MIT
# A real nginx in its cell, by the shipped profile, but on the host's network (tests/server/t_dmz.sh has the bridge); the breach is a shell
# of the worker itself.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/tap.sh
. tests/lib/world.sh
. "$TOP/tests/server/lib.sh"
for p in nginx curl; do command -v $p >/dev/null || { echo "1..0 # SKIP no $p"; exit 0; }; done
ip link set lo up
web_files || exit 1
# all of web-dmz but the bridge
sed -e '/^\(Bridge\|Address\|Gateway\)=/d' -e 's/^Network=.*/Network=host/' /usr/lib/immure/profiles/web-dmz.profile >/etc/immure/profiles/web.profile
nginx=(--profile=web -- nginx -c /etc/nginx/dmz.conf -g 'daemon off;')

web_up "${nginx[@]}"
is "nginx starts in its cell" $? 0
[ -s $WORLD/web.out ] && tap_note "$(cat $WORLD/web.out)"
is "it serves the page" "$(fetch http://$HOST/)" "<p>page</p>"
is "the master is www-data" "$(ps -o user= -p "$(inside 'nginx: master')")" www-data
is "  and so is the worker" "$(ps -o user= -p "$(inside 'nginx: worker')")" www-data
for i in $(seq 100); do grep -q 'GET / ' /var/log/web-dmz/access.log && break; sleep 0.05; done
is "its access is logged on the host" "$(grep -c 'GET / ' /var/log/web-dmz/access.log | sed 's/^[1-9].*/some/')" some
is "the breach: a shell in the worker" "$(breach 'id -un')" www-data
is "  whose parent is the worker" "$(breach 'cat /proc/$PPID/comm')" nginx
denied() { # NAME COMMAND
	local out
	out=$(breach "{ $2; } && echo DONE || echo NO")
	if [[ $out == *NO ]] && [[ $out != *DONE* ]]; then tap_line 0 "it cannot $1"; else tap_line 1 "it cannot $1"; tap_note "$out"; fi
}
denied "write content" 'echo x >/var/www/html/index.html'
denied "add content" 'echo x >/var/www/html/x.html'
denied "replace content" 'mv /var/www/html /var/www/html2'
denied "change the configuration" 'echo x >>/etc/nginx/dmz.conf'
denied "write to /usr" 'echo x >/usr/bin/x'
denied "see a home" 'ls /home/alice /root'
denied "see the host's accounts" 'grep -q alice /etc/passwd'
denied "read shadow" 'cat /etc/shadow'
denied "see host keys" 'cat /etc/ssh/ssh_host_*'
denied "see a process of the host" 'ps -e -o args= | grep -v grep | grep -q sshd'
is "  only those of the cell" "$(breach "ps -eo comm=; exit" | sort -u | tr '\n' ' ')" "immure-init nginx ps sh "
denied "make a namespace" 'unshare -r true'
denied "mount" 'mount -t tmpfs none /tmp'
denied "become root" 'su -c id root </dev/null'
denied "use a setuid program" '/usr/bin/passwd -S root'
denied "open a connection" "python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 22), 5)'"
denied "  also by IPv6" "python3 -c 'import socket; socket.create_connection((\"::1\", 80), 5)'"
denied "listen on another port" "python3 -c 'import socket; s = socket.socket(); s.bind((\"0.0.0.0\", 8080)); s.listen()'"
denied "make memory that is written and run" "python3 -c 'import mmap; mmap.mmap(-1, 4096, prot=7)'"
denied "trace the worker" 'strace -p $PPID'
denied "reach root's daemons" 'ls /run/dbus /run/systemd /run/sshd.pid'
is "it has the one capability, and no more" "$(breach "grep -E '^Cap(Eff|Prm|Bnd)' /proc/self/status | cut -f2 | sort -u")" 0000000000000400
is "  and no_new_privs" "$(breach "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status | cut -f2 | tr '\n' ' '")" "1 2 "
is "the host's process of nginx says the same" "$(grep -E '^CapEff' /proc/"$(inside 'nginx: worker')"/status | cut -f2)" 0000000000000400

# rotation, reload
mv /var/log/web-dmz/access.log /var/log/web-dmz/access.log.1 && kill -USR1 "$WEB"
for i in $(seq 100); do [ -e /var/log/web-dmz/access.log ] && break; sleep 0.05; done
fetch -o /dev/null http://$HOST/rotated
for i in $(seq 100); do grep -q rotated /var/log/web-dmz/access.log && break; sleep 0.05; done
is "USR1 to immure opens the logs anew" "$(cat /var/log/web-dmz/access.log | grep -c rotated)" 1
worker=$(inside 'nginx: worker')
sed -i 's/listen 80 default_server;/&\n\t\tlocation = \/new { return 200 new; }/' /etc/nginx/dmz.conf
kill -HUP "$WEB"
for i in $(seq 200); do page=$(fetch http://$HOST/new); [ "$page" = new ] && break; sleep 0.05; done # the old worker may still answer now and then
is "HUP reloads the configuration" "$page" new
for i in $(seq 200); do kill -0 "$worker" 2>/dev/null || break; sleep 0.05; done
not_ok "  with a new worker" kill -0 "$worker"
web_down QUIT
is "QUIT ends it with its status" "$STATUS" 0
is "  and nothing is left" "$(leftovers)" ""
web_up "${nginx[@]}" && web_down TERM
is "TERM as well" "$STATUS" 0
is "  and nothing is left" "$(leftovers)" ""

# killed at every point
web_up "${nginx[@]}" && web_down KILL
is "kill -9 of immure leaves nothing" "$(leftovers)" ""
web_up "${nginx[@]}" && kill -9 "$(inside immure-init)" && web_wait
is "kill -9 of init ends the server" "$STATUS" 137
is "  and leaves nothing" "$(leftovers)" ""
web_up "${nginx[@]}" && kill -9 "$(inside 'nginx: master')" && web_wait
is "kill -9 of nginx passes" "$STATUS" 137
is "  and leaves nothing" "$(leftovers)" ""
cp /etc/nginx/dmz.conf /etc/nginx/bad.conf && echo 'nonsense;' >>/etc/nginx/bad.conf
immure --profile=web -- nginx -c /etc/nginx/bad.conf -g 'daemon off;' >$WORLD/bad.out 2>&1
is "a bad configuration: nginx's own status" $? 1
like "  and its words" "$(cat $WORLD/bad.out)" 'unknown directive "nonsense'

# several daemons in one cell
mkdir -p /srv/app && cat >/srv/app/run <<'END'
#!/bin/sh
python3 -m http.server --bind 127.0.0.1 --directory /srv/app 8000 >/dev/null 2>&1 &
exec nginx -c /etc/nginx/dmz.conf -g 'daemon off;'
END
chmod 0755 /srv/app/run && echo app >/srv/app/app.txt
sed -i 's/listen 80 default_server;/&\n\t\tlocation \/app { proxy_pass http:\/\/127.0.0.1:8000; }/' /etc/nginx/dmz.conf
web_up --profile=web -p BindReadOnlyPaths=/srv/app -p ConnectAllow= -p ConnectAllow=tcp:8000 -p ListenAllow=tcp:8000 -- /srv/app/run
is "two daemons in one cell" $? 0
for i in $(seq 100); do [ "$(fetch http://$HOST/app.txt)" = app ] && break; sleep 0.05; done
is "  one behind the other" "$(fetch http://$HOST/app.txt)" app
web_down TERM
is "  end together" "$(leftovers)" ""

# the classical way: a master of root, and workers that it makes www-data
cat >/etc/immure/profiles/classic.profile <<'END'
[Profile]
Base=web
[Session]
AllowRoot=yes
User=root
[Seal]
CapabilityBoundingSet=
CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_SETUID CAP_SETGID CAP_CHOWN CAP_DAC_OVERRIDE
END
install -d -o root -g adm -m 0750 /var/log/web-dmz
sed -e '1i user www-data;' /etc/nginx/dmz.conf >/etc/nginx/classic.conf
web_up --profile=classic -- nginx -c /etc/nginx/classic.conf -g 'daemon off;'
is "a master of root" $? 0
[ -s $WORLD/web.out ] && tap_note "$(cat $WORLD/web.out)"
is "  is root" "$(ps -o user= -p "$(inside 'nginx: master')")" root
is "  and its worker www-data" "$(ps -o user= -p "$(inside 'nginx: worker')")" www-data
is "  with nothing in its hands" "$(grep -E '^Cap(Eff|Prm|Amb)' /proc/"$(inside 'nginx: worker')"/status | cut -f2 | sort -u)" 0000000000000000
is "  which the breach sees too" "$(breach "id -un; grep CapEff /proc/self/status | cut -f2" | tr '\n' ' ')" "www-data 0000000000000000 "
denied "write content" 'echo x >/var/www/html/index.html'
denied "signal the master" 'kill -9 $(pgrep -o nginx)'
denied "become root again" 'setpriv --reuid=0 true'
web_down TERM
is "TERM ends it" "$STATUS" 0
is "  and nothing is left" "$(leftovers)" ""
tap_done
