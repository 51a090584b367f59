#!/bin/bash
# SPDX-License-Identifier: MIT
# immure started by root: who the server is, what it keeps, and what uid 0 in a cell cannot reach.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/tap.sh
. tests/lib/world.sh
www() { immure -p User=www-data "$@" 2>&1; }
roots() { immure -p AllowRoot=yes "$@" 2>&1; }
status_of() { "$@" >/dev/null 2>&1; echo $?; }
caps() { "$@" -- grep -E '^Cap(Prm|Eff|Bnd|Amb)' /proc/self/status | awk '{print $2}' | sort -u | tr '\n' ' '; }

like "root without a profile is refused, with the way out" "$(immure -- true 2>&1)" 'only by a profile that is named \(--profile=NAME, or -p User=ACCOUNT\)'
is "  status 125" "$(status_of immure -- true)" 125
like "a server that would keep uid 0 is refused" "$(immure -p UMask=022 -- true 2>&1)" 'would keep uid 0 \(name its account: User=, or AllowRoot=yes'
like "  also by name" "$(immure -p User=root -- true 2>&1)" 'would keep uid 0'
like "an account that is not there" "$(immure -p User=nosuch -- true 2>&1)" 'User: nosuch: no account'
like "a capability that opens the cell" "$(www -p CapabilityBoundingSet=CAP_SYS_ADMIN -- true)" 'cannot be "CAP_SYS_ADMIN".*would open the cell'
like "  nor one that changes the network's rules" "$(www -p CapabilityBoundingSet=CAP_NET_ADMIN -- true)" 'would open the cell'
like "  nor one in a profile of a login" "$(setpriv --reuid=carol --regid=carol --init-groups immure -p CapabilityBoundingSet=CAP_KILL -- true 2>&1)" 'for servers that root starts'
like "limits of a login are the unit's" "$(www -p TasksMax=10 -- true)" 'TasksMax: is for logins; a server.s is set in its unit'

is "the server is its account" "$(www -- id -un)" www-data
is "  with its group alone" "$(www -- id -Gn)" www-data
usermod -aG adm,users www-data
is "  and others, but for the risky ones" "$(www -- id -Gn)" "www-data users"
is "  or those that are named" "$(www -p SupplementaryGroups=adm -- id -Gn)" "www-data adm"
is "nothing is kept" "$(caps www)" "0000000000000000 "
is "or what is listed, in every set" "$(caps www -p CapabilityBoundingSet=CAP_NET_BIND_SERVICE)" "0000000000000400 "
is "  by root too" "$(caps roots -p "CapabilityBoundingSet=CAP_SETUID CAP_SETGID")" "00000000000000c0 "
is "  which loses it with its uid" "$(roots -p "CapabilityBoundingSet=CAP_SETUID CAP_SETGID" -- python3 -c '
import os
os.setgid(33); os.setuid(33)
os.execvp("grep", ["grep", "-cE", "^Cap(Prm|Eff|Amb).*0000000000000000", "/proc/self/status"])')" 3
is "no_new_privs and two filters hold, for uid 0 too" "$(roots -- awk '/^(NoNewPrivs|Seccomp|Seccomp_filters):/ {printf "%s ", $2}' /proc/self/status)" "1 2 2 "
bind='import socket; s = socket.socket(); s.bind(("127.0.0.1", 81)); print("bound")'
not_ok "a port below 1024 needs the capability" immure -p User=www-data -- python3 -c "$bind"
is "  and has it" "$(www -p CapabilityBoundingSet=CAP_NET_BIND_SERVICE -- python3 -c "$bind")" bound
is "no home" "$(www -- sh -c 'ls /home /root /var/www 2>/dev/null')" /home:
is "the environment is the server's" "$(env -u LC_ALL SECRET=1 NOTIFY_SOCKET='' LANG=C.UTF-8 immure -p User=www-data -- env | sort | cut -d= -f1 | tr '\n' ' ')" "HOME LANG LOGNAME PATH SHELL USER "
is "processes are the cell's" "$(www -- ps -eo pid=,user=,comm= | awk '{print $1, $2, $3}' | head -2 | tr '\n' ' ')" "1 www-data immure-init 2 www-data ps "
mkdir -p /srv/w && chown www-data /srv/w
echo x >/srv/other && chmod 0600 /srv/other
is "BindPaths is written, on the host" "$(www -p BindPaths=/srv/w:/srv/w -- sh -c 'echo y >/srv/w/f'; cat /srv/w/f)" y
not_ok "  without the set-group-ID bit" immure -p User=www-data -p BindPaths=/srv/w -- chmod g+s /srv/w/f
not_ok "  nor set-user-ID" immure -p User=www-data -p BindPaths=/srv/w -- chmod u+s /srv/w/f
not_ok "two servers of one account share no /var/tmp" sh -c 'immure -p User=www-data -- touch /var/tmp/t; immure -p User=www-data -- test -e /var/tmp/t'

# uid 0 in the cell is the host's uid 0
refused() { # NAME COMMAND: the server of uid 0 is told that the file system is read-only, or denied
	local out rc
	out=$(roots -- sh -c "$2") rc=$?
	if [ $rc != 0 ] && [[ $out =~ ([Rr]ead-only|[Pp]ermission\ denied|not\ permitted|No\ such|nonexistent|must\ be\ root) ]]; then tap_line 0 "uid 0 cannot $1"; else tap_line 1 "uid 0 cannot $1"; tap_note "$rc $out"; fi
}
refused "change a device of the host" 'chmod 0600 /dev/null'
refused "own one" 'chown www-data /dev/null'
is "  which still is one" "$(roots -- sh -c 'echo >/dev/null && head -c 3 /dev/zero | wc -c')" 3
mode() { stat -c %a /dev/null; }
is "  nor by a descriptor of the host's" "$(roots -- python3 -c 'import os
try: os.fchmod(0, 0o600); print("changed")
except OSError as e: print(e.strerror)' </dev/null; mode)" $'Read-only file system\n666'
mknod /dev/odd c 1 11
like "  nor a device that the cell does not have" "$(roots -- true </dev/odd)" 'descriptor 0 is a device of the host'
refused "change the terminal device" 'chmod 0666 /dev/tty'
refused "set core_pattern" 'echo x >/proc/sys/kernel/core_pattern'
refused "write below /proc/PID" 'echo 1 >/proc/self/oom_score_adj'
refused "write below /proc/net" 'echo x >/proc/self/net/dev'
refused "pull sysrq" 'echo h >/proc/sysrq-trigger'
refused "write to /usr" 'touch /usr/bin/x'
refused "write to /etc" 'touch /etc/x'
refused "change a mode there" 'chmod 0777 /etc/hosts'
refused "set an attribute there" 'python3 -c "import os; os.setxattr(\"/usr/bin/env\", \"user.x\", b\"x\")"'
refused "write to /run" 'touch /run/x'
refused "write what immure left" 'echo x >>/run/immure/cell'
refused "read what is hidden" 'cat /proc/kcore /run/immure/hidden'
refused "mount" 'mount -t tmpfs none /tmp'
refused "make the root writable" 'mount -o remount,rw /'
refused "unshare" 'unshare -m true'
refused "enter the init's namespaces" 'nsenter -t 1 -m true'
refused "make a device" 'mknod /tmp/x b 8 0'
refused "look into init" 'cat /proc/1/fd/0'
refused "trace init" 'strace -p 1'
refused "raise a limit" 'ulimit -Hn 2000000'
refused "read keys of root" 'keyctl show || cat /proc/keys /none'
refused "change the host name" 'hostname x'
refused "set the clock" 'date -s 2020-01-01'
refused "be another user" 'setpriv --reuid=33 --clear-groups true'
refused "read what another owns" 'cat /home/alice/.profile'
is "uid 0 sees the cell's processes" "$(roots -- sh -c 'ls -d /proc/[0-9]* | wc -l')" 4
is "init cannot be killed from inside" "$(roots -- sh -c 'kill -9 1; sleep 0.1; echo alive')" alive
is "uid 0 cannot raise its init's powers: it has none" "$(roots -- grep -c '^Cap.*0000000000000000' /proc/1/status)" 5
python3 - >$WORLD/abstract.out 2>&1 <<'END' &
import os, socket, struct
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM); s.bind("\0service"); s.listen(5)
while True:
    c, _ = s.accept()
    pid, uid, gid = struct.unpack("3i", c.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    c.sendall(b"hello uid %d" % uid); c.close()
END
ask='import socket; s = socket.socket(socket.AF_UNIX); s.connect("\0service"); print(s.recv(99).decode())'
for i in $(seq 100); do python3 -c "$ask" >/dev/null 2>&1 && break; sleep 0.05; done
is "the host's abstract sockets answer, outside" "$(python3 -c "$ask")" "hello uid 0"
not_ok "  and uid 0 in the cell does not reach them" immure -p AllowRoot=yes -- python3 -c "$ask"
like "  which has to hold, or it does not start" "$(roots -p Landlock=no -- true)" 'could reach abstract sockets'
like "root's own places are not bound writable for it" "$(roots -p BindPaths=/etc/cron.d:/srv/c -- true)" 'a place that the host.s root trusts'
like "nor are root's keys inherited" "$(roots -p KeyringMode=inherit -- true)" 'host.s keys of root'
like "there is no cell in a cell" "$(roots -- immure -p User=www-data -- true)" 'a cell already|refused'

# the end of it
is "exit status" "$(status_of immure -p User=www-data -- sh -c 'exit 7')" 7
is "death by a signal" "$(status_of immure -p User=www-data -- sh -c 'kill -USR1 $$')" 138
is "no such program" "$(status_of immure -p User=www-data -- nosuch)" 127
is "no program" "$(status_of immure -p User=www-data -- /etc)" 126
is "the program is searched where servers are" "$(www -- sh -c 'command -v ip >/dev/null && echo found')" found
cat >$WORLD/notify.py <<'END'
import os, socket, subprocess, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); s.settimeout(20)
p = subprocess.Popen(sys.argv[2:], env=dict(os.environ, NOTIFY_SOCKET=sys.argv[1]), stdout=subprocess.PIPE)
try:
    print(s.recv(99).decode() if p.wait() == 0 else "silent")
except socket.timeout:
    print("nothing")
print(p.stdout.read().decode().strip())
END
is "the service manager is told, and its socket stays outside" "$(python3 $WORLD/notify.py /run/notify.1 immure -p User=www-data -- sh -c 'echo "${NOTIFY_SOCKET-none}"; ls /run' | tr '\n' ' ')" "READY=1 none immure lock "
is "  but not of a cell that could not be had" "$(python3 $WORLD/notify.py /run/notify.2 immure -p User=www-data -p BindPaths=/nosuch -- true 2>/dev/null | tr '\n' ' ')" "silent  "
like "a socket that is none refuses" "$(NOTIFY_SOCKET=/run/nosuch www -- true)" 'NOTIFY_SOCKET: /run/nosuch'
rm -f /run/notify.1
is "a profile that is named has to be root's" "$(install -m 0666 /dev/null /etc/immure/profiles/open.profile; status_of immure --profile=open -p User=www-data -- true)" 125
printf '[Session]\nUser=www-data\nHostname=h-%%u\n' >/etc/immure/profiles/s.profile
is "its %u is the server's account" "$(immure --profile=s -- hostname)" h-www-data
like "explain shows a server's plan" "$(immurectl --server --profile=s explain www-data)" 'become +uid 33, gid 33'
like "  and no other's" "$(immurectl --server --profile=s explain alice 2>&1)" 'server.s account is www-data'
tap_done
