#!/bin/bash
# SPDX-License-Identifier: MIT
# A session ends with its main process or its connection, and then nothing of it is left.
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
uid=$(id -u alice)
processes() { ps -o pid= -u alice | wc -l; }
namespaces() { for ns in mnt pid user; do readlink /proc/[0-9]*/ns/$ns; done 2>/dev/null | sort -u | wc -l; }
mounts() { cat /proc/self/mountinfo | wc -l; }
# gone SECONDS: nothing of alice runs any more
gone() { local i; for i in $(seq $(($1 * 20))); do [ "$(processes)" = 0 ] && return; sleep 0.05; done; ps -u alice; return 1; }
ssh_to alice true
gone 10
ns=$(namespaces) mnt=$(mounts)

is "one init, one shell, and what it runs" "$(ssh_to alice 'ps -eo comm= >/tmp/p; sort /tmp/p | tr "\n" " "')" "bash immure-init ps "
ok "after a session no process is left" gone 15
is "  nor a namespace" "$(namespaces)" "$ns"
is "  nor a mount on the host" "$(mounts)" "$mnt"

ssh_to alice 'sleep 1000 & disown; nohup sleep 1001 >/dev/null 2>&1 & setsid sleep 1002 & sleep 0.2; echo main ends' >$WORLD/out 2>&1
is "the session ends when its main process ends" "$(cat $WORLD/out)" "main ends"
ok "  and its background jobs with it" gone 15
is "  no namespace is left" "$(namespaces)" "$ns"

drop() { # NAME COMMAND: start a session, kill its client with -9
	local pid i
	ssh_to alice "echo started; $2" >$WORLD/out 2>&1 </dev/null &
	pid=$!
	for i in $(seq 200); do grep -q started $WORLD/out && break; sleep 0.05; done
	kill -9 "$(pgrep -P $pid ssh || echo $pid)"
	wait $pid 2>/dev/null
	ok "client killed: $1: nothing is left" gone 15
	is "  no namespace is left" "$(namespaces)" "$ns"
}
drop "a sleeping command" 'sleep 1000'
drop "a command that ignores SIGHUP" 'trap "" HUP; sleep 1000'
drop "with children in sessions of their own" 'setsid sleep 1000 & setsid setsid sleep 1001 & sleep 1002'
drop "stopped" 'kill -STOP $$'

# whoever dies, the rest goes: immure itself, init, the shell
start() { : >$WORLD/out; ssh_to alice 'echo started; sleep 1000; :' >$WORLD/out 2>&1 </dev/null & client=$!; local i; for i in $(seq 200); do grep -q started $WORLD/out && break; sleep 0.05; done; }
start; kill -9 "$(pgrep -u alice -x immure)"; wait $client
ok "immure killed: nothing is left" gone 15
start; kill -9 "$(pgrep -u alice -x immure-init)"; wait $client; rc=$?
ok "init killed: nothing is left" gone 15
ok "  and the client hears of it ($rc)" [ $rc != 0 ]
start; kill -9 "$(pgrep -u alice -x bash)"; wait $client
ok "the shell killed: nothing is left" gone 15
is "  no namespace is left" "$(namespaces)" "$ns"

# killed at any point of its raising and ending: whatever the moment, nothing stays
cat >$WORLD/kill.py <<'END'
import os, signal, sys, time
for i in range(150):
    pid = os.fork()
    if pid == 0:
        os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[1]))
        null = os.open("/dev/null", os.O_RDWR)
        for fd in 0, 1, 2:
            os.dup2(null, fd)
        os.execv(sys.argv[3], ["immure", "-c", "sleep 0.003; sleep 100 & sleep 0.003"])
    time.sleep(i * 0.0001)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
END
python3 $WORLD/kill.py "$uid" "$(id -g alice)" "$TEST_SHELL"
ok "killed at 150 moments: no process is left" gone 15
is "  no namespace is left" "$(namespaces)" "$ns"
is "  no mount is left" "$(mounts)" "$mnt"

# with a cell for each
mkdir -p /etc/immure/users && printf '[Session]\nScope=session\n' >/etc/immure/users/alice.profile
for i in $(seq 50); do ssh_to alice "echo $i; sleep 8 & sleep 4; ps -e | grep -c sleep" >$WORLD/many.$i 2>&1 </dev/null & done
mapfile -t clients < <(jobs -p | tail -50)
wait "${clients[@]}" 2>/dev/null
good=0
for i in $(seq 50); do [ "$(cat $WORLD/many.$i)" = "$i
1" ] && good=$((good + 1)); done
is "50 sessions at once, and none sees another" $good 50
ok "  after them nothing is left" gone 20
is "  no namespace is left" "$(namespaces)" "$ns"
is "  no mount is left" "$(mounts)" "$mnt"
tap_done
