#!/bin/bash
# SPDX-License-Identifier: MIT
# What a directive asks for is what a session over ssh gets: allowed inside, denied, and the neighbour.
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
mkdir -p /etc/immure/users
profile() { printf "$1" >/etc/immure/users/alice.profile; chmod 644 /etc/immure/users/alice.profile; }
inside() { ssh_to alice "$1" </dev/null 2>&1; }
own() { chown -R alice: "$@"; }

# files
mkdir -p /home/alice/.ssh /home/alice/d/e /home/alice/secret /srv/www /srv/data && echo s >/home/alice/secret/s && echo f >/home/alice/d/e/f && echo w >/srv/www/w && own /home/alice /srv/data
profile '[Files]\nReadOnlyPaths=%%h/.ssh/authorized_keys %%h/d\nReadWritePaths=%%h/d/e\nInaccessiblePaths=%%h/secret %%h/.bash_logout /usr/bin/who\nBindPaths=/srv/data:/data\nBindReadOnlyPaths=/srv/www -/srv/none\nTemporaryFileSystem=/scratch:size=1M,mode=0700 /home/alice/.ssh/tmp\n'
mkdir /home/alice/.ssh/tmp; own /home/alice
like "ReadOnlyPaths: cannot be written" "$(inside 'echo x >>.ssh/authorized_keys')" "Read-only file system"
like "  nor removed" "$(inside 'rm -f .ssh/authorized_keys')" "busy|Read-only"
like "  nor replaced by a rename" "$(inside 'echo x >.ssh/x; mv -f .ssh/x .ssh/authorized_keys')" "busy|Read-only|cannot move"
like "  nor moved away with its directory" "$(inside 'mv .ssh .ssh2')" "busy"
like "  nor its directory's directory" "$(inside 'mv ~ /home/x')" "busy|Read-only|denied"
is "  but can be read" "$(inside 'grep -c . .ssh/authorized_keys')" 1
is "  and the neighbour written" "$(inside 'echo ok >.ssh/other && cat .ssh/other')" ok
like "  a tree" "$(inside 'touch d/new')" "Read-only"
is "ReadWritePaths: in a read-only tree" "$(inside 'echo ok >d/e/new && cat d/e/new')" ok
like "InaccessiblePaths: a directory" "$(inside 'ls secret')" "Permission denied"
like "  what is in it" "$(inside 'cat secret/s')" "Permission denied"
like "  its mode cannot be changed" "$(inside 'chmod 755 secret')" "Read-only"
like "  it cannot be moved" "$(inside 'mv secret s2')" "busy"
like "  a file" "$(inside 'cat .bash_logout')" "Permission denied"
like "  a program" "$(inside '/usr/bin/who')" "Permission denied"
is "  the neighbour" "$(inside '/usr/bin/id -un')" alice
is "BindPaths: shown and writable" "$(inside 'echo d >/data/x; cat /data/x')" d
is "  on the host's disk" "$(cat /srv/data/x)" d
is "BindReadOnlyPaths: shown" "$(inside 'cat /srv/www/w')" w
like "  and not writable" "$(inside 'echo x >/srv/www/w')" "Read-only|denied"
like "  what was not bound is not there" "$(inside 'ls /srv')" '^www$'
is "TemporaryFileSystem: there, of its size and mode" "$(inside 'stat -c %a /scratch; df --output=size /scratch | tail -1 | tr -d " "' | tr '\n' ' ')" "700 1024 "
is "  in the home" "$(inside 'echo x >.ssh/tmp/x && cat .ssh/tmp/x')" x
not_ok "  and gone on the host" test -e /home/alice/.ssh/tmp/x
is "  nosuid and nodev" "$(inside 'grep -E " (/scratch|/data|/srv/www) " /proc/self/mounts | grep -c nosuid,nodev')" 3
profile '[Files]\nTmpSize=2M\n'
is "TmpSize" "$(inside 'head -c 3000000 /dev/zero >/tmp/x 2>/dev/null; stat -c %s /tmp/x')" 2097152
is "  /dev/shm too" "$(inside 'head -c 3000000 /dev/zero >/dev/shm/x 2>/dev/null; stat -c %s /dev/shm/x')" 2097152
is "/tmp is the session's own" "$(inside 'ls /tmp | wc -l')" 0
profile '[Files]\nEtcPaths=/etc/fstab -/etc/none\nProcSubset=pid\n'
echo '# t' >/etc/fstab
is "EtcPaths" "$(inside 'cat /etc/fstab')" '# t'
like "ProcSubset=pid" "$(inside 'ls /proc/cpuinfo')" "No such file"
profile ''
like "  without it" "$(inside 'ls /proc/cpuinfo')" "^/proc/cpuinfo"
like "  nor EtcPaths" "$(inside 'cat /etc/fstab')" "No such file"

# the name server's file, however it is spelt
mkdir -p /run/resolver && echo 'nameserver 192.0.2.1' >/run/resolver/stub.conf && rm -f /etc/resolv.conf && ln -s ../run/resolver/stub.conf /etc/resolv.conf
is "resolv.conf that is a link into /run" "$(inside 'cat /etc/resolv.conf')" 'nameserver 192.0.2.1'
like "  and nothing else of /run" "$(inside 'ls /run/resolver')" "No such file"
rm /etc/resolv.conf
like "no resolv.conf" "$(inside 'cat /etc/resolv.conf')" "No such file"

# network
python3 -m http.server -b 127.0.0.1 8080 >/dev/null 2>&1 &
python3 -m http.server -b 127.0.0.1 8081 >/dev/null 2>&1 &
for i in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/8081 4<>/dev/tcp/127.0.0.1/8080) 2>/dev/null && break; sleep 0.05; done
connect='try() { (exec 3<>/dev/tcp/127.0.0.1/$1) 2>/dev/null && echo yes || echo no; }; try 8080; try 8081'
is "Network=host reaches the host" "$(inside "$connect" | tr '\n' ' ')" "yes yes "
profile '[Network]\nNetwork=none\n'
is "Network=none does not" "$(inside "$connect" | tr '\n' ' ')" "no no "
is "  it has lo and nothing else" "$(inside 'sed -n "s/^ *\([a-z0-9]*\):.*/\1/p" /proc/net/dev')" lo
is "  which works" "$(inside 'python3 -c "
import socket
s=socket.create_server((\"127.0.0.1\",0)); c=socket.create_connection(s.getsockname()); print(\"ok\")"')" ok
profile '[Network]\nConnectAllow=tcp:8080\n'
is "ConnectAllow" "$(inside "$connect" | tr '\n' ' ')" "yes no "
profile '[Network]\nConnectAllow=tcp:none\nListenAllow=tcp:9000\n'
is "ConnectAllow=tcp:none" "$(inside "$connect" | tr '\n' ' ')" "no no "
is "ListenAllow" "$(inside 'python3 -c "
import socket
for p in 9000, 9001:
    try: socket.create_server((\"127.0.0.1\", p)); print(\"yes\")
    except PermissionError: print(\"no\")"' | tr '\n' ' ')" "yes no "
profile '[Network]\nRestrictAddressFamilies=unix\n'
like "RestrictAddressFamilies" "$(inside 'python3 -c "import socket; socket.socket(socket.AF_UNIX); socket.socket()"')" "Address family not supported"

# process
profile '[Session]\nUMask=0077\nHostname=inner\nWorkingDirectory=/tmp\nEnvironment=GREETING="hello" "TWO=a b" EDITOR=%%u-%%U\nPassEnvironment=COLOR*\nShell=/bin/dash\n[Limits]\nLimitNOFILE=64:128\nLimitFSIZE=1M\nNice=7\n'
is "UMask" "$(inside 'umask')" 0077
is "Hostname" "$(inside 'uname -n; cat /etc/hostname' | tr '\n' ' ')" "inner inner "
is "  the host's is as before" "$(uname -n)" world
is "WorkingDirectory" "$(inside 'pwd')" /tmp
is "Environment" "$(inside 'echo "$GREETING $TWO $EDITOR"')" "hello a b alice-$(id -u alice)"
is "PassEnvironment" "$(COLORTERM=truecolor ssh_to alice -o SendEnv=COLORTERM 'echo $COLORTERM')" truecolor
is "Shell" "$(inside 'echo $0 $SHELL; readlink /proc/$$/exe' | tr '\n' ' ')" "dash /bin/dash /usr/bin/dash "
is "LimitNOFILE" "$(inside 'ulimit -Sn; ulimit -Hn' | tr '\n' ' ')" "64 128 "
is "LimitFSIZE" "$(inside 'exec 2>/dev/null; head -c 2000000 /dev/zero >f; stat -c %s f' | tail -1)" 1048576
is "Nice" "$(inside 'nice')" 7
profile '[Session]\nKeyringMode=inherit\n'
is "KeyringMode=inherit lets keys in" "$(inside 'python3 -c "
import ctypes
print(ctypes.CDLL(None, use_errno=True).syscall(250, 0, -3, 0) > 0)"')" True
profile '[Seal]\nSystemCallFilter=@default ~uname\nSystemCallErrorNumber=ENOSYS\nMemoryDenyWriteExecute=yes\n'
like "SystemCallFilter" "$(inside 'uname')" "cannot get system name|Function not implemented"
like "MemoryDenyWriteExecute" "$(inside 'python3 -c "import mmap; mmap.mmap(-1, 4096, prot=7)"')" "PermissionError"
profile '[Seal]\nRestrictNamespaces=no\n'
is "RestrictNamespaces=no" "$(inside 'unshare -Ur id -u')" 0
profile '[Seal]\nLandlock=no\n'
is "Landlock=no" "$(inside 'echo fine')" fine
rm /etc/immure/users/alice.profile

# selection
mkdir -p /etc/immure/groups; groupadd -f team; usermod -aG team alice
printf '[Session]\nEnvironment=WHO=group\n' >/etc/immure/groups/team.profile
is "a group's profile" "$(inside 'echo $WHO')" group
printf '[Session]\nEnvironment=WHO=user\n' >/etc/immure/users/alice.profile
is "the account's own goes before" "$(inside 'echo $WHO')" user
mkdir /etc/immure/users/alice.profile.d; printf '[Session]\nEnvironment=WHO=dropin\n' >/etc/immure/users/alice.profile.d/1.conf
is "a drop-in comes last" "$(inside 'echo $WHO')" dropin
rm -r /etc/immure/users/alice.profile* /etc/immure/groups/team.profile
groupadd -f immured; usermod -aG immured carol
like "group immured confines, when immure is asked" "$(setpriv --reuid carol --regid carol --init-groups /usr/bin/immure -c 'readlink /proc/self/ns/pid; echo $0')" "bash$"
gpasswd -qd carol immured >/dev/null 2>&1
cp /usr/bin/immure /usr/local/bin/other-immure; usermod -s /usr/local/bin/../bin/immure carol 2>/dev/null; ln -sf /usr/bin/immure /usr/local/bin/immure; usermod -s /usr/local/bin/immure carol
is "another name of the same file confines" "$(setpriv --reuid carol --regid carol --init-groups /usr/bin/immure -c 'echo $0')" bash
usermod -s /bin/bash carol

# the ssh agent
eval "$(ssh-agent -s)" >/dev/null; ssh-add -q $WORLD/key
like "a forwarded agent works inside" "$(ssh -A -F $WORLD/ssh_config alice@world 'ssh-add -l' 2>&1)" "ED25519"
like "  at sshd's own name" "$(ssh -A -F $WORLD/ssh_config alice@world 'echo $SSH_AUTH_SOCK' 2>&1)" "^/tmp/ssh-[A-Za-z0-9]+/agent\.[0-9]+$"
is "  any other socket is dropped" "$(setpriv --reuid alice --regid alice --init-groups env SSH_AUTH_SOCK=/run/user/bus /usr/bin/immure -c 'echo ${SSH_AUTH_SOCK-none}')" none
kill "$SSH_AGENT_PID"
tap_done
