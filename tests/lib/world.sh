# SPDX-License-Identifier: MIT
# A throwaway world for tests, to be sourced first by a bash script that runs as root:
#   own mount, network, process and host-name namespaces; overlays over /etc /home /root /run /tmp /usr /var; an own /dev;
#   immure installed as `make install` does; accounts alice and bob (immure), carol (bash, the control); sshd on 127.0.0.1:22.
# It is gone with the script, however that ends: the kernel ends a process namespace with its first process.
#   ssh_to USER [SSH-OPTION…] COMMAND   a fresh connection;  WORLD is a folder for the test;  log_text  what syslog got
# IMMURE_TEST_SHELL=/bin/bash makes all accounts plain: what a test says of behaviour must then hold as well.
set -u
O=${O:-build}
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
case $O in /*) ;; *) O=$TOP/$O ;; esac
if [ -z "${IMMURE_WORLD-}" ]; then
	[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 0; }
	IMMURE_WORLD=1 O=$O exec env --default-signal unshare --mount --propagation private --net --uts --ipc --pid --fork --kill-child --mount-proc \
		"$BASH" "$0" "$@"
fi
TEST_SHELL=${IMMURE_TEST_SHELL:-/usr/bin/immure}
WORLD=/mnt/world

world_mounts() {
	local d
	mount -t tmpfs -o mode=0755 tmpfs /mnt || return
	mkdir -p $WORLD/upper $WORLD/ovl
	for d in etc home opt root run srv tmp usr var; do
		mkdir -p "$WORLD/upper/$d" "$WORLD/ovl/$d"
		chmod --reference="/$d" "$WORLD/upper/$d" # the upper directory's mode is the merged one's
		mount -t overlay overlay -o "lowerdir=/$d,upperdir=$WORLD/upper/$d,workdir=$WORLD/ovl/$d" "/$d" || return
	done
	mount -t tmpfs -o mode=0755,nosuid tmpfs $WORLD/ovl || return
	mkdir $WORLD/ovl/dev && cd $WORLD/ovl/dev || return
	mknod -m 666 null c 1 3 && mknod -m 666 zero c 1 5 && mknod -m 666 full c 1 7 && mknod -m 666 random c 1 8 &&
		mknod -m 666 urandom c 1 9 && mknod -m 666 tty c 5 0 && mkdir pts shm && ln -s pts/ptmx ptmx &&
		ln -s /proc/self/fd fd && ln -s fd/0 stdin && ln -s fd/1 stdout && ln -s fd/2 stderr || return
	cd / && mount --bind $WORLD/ovl/dev /dev && mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts /dev/pts &&
		mount -t tmpfs -o mode=1777 tmpfs /dev/shm
}

world_accounts() {
	local u
	rm -rf /etc/immure
	make -s -C "$TOP" O="$O" DESTDIR= prefix=/usr sysconfdir=/etc install >/dev/null || return
	ssh-keygen -q -t ed25519 -N '' -f $WORLD/key && ssh-keygen -q -t ed25519 -N '' -f $WORLD/host_key || return
	for u in alice bob carol; do
		userdel "$u" 2>/dev/null
		useradd --create-home --home-dir "/home/$u" --shell "$([ $u = carol ] && echo /bin/bash || echo "$TEST_SHELL")" "$u" || return
		usermod -p '*' "$u" && chmod 0700 "/home/$u" && install -d -m 0700 -o "$u" -g "$u" "/home/$u/.ssh" || return
		install -m 0600 -o "$u" -g "$u" $WORLD/key.pub "/home/$u/.ssh/authorized_keys" || return
	done
}

# WORLD_DOOR=1: the PAM door, last in the stacks that all services of Debian include, as the package puts it there
world_door() {
	[ -n "${WORLD_DOOR-}" ] || return 0
	local f
	for f in common-session common-session-noninteractive; do
		sed -i '/pam_immure/d' /etc/pam.d/$f && echo "session requisite pam_immure.so" >>/etc/pam.d/$f || return
	done
	: >/run/utmp && mkdir -p /var/log && : >/var/log/wtmp && : >/var/log/lastlog
}

world_log() { # a syslog that only writes down
	command -v python3 >/dev/null || return 0
	cat >$WORLD/log.py <<'END'
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/dev/log")
os.chmod("/dev/log", 0o666)
out = open(sys.argv[1], "ab", buffering=0)
while True:
    out.write(s.recv(65536).rstrip(b"\0\n") + b"\n")
END
	python3 $WORLD/log.py $WORLD/log &
	local i
	for i in $(seq 50); do [ -S /dev/log ] && return; sleep 0.05; done
	return 1
}
log_text() { cat $WORLD/log 2>/dev/null; }

world_sshd() {
	mkdir -p /run/sshd && ip link set lo up || return
	cat >$WORLD/sshd_config <<END
ListenAddress 127.0.0.1:22
HostKey $WORLD/host_key
PidFile $WORLD/sshd.pid
UsePAM $([ -n "${WORLD_DOOR-}" ] && echo yes || echo no)
StrictModes no
PasswordAuthentication no
Subsystem sftp /usr/lib/openssh/sftp-server
AcceptEnv LANG LC_* COLORTERM
MaxStartups 200
MaxSessions 300
PrintMotd no
PrintLastLog no
UseDNS no
LogLevel INFO
END
	printf '127.0.0.1 %s\n' "$(cut -d' ' -f1,2 $WORLD/host_key.pub)" >$WORLD/known_hosts
	cat >$WORLD/ssh_config <<END
Host *
IdentityFile $WORLD/key
IdentitiesOnly yes
UserKnownHostsFile $WORLD/known_hosts
StrictHostKeyChecking yes
BatchMode yes
HostName 127.0.0.1
LogLevel ERROR
END
	/usr/sbin/sshd -f $WORLD/sshd_config -E $WORLD/sshd.log || return
	local i
	for i in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/22) 2>/dev/null && return; sleep 0.05; done
	return 1
}
ssh_to() { local user=$1; shift; ssh -F $WORLD/ssh_config "$user@world" "$@"; }

world_up() {
	hostname world && world_mounts && world_accounts && world_door && world_log && world_sshd && return
	echo "Bail out! the throwaway world could not be made" >&2
	exit 1
}
world_up
