#!/bin/bash
# SPDX-License-Identifier: MIT
# The probe, once by root under plain bash and once in a cell. An attempt is worth something only if it gets through outside.
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
cp "$O/tests/escape/probe" /usr/local/bin/immure-probe
cp /usr/bin/id /usr/local/bin/immure-suid && chmod 4755 /usr/local/bin/immure-suid
as_alice() { setpriv --reuid alice --regid alice --clear-groups "$@"; }
# what is there for the taking: sockets, processes, memory and queues of the same user outside; devices, buses, files of the host
cat >$WORLD/listen.py <<'END'
import ctypes, os, socket, time
c = ctypes.CDLL(None)
made = c.shmget(0x1337, 4096, 0o1600), c.semget(0x1337, 1, 0o1600), c.msgget(0x1337, 0o1600)
made += (c.mq_open(b"/immure-outside", os.O_RDWR | os.O_CREAT, 0o600, None),)
a = socket.socket(socket.AF_UNIX); a.bind("\0immure-outside"); a.listen(100)
d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); d.bind("\0immure-datagram")
b = socket.socket(socket.AF_UNIX); b.bind("/tmp/immure-outside"); b.listen(100)
print(min(made), flush=True)
time.sleep(600)
END
as_alice /usr/bin/python3 $WORLD/listen.py >$WORLD/made &
as_alice sleep 30071 &
pid=$!
mkdir -p /var/spool /var/log /run/dbus /run/systemd/private /dev/net /boot /media
touch /etc/ssh/sshd_config /etc/gshadow /etc/sudoers /etc/crontab /run/docker.sock /run/dbus/system_bus_socket /run/utmp
for d in mem:1:1 kmem:1:2 port:1:4 kmsg:1:11 fuse:10:229 net/tun:10:200 userfaultfd:10:126; do
	IFS=: read -r name major minor <<<"$d"
	mknod "/dev/$name" c "$major" "$minor"
done
mknod /dev/sda b 8 0
ln -s /etc/shadow /home/alice/immure-probe-shadow; ln -s /home/bob /home/alice/immure-probe-bob
ln -s .profile /home/alice/immure-probe-link-in; touch /home/bob/.profile /home/alice/.profile
printf 'AcceptEnv *\nPermitUserEnvironment yes\n' >>$WORLD/sshd_config; kill -HUP "$(cat $WORLD/sshd.pid)"; sleep 0.5
for i in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/22) 2>/dev/null && [ -s $WORLD/made ] && break; sleep 0.05; done
ok "there is something outside to reach for" [ "$(cat $WORLD/made)" -ge 0 ]

# the control: root, plain bash, a terminal of its own, hostile variables, an open descriptor
script -qec "LD_LIBRARY_PATH=/x BASH_ENV=/x /usr/local/bin/immure-probe $pid 9</etc/shadow" /dev/null </dev/null | tr -d '\r' >$WORLD/control
remove_made() {
	local d
	for d in '' /home /home/alice /tmp /var /var/tmp /dev /dev/shm /etc /run /srv /opt /usr/local; do
		rm -f "$d"/immure-probe{,-null,-b,-caps,-trusted,-chown,-fifo,-link,-whiteout}
	done
	rm -f /etc/ld.so.preload
}
remove_made
BASH_ENV=/x LD_LIBRARY_PATH=/x ssh_to alice -o SendEnv=BASH_ENV -o SendEnv=LD_LIBRARY_PATH "/usr/local/bin/immure-probe $pid" >$WORLD/inside
remove_made
ssh_to alice -tt "/usr/local/bin/immure-probe $pid" </dev/null | tr -d '\r' >$WORLD/terminal
count=$(grep -vc '^twin: ' $WORLD/inside)
ok "at least 80 attempts ran ($count, and $(grep -c '^twin: ' $WORLD/inside) twins)" [ "$count" -ge 80 ]
is "no two of them have one name" "$(cut -f1 $WORLD/inside | sort | uniq -d)" ""
is "inside and outside tried the same" "$(cut -f1 $WORLD/inside)" "$(cut -f1 $WORLD/control)"
is "  and so did a login with a terminal" "$(cut -f1 $WORLD/terminal)" "$(cut -f1 $WORLD/control)"
among() { # RESULT EXPECTED: one of its words, or all of it ("killed 31")
	[ "$1" = "$2" ] || case " $2 " in *" $1 "*) ;; *) return 1 ;; esac
}
judge() { # NAME EXPECTED INSIDE CONTROL
	local said="in a cell: $3, expected: $2; outside: $4"
	if [ "$3 $4" = "ENOENT ENOENT" ]; then
		skip "$1" "this host does not have it"
	elif ! among "$3" "$2"; then
		tap_line 1 "$1"
		tap_note "$said"
	elif [[ $1 == twin:* ]]; then
		is "$1: $3" "$3" "$4"
	elif ! among "$4" "$2"; then
		tap_line 0 "$1: $3"
	elif [ "$4" = ENOSYS ]; then
		skip "$1" "this kernel does not have it: ENOSYS outside as well"
	else
		tap_line 1 "$1 (outside it is refused as well)"
		tap_note "$said"
	fi
}
while IFS=$'\t' read -r name expect inside <&3 && IFS=$'\t' read -r _ _ control <&4; do
	judge "$name" "$expect" "$inside" "$control"
done 3<$WORLD/inside 4<$WORLD/control
answers() { grep -v '^take a terminal from its session' "$1"; }
is "with a terminal the answers are the same" "$(diff <(answers $WORLD/inside) <(answers $WORLD/terminal))" ""
is "  and it cannot be taken from its session" "$(grep '^take a terminal' $WORLD/terminal | cut -f3)" EPERM
is "what a setuid program is outside" "$(ssh_to carol '/usr/local/bin/immure-suid -u')" 0
is "the core limit is 1 and stays so" \
	"$(ssh_to alice 'ulimit -c 0; ulimit -c unlimited; grep core /proc/self/limits' | tr -s ' ')" "Max core file size 1 1 bytes "
is "XDG_RUNTIME_DIR is empty and one's own" "$(ssh_to alice 'ls -A $XDG_RUNTIME_DIR; stat -c %a:%U $XDG_RUNTIME_DIR')" 700:alice

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
# a child of the shell's parent, which waits outside of the cell's process namespace
ssh_to alice "python3 -c '
import ctypes, os, signal
for i in range(9):
    if ctypes.CDLL(None).syscall(56, 0x8000 | signal.SIGCHLD, 0, 0, 0, 0) == 0:
        os.setsid(); i % 2 or os._exit(0); os.execvp(\"sleep\", [\"sleep\", \"30072\"])
'"
is "a child given to the waiting process ends with the session" "$(pgrep -f '^sleep 30072')" ""
is "init: no capability, no_new_privs" "$(ssh_to alice 'sed -n "s/^\(CapEff\|CapBnd\|NoNewPrivs\):[[:space:]]*//p" /proc/1/status' | tr '\n' ' ')" "0000000000000000 0000000000000000 1 "

# the first stage: static, unreadable, deaf to the environment
is "immure is installed 0711" "$(stat -c %a /usr/bin/immure)" 711
is "immure-init is installed 0711" "$(stat -c %a /usr/lib/immure/immure-init)" 711
not_ok "immure-init asks for no loader" bash -c "readelf -lW $O/immure-init | grep -q INTERP"
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
rm -f /var/tmp/loaded
for u in alice carol; do echo LD_PRELOAD=/usr/local/lib/evil.so >/home/$u/.ssh/environment; done
is "  nor does that of ~/.ssh/environment" "$(ssh_to alice 'echo "LD_PRELOAD=$LD_PRELOAD"; ls /var/tmp' | grep -E 'LD_|loaded'; find /var/tmp -name loaded)" LD_PRELOAD=
ssh_to carol true
ok "  (it does with plain bash)" [ -e /var/tmp/loaded ]
rm -f /home/{alice,carol}/.ssh/environment
is "a function of the environment comes to nothing" "$(as_alice env 'BASH_FUNC_id%%=() { echo taken; }' "$TEST_SHELL" -c 'id -un')" alice
is "  (it works with plain bash)" "$(as_alice env 'BASH_FUNC_id%%=() { echo taken; }' bash -c 'id -un')" taken
is "a confined account has no options" "$(setpriv --reuid alice --regid alice --clear-groups "$TEST_SHELL" --profile=x -- id 2>&1 | grep -c 'uid=')" 0
is "a descriptor of the login does not come in" "$(setpriv --reuid alice --regid alice --clear-groups "$TEST_SHELL" -c 'ls /proc/self/fd | wc -l' 9</etc/shadow 8</)" 4
is "a directory as stdin does not come in" "$(setpriv --reuid alice --regid alice --clear-groups "$TEST_SHELL" -c 'readlink /proc/self/fd/0' </)" /dev/null
is "signals that the login ignores or blocks are as new" "$(python3 -c '
import ctypes, os, signal
for s in 32, 33, 40: ctypes.CDLL(None).syscall(13, s, (ctypes.c_ulong * 4)(1), None, 8)
for s in signal.SIGPIPE, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR1: signal.signal(s, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2, signal.SIGALRM])
os.execvp("setpriv", ["setpriv", "--reuid", "alice", "--regid", "alice", "--clear-groups", "/usr/bin/immure", "-c", "exec grep -E \"^Sig(Ign|Blk)\" /proc/self/status"])' | awk '{print $2}' | tr '\n' ' ')" "0000000000000000 0000000000000000 "
tap_done
