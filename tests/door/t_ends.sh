#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2010,SC2046,SC2088 # names without white space; a tilde that is meant
# kill -9 of the monitor, init, the keeper, the client or sshd's listener at any moment of a login: nothing of it stays.
. "$(dirname "$0")/../lib/door.sh"
namespaces() { local n; for n in mnt pid ipc uts net; do readlink /proc/[0-9]*/ns/$n; done 2>/dev/null | sort -u | wc -l; }
mounts() { wc -l </proc/self/mountinfo; }
left() { echo "$(namespaces) namespaces, $(mounts) mounts, records: $(ls /run/immure/cells)"; }
ssh_to alice true; ssh_to carol true
ok "(all end)" settled
want=$(left)
# kills whatever matches, N times: at the moment N * 2 ms after a login began
cat >$WORLD/kill.py <<'END'
import os, random, re, signal, subprocess, sys, time
what, times, config = sys.argv[1], int(sys.argv[2]), sys.argv[3]
random.seed(what)
null = open(os.devnull, "r+")
def processes():
    for p in os.listdir("/proc"):
        if p.isdigit():
            try:
                yield int(p), open("/proc/%s/comm" % p).read().strip(), open("/proc/%s/cmdline" % p).read().replace("\0", " ").strip()
            except OSError:
                pass
wanted = {
    "monitor": lambda comm, cmd: comm == "sshd" and cmd.startswith("sshd: alice [priv]"),
    "user": lambda comm, cmd: comm == "sshd" and cmd.startswith("sshd: alice") and "[priv]" not in cmd,
    "init": lambda comm, cmd: comm == "immure-init",
    "keeper": lambda comm, cmd: comm == "immure-keeper",
    "shell": lambda comm, cmd: cmd.startswith(("-bash", "bash -c", "/bin/bash -c")) and "sleep 3" in cmd,
}
killed = 0
for i in range(times):
    p = subprocess.Popen(["ssh", "-F", config, "alice@world", "sleep 30 & sleep 31"], stdin=null, stdout=null, stderr=null)
    if what == "client":
        time.sleep(0.02 + i * 0.012)
        p.kill(); killed += 1
    else:
        end, delay = time.time() + 2, random.random() * 0.08
        victim = None
        while time.time() < end and victim is None and p.poll() is None:
            victim = next((pid for pid, comm, cmd in processes() if wanted[what](comm, cmd)), None)
        if victim:
            time.sleep(delay if i % 2 else 0)
            try: os.kill(victim, signal.SIGKILL); killed += 1
            except OSError: pass
        time.sleep(0.05)
        p.kill()
    p.wait()
print(killed)
END
for what in client monitor user init keeper shell; do
	killed=$(timeout 60 python3 $WORLD/kill.py $what 9 $WORLD/ssh_config)
	ok "kill -9 of $what during 9 logins ($killed hit)" [ "${killed:-0}" -ge 4 ]
	immurectl list >/dev/null # finds what a dead keeper left stale
	ok "  leaves no process and no record" settled
	is "  no namespace and no mount" "$(left)" "$want"
	is "  and alice can log in" "$(ssh_to alice 'echo in')" in
	settled >/dev/null
done

# the listener
ssh -F $WORLD/ssh_config -n alice@world 'touch ~/held; sleep 20; :' & client=$!
within test -e /home/alice/held
kill -9 "$(cat $WORLD/sshd.pid)"
sleep 0.3
ok "kill -9 of the listener leaves the session and its cell alone" pgrep -u alice sleep
is "  which is still in the list" "$(immurectl list | grep -c alice)" 1
/usr/sbin/sshd -f $WORLD/sshd_config -E $WORLD/sshd.log
for _ in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/22) 2>/dev/null && break; sleep 0.02; done
is "  a login by the new one joins it" "$(ssh_to alice 'pgrep -c sleep')" 1
kill $client; wait $client 2>/dev/null
ok "  and ends as ever" settled
is "  with nothing left" "$(left)" "$want"

# at the same time
for i in $(seq 12); do ssh -F $WORLD/ssh_config -n alice@world 'sleep 5 & sleep 5' >/dev/null 2>&1 & done
sleep 0.35; for pid in $(pgrep -f '^sshd: alice \[priv\]' | shuf -n 6 --random-source=/usr/bin/env); do kill -9 "$pid" 2>/dev/null; done
mapfile -t jobs < <(jobs -p | tail -12)
sleep 0.5; kill "${jobs[@]}" 2>/dev/null; wait "${jobs[@]}" 2>/dev/null
ok "half of twelve monitors killed at once: nothing is left of any" settled
is "  no namespace and no mount" "$(left)" "$want"
tap_done
