#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2010,SC2046,SC2088 # names without white space; a tilde that is meant
# No user namespace is asked for by any route through the door, so that user.max_user_namespaces=0 cannot matter: the setting itself is
# one of the whole machine, and only the guest's tests set it. Seen in the system calls of all processes of a login.
. "$(dirname "$0")/../lib/door.sh"
command -v strace >/dev/null || { echo "1..0 # SKIP needs strace"; exit 0; }
profile '[Session]\nServices=sshd su su-l sudo cron\n'
asked() { # COMMAND…: how often it, or what it starts, asked for a user namespace; and for other ones
	strace -f -qq -o $WORLD/trace -e trace=clone,clone3,unshare,setns "$@" >$WORLD/out 2>&1 </dev/null
	echo "$(grep -c CLONE_NEWUSER $WORLD/trace) of $(grep -cE 'CLONE_NEWNS' $WORLD/trace)"
}
is "su" "$(asked su alice -c 'echo in')" "0 of 2"
is "  (it was in)" "$(cat $WORLD/out)" in
is "su -s" "$(asked su -s /bin/sh alice -c 'echo in')" "0 of 2"
is "  control: the shell without PAM asks for one" "$(asked setpriv --reuid bob --regid bob --clear-groups env HOME=/home/bob /usr/bin/immure -c 'echo in' | grep -c "^[1-9]")" 1
sed "s/127.0.0.1:22/127.0.0.1:23/; s|sshd.pid|traced.pid|; s|^Subsystem .*|Subsystem sftp internal-sftp|" $WORLD/sshd_config.plain >$WORLD/sshd_traced
strace -f -qq -o $WORLD/trace.sshd -e trace=clone,clone3,unshare,setns,seccomp /usr/sbin/sshd -D -f $WORLD/sshd_traced -E $WORLD/traced.log & tracer=$!
for _ in $(seq 200); do (exec 3<>/dev/tcp/127.0.0.1/23) 2>/dev/null && break; sleep 0.02; done
sed "s/known_hosts/known_traced/" $WORLD/ssh_config >$WORLD/ssh_traced; echo 'Port 23' >>$WORLD/ssh_traced
printf '[127.0.0.1]:23 %s\n' "$(cut -d' ' -f1,2 $WORLD/host_key.pub)" >$WORLD/known_traced
is "ssh, traced" "$(ssh -F $WORLD/ssh_traced -n alice@world 'echo in')" in
is "  with a terminal" "$(ssh -F $WORLD/ssh_traced -tt alice@world tty </dev/null | tr -d '\r')" /dev/pts/0
unlike "  internal-sftp" "$(echo 'ls /srv' | sftp -q -F $WORLD/ssh_traced alice@world 2>&1)" 'marker$'
kill "$(cat $WORLD/traced.pid)"; wait $tracer 2>/dev/null
is "  asks for none" "$(grep -c CLONE_NEWUSER $WORLD/trace.sshd)" 0
ok "  and for the others" grep -q 'clone3.*CLONE_NEWNS' $WORLD/trace.sshd
ok "nothing is left" settled
tap_done
