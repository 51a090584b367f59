#!/bin/bash
# SPDX-License-Identifier: MIT
# immure@.service under systemd: readiness, reload, stop, failure, and what the unit's own hardening leaves to the cell.
. ./guest.sh
mkdir -p /srv/www /etc/immure/servers /etc/immure/profiles /srv/secret
echo 'a page' >/srv/www/page
cat >/srv/www/serve <<'END'
#!/bin/bash
trap 'echo reloaded >>/var/www-log/events' HUP
trap 'echo stopped >>/var/www-log/events; kill $!; exit 0' TERM
while :; do
	socat TCP-LISTEN:8080,bind=127.0.0.1,reuseaddr,fork EXEC:/srv/www/answer &
	wait $! || wait $!
done
END
cat >/srv/www/answer <<'END'
#!/bin/bash
cat /srv/www/page
id -un
touch /srv/www/x 2>&1
ls /srv /home /root 2>&1
grep -E 'CapPrm|NoNewPrivs|Seccomp:' /proc/self/status
readlink /proc/self/ns/mnt
END
chmod 755 /srv/www/*
install -d -o www-data -g www-data /srv/www-log
cat >/etc/immure/profiles/web.profile <<'END'
[Session]
User=www-data
RaiseTimeoutSec=60
[Files]
BindReadOnlyPaths=/srv/www
BindPaths=/srv/www-log:/var/www-log
END
echo 'COMMAND=/srv/www/serve' >/etc/immure/servers/web.conf
ask() { bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080 && timeout 20 cat <&3' 2>/dev/null; }
answers() { [ -n "$(ask)" ]; }
ended() { ! systemctl is-active -q immure@web && ! pgrep -u www-data; }

ok "the unit starts, and is ready when the program runs" systemctl start immure@web.service
is "  active" "$(systemctl is-active immure@web)" active
ok "  it serves" wait_for 20 answers
page=$(ask)
like "  content" "$page" '^a page'
like "  as www-data" "$page" $'\nwww-data\n'
like "  content is read-only" "$page" 'Read-only file system'
unlike "  nothing else of the host is there" "$page" 'secret|alice|carol|authorized'
like "  sealed" "$page" $'CapPrm:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2'
not_ok "  in a cell" outside "$(tail -1 <<<"$page")"
is "  no process of it is root's but the one that waits" "$(systemctl show immure@web -p MainPID --value)" "$(pgrep -x -u root immure)"
ok "reload passes SIGHUP on" systemctl reload immure@web
ok "  (it arrives)" wait_for 10 grep -qx reloaded /srv/www-log/events
is "  and the unit stays" "$(systemctl is-active immure@web)" active
ok "stop" systemctl stop immure@web
ok "  passes SIGTERM on" wait_for 10 grep -qx stopped /srv/www-log/events
ok "  and leaves nothing" wait_for 20 ended
is "  inactive, not failed" "$(systemctl is-active immure@web)" inactive
echo '[Session]' >>/etc/immure/profiles/web.profile; echo 'Sehll=x' >>/etc/immure/profiles/web.profile
not_ok "a broken profile: it does not start" timeout 60 systemctl start immure@web.service
ok "  with the reason in the journal" wait_for 10 logged 'Sehll: unknown directive'
ok "  and nothing runs" wait_for 20 sh -c '! pgrep -u www-data'
systemctl stop immure@web 2>/dev/null; systemctl reset-failed
sed -i '/^Sehll/d' /etc/immure/profiles/web.profile
ok "mended, it starts again" systemctl start immure@web
wait_for 20 answers || systemctl status immure@web --no-pager -l | sed 's/^/# /'
systemctl kill -s KILL --kill-who=main immure@web
ok "kill -9 of the waiting process: the unit starts anew" wait_for 40 answers
systemctl stop immure@web
ok "  and stops cleanly" wait_for 20 ended
is "the state of the system is what it was" "$(systemctl is-system-running)" "$state_before"
tap_done
