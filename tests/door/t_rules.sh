#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2010,SC2046,SC2088 # names without white space; a tilde that is meant
# The rules that the door's design was taught by trying: each has a control that shows what happens without it.
. "$(dirname "$0")/../lib/door.sh"
clients=()
hold() { rm -f /home/"$1"/held; ssh -F $WORLD/ssh_config -n "$1@world" 'touch ~/held; exec sleep 50' & clients+=($!); within test -e /home/"$1"/held; }
let_go() { kill "${clients[@]}" 2>/dev/null; wait "${clients[@]}" 2>/dev/null; clients=(); }

# ptrace of the next channel's first stage, by a tracer in the same cell
cat >$WORLD/tracer.c <<'C'
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
/* seizes each new process of the cell whose first name is argv[1]; tells how many it tried, and how many it had */
int main(int argc, char **argv) {
	char path[64], name[32], seen[70000] = "";
	int tried = 0, had = 0, last = 0;
	for (;;) {
		DIR *d = opendir("/proc"); struct dirent *e;
		while ((e = readdir(d))) {
			int pid = atoi(e->d_name), fd;
			if (pid < 2 || pid >= 65536 || pid == getpid()) continue;
			snprintf(path, sizeof path, "/proc/%d/comm", pid);
			if ((fd = open(path, O_RDONLY)) < 0) continue;
			ssize_t n = read(fd, name, sizeof name - 1); close(fd);
			if (n < 1) continue;
			name[n - 1] = 0;
			if (strcmp(name, argv[1])) { continue; }
			if (seen[pid] > 60) continue;
			seen[pid]++;
			tried++;
			if (ptrace(PTRACE_SEIZE, pid, 0, 0) == 0) {
				/* its next stop shows what it was: a try that waited for the execve of the shell finds the shell */
				int st;
				ptrace(PTRACE_INTERRUPT, pid, 0, 0);
				if (waitpid(pid, &st, __WALL) == pid && WIFSTOPPED(st)) {
					if ((fd = open(path, O_RDONLY)) >= 0) {
						n = read(fd, name, sizeof name - 1); close(fd);
						if (n > 0 && (name[n - 1] = 0, !strcmp(name, argv[1]))) had++;
					}
					ptrace(PTRACE_DETACH, pid, 0, 0);
				}
			}
		}
		closedir(d);
		if (access(argv[2], F_OK) == 0) { printf("%d %d\n", tried, had); return 0; }
	}
}
C
gcc -w -O2 -o /home/alice/tracer $WORLD/tracer.c && chown alice /home/alice/tracer
trace() { # NAME COMMAND: what a tracer in the cell gets of the processes NAME, while channels with COMMAND come and go
	local i
	rm -f /home/alice/stop /home/alice/traced
	ssh -F $WORLD/ssh_config -o ControlMaster=yes -o ControlPath=$WORLD/mux -N -f alice@world
	ssh -F $WORLD/ssh_config -o ControlPath=$WORLD/mux -n alice@world "timeout 20 ./tracer $1 /home/alice/stop >traced" & local t=$!
	sleep 0.3
	for i in $(seq 25); do ssh -F $WORLD/ssh_config -o ControlPath=$WORLD/mux -n alice@world "$2" >/dev/null 2>&1; done
	touch /home/alice/stop
	wait $t
	ssh -F $WORLD/ssh_config -o ControlPath=$WORLD/mux -O exit alice@world 2>/dev/null
	cat /home/alice/traced
}
is "immure's program cannot be read by the account" "$(ssh_to alice 'cat /usr/bin/immure >/dev/null 2>&1 || echo no')" no
for landlock in prefer no; do # a Landlock domain for each channel is a second wall
	profile "[Seal]\nLandlock=$landlock\n"
	read -r tried had <<<"$(trace immure true)"
	is "ptrace of the next channel's first stage, Landlock=$landlock: none of the tries" "$had" 0
	ok "  (there were $tried)" [ "${tried:-0}" -gt 0 ]
done
read -r tried had <<<"$(trace sleep 'exec sleep 0.05')"
ok "  control: of the account's own programs ($had of $tried)" [ "${had:-0}" -gt 0 ]
is "  init neither" "$(ssh_to alice 'strace -p 1 2>&1; ls -l /proc/1/exe /proc/1/root /proc/1/fd 2>&1' | grep -cE 'not permitted|Permission denied')" 4
chmod 0755 /usr/bin/immure
read -r tried had <<<"$(trace immure true)"
ok "  control: without the mode 0711 PR_SET_DUMPABLE alone comes too late ($had of $tried)" [ "${had:-0}" -gt 0 ]
chmod 0711 /usr/bin/immure
profile
ok "  (all end)" settled

# rename of a protected path's parent
profile '[Files]\nReadOnlyPaths=%%h/.ssh/authorized_keys\n'
not_ok "mv ~/.ssh with ReadOnlyPaths=~/.ssh/authorized_keys" ssh_to alice 'mv ~/.ssh ~/away'
not_ok "  nor is the file written" ssh_to alice 'echo x >>~/.ssh/authorized_keys'
not_ok "  or replaced" ssh_to alice 'touch ~/k && mv ~/k ~/.ssh/authorized_keys'
not_ok "  or a link laid in its place" ssh_to alice 'rm -rf ~/.ssh; ln -sT /tmp ~/.ssh'
is "  and is as it was" "$(cat /home/alice/.ssh/authorized_keys)" "$(cat $WORLD/key.pub)"
ok "  a neighbour can be written" ssh_to alice 'touch ~/.ssh/config && rm ~/.ssh/config'
profile '[Files]\nReadOnlyPaths=%%h/.config\n'; install -d -o alice /home/alice/.config /home/alice/.ssh
ok "  control: without the rule it moves" ssh_to alice 'mv ~/.ssh ~/away && mv ~/away ~/.ssh'
profile

# mounts that come to the host later
hold alice
for d in /usr/late /home/alice/late /opt/late; do mkdir -p $d; mount -t tmpfs -o mode=777 late $d && touch $d/arrived; done
is "a mount made on the host later arrives nowhere in the cell" "$(ssh_to alice 'ls /usr/late /home/alice/late /opt/late 2>/dev/null | grep arrived; grep -c late /proc/self/mountinfo')" 0
is "  control: in a namespace that is a slave it does" "$(unshare -m --propagation slave sh -c "mount --make-shared / 2>/dev/null; ls /usr/late")" arrived
for d in /usr/late /home/alice/late /opt/late; do umount $d; done
let_go; ok "  (all end)" settled

# a home whose file server does not answer
cat >$WORLD/hang.py <<'END'
import ctypes, os, sys, time
os.mkdir("/home/dead") if not os.path.isdir("/home/dead") else None
fd = os.open(sys.argv[1], os.O_RDWR)
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"dead", b"/home/dead", b"fuse", 0, b"fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other" % fd): sys.exit("no fuse: %s" % os.strerror(ctypes.get_errno()))
print("mounted", flush=True)
time.sleep(100)
END
mknod -m 600 /dev/fuse c 10 229
python3 $WORLD/hang.py /dev/fuse >$WORLD/hang.out 2>&1 & fuse=$!
if within grep -q mounted $WORLD/hang.out; then
	useradd -M -d /home/dead -s /usr/bin/immure dead
	echo '[Session]
RaiseTimeoutSec=700ms' >/etc/immure/users/dead.profile
	printf 'AuthorizedKeysFile %s\n' $WORLD/keys >/dev/null; cp $WORLD/key.pub /etc/ssh/dead_keys; chmod 644 /etc/ssh/dead_keys
	sshd_line 'AuthorizedKeysFile .ssh/authorized_keys' 'Match User dead' 'AuthorizedKeysFile /etc/ssh/dead_keys' 'Match all'
	ssh -F $WORLD/ssh_config -n dead@world 'echo in' >$WORLD/dead.out 2>&1 & dead=$!
	is "while a home hangs others log in" "$(ssh_to alice 'echo in'; ssh_to carol 'echo in')" $'in\nin'
	within kill -0 $dead; for _ in $(seq 150); do kill -0 $dead 2>/dev/null || break; sleep 0.05; done
	like "a session whose home hangs is refused after RaiseTimeoutSec=, with the reason" "$(cat $WORLD/dead.out)" 'session refused: .*(700 ms|RaiseTimeoutSec)'
	kill $dead 2>/dev/null; wait $dead 2>/dev/null
	like "  by su too" "$(timeout 20 su dead -s /bin/sh -c 'echo in' 2>&1)" 'session refused: .*(700 ms|RaiseTimeoutSec)'
	is "  no record is left" "$(immurectl list | grep -c dead)" 0
	kill $fuse; wait $fuse 2>/dev/null # closes the connection: what hung ends
	ok "  and no process, once the server is gone" within sh -c '! pgrep -u dead && ! pgrep -x immure-init'
	umount -l /home/dead
	sshd_line
else
	kill $fuse 2>/dev/null; wait $fuse 2>/dev/null
	skip "a home that hangs" "$(cat $WORLD/hang.out)"
fi

# the host's books
before=$(stat -c %s /var/log/wtmp); : >/run/utmp
for u in alice carol; do ssh_to $u -tt true </dev/null >/dev/null; done
is "utmp: carol's login is there, alice's terminal is not" "$(who -a /run/utmp | grep -c pts; python3 -c "print(open('/run/utmp','rb').read().count(b'alice'))")" $'1\n0'
ok "  wtmp is written for both" grep -qa alice /var/log/wtmp
ok "    (carol)" grep -qa carol /var/log/wtmp
like "  lastlog too" "$(lastlog -u alice | tail -1)" 'alice +pts/'
echo before >/run/utmp; ssh_to alice -tt true </dev/null >/dev/null; is "  utmp is untouched" "$(cat /run/utmp)" before
: >/run/utmp

# the kernel's settings, also for root in the cell
hold alice
is "core_pattern is not root's to write in the cell" "$(immurectl enter --root alice /bin/sh -c 'echo x >/proc/sys/kernel/core_pattern' >/dev/null 2>&1; [ $? = 0 ] && echo written; cat /proc/sys/kernel/core_pattern)" "$(cat /proc/sys/kernel/core_pattern)"
is "  nor alice's" "$(ssh_to alice 'echo x >/proc/sys/kernel/core_pattern' 2>/dev/null && echo written)" ""
is "  nor sysrq, uevent_helper and modprobe" "$(immurectl enter --root alice /bin/sh -c 'for f in /proc/sysrq-trigger /proc/sys/kernel/modprobe /sys/kernel/uevent_helper /proc/sys/kernel/poweroff_cmd; do (echo >$f) 2>/dev/null && echo $f; done')" ""
let_go
cat >/usr/bin/core-limit <<'END'
import resource as r
seen = [r.getrlimit(r.RLIMIT_CORE)]
for want in (0, 0), (0, 1), (-1, -1), (5, 5):
    for set in lambda: r.setrlimit(r.RLIMIT_CORE, want), lambda: r.prlimit(0, r.RLIMIT_CORE, want):
        try: set()
        except (OSError, ValueError): pass
    seen.append(r.getrlimit(r.RLIMIT_CORE))
print(*seen)
END
is "the core limit stays 1: neither lowered nor raised" "$(ssh_to alice 'python3 /usr/bin/core-limit')" "(1, 1) (1, 1) (1, 1) (1, 1) (1, 1)"
like "  control: carol's goes to 0" "$(ssh_to carol 'python3 /usr/bin/core-limit')" '\(0, 0\)'
# keystrokes into root's terminal
cat >$WORLD/inject.c <<'C'
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
int main(void) {
	const char *c = "#injected\n"; char linux_[2] = {3, 0};
	long sti = 0; for (; *c && sti == 0; c++) sti = ioctl(0, TIOCSTI, c);
	printf("sti %s high %s", sti == 0 ? "done" : strerrorname_np(errno), ioctl(0, TIOCSTI | 1UL << 32, "#") == 0 ? "done" : strerrorname_np(errno));
	printf(" linux %s\n", ioctl(0, TIOCLINUX, linux_) == 0 ? "done" : strerrorname_np(errno));
}
C
gcc -w -D_GNU_SOURCE -o /usr/bin/inject $WORLD/inject.c
cat >$WORLD/root.py <<'END'
import sys; sys.path.insert(0, sys.argv[1])
from terminal import Pty
p = Pty(["bash", "--norc", "-i"])
p.send("PS1=; su - %s\n" % sys.argv[2])
p.send("/usr/bin/inject; exit\n")
m = p.expect(r"(sti \S+ high \S+ linux \S+)", 10)
print(m.group(1) if m else "none: " + p.text)
p.end()
END
like "TIOCSTI after su -: carol's reaches root's terminal or the kernel refuses it" "$(python3 $WORLD/root.py "$TOP/tests/lib" carol)" 'sti (done|EIO) high'
is "  alice's is refused, in every disguise" "$(python3 $WORLD/root.py "$TOP/tests/lib" alice)" "sti EPERM high EPERM linux EPERM"

# descriptors that a service leaks
cat >$WORLD/leak.c <<'C'
#include <fcntl.h>
#include <unistd.h>
int main(int argc, char **argv) { dup2(open("/srv", O_RDONLY), 9); dup2(open("/", O_PATH), 8); chdir("/srv"); execvp(argv[1], argv + 1); }
C
gcc -w -D_GNU_SOURCE -o $WORLD/leak $WORLD/leak.c
leaked='cd /proc/self/fd/9 2>/dev/null && ls; ls /proc/self/fd/8/srv 2>/dev/null; ls .'
is "a leaked descriptor: carol is on the host by it" "$($WORLD/leak su carol -c "$leaked" | sort -u | grep -x marker)" marker
is "  alice has none" "$($WORLD/leak su alice -c "$leaked" 2>/dev/null | grep -cx marker)" 0
is "    also past the shell's seal: the directory that a service stands in" "$($WORLD/leak su alice -s /bin/sh -c 'ls .' 2>/dev/null | grep -cx marker)" 0
is "    and its descriptors" "$($WORLD/leak su alice -s /bin/sh -c 'ls /proc/self/fd/9/ /proc/self/fd/8/srv' 2>/dev/null | grep -cx marker)" 0

# what root looks up in the cell is root's
for where in /etc /etc/pam.d /usr /lib /run /var/log /dev /bin; do
	profile "[Files]\nBindPaths=/home/alice:$where\n"
	not_ok "a tree of the account's at $where is refused" ssh_to alice true
done
profile '[Files]\nBindPaths=/home/alice:/mnt/own\n'
ok "  at /mnt/own it is not" ssh_to alice 'test -w /mnt/own'
profile
cp /etc/nsswitch.conf $WORLD/nsswitch
for names in 'files sss systemd' 'files none-such' 'compat'; do
	sed -i "s/^\(passwd\|group\|initgroups\):.*/\1: $names/" /etc/nsswitch.conf
	is "nsswitch.conf with $names on the host: files in the cell" "$(ssh_to alice 'grep -hE "^(passwd|group)" /etc/nsswitch.conf' | tr -s ' \t\n' ' ')" "passwd: files group: files "
done
cp $WORLD/nsswitch /etc/nsswitch.conf
ok "nothing is left" settled
tap_done
