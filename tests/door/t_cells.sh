#!/bin/bash
# SPDX-License-Identifier: MIT
# Cells that sessions share, how they end, and what root does with them.
WORLD_DOOR=1
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
profile() { mkdir -p /etc/immure/users && printf "$1" >/etc/immure/users/alice.profile; }
clients=()
logins() { immurectl list | awk 'NR > 1 { n += $3 } END { print n + 0 }'; }
open_as() { # a connection in the background, whose command has been started
	local before i
	before=$(logins)
	ssh -F $WORLD/ssh_config -n "$@" & clients+=($!)
	for ((i = 0; i < 100; i++)); do [ "$(logins)" -gt "$before" ] && break; sleep 0.1; done
	sleep 0.4
}
client() { echo "${clients[-1]}"; }
cells() { ls /run/immure/cells; }
nothing_left() { [ -z "$(cells)" ] && ! pgrep -u alice >/dev/null && ! pgrep -x immure-keeper >/dev/null && ! lsns -t mnt -o COMMAND 2>/dev/null | grep -q immure-init; }
settled() { for _ in $(seq 500); do nothing_left && return; sleep 0.02; done; ps -ef | grep -E 'alice|immure-' ; cells; return 1; }
ns() { ssh_to alice 'readlink /proc/self/ns/pid'; }

# one cell for all sessions
open_as alice@world 'echo $$ >~/pid; exec sleep 50'
is "a second session sees the first one's processes" "$(ssh_to alice 'pgrep -a sleep')" "$(cat /home/alice/pid) sleep 50"
is "  su enters the same cell" "$(su alice -c 'pgrep sleep')" "$(cat /home/alice/pid)"
is "one cell, one record" "$(cells)" "$(id -u alice).1
$(id -u alice).1.sock"
is "  which only root can look at" "$(stat -c '%U %a' /run/immure/cells /run/immure/cells/*.1 | tr '\n' ' ')" "root 700 root 600 "
like "list shows it" "$(immurectl list)" "$(id -u alice)\.1 +alice +1 +[0-9]+ .* sshd +/usr/lib/immure/profiles/default.profile"
ok "  as JSON too" python3 -c 'import json, subprocess; l = json.loads(subprocess.check_output(["immurectl", "list", "--json"])); assert l[0]["user"] == "alice" and l[0]["logins"] == 1'
like "  the account sees its own from inside" "$(ssh_to alice '/usr/sbin/immurectl list')" "$(id -u alice)\.1 +alice +2 +[0-9]+ .* sshd +/usr/lib/immure/profiles/default.profile$"
is "    bob has another" "$(ssh_to bob '/usr/sbin/immurectl list | tail -n +2 | cut -d" " -f1')" "$(id -u bob).1"
like "  and who is in none sees none" "$(su carol -s /bin/sh -c 'immurectl list' 2>&1)" 'only root'
first=$(ns)
profile '[Session]\nUMask=0077\n'
second=$(ssh_to alice 'readlink /proc/self/ns/pid; umask')
not_ok "another plan raises another cell" [ "${second%%$'\n'*}" = "$first" ]
is "  with the new profile" "${second#*$'\n'}" 0077
open_as alice@world 'exec sleep 51'
like "  beside the first, which is outdated" "$(immurectl list)" 'default.profile \(outdated\)'
profile '[Session]\nScope=session\n'
is "Scope=session: a cell for each" "$(ssh_to alice 'pgrep sleep')" ""
rm /etc/immure/users/alice.profile

# enter and stop
is "enter: as the account, sealed" "$(immurectl enter alice 'id -un; grep -c "NoNewPrivs:.1" /proc/self/status; grep CapBnd /proc/self/status' | tr '\n\t' '  ')" \
	"alice 1 CapBnd: 0000000000000000 "
immurectl enter alice 'exit 7'
is "  its exit status" $? 7
is "  --root: as root" "$(immurectl enter --root alice /usr/bin/id -u)" 0
like "  of an account without a cell" "$(immurectl enter bob 2>&1)" 'bob: has no cell'
ok "stop ends all cells of an account" immurectl stop alice
ok "  and nothing is left" settled
like "  which it says when there is none" "$(immurectl stop alice 2>&1)" 'alice: has no cell'
open_as alice@world 'trap "" HUP TERM; while :; do sleep 1; done'
ok "stop ends what ignores signals" immurectl stop "$(id -u alice).1"
ok "  and nothing is left" settled

# how a cell ends
for what in client monitor init keeper; do
	for tty in -T -tt; do
		open_as $tty alice@world 'nohup sleep 60 >/dev/null 2>&1 & sleep 60' >/dev/null 2>&1
		init=$(sed -n 's/^init=//p' /run/immure/cells/*.1)
		case $what in
		client) kill -9 "$(client)" ;;
		monitor) kill -9 "$(pgrep -f '^sshd: alice \[priv\]')" ;;
		init) kill -9 "$init" ;;
		keeper) kill -9 "$(pgrep -x immure-keeper)"; sleep 0.3; immurectl list >/dev/null ;;
		esac
		ok "kill -9 of the $what ($tty) leaves nothing" settled
	done
done
wait "${clients[@]}" 2>/dev/null
ssh_to alice 'nohup sleep 60 >/dev/null 2>&1 & echo' >/dev/null
ok "Persistent=no: what is left in the background ends with the last login" settled
profile '[Session]\nPersistent=yes\n'
ssh_to alice 'nohup sleep 2.5 >/dev/null 2>&1 & echo' >/dev/null
sleep 0.5
is "Persistent=yes: it stays" "$(ssh_to alice 'pgrep -a sleep | cut -d" " -f2-')" "sleep 2.5"
sleep 0.7
ok "  also after a login that came and went" pgrep -u alice sleep
sleep 2.5
ok "  and the cell ends with its last process" settled
ssh_to alice 'tmux new -d -s work; tmux send-keys -t work "echo mark-\$((40+2))" Enter; sleep 0.5' >/dev/null 2>&1
sleep 0.7
like "tmux is there at the next login" "$(ssh_to alice 'tmux capture-pane -p -t work')" mark-42
ssh_to alice 'tmux kill-server'
ok "  until it ends" settled
profile '[Session]\nMaxLogins=2\n'
open_as alice@world 'sleep 20'; a=$(client)
open_as alice@world 'sleep 20'; b=$(client)
like "MaxLogins=: one more is refused" "$(ssh_to alice true 2>&1; echo $?)" 'MaxLogins: alice has 2 sessions already.*254'
is "  others are not" "$(ssh_to bob 'echo in')" in
kill "$a" "$b"
ok "  (both end)" settled
is "  and there is room again" "$(ssh_to alice 'echo in')" in
rm /etc/immure/users/alice.profile
open_as alice@world 'sleep 20'
kill -HUP "$(cat $WORLD/sshd.pid)"; sleep 0.5
is "a restart of sshd's listener leaves the cell alone" "$(pgrep -u alice sleep | wc -l)" 1
kill "$(client)"
settled >/dev/null
same=$(for _ in $(seq 12); do ssh_to alice 'readlink /proc/self/ns/pid; sleep 1' & done; wait)
is "twelve logins at once share one cell" "$(sort -u <<<"$same" | wc -l)" 1
ok "  and nothing is left" settled

# the neighbour: records and sockets that are not as they should be
sleep 30 &
printf 'version=1\nuser=alice\nuid=%s\nid=%s\ninit=%s\nstart=1\nhash=1\nraised=1\nshared=1\nservice=x\nprofile=/x\n' "$(id -u alice)" "$(id -u alice).1" $! >/run/immure/cells/"$(id -u alice)".1
is "a stale record does not keep a login out" "$(ssh_to alice 'echo in')" in
ok "  and is removed" settled; kill %sleep 2>/dev/null
python3 -c 'import socket, sys; s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.bind(sys.argv[1])' /run/immure/cells/"$(id -u alice)".1.sock
python3 -c 'import socket, sys; s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.bind(sys.argv[1])' /run/immure/cells/"$(id -u bob)".7.sock
is "a socket that a raiser left who died does not keep a login out" "$(ssh_to alice '/usr/sbin/immurectl list | tail -1 | cut -d" " -f1')" "$(id -u alice).1"
immurectl list >/dev/null
ok "  and list takes such sockets away" settled
chmod 777 /run/immure/cells
like "a registry that others can write refuses" "$(ssh_to alice true 2>&1; echo $?)" 'have to be root.*254'
chmod 700 /run/immure/cells

# break-glass
not_ok "without a bypass nothing is let through" test -e /run/immure/bypass
like "bypass wants a reason" "$(immurectl bypass alice --for 10m 2>&1)" 'needs --reason'
like "  and an end" "$(immurectl bypass alice --for 10d --reason x 2>&1)" 'from 1s to 1d'
like "  and root" "$(su carol -s /bin/sh -c 'immurectl bypass alice --for 1m --reason x' 2>&1)" 'only root'
profile '[Session]\nSehll=x\n'
ok "bypass" immurectl bypass alice --for 3s --reason 'a broken profile'
is "lets the account log in on the host" "$(ssh_to alice 'readlink /proc/self/ns/mnt')" "$(readlink /proc/self/ns/mnt)"
ok "  logs it" grep -q 'bypass for alice .* a broken profile' <(log_text)
not_ok "  nobody else" [ "$(ssh_to bob 'readlink /proc/self/ns/mnt')" = "$(readlink /proc/self/ns/mnt)" ]
sleep 3
is "and ends by itself" "$(ssh_to alice "echo in" 2>/dev/null | grep -x in)" ""
immurectl bypass alice --for 1h --reason x >/dev/null
ok "or when told to" immurectl bypass alice --end
is "  (it has)" "$(ssh_to alice "echo in" 2>/dev/null | grep -x in)" ""
install -m 666 /dev/null /run/immure/bypass/"$(id -u alice)"; printf 'version=1\nuntil=99999999999\nreason=x\n' >/run/immure/bypass/"$(id -u alice)"
is "one that others can write is none" "$(ssh_to alice "echo in" 2>/dev/null | grep -x in)" ""
rm /etc/immure/users/alice.profile
is "confined: yes" "$(immurectl confined alice; echo $?; immurectl confined --not alice; echo $?)" $'0\n1'
is "confined: no" "$(immurectl confined carol; echo $?; immurectl confined --not "$(id -u carol)"; echo $?)" $'1\n0'

# the keeper serves later logins as well, whatever the first one may use
is "a login with few open files raises a cell" "$(ulimit -n 44; su alice -c 'echo in' 2>&1)" in
ok "  (ends)" settled
(ulimit -n 44; ulimit -t 100; exec su alice -c 'sleep 50') & shell=$!
for _ in $(seq 50); do pgrep -u alice -x sleep >/dev/null && break; sleep 0.1; done
for _ in $(seq 22); do ssh -F $WORLD/ssh_config -n alice@world 'sleep 51' >/dev/null 2>&1 & clients+=($!); done
for _ in $(seq 150); do [ "$(logins)" = 23 ] && break; sleep 0.1; done
is "  more logins than it has room for go on beside it" "$(logins) $(pgrep -u alice -x -c sleep)" "23 23"
if (ulimit -n 44 && ulimit -Hn 45) 2>/dev/null; then
	like "  root's keeper has room for all, and any time" "$(prlimit --noheadings -o HARD --nofile --cpu --pid "$(pgrep -x immure-keeper)" | tr -d ' \n')" '(unlimited1024|1024unlimited)'
fi
immurectl stop alice; wait "$shell" "${clients[@]}" 2>/dev/null
ok "  (ends)" settled

profile '[Session]\nMaxLogins=1\n'
open_as alice@world 'exec sleep 52'
kill -STOP "$(pgrep -x immure-keeper)"
like "MaxLogins= with a keeper that does not answer: refused" "$(ssh_to alice true 2>&1; echo $?)" 'MaxLogins: the keeper of cell .* does not say.*25[45]$'
kill -CONT "$(pgrep -x immure-keeper)"
immurectl stop alice; wait "${clients[@]}" 2>/dev/null
ok "  (ends)" settled
rm /etc/immure/users/alice.profile
tap_done
