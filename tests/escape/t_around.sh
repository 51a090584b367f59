#!/bin/bash
# SPDX-License-Identifier: MIT
# Ways around single walls: another protocol for a port, another call for a connection, a helper outside. carol, who has plain
# bash, is the control of each; what the wall must leave open is tried beside it.
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
mkdir -p /etc/immure/users
profile() { printf '%s\n' '[Profile]' Base=default "$@" >/etc/immure/users/alice.profile; }
as_alice() { setpriv --reuid alice --regid alice --clear-groups "$@"; }
cat >/usr/local/bin/around <<'END'
#!/usr/bin/python3
import ctypes, mmap, os, socket, struct, sys, time
c = ctypes.CDLL(None, use_errno=True)
MPTCP, FASTOPEN = 262, 0x20000000

def peer(protocol, flag=None, message=False):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
    to = ("127.0.0.1", 22)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 10, 0))
    if flag is None:
        s.connect(to)
    elif message:
        s.sendmsg([b"x\n"], [], flag, to)
    else:
        s.sendto(b"x\n", flag, to)
    return s.recv(4)

def listen(protocol):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
    s.bind(("127.0.0.1", 7777))
    s.listen(1)

def writable_code(implied):
    if implied and c.personality(ctypes.c_ulong(0x0400000)) < 0:
        raise OSError(ctypes.get_errno(), "personality")
    c.mmap.restype = ctypes.c_void_p
    a = c.mmap(None, 4096, mmap.PROT_READ | mmap.PROT_WRITE | (0 if implied else mmap.PROT_EXEC), 0x22, -1, 0)
    if a == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), "mmap")
    with open("/proc/self/maps") as f:
        line = [l for l in f if int(l.split("-")[0], 16) <= a < int(l.split("-")[1].split()[0], 16)][0]
    return line.split()[1]

def receive(path):
    if os.path.exists(path):
        os.unlink(path)
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    os.chmod(path, 0o777)
    s.listen(1)
    s.settimeout(20)
    root = socket.recv_fds(s.accept()[0], 1, 1)[1][0]
    def tried(f):
        try:
            f()
            return "ok"
        except OSError as e:
            return os.strerror(e.errno)
    def run():
        pid = os.fork()
        if pid == 0:
            try:
                os.fchdir(root)
                os.execv("usr/bin/true", ["true"])
            except OSError as e:
                os._exit(e.errno)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code:
            raise OSError(code, "exec")
    return ", ".join(tried(f) for f in (
        lambda: os.open("etc/passwd", os.O_RDONLY, dir_fd=root),
        lambda: os.open("etc", os.O_RDONLY | os.O_DIRECTORY, dir_fd=root),
        lambda: os.open("var/tmp/around", os.O_WRONLY | os.O_CREAT, dir_fd=root),
        lambda: os.mkdir("var/tmp/around.d", dir_fd=root),
        run))

def send(path):
    s = socket.socket(socket.AF_UNIX)
    for i in range(400):
        try:
            s.connect(path)
            break
        except OSError:
            time.sleep(0.05)
    socket.send_fds(s, [b"x"], [os.open("/", os.O_RDONLY | os.O_DIRECTORY)])
    s.recv(1)

try:
    print({"tcp": lambda: peer(0), "mptcp": lambda: peer(MPTCP), "sendto": lambda: peer(0, FASTOPEN),
        "sendmsg": lambda: peer(0, FASTOPEN, True), "listen": lambda: listen(0), "listen-mptcp": lambda: listen(MPTCP),
        "rwx": lambda: writable_code(False), "implied": lambda: writable_code(True),
        "receive": lambda: receive("/home/alice/socket"), "receive-plain": lambda: receive("/home/carol/socket"),
        "send": lambda: send("/home/alice/socket"), "send-plain": lambda: send("/home/carol/socket")}[sys.argv[1]]())
except OSError as e:
    print(os.strerror(e.errno))
END
chmod 755 /usr/local/bin/around

# ports: Landlock knows TCP alone, and looks at connect(2) and bind(2) alone
profile '[Network]' ConnectAllow=tcp:22 ListenAllow=tcp:7777
for way in tcp mptcp sendto sendmsg; do
	is "outside, $way reaches the port" "$(ssh_to carol around $way)" "b'SSH-'"
done
is "a port that is allowed can be reached" "$(ssh_to alice around tcp)" "b'SSH-'"
is "a port that is allowed can be listened on" "$(ssh_to alice around listen)" None
profile '[Network]' ConnectAllow=tcp:9 ListenAllow=tcp:9
is "another cannot be reached" "$(ssh_to alice around tcp)" "Permission denied"
not_ok "  nor by MPTCP" grep -q SSH- <<<"$(ssh_to alice around mptcp)"
not_ok "  nor by sending with MSG_FASTOPEN" grep -q SSH- <<<"$(ssh_to alice around sendto)"
not_ok "  nor by a message with MSG_FASTOPEN" grep -q SSH- <<<"$(ssh_to alice around sendmsg)"
is "another cannot be listened on" "$(ssh_to alice around listen)" "Permission denied"
is "outside, MPTCP can listen" "$(ssh_to carol around listen-mptcp)" None
not_ok "  in the cell it cannot" grep -q None <<<"$(ssh_to alice around listen-mptcp)"

# memory that is writable and executable
rm /etc/immure/users/alice.profile
is "without MemoryDenyWriteExecute= such memory can be had" "$(ssh_to alice around rwx)" rwxp
is "  and by the personality that implies it" "$(ssh_to alice around implied)" rwxp
profile '[Seal]' MemoryDenyWriteExecute=yes
is "with it not" "$(ssh_to alice around rwx)" "Operation not permitted"
not_ok "  nor by the personality that implies it" grep -q rwx <<<"$(ssh_to alice around implied)"
rm /etc/immure/users/alice.profile

# a setuid program left in the home is the account, outside of the cell, for whoever can run it
chmod 711 /home/alice
ssh_to alice 'cp /usr/bin/id ~/plain; chmod 755 ~/plain'
is "a program of the home can be run by others" "$(ssh_to carol /home/alice/plain -un)" carol
left() { # COMMAND: what carol is when she runs what alice's COMMAND left
	ssh_to alice "cp -f ~/plain ~/suid; $1" >/dev/null 2>&1
	ssh_to carol '/home/alice/suid -un' 2>/dev/null
}
is "  but not as the account, with chmod" "$(left 'chmod 4755 ~/suid')" carol
is "  nor with fchmod" "$(left 'python3 -c "import os; os.fchmod(os.open(os.environ[\"HOME\"] + \"/suid\", 0), 0o4755)"')" carol
is "  nor with the call of old" "$(left 'python3 -c "import ctypes, os; ctypes.CDLL(None).syscall(90, os.fsencode(os.environ[\"HOME\"] + \"/suid\"), 0o4755)"')" carol
is "  nor with the newest one" "$(left 'python3 -c "import ctypes, os; ctypes.CDLL(None).syscall(452, -100, os.fsencode(os.environ[\"HOME\"] + \"/suid\"), 0o4755, 0)"')" carol
is "  nor by install" "$(left 'rm -f ~/suid; install -m 4755 ~/plain ~/suid || cp --remove-destination ~/plain ~/suid')" carol
is "other modes are the account's to choose" "$(ssh_to alice 'mkdir -p ~/d; chmod 3751 ~/d; chmod 640 ~/suid; stat -c %a ~/d ~/suid' | tr '\n' ' ')" "3751 640 "

# a helper outside passes a descriptor of the host's root through the home
chmod 755 /home/carol /home/alice; chmod 1777 /var/tmp
ssh_to carol around send-plain >/dev/null &
sender=$!
is "outside, a descriptor of the root opens, makes and runs" "$(ssh_to carol around receive-plain)" "ok, ok, ok, ok, ok"
wait $sender
rm -rf /var/tmp/around*
ssh_to carol around send >/dev/null &
sender=$!
is "in the cell it opens, makes and runs nothing" "$(ssh_to alice around receive)" \
	"Permission denied, Permission denied, Permission denied, Permission denied, Permission denied"
wait $sender
is "  and nothing was made" "$(find /var/tmp -maxdepth 1 -name 'around*')" ""

# what a caller ignores does not change what it is told
is "the status passes when the caller ignores SIGCHLD" "$(as_alice env --ignore-signal=CHLD "$TEST_SHELL" -c 'exit 3'; echo $?)" 3
is "  as with plain bash" "$(as_alice env --ignore-signal=CHLD bash -c 'exit 3'; echo $?)" 3
tap_done
