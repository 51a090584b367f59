#!/bin/bash
# SPDX-License-Identifier: MIT
# Without the PAM door: the cell that an account's sessions share, how it ends, and what an account could try at it.
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
uid=$(id -u alice) gid=$(id -g alice) reg=/tmp/.immure-$(id -u alice)
profile() { mkdir -p /etc/immure/users && printf "$1" >/etc/immure/users/alice.profile; }
clients=()
open_as() { # a connection in the background, whose command runs one sleep that is waited for
	local i n
	n=$(pgrep -u alice -x sleep | wc -l)
	ssh -F $WORLD/ssh_config -n "$@" >/dev/null 2>&1 & clients+=($!)
	for i in $(seq 200); do [ "$(pgrep -u alice -x sleep | wc -l)" -gt "$n" ] && return; sleep 0.05; done
}
client() { echo "${clients[-1]}"; }
record() { sed -n "s/^$1=//p" $reg/*.1; }
namespaces() { for ns in mnt pid user; do readlink /proc/[0-9]*/ns/$ns; done 2>/dev/null | sort -u | wc -l; }
mounts() { wc -l </proc/self/mountinfo; }
nothing_left() { ! pgrep -u alice >/dev/null && [ -z "$(ls $reg 2>/dev/null)" ] && [ "$(namespaces)" = "$ns" ] && [ "$(mounts)" = "$mnt" ]; }
settled() { for _ in $(seq 150); do nothing_left && return; sleep 0.02; done; ps -fu alice; ls $reg; namespaces; return 1; }
cell() { ssh_to alice 'readlink /proc/self/ns/pid'; }
as_alice() { setpriv --reuid alice --regid alice --init-groups --reset-env env HOME=/home/alice "$@"; }
ssh_to carol true
ns=$(namespaces) mnt=$(mounts)

# one cell for all sessions
open_as alice@world 'echo $$ >~/pid; exec sleep 50'
is "a second session sees the first one's processes" "$(ssh_to alice 'pgrep -a sleep')" "$(cat /home/alice/pid) sleep 50"
is "  and can end them" "$(ssh_to alice 'sleep 40 & kill $! && wait $!; echo $?')" 143
is "  su enters the same cell" "$(su alice -c 'pgrep sleep')" "$(cat /home/alice/pid)"
is "  its exit status is its own" "$(ssh_to alice 'exit 7'; echo $?)" 7
is "  and so are its directory, descriptors and capabilities" \
	"$(ssh_to alice 'pwd; ls /proc/self/fd | wc -l; grep -E "^(CapEff|CapPrm|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status | tr -s "\t\n" "  "')" \
	$'/home/alice\n4\nCapPrm: 0000000000000000 CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1 Seccomp: 2 '
is "one cell, one record, for the account alone" "$(stat -c '%U %a %n' $reg $reg/* | tr '\n' ' ')" \
	"alice 700 $reg alice 600 $reg/$uid.1 alice 755 $reg/$uid.1.sock "
is "  one keeper, outside of it" "$(pgrep -u alice -x immure-keeper | wc -l) $(ssh_to alice 'pgrep -x immure-keeper | wc -l')" "1 0"
not_ok "another account has its own" [ "$(ssh_to bob 'readlink /proc/self/ns/pid')" = "$(cell)" ]
first=$(cell)
profile '[Session]\nUMask=0077\n'
second=$(ssh_to alice 'readlink /proc/self/ns/pid; umask')
not_ok "another plan raises another cell" [ "${second%%$'\n'*}" = "$first" ]
is "  with the new profile" "${second#*$'\n'}" 0077
profile '[Session]\nScope=session\n'
is "Scope=session: a cell for each" "$(ssh_to alice 'pgrep sleep')" ""
rm /etc/immure/users/alice.profile
is "  (the first is still there)" "$(cell)" "$first"
not_ok "run mode: a cell of its own" [ "$(setpriv --reuid carol --regid carol --init-groups /usr/bin/immure -- readlink /proc/self/ns/pid)" = \
	"$(setpriv --reuid carol --regid carol --init-groups /usr/bin/immure -- readlink /proc/self/ns/pid)" ]
not_ok "  and no registry" test -e "/tmp/.immure-$(id -u carol)"

# terminals and agents of later logins
tty_of() { ssh -F $WORLD/ssh_config "$@" alice@world 'tty; [ "$SSH_TTY" -ef "$(tty)" ] && echo same; [ -t 0 ] && echo tty; [ -t 1 ] && stty -echo <"$(tty)" && echo stty' </dev/null 2>&1 | tr '\r\n' '  '; }
is "the first terminal has a name in the cell" "$(tty_of -tt)" "/dev/console  same  tty  stty  "
open_as -tt alice@world 'sleep 50'; a=$(client)
is "  the second one too" "$(tty_of -tt)" "/dev/tty-1  same  tty  stty  "
open_as -tt alice@world 'sleep 50'; b=$(client)
is "  and a third" "$(tty_of -tt)" "/dev/tty-2  same  tty  stty  "
kill "$a" "$b"
for _ in $(seq 100); do [ "$(pgrep -u alice -x sleep | wc -l)" = 1 ] && ! pgrep -fu alice 'alice@pts' >/dev/null && break; sleep 0.1; done
for _ in 1 2 3; do tty_of -tt >/dev/null; done
is "names are used again" "$(ssh_to alice 'ls -d /dev/console /dev/tty-* | wc -l')" 3
is "  nothing is mounted twice" "$(ssh_to alice 'grep -cE " /dev/(console|tty-[0-9]*) " /proc/self/mountinfo')" 1
is "without a terminal there is none" "$(ssh_to alice 'tty; echo [$SSH_TTY]')" $'not a tty\n[]'
eval "$(ssh-agent -a $WORLD/agent)" >/dev/null; ssh-add -q $WORLD/key
for n in 1 2; do
	is "a later login has its agent ($n)" "$(ssh -A -F $WORLD/ssh_config alice@world 'echo $SSH_AUTH_SOCK; ssh-add -l | wc -l' 2>&1)" $'/dev/agent-1\n1'
done
is "  without one it has none" "$(ssh_to alice 'echo [$SSH_AUTH_SOCK]')" "[]"
kill "$SSH_AGENT_PID"
is "the cell's /dev stays read-only" "$(ssh_to alice 'touch /dev/x /dev/tty-9 2>&1 | grep -c Read-only; rm -f /dev/tty-1 /dev/agent-1 2>&1 | wc -l')" $'2\n2'

# from inside of it
like "the registry is not shown" "$(ssh_to alice "ls -d $reg /run/user/$uid/immure 2>&1")" 'cannot access.*cannot access'
cat >/home/alice/look.py <<'END'
# Tries at every process that comes into the cell: ptrace, memory, descriptors, root. Only while it is immure, not yet the shell.
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
PTRACE_SEIZE, PTRACE_DETACH = 0x4206, 17
def comm(pid):
    try: return open("/proc/%d/comm" % pid).read().strip()
    except OSError: return ""
def attempts(pid):
    def seize():
        if libc.ptrace(PTRACE_SEIZE, pid, 0, 0) == 0:
            libc.ptrace(PTRACE_DETACH, pid, 0, 0)
            return
        raise OSError
    yield "ptrace", seize
    yield "memory", lambda: open("/proc/%d/mem" % pid, "rb").close()
    yield "descriptors", lambda: os.listdir("/proc/%d/fd" % pid)
    yield "root", lambda: os.stat("/proc/%d/root/" % pid)
    yield "namespace", lambda: os.open("/proc/%d/ns/mnt" % pid, os.O_RDONLY)
seen, got, want = set(), set(), sys.argv[1]
while True:
    for name in os.listdir("/proc"):
        pid = int(name) if name.isdigit() else 0
        if pid < 2 or comm(pid) != want: continue
        seen.add(pid)
        open("seen", "w").close()
        for what, call in attempts(pid):
            try: call()
            except OSError: continue
            if comm(pid) == want: got.add(what)
    if os.path.exists("stop"): break
print("seen" if seen else "none", *sorted(got))
END
chmod 644 /home/alice/look.py
ssh_to alice 'python3 look.py immure' >$WORLD/look & looking=$!
for n in $(seq 200); do
	ssh_to alice true
	[ "$n" -ge 20 ] && [ -e /home/alice/seen ] && break
done
touch /home/alice/stop
wait $looking
is "a login that comes in cannot be looked into before it is sealed" "$(cat $WORLD/look)" seen
is "  (what is sealed can: the try is a real one)" "$(ssh_to alice 'sleep 20 & python3 look.py sleep; kill $!')" "seen descriptors memory namespace ptrace root"
is "nobody waits for a session in the cell" "$(ssh_to alice 'pgrep -x immure | wc -l')" 0
is "kill -1 from inside ends the cell's own" "$(ssh_to alice 'kill -9 -1; sleep 0.3; pgrep -x sleep | wc -l' 2>/dev/null)" 0
ok "  the keeper and what waits see to the rest" settled

# how a cell ends
for what in client sshd immure init keeper; do
	for tty in -T -tt; do
		open_as $tty alice@world 'nohup sleep 60 >/dev/null 2>&1 & sleep 60'
		case $what in
		client) kill -9 "$(client)" ;;
		sshd) kill -9 "$(ps -o ppid= -p "$(pgrep -u alice -x immure)")" ;;
		immure) kill -9 "$(pgrep -u alice -x immure)" ;;
		init) kill -9 "$(record init)" ;;
		keeper) kill -9 "$(pgrep -u alice -x immure-keeper)"; sleep 0.5; cell >/dev/null ;; # the next login removes the record
		esac
		ok "kill -9 of the $what ($tty) leaves nothing" settled
	done
done
for who in first second; do
	open_as alice@world 'exec sleep 61'; a=$(client) one=$(pgrep -u alice -x immure)
	open_as alice@world 'exec sleep 62'; b=$(client) two=$(pgrep -u alice -x immure | grep -vx "$one")
	[ $who = first ] && kill -9 "$one" || kill -9 "$two"
	stays=$([ $who = first ] && echo 62 || echo 61)
	for _ in $(seq 100); do [ "$(pgrep -u alice sleep | wc -l)" = 1 ] && break; sleep 0.1; done
	is "the $who of two logins dies: the other stays, alone" "$(ssh_to alice "pgrep -a sleep | cut -d' ' -f2-")" "sleep $stays"
	kill "$a" "$b" 2>/dev/null
	ok "  and with it the cell ends" settled
done
ssh_to alice 'nohup sleep 60 >/dev/null 2>&1 & echo' >/dev/null
ok "Persistent=no: what is left in the background ends with the last login" settled
profile '[Session]\nPersistent=yes\n'
ssh_to alice 'nohup sleep 77 >/dev/null 2>&1 & echo' >/dev/null
sleep 0.7
is "Persistent=yes: it stays" "$(ssh_to alice 'pgrep -a sleep | cut -d" " -f2-')" "sleep 77"
sleep 0.7
ok "  also after a login that came and went" pgrep -u alice sleep
ssh_to alice 'pkill sleep'
ok "  and the cell ends with its last process" settled
ssh_to alice 'tmux new -d -s work; tmux send-keys -t work "echo mark-\$((40+2))" Enter; sleep 0.5' >/dev/null 2>&1
sleep 0.7
like "tmux is there at the next login" "$(ssh_to alice 'tmux capture-pane -p -t work')" mark-42
ssh_to alice 'tmux kill-server'
ok "  until it ends" settled
like "  not in run mode" "$(as_alice /usr/bin/immure -c true 2>&1; setpriv --reuid carol --regid carol --clear-groups /usr/bin/immure -p Persistent=yes -- true 2>&1)" \
	'Persistent: needs the PAM door'
profile '[Session]\nPersistent=yes\nScope=session\n'
like "  nor with Scope=session" "$(ssh_to alice true 2>&1)" 'Persistent: needs the PAM door'
rm /etc/immure/users/alice.profile
settled >/dev/null

# races
same=$(for _ in $(seq 12); do
	ssh_to alice 'mktemp ~/in.XXXXXX >/dev/null; readlink /proc/self/ns/pid; for i in $(seq 300); do [ $(ls ~/in.* | wc -l) -ge 12 ] && break; sleep 0.1; done' &
done; wait)
is "twelve logins at once share one cell" "$(sort <<<"$same" | uniq -c | sed 's/pid.*//' | tr -d ' ')" 12
ok "  and nothing is left" settled
cat >$WORLD/kill.py <<'END'
import os, signal, sys, time
for i in range(75):
    pid = os.fork()
    if pid == 0:
        os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[1]))
        null = os.open("/dev/null", os.O_RDWR)
        for fd in 0, 1, 2:
            os.dup2(null, fd)
        os.execv("/usr/bin/immure", ["immure", "-c", "sleep 0.003; sleep 100 & sleep 0.003"])
    time.sleep(i * 0.0002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
END
python3 $WORLD/kill.py "$uid" "$gid"
cell >/dev/null # takes away a record that was written while its keeper had not yet begun
ok "killed at 75 moments of raising: nothing is left" settled
open_as alice@world 'exec sleep 63'
python3 $WORLD/kill.py "$uid" "$gid"
is "killed at 75 moments of joining: the cell lives on" "$(ssh_to alice 'pgrep -a sleep | grep -c "sleep 63"')" 1
kill "$(client)"
ok "  and ends as it should" settled

# a registry that is not as it should be: no sharing, a cell of its own, and a word in the log
own_cell() { # NAME REASON
	open_as alice@world 'exec sleep 64'
	is "$1: a cell of its own" "$(ssh_to alice 'pgrep sleep | wc -l')" 0
	like "  the log says why" "$(log_text | tail -n 1)" "a cell of its own: .*$2"
	kill "$(client)"
	for _ in $(seq 100); do pgrep -u alice >/dev/null || break; sleep 0.05; done
	not_ok "  (which ends)" pgrep -u alice
}
rm -rf $reg; install -d -m 777 -o carol $reg
own_cell "another account took the name" 'not the account.s alone'
rm -rf $reg; ln -s /home/alice $reg; chown -h alice $reg
own_cell "a link" 'Not a directory|Too many levels'
rm -rf $reg; install -d -m 750 -o alice -g alice $reg
own_cell "others may look into it" 'not the account.s alone'
rm -rf $reg; chmod 777 /tmp
own_cell "anybody may rename it" 'registry: /tmp'
chmod 1777 /tmp
mkdir -p /mnt/tmp-view; profile '[Files]\nBindPaths=/tmp:/srv/shown\n'
own_cell "the cell would show it" 'would be seen in the cell'
ln -s /tmp $WORLD/link; profile "[Files]\nBindPaths=$WORLD/link:/srv/shown\n"
own_cell "  also through a link" 'would be seen in the cell'
rm /etc/immure/users/alice.profile
mkdir -p /run/user; install -d -m 700 -o alice -g alice "/run/user/$uid"
open_as alice@world 'exec sleep 65'
is "where logind has a directory for it the registry lies there" "$(stat -c '%U %a' "/run/user/$uid/immure") $(ssh_to alice 'pgrep sleep | wc -l')" "alice 700 1"
kill "$(client)"; settled >/dev/null; rm -rf "/run/user/$uid"; ln -s /home/alice "/run/user/$uid"
open_as alice@world 'exec sleep 65'
is "  but not where that is a link" "$(ls -A /home/alice/immure 2>/dev/null; ssh_to alice 'pgrep sleep | wc -l'; stat -c %a $reg)" $'1\n700'
kill "$(client)"; rm "/run/user/$uid"
ok "  (ends)" settled

# what the account could write there from outside of a cell
sleep 30 &
as_alice sh -c "umask 077; printf 'version=1\nid=$uid.1\nuser=alice\nuid=$uid\ninit=$!\nstart=1\nhash=1\nraised=1\nshared=1\nservice=x\nprofile=/x\n' >$reg/$uid.1"
is "a stale record does not keep a login out" "$(ssh_to alice 'echo in')" in
ok "  and is removed" settled
kill %sleep 2>/dev/null
hash_of() { open_as alice@world 'exec sleep 67'; record hash; kill "$(client)"; settled >/dev/null; }
profile '[Session]\nUMask=0077\n'; strict=$(hash_of); rm /etc/immure/users/alice.profile
open_as alice@world 'exec sleep 66'
as_alice sed -i "s/^hash=.*/hash=$strict/" $reg/$uid.1
profile '[Session]\nUMask=0077\n'
like "a record that lies about the plan moves nobody into another cell" "$(ssh_to alice 'pgrep sleep' 2>&1; echo $?)" 'another plan than its record says.*125'
rm /etc/immure/users/alice.profile
kill "$(client)"
ok "  (ends)" settled
hash=$(hash_of)
cat >$WORLD/fake.py <<'END'
# A keeper of the account's own making: hands out the host's namespaces, or those below a user namespace of its own but one.
import array, ctypes, os, socket, sys
reg, uid, hash, kind = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)
kinds = ["user", "mnt", "pid", "ipc", "uts", "cgroup", "net"]
fds = [os.open("/proc/self/ns/" + k, os.O_RDONLY) for k in kinds]
if kind != "host":
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        flags = 0x10000000 | 0x20000 | 0x8000000 | 0x4000000 | 0x2000000 | 0x20000000
        libc.unshare(flags)
        if os.fork() == 0:
            os.write(w, b"x")
        import time; time.sleep(60)
    os.read(r, 1)
    child = int(open("/proc/%d/task/%d/children" % (pid, pid)).read().split()[0])
    for i, k in enumerate(kinds):
        if k not in ("net", kind):
            fds[i] = os.open("/proc/%d/ns/%s" % (child, k), os.O_RDONLY)
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind("%s/%s.1.sock" % (reg, uid)); s.listen(5)
start = open("/proc/self/stat").read().rsplit(")", 1)[1].split()[19]
open("%s/%s.1" % (reg, uid), "w").write("version=1\nid=%s.1\nuser=alice\nuid=%s\ninit=%d\nstart=%s\nhash=%s\nraised=1\nshared=1\nservice=x\nprofile=/x\n"
    % (uid, uid, os.getpid(), start, hash))
c = s.accept()[0]
c.recv(1)
socket.send_fds(c, [b"Y"], fds)
open(reg + "/asked", "w").close()
c.recv(1)
END
for kind in host mnt pid ipc user; do
	install -d -m 700 -o alice -g alice $reg
	as_alice python3 $WORLD/fake.py $reg "$uid" "$hash" $kind 2>$WORLD/fake.err & fake=$!
	for _ in $(seq 100); do [ -s $reg/$uid.1 ] && break; sleep 0.05; done
	is "a keeper that hands out the host's ($kind) is not believed" \
		"$(ssh_to alice 'ls -d /mnt/world 2>/dev/null; stat -c %t:%T /dev/null; grep -c NoNewPrivs:.1 /proc/self/status') $(ls $reg/asked)" "1:3"$'\n'"1 $reg/asked"
	pkill -9 -u alice -f fake.py; wait $fake 2>/dev/null; rm -rf $reg
	ok "  (ends)" settled
done
install -d -m 700 -o alice -g alice $reg
as_alice python3 $WORLD/fake.py $reg "$uid" "$hash" none 2>$WORLD/fake.err & fake=$!
for _ in $(seq 100); do [ -s $reg/$uid.1 ] && break; sleep 0.05; done
like "  one whose namespaces are all its own is entered, and found to be no cell" "$(ssh_to alice 'echo in' 2>&1; echo $?)" 'another plan than its record says.*125'
pkill -9 -u alice -f fake.py; wait $fake 2>/dev/null; rm -rf $reg

profile '[Session]\nRuntimeMaxSec=4\n'
start=$SECONDS
timeout 30 ssh -F $WORLD/ssh_config -n alice@world 'prlimit --pid 1 --nofile=2:2; sleep 40'
ok "RuntimeMaxSec= with an init that may open no file: the cell ends" [ $((SECONDS - start)) -lt 20 ]
ok "  with all in it" settled
rm /etc/immure/users/alice.profile
tap_done
