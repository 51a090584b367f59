#!/bin/bash
# SPDX-License-Identifier: MIT
# The probe, once by root under plain bash and once in a cell. An attempt is worth something only if it gets through outside.
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
cp "$O/tests/escape/probe" /usr/local/bin/immure-probe
cp /usr/bin/id /usr/local/bin/immure-suid && chmod 4755 /usr/local/bin/immure-suid
# what is there for the taking: sockets, processes and memory of the same user outside
cat >$WORLD/listen.py <<'END'
import socket, time
a = socket.socket(socket.AF_UNIX); a.bind("\0immure-outside"); a.listen(100)
b = socket.socket(socket.AF_UNIX); b.bind("/tmp/immure-outside"); b.listen(100)
time.sleep(600)
END
setpriv --reuid alice --regid alice --clear-groups /usr/bin/python3 $WORLD/listen.py &
setpriv --reuid alice --regid alice --clear-groups sleep 30071 &
setpriv --reuid alice --regid alice --clear-groups /usr/bin/python3 -c 'import ctypes; print(ctypes.CDLL(None).shmget(0x1337, 4096, 0o1600))' >/dev/null
mkdir -p /var/spool /var/log; touch /etc/ssh/sshd_config
printf 'AcceptEnv *\n' >>$WORLD/sshd_config; kill -HUP "$(cat $WORLD/sshd.pid)"; sleep 0.5
for i in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/22) 2>/dev/null && [ -S /tmp/immure-outside ] && break; sleep 0.05; done
pid=$(pgrep -f 'sleep 30071')

# the control: root, plain bash, a terminal of its own, hostile variables, an open descriptor
script -qec "LD_LIBRARY_PATH=/x BASH_ENV=/x /usr/local/bin/immure-probe $pid 9</etc/shadow" /dev/null </dev/null | tr -d '\r' >$WORLD/control
rm -f /home/alice/immure-probe* /tmp/immure-probe* /var/tmp/immure-probe*
BASH_ENV=/x LD_LIBRARY_PATH=/x ssh_to alice -o SendEnv=BASH_ENV -o SendEnv=LD_LIBRARY_PATH "/usr/local/bin/immure-probe $pid" >$WORLD/inside
count=$(wc -l <$WORLD/inside)
ok "at least 80 attempts ran ($count)" [ "$count" -ge 80 ]
is "inside and outside tried the same" "$(cut -f1 $WORLD/inside | sha256sum)" "$(cut -f1 $WORLD/control | sha256sum)"
among() { case " $2 " in *" $1 "*) ;; *) return 1 ;; esac; }
while IFS=$'\t' read -r name expect inside <&3 && IFS=$'\t' read -r _ _ control <&4; do
	if [ "$inside $control" = "ENOENT ENOENT" ]; then
		skip "$name" "this host does not have it"
	elif ! among "$inside" "$expect" && [ "$inside" != "$expect" ]; then
		tap_line 1 "$name"
		tap_note "in a cell: $inside, expected: $expect; outside: $control"
	elif [ "$expect" != ok ] && { among "$control" "$expect" || [ "$control" = "$expect" ]; }; then
		if [ "$name" = "a number that no kernel has" ]; then tap_line 0 "$name"; continue; fi
		if [ "$control" = ENOSYS ] || [[ $control == killed* ]]; then
			skip "$name" "this kernel does not have it: $control outside as well"
		else
			tap_line 1 "$name (the control says the same: $control)"
		fi
	else
		tap_line 0 "$name: $inside"
	fi
done 3<$WORLD/inside 4<$WORLD/control

# state of a process in a cell
status=$(ssh_to alice 'cat /proc/self/status')
field() { sed -n "s/^$1:[[:space:]]*//p" <<<"$status"; }
for set in CapInh CapPrm CapEff CapBnd CapAmb; do is "$set is empty" "$(field $set)" 0000000000000000; done
is "no_new_privs" "$(field NoNewPrivs)" 1
is "seccomp is on" "$(field Seccomp)" 2
ok "with two programs" [ "$(field Seccomp_filters)" -ge 2 ]
mounts=$(ssh_to alice 'cat /proc/self/mountinfo')
is "every mount is nosuid" "$(grep -v nosuid <<<"$mounts")" ""
is "every mount but terminals and the six devices is nodev" "$(awk '$6 !~ /nodev/ {print $5}' <<<"$mounts" | sort | tr '\n' ' ')" "/dev/full /dev/null /dev/pts /dev/random /dev/tty /dev/urandom /dev/zero "
is "no mount is shared or a slave" "$(grep -E 'shared:|master:|propagate_from:' <<<"$mounts")" ""
for ns in user mnt pid ipc uts cgroup; do
	not_ok "namespace $ns is not the host's" [ "$(ssh_to alice "readlink /proc/self/ns/$ns")" = "$(readlink /proc/self/ns/$ns)" ]
done
is "the process outside is still there" "$(kill -0 "$pid" && echo yes)" yes
ok "kill -1 stays in the cell" ssh_to alice 'sleep 100 & kill -9 -1; true' || true
is "  and did not reach the one outside" "$(kill -0 "$pid" && echo yes)" yes
is "init: no capability, no_new_privs" "$(ssh_to alice 'sed -n "s/^\(CapEff\|CapBnd\|NoNewPrivs\):[[:space:]]*//p" /proc/1/status' | tr '\n' ' ')" "0000000000000000 0000000000000000 1 "

# the first stage: static, unreadable, deaf to the environment
is "immure is installed 0711" "$(stat -c %a /usr/bin/immure)" 711
is "immure-init is installed 0711" "$(stat -c %a /usr/lib/immure/immure-init)" 711
not_ok "immure asks for no loader" bash -c "readelf -lW $O/immure | grep -q INTERP"
not_ok "  and for no library" bash -c "readelf -dW $O/immure | grep -q NEEDED"
ok "  and can be loaded anywhere" bash -c "readelf -hW $O/immure | grep -q 'DYN'"
ok "  with read-only relocations" bash -c "readelf -lW $O/immure | grep -q GNU_RELRO"
ok "  and no executable stack" bash -c "readelf -lW $O/immure | grep GNU_STACK | grep -qv 'RWE'"
# stdio of a static glibc brings parts of gconv along, which nothing calls in the C locale of an empty environment
is "immure links no name service" "$(nm "$O/immure" | grep -E ' [TtWw] (getpwnam|getpwuid|getgrnam|getgrgid|getgrouplist|initgroups|getaddrinfo|gethostbyname|iconv_open|iconv)(_r)?$')" ""
cat >$WORLD/evil.c <<'END'
#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void evil(void) { close(open("/var/tmp/loaded", O_CREAT | O_WRONLY, 0666)); }
END
gcc -shared -fPIC -o /usr/local/lib/evil.so $WORLD/evil.c
chmod 1777 /var/tmp; rm -f /var/tmp/loaded
setpriv --reuid alice --regid alice --clear-groups env LD_PRELOAD=/usr/local/lib/evil.so "$TEST_SHELL" -c true
not_ok "LD_PRELOAD finds nothing to load into" [ -e /var/tmp/loaded ]
setpriv --reuid carol --regid carol --clear-groups env LD_PRELOAD=/usr/local/lib/evil.so /bin/true
ok "  (it does in a dynamic program)" [ -e /var/tmp/loaded ]
is "a confined account has no options" "$(setpriv --reuid alice --regid alice --clear-groups "$TEST_SHELL" --profile=x -- id 2>&1 | grep -c 'uid=')" 0
is "a descriptor of the login does not come in" "$(setpriv --reuid alice --regid alice --clear-groups "$TEST_SHELL" -c 'ls /proc/self/fd | wc -l' 9</etc/shadow 8</)" 4
is "a directory as stdin does not come in" "$(setpriv --reuid alice --regid alice --clear-groups "$TEST_SHELL" -c 'readlink /proc/self/fd/0' </)" /dev/null
is "signals that the login ignores or blocks are as new" "$(python3 -c '
import os, signal
for s in signal.SIGPIPE, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR1: signal.signal(s, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2, signal.SIGALRM])
os.execvp("setpriv", ["setpriv", "--reuid", "alice", "--regid", "alice", "--clear-groups", "/usr/bin/immure", "-c", "exec grep -E \"^Sig(Ign|Blk)\" /proc/self/status"])' | awk '{print $2}' | tr '\n' ' ')" "0000000000000000 0000000000000000 "
tap_done
