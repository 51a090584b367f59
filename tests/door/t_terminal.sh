#!/bin/bash
# SPDX-License-Identifier: MIT
# The terminal that a login brings along from outside has a name in the cell: su, and immurectl enter.
WORLD_DOOR=1
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
cat >$WORLD/on_pty.py <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
out = b""
while True:
    try:
        d = os.read(fd, 4096)
    except OSError:
        break
    if not d:
        break
    out += d
os.waitpid(pid, 0)
sys.stdout.write(out.decode().replace("\r", ""))
END
on_pty() { python3 $WORLD/on_pty.py "$@"; }
is "control: a terminal of the host" "$(on_pty tty)" /dev/pts/0
is "su -: it has a name inside" "$(on_pty su - alice -c tty)" /dev/host-pts0
is "  which is the same device" "$(on_pty su - alice -c 'stat -c "%t:%T" $(tty)')" "$(on_pty stat -c '%t:%T' /dev/pts/0)"
is "  of the same owner and mode: nothing was changed for it" "$(on_pty su - alice -c 'stat -c "%U %a" $(tty)')" "$(on_pty stat -c '%U %a' /dev/pts/0)"
is "  and it works" "$(on_pty bash -c 'stty rows 33 cols 44; su - alice -c "stty size"')" "33 44"
is "without one there is none" "$(su - alice -c 'tty; ls /dev | grep -c host' </dev/null)" "not a tty
0"
ssh -F $WORLD/ssh_config -n alice@world 'sleep 60' & client=$!
for _ in $(seq 50); do pgrep -u alice sleep >/dev/null && break; sleep 0.1; done
is "in a cell that was there before" "$(on_pty su - alice -c tty)" /dev/host-pts0
is "two at once" "$(on_pty script -qc "su - alice -c 'tty; ls -d /dev/host-* | cat'" /dev/null)" "/dev/host-pts1
/dev/host-pts0
/dev/host-pts1"
is "a terminal of the same number that came later takes the place" "$(on_pty script -qc "su - alice -c 'tty; stat -c %h /dev/host-pts1'" /dev/null)" "/dev/host-pts1
1"
is "  and none piles up on another" "$(ssh_to alice 'grep -c host-pts1 /proc/self/mountinfo')" 1
is "immurectl enter" "$(on_pty immurectl enter alice tty)" /dev/host-pts0
is "  --root too" "$(on_pty immurectl enter --root alice /usr/bin/tty)" /dev/host-pts0
is "/dev stays root's, and read-only" "$(ssh_to alice 'stat -c "%U %a" /dev; touch /dev/x 2>&1')" "root 755
touch: cannot touch '/dev/x': Read-only file system"
like "  for root as well" "$(immurectl enter --root alice /usr/bin/touch /dev/x 2>&1)" 'Read-only'
kill $client

cat >/home/alice/all.py <<'END'
import os, resource, time
resource.setrlimit(resource.RLIMIT_NOFILE, (20000, 20000))
n, fds = 0, []
try:
    while True:
        fds.append(os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY))
except OSError:
    open("all", "w").write(str(len(fds)))
    time.sleep(20)
END
ssh -F $WORLD/ssh_config -n alice@world 'python3 all.py' & client=$!
for _ in $(seq 100); do [ -s /home/alice/all ] && break; sleep 0.1; done
is "an account that takes all terminals that it can get" "$(cat /home/alice/all)" 512
like "  leaves some for others" "$(ssh_to bob -tt tty </dev/null)" '^/dev/pts/0'
kill $client
tap_done
