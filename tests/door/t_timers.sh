#!/bin/bash
# SPDX-License-Identifier: MIT
# RuntimeMaxSec= and IdleTimeoutSec=, and what a login that died leaves in a cell that others share.
WORLD_DOOR=1
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
profile() { mkdir -p /etc/immure/users && printf "$1" >/etc/immure/users/alice.profile; }
settled() { for _ in $(seq 200); do [ -z "$(ls /run/immure/cells)" ] && ! pgrep -u alice >/dev/null && return; sleep 0.02; done; return 1; }
ended() { local i; for ((i = 0; i < $2 * 10; i++)); do kill -0 "$1" 2>/dev/null || return 0; sleep 0.1; done; return 1; }
in_background() { number=$((number + 1)); ssh -F $WORLD/ssh_config "$@" </dev/null >$WORLD/out.$number 2>&1 & client=$!; }
number=0

profile '[Session]\nRuntimeMaxSec=4\n'
in_background -tt alice@world 'trap "" HUP TERM; sleep 60; sleep 60'; first=$client
sleep 2
in_background -n alice@world 'sleep 60'; second=$client
ok "RuntimeMaxSec= ends a session that ignores signals" ended $first 20
like "  after a warning on its terminal" "$(cat $WORLD/out.1)" 'the session ends in [1-4] s \(RuntimeMaxSec=\)'
like "  and a last word" "$(cat $WORLD/out.1)" 'the session ends \(RuntimeMaxSec=\)'
ok "  a session without a terminal as well" ended $second 20
is "    to which nothing is said" "$(cat $WORLD/out.2)" ""
ok "  nothing is left" settled
in_background -N -L 127.0.0.1:8111:127.0.0.1:22 alice@world
ok "  one that only forwards, too" ended $client 20
in_background -N carol@world
sleep 6
not_ok "  control: carol's goes on" ended $client 1
kill $client
su alice -c 'trap "" HUP TERM; sleep 61; sleep 61' & shell=$!
ok "  su's as well" ended $shell 20
ok "  nothing is left" settled

profile '[Session]\nIdleTimeoutSec=2\n'
in_background -n alice@world 'sleep 30'; quiet=$client
mkfifo $WORLD/keys
ssh -F $WORLD/ssh_config -tt alice@world 'while read -r line; do :; done' <$WORLD/keys >$WORLD/busy 2>&1 & busy=$!
exec 7>$WORLD/keys
(for _ in $(seq 28); do echo x >&7; sleep 0.5; done) & keys=$!
in_background -tt alice@world 'sleep 70'; idle=$client
ok "IdleTimeoutSec= ends a session whose terminal has no input" ended $idle 14
like "  after a warning" "$(cat $WORLD/out.$number)" 'the session ends in [0-9]+ s \(IdleTimeoutSec=\)'
ok "  one with input goes on" kill -0 $busy
ok "  so does one without a terminal" kill -0 $quiet
wait $keys
ok "  until input ends" ended $busy 16
exec 7>&-
kill $quiet
ok "  nothing is left" settled

# what an account could do to its init, which is a process of its own uid
like "its limits are not the account's to change" "$(ssh_to alice 'prlimit --pid 1 --nofile=2:2' 2>&1)" 'not permitted'
is "  its own programs' are" "$(ssh_to alice 'sleep 5 & prlimit --pid $! --nofile=2:2; prlimit --pid $! --nofile -o HARD --noheadings | tr -d " "')" 2
ok "  nothing is left" settled
profile '[Session]\nRuntimeMaxSec=60\n'
cat >/home/alice/siblings.py <<'END'
import ctypes, os, time
syscall = ctypes.CDLL(None).syscall
CLONE, CLONE_PARENT, SIGCHLD = {"x86_64": 56}.get(os.uname().machine, 220), 0x8000, 17
for i in range(600):
    if syscall(CLONE, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) == 0:
        time.sleep(50)
        os._exit(0)
open("made", "w").close()
time.sleep(50)
END
su - alice -c 'exec python3 siblings.py' >/dev/null 2>&1 & shell=$!
for _ in $(seq 100); do [ -e /home/alice/made ] && break; sleep 0.1; done
in_background -n alice@world 'sleep 59'
ok "a session cannot hide behind many others that are none" ended $client 12
ok "  the one that made them goes on" kill -0 $shell
immurectl stop alice; wait $shell
ok "  nothing is left" settled
rm /etc/immure/users/alice.profile

# a login that dies without a word, beside another one
in_background -n alice@world 'echo $$ >~/one; exec sleep 80'; one=$client
for _ in $(seq 50); do [ -s /home/alice/one ] && break; sleep 0.1; done
in_background -tt alice@world 'echo $$ >~/two; sleep 81'; two=$client
for _ in $(seq 50); do [ -s /home/alice/two ] && break; sleep 0.1; done
monitor=$(pgrep -f 'sshd: alice \[priv\]' | tail -1)
kill -9 "$monitor"
ok "kill -9 of one login's monitor ends its client" ended $two 5
ok "  and all of it" bash -c 'for i in $(seq 50); do pgrep -u alice -f "sleep 81" >/dev/null || exit 0; sleep 0.1; done; exit 1'
ok "  the other one goes on" pgrep -u alice -f 'sleep 80'
is "  in the same cell" "$(ssh_to alice 'pgrep -f "sleep 8[0]"' | wc -l)" 1
kill $one
ok "  nothing is left" settled
tap_done
