#!/bin/bash
# SPDX-License-Identifier: MIT
# The PAM door with Debian's own sshd, su and stacks: every way in ends in the cell. carol (plain bash) is the control.
WORLD_DOOR=1
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
profile() { mkdir -p /etc/immure/users && printf "$1" >/etc/immure/users/alice.profile; }
host_ns=$(readlink /proc/self/ns/mnt)
mkdir -p /srv/marker
# Who sees /srv/marker is outside.
sftp_ls() { echo 'ls /srv' | sftp -q -F $WORLD/ssh_config "$1@world" 2>&1; }
settled() { for _ in $(seq 100); do [ -z "$(ls /run/immure/cells)" ] && ! pgrep -u alice >/dev/null && return; sleep 0.02; done; return 1; }

# the shell, sealed without a process more
is "a command runs, and nothing else is printed" "$(ssh_to alice 'echo hello' 2>&1)" hello
not_ok "  in a cell" [ "$(ssh_to alice 'readlink /proc/self/ns/mnt')" = "$host_ns" ]
is "  in the host's user namespace" "$(ssh_to alice 'readlink /proc/self/ns/user')" "$(readlink /proc/self/ns/user)"
is "  init, sshd's user side and the shell, no more" "$(ssh_to alice 'ps -eo comm=; exit' | tr "\n" " ")" "immure-init sshd bash ps "
is "  where root is root" "$(ssh_to alice 'stat -c %U / /etc /usr /run /var /dev | sort -u')" root
is "  and everything that root resolves is not the account's to write" "$(ssh_to alice 'find / /etc /usr /bin /sbin /lib /dev /run /var -maxdepth 0 -writable')" ""
is "  no capability, none to be had" "$(ssh_to alice 'grep -E "^Cap(Prm|Eff|Bnd)|NoNew" /proc/self/status' | tr -s '\n\t' ' ')" \
	"CapPrm: 0000000000000000 CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1 "
for n in 0 1 3 125 127 255; do ssh_to alice "exit $n"; is "exit $n comes through" $? $n; done
is "the terminal is the cell's own, by its name" "$(ssh_to alice -tt tty </dev/null | tr -d '\r')" /dev/pts/0
is "  and is the account's, group tty" "$(ssh_to alice -tt 'stat -c "%U %G %a" $(tty)' </dev/null | tr -d '\r')" "alice tty 620"
is "death by a signal" "$(ssh_to alice 'kill -TERM $$; sleep 5'; echo $?)" 255
is "no door for others: carol" "$(ssh_to carol 'readlink /proc/self/ns/mnt')" "$host_ns"
is "  root by su" "$(su root -c 'readlink /proc/self/ns/mnt')" "$host_ns"
is "host's files of root are not in reach" "$(ssh_to alice 'ls /run/immure/host 2>&1; cat /run/immure/profile 2>&1; cat /var/log/wtmp 2>&1; ls /run/systemd/ 2>&1' | grep -c 'Permission denied')" 4
is "a file can be moved and linked to another directory" "$(ssh_to alice 'mkdir d1 d2 && touch d1/x && mv -T d1/x d2/x && ln d2/x d1/y && ls d1 d2 && perl -e "rename(q(d2/x), q(d1/z)) or print \$!"; rm -r d1 d2' | tr '\n' ' ')" "d1: y  d2: x "
ok "syslog of sshd's monitor works after it entered" grep -q 'sshd:session): session closed for user alice' <(log_text)
is "utmp of the host is untouched" "$(stat -c %s /run/utmp)" 0

# what does not run the shell
like "sftp by the shell" "$(sftp_ls alice)" 'sftp> ls /srv'
unlike() { if [[ $2 =~ $3 ]]; then tap_line 1 "$1"; tap_note "got  ${2@Q}"; else tap_line 0 "$1"; fi; }
like "  control: carol sees the host" "$(sftp_ls carol)" marker
unlike "  alice does not" "$(sftp_ls alice)" marker
sed -i 's|^Subsystem.*|Subsystem sftp internal-sftp|' $WORLD/sshd_config && kill -HUP "$(cat $WORLD/sshd.pid)"
for _ in $(seq 50); do like=$(sftp_ls carol); [[ $like == *marker* ]] && break; sleep 0.1; done
like "internal-sftp: carol sees the host" "$like" marker
unlike "  alice does not" "$(sftp_ls alice)" marker
for u in alice carol; do sed 's/^/command="internal-sftp" /' $WORLD/key.pub >/home/$u/.ssh/authorized_keys; done
like "command=\"internal-sftp\" in the account's own keys: carol sees the host" "$(sftp_ls carol)" marker
unlike "  alice does not" "$(sftp_ls alice)" marker
for u in alice carol; do cp $WORLD/key.pub /home/$u/.ssh/authorized_keys; done
for u in alice carol; do
	echo 'exec >$HOME/rc.out 2>&1; ls /srv; unshare -Ur true && echo namespace; grep NoNew /proc/self/status' >/home/$u/.ssh/rc
	ssh_to $u true
done
like "an .ssh/rc: carol's is outside" "$(cat /home/carol/rc.out)" marker
unlike "  alice's is inside" "$(cat /home/alice/rc.out)" marker
unlike "  and makes no user namespace" "$(cat /home/alice/rc.out)" '^namespace|\nnamespace'
like "  sealed" "$(cat /home/alice/rc.out)" 'NoNewPrivs:.1'
rm -f /home/{alice,carol}/.ssh/rc
# a program in place of the shell that sshd runs itself, unsealed by immure: only the pre-seal is there
cat >$WORLD/pre.c <<'C'
#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void run(void) {
	if (getuid() == 0) return;
	unsetenv("LD_PRELOAD");
	int fd = open("/tmp/preloaded", O_WRONLY | O_CREAT, 0600);
	if (fd >= 0) { dup2(fd, 1); dup2(fd, 2); if (!fork()) { execl("/bin/sh", "sh", "-c", "ls /srv; unshare -Ur true && echo namespace; grep -E 'NoNew|CapBnd' /proc/self/status", (char *)0); _exit(1); } }
}
C
gcc -w -include stdlib.h -shared -fPIC -o /home/alice/pre.so $WORLD/pre.c && chown alice /home/alice/pre.so
echo 'LD_PRELOAD DEFAULT=/home/alice/pre.so' >/home/alice/.pam_environment
is "LD_PRELOAD by ~/.pam_environment does nothing to immure" "$(ssh_to alice 'echo $LD_PRELOAD; cat /tmp/preloaded 2>&1 | grep -c namespace')" $'\n0'
rm /home/alice/.pam_environment

# forwards
python3 -c '
import socket, threading
s = socket.create_server(("127.0.0.1", 8099))
while True:
    c, _ = s.accept(); c.sendall(b"host service\n"); c.close()' &
server=$!
forward() { # USER: what the host's service says through ssh -L
	ssh -F $WORLD/ssh_config "$1@world" -N -L 127.0.0.1:8100:127.0.0.1:8099 </dev/null 2>/dev/null & local pid=$! out=
	for _ in $(seq 40); do out=$(timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/8100 && cat <&3' 2>/dev/null); [ -n "$out" ] && break; sleep 0.1; [ "$1" = alice ] && [ "${_}" = 12 ] && break; done
	kill $pid 2>/dev/null; wait $pid 2>/dev/null
	echo "$out"
}
is "ssh -N -L: carol reaches the host's service" "$(forward carol)" "host service"
is "  alice too, with Network=host" "$(forward alice)" "host service"
profile '[Network]\nNetwork=none\n'
is "  and not with Network=none" "$(forward alice)" ""
is "  neither by -W" "$(ssh_to alice -W 127.0.0.1:8099 </dev/null 2>/dev/null)" ""
profile '[Network]\nConnectAllow=tcp:8099\n'
is "  ConnectAllow= holds for forwards: an allowed port" "$(forward alice)" "host service"
profile '[Network]\nConnectAllow=tcp:443\n'
is "    and another one" "$(forward alice)" ""
rm /etc/immure/users/alice.profile
python3 -c '
import socket
s = socket.socket(socket.AF_UNIX); s.bind("/run/host.sock"); s.listen()
while True:
    c, _ = s.accept(); c.sendall(b"host socket\n"); c.close()' &
unix=$!
local_forward() {
	rm -f $WORLD/fwd.sock; ssh -F $WORLD/ssh_config "$1@world" -N -L $WORLD/fwd.sock:/run/host.sock </dev/null 2>/dev/null & local pid=$!
	for _ in $(seq 30); do [ -S $WORLD/fwd.sock ] && break; sleep 0.1; done
	python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX); s.settimeout(2); s.connect(sys.argv[1]); print(s.recv(99).decode().strip())' $WORLD/fwd.sock 2>&1 | tail -1
	kill $pid; wait $pid 2>/dev/null
}
for _ in $(seq 50); do [ -S /run/host.sock ] && break; sleep 0.1; done; chmod 666 /run/host.sock
is "a forward to a socket: carol reaches the host's" "$(local_forward carol)" "host socket"
is "  alice does not" "$(local_forward alice)" ""
kill $server $unix; wait $server $unix 2>/dev/null
eval "$(ssh-agent -s)" >/dev/null && ssh-add -q $WORLD/key
like "agent forwarding works inside" "$(ssh_to alice -A 'ssh-add -l')" ED25519
kill "$SSH_AGENT_PID"

# other services
for how in "su alice -c" "su - alice -c" "runuser -l alice -c"; do
	not_ok "$how ends in a cell" [ "$($how 'readlink /proc/self/ns/mnt' 2>&1)" = "$host_ns" ]
done
cp /etc/pam.d/cron /etc/pam.d/cron.bak 2>/dev/null
cat >/etc/pam.d/other-service <<'END'
auth sufficient pam_permit.so
account sufficient pam_permit.so
@include common-session-noninteractive
END
cat >$WORLD/open.py <<'END'
# opens a PAM session of a service for a user and runs a command as that user
import ctypes, os, pwd, sys
pam = ctypes.CDLL("libpam.so.0")
class Conv(ctypes.Structure):
    _fields_ = [("conv", ctypes.c_void_p), ("data", ctypes.c_void_p)]
class Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("msg", ctypes.c_char_p)]
CB = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.POINTER(Message)), ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p)
libc = ctypes.CDLL(None); libc.calloc.restype = ctypes.c_void_p
def conv(n, msgs, resp, data):
    for i in range(n): print(msgs[i].contents.msg.decode(), flush=True)
    resp[0] = libc.calloc(n, 16); return 0
keep = CB(conv); c = Conv(ctypes.cast(keep, ctypes.c_void_p), None); h = ctypes.c_void_p()
service, user, command = sys.argv[1:4]
if len(sys.argv) > 4:
    import threading, time
    threading.Thread(target=time.sleep, args=(3,), daemon=True).start()
assert pam.pam_start(service.encode(), user.encode(), ctypes.byref(c), ctypes.byref(h)) == 0
r = pam.pam_open_session(h, 0); print("open", r, flush=True)
if r == 0:
    p = pwd.getpwnam(user); pid = os.fork()
    if pid == 0:
        os.initgroups(user, p.pw_gid); os.setgid(p.pw_gid); os.setuid(p.pw_uid); os.execv("/bin/sh", ["sh", "-c", command])
    os.waitpid(pid, 0); print("close", pam.pam_close_session(h, 0), flush=True)
END
job() { python3 $WORLD/open.py "$@" 2>&1 | grep -v '^$'; }
cp /etc/pam.d/other-service /etc/pam.d/cron; cp /etc/pam.d/other-service /etc/pam.d/systemd-user; cp /etc/pam.d/other-service /etc/pam.d/sudo
like "cron is refused by default" "$(job cron alice 'echo ran')" 'Services: cron may not open a session of alice'
unlike "  and nothing ran" "$(job cron alice 'echo ran')" '(^|[^a-z])ran'
like "  with PAM_PERM_DENIED" "$(job cron alice 'echo ran')" 'open 6'
profile '[Session]\nServices=cron atd systemd-user\n'
like "cron runs inside when it is listed" "$(job cron alice 'ls /srv; echo ran')" 'ran'
unlike "  in the cell" "$(job cron alice 'ls /srv; echo ran')" marker
like "  pre-sealed" "$(job cron alice 'unshare -Ur true; grep NoNew /proc/self/status')" 'not permitted.*NoNewPrivs:.1'
like "sshd is refused when only others are listed" "$(ssh_to alice id 2>&1; echo $?)" 'Services: sshd may not.*254$'
like "systemd-user is refused even then" "$(job systemd-user alice 'echo ran')" 'open 6'
rm /etc/immure/users/alice.profile
like "a service with two threads is refused" "$(job su alice 'echo ran' threads)" 'more than one thread.*open 4'
like "  but not for others" "$(job su carol 'echo ran' threads)" 'open 0'
profile '[Session]\nSehll=x\n'
like "a broken profile is PAM_SYSTEM_ERR, never PAM_SESSION_ERR" "$(job sudo alice 'echo ran')" 'Sehll: unknown directive.*open 4'
is "  over ssh nothing runs" "$(ssh_to alice 'echo ran' 2>/dev/null | grep -c ran; ssh_to carol 'echo ran')" $'0\nran'
like "  and the reason is told" "$(ssh_to alice 'echo ran' 2>&1)" 'immure: session refused: .*Sehll'
rm /etc/immure/users/alice.profile

# accounts by other names
groupadd -f immured; useradd -M -d /home/dave -s /bin/bash dave && mkdir -m 700 /home/dave && chown dave: /home/dave && usermod -aG immured dave
unlike "a member of group immured is in a cell, whatever the shell" "$(su dave -c 'ls /srv')" marker
useradd -M -o -u "$(id -u alice)" -g alice -d /home/alice -s /bin/bash alias
unlike "a second name of the uid is the same account" "$(su alias -c 'ls /srv')" marker
groupadd -f web; groupadd -f docker; usermod -aG web,docker alice
is "groups that are as good as root are dropped" "$(ssh_to alice 'id -Gn')" "alice web"
is "  by su too, which has set them before" "$(su alice -c 'id -Gn')" "alice web"
profile '[Session]\nSupplementaryGroups=docker\n'
is "  SupplementaryGroups= says which stay" "$(ssh_to alice 'id -Gn')" "alice docker"
rm /etc/immure/users/alice.profile
ok "nothing is left in the end" settled
tap_done
