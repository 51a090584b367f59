#!/bin/bash
# SPDX-License-Identifier: MIT
# The core: packages, stacks, the doors that every host has, logind, cron, limits, how cells end. `make check` runs this one too.
. ./guest.sh
for f in common-session common-session-noninteractive; do
	is "the module is last in $f" "$(grep -v '^#' /etc/pam.d/$f | tail -1 | tr -s ' \t' ' ')" "session requisite pam_immure.so "
done
conf() { sshd -T -C "user=$1,host=x,addr=1.2.3.4" | grep -E '^(permituserrc|x11forwarding|permittunnel)' | sort | tr '\n' ' '; }
inert=$(conf carol)
is "the drop-in is inert while group immured is empty" "$(conf alice)" "$inert"
usermod -aG immured alice
is "  and holds for its members" "$(conf alice)" "permittunnel no permituserrc no x11forwarding no "
is "  only" "$(conf carol)" "$inert"
gpasswd -d alice immured >/dev/null

ok "ssh: in the cell" inside "$(ssh_to alice "$where")"
ok "  control: carol is not" outside "$(ssh_to carol "$where")"
is "  quiet" "$(ssh_to alice true 2>&1)" ""
is "  the terminal" "$(ssh_to alice -tt tty | tr -d '\r')" /dev/pts/0
ssh_to alice 'exit 9'
is "  the status" $? 9
sftp_ls() { echo 'ls /srv' | sftp -q "${quiet[@]}" "$1@localhost" 2>&1; }
like "sftp: carol sees the host" "$(sftp_ls carol)" marker
unlike "  alice does not" "$(sftp_ls alice)" marker
is "user namespaces are not needed" "$(sysctl -qw user.max_user_namespaces=0; ssh_to alice 'echo in'; sysctl -qw user.max_user_namespaces=10000)" in
for how in "su alice -c" "su - alice -c" "sudo -u alice sh -c" "runuser -l alice -c"; do
	ok "$how: in the cell" inside "$($how "$where" 2>/dev/null)"
done
ok "sudo -i: in the cell" inside "$(sudo -i -u alice readlink /proc/self/ns/mnt)"
profile '[Session]\nSehll=x\n'
is "sudo after a failed raise runs nothing" "$(sudo -u alice sh -c 'echo ran' 2>/dev/null)" ""
is "  nor su" "$(su alice -c 'echo ran' 2>/dev/null)" ""
ok "  and journald has the reason" wait_for 10 logged 'session refused for alice: .*Sehll'
no_profile

open_as alice 'sleep 60'
ok "logind knows the session" wait_for 20 sh -c 'loginctl list-sessions --no-legend | grep -w alice'
ok "  list too" wait_for 10 sh -c 'immurectl list | grep -w alice'
is "no user manager" "$(systemctl is-active "user@$uid.service")" inactive
is "  and nothing has failed" "$(systemctl is-system-running)" "$state_before"
is "the host's utmp does not name it" "$([ ! -e /run/utmp ] || strings=$(tr -d '\0' </run/utmp); echo "${strings-}" | grep -c alice)" 0
leave
cleared "the session ends"
ok "  for logind as well" wait_for 20 sh -c '! loginctl list-sessions --no-legend | grep -w alice'
ok "  no scope is left" wait_for 20 sh -c "! systemctl list-units --type=scope --no-legend | grep -E 'immure|session' | grep -w alice"
ok "sshd's monitor logs the end" wait_for 10 logged 'sshd:session): session closed for user alice'

# cron, at once: a job of the start, as if it were one
cron_again() { rm -f /home/*/cron.out /run/crond.reboot; systemctl restart cron; }
for u in alice carol; do echo "@reboot (ls /srv; $where) >/home/$u/cron.new 2>&1; mv /home/$u/cron.new /home/$u/cron.out" | crontab -u $u -; done
cron_again
ok "cron: carol's job runs" wait_for 30 test -s /home/carol/cron.out
like "  outside" "$(cat /home/carol/cron.out)" marker
ok "  alice's is refused, with the reason in the log" wait_for 20 logged 'Services: cron may not open a session of alice'
not_ok "  and does not run" test -e /home/alice/cron.out
profile '[Session]\nServices=sshd cron\n'
cron_again
ok "  runs when it is listed" wait_for 30 test -s /home/alice/cron.out
ok "    in the cell" inside "$(tail -1 /home/alice/cron.out)"
cleared "    which ends with it"
unlike "    which has no host's files" "$(cat /home/alice/cron.out)" marker
crontab -r -u alice; crontab -r -u carol
no_profile

# limits, over ssh and over su from another account's session, which has its own slice
profile '[Limits]\nTasksMax=30\nMemoryMax=64M\nCPUQuota=50%%\n'
hit() { [ "$(cat "$slice/pids.current")" = 30 ]; }
open_as alice 'for i in $(seq 60); do sleep 60 & done; wait'
ok "a fork bomb over ssh ends at TasksMax=" wait_for 30 hit
ok "  below it" [ "$(pgrep -c -u alice -x sleep)" -lt 30 ]
is "  the account's slice has the limits" "$(systemctl show "user-$uid.slice" -p TasksMax -p MemoryMax -p CPUQuotaPerSecUSec | sort | tr '\n' ' ')" \
	"CPUQuotaPerSecUSec=500ms MemoryMax=67108864 TasksMax=30 "
leave
cleared "  and all of it ends"
ok "  with its slice" wait_for 20 test ! -e "$slice"
open_as root "su alice -c 'for i in \$(seq 60); do sleep 60 & done; wait'"
ok "a fork bomb through root's su ends there too" wait_for 30 hit
ok "  in a scope of its own" sh -c "systemctl list-units --type=scope --no-legend --plain | grep '^immure-$uid-'"
pkill -u alice
wait "$client" 2>/dev/null
cleared "  which ends"
ok "  and is not left" wait_for 20 sh -c "! systemctl list-units --all --type=scope --no-legend --plain | grep '^immure-'"
is "a memory bomb is killed at MemoryMax=" "$(ssh_to alice 'perl -e "\$x = \"a\" x (300 << 20); print length \$x"' 2>/dev/null)" ""
ok "  by the slice's limit" logged "oom_memcg=/user.slice/user-$uid.slice"
no_profile
is "a profile without limits" "$(ssh_to alice 'echo in')" in
is "  takes them back" "$(systemctl show "user-$uid.slice" -p MemoryMax; ls /run/systemd/system.control 2>/dev/null)" "MemoryMax=infinity"
cleared "nothing is left of all that"

for what in client monitor init keeper; do
	open_as alice 'sleep 60'
	wait_for 20 pgrep -u alice -x sleep
	init=$(sed -n 's/^init=//p' /run/immure/cells/*.1)
	case $what in
	client) kill -9 $client ;;
	monitor) kill -9 "$(pgrep -o -f '^sshd(-session)?: alice \[priv\]')" ;;
	init) kill -9 "$init" ;;
	keeper) kill -9 "$(pgrep immure-keeper)" ;;
	esac
	if [ $what = keeper ]; then
		ok "kill -9 of the keeper ends the cell" wait_for 20 sh -c '! pgrep -u alice'
		is "  and the next login finds a clean registry" "$(ssh_to alice 'echo in')" in
	fi
	leave
	cleared "kill -9 of the $what leaves nothing"
done
open_as alice 'sleep 60'
wait_for 20 pgrep -u alice -x sleep
systemctl restart ssh
ok "a restart of ssh.service leaves the cell alone" pgrep -u alice -x sleep
is "  and a new login joins it" "$(ssh_to alice 'pgrep -c -x sleep')" 1
leave
cleared "  until it ends"

like "removal is refused while an account has the shell" "$(dpkg -r libpam-immure immure 2>&1)" 'libpam-immure: confines: alice'
ok "  and a login still ends in a cell" inside "$(ssh_to alice "$where")"
is "nothing has failed" "$(systemctl is-system-running)" "$state_before"
tap_done
