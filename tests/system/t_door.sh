#!/bin/bash
# SPDX-License-Identifier: MIT
# The packages on a stock Debian: stacks, sshd, logind, cron, at, su, sudo.
. ./guest.sh
where='readlink /proc/self/ns/mnt'
is "the module is last in common-session" "$(grep -v '^#' /etc/pam.d/common-session | tail -1 | tr -s ' \t' ' ')" "session requisite pam_immure.so "
is "  and in -noninteractive" "$(grep -v '^#' /etc/pam.d/common-session-noninteractive | tail -1 | tr -s ' \t' ' ')" "session requisite pam_immure.so "
is "the drop-in is inert while group immured is empty" "$(sshd -T -C user=alice,host=x,addr=1.2.3.4 | grep permituserrc)" "permituserrc yes"
usermod -aG immured alice
is "  and holds for its members" "$(sshd -T -C user=alice,host=x,addr=1.2.3.4 | grep permituserrc)" "permituserrc no"
is "  only" "$(sshd -T -C user=carol,host=x,addr=1.2.3.4 | grep permituserrc)" "permituserrc yes"
gpasswd -d alice immured >/dev/null
not_ok "ssh: in the cell" outside "$(ssh_to alice "$where")"
ok "  control: carol is not" outside "$(ssh_to carol "$where")"
is "  quiet" "$(ssh_to alice true 2>&1)" ""
is "  the terminal" "$(ssh_to alice -tt tty | tr -d '\r')" /dev/pts/0
ssh_to alice 'exit 9'
is "  the status" $? 9
is "sysctls against user namespaces change nothing" "$(sysctl -qw user.max_user_namespaces=0; ssh_to alice 'echo in'; sysctl -qw user.max_user_namespaces=10000)" in
for how in "su alice -c" "su - alice -c" "sudo -u alice sh -c" "sudo -i -u alice" "runuser -l alice -c"; do
	not_ok "$how: in the cell" outside "$($how "$where" 2>/dev/null)"
done
profile '[Session]\nSehll=x\n'
is "sudo after a failed raise runs nothing" "$(sudo -u alice sh -c 'echo ran' 2>/dev/null)" ""
is "  nor su" "$(su alice -c 'echo ran' 2>/dev/null)" ""
rm /etc/immure/users/alice.profile

# systemd
open_as alice 'sleep 15'
ok "logind knows the session" wait_for 8 sh -c 'loginctl list-sessions --no-legend | grep -w alice'
ok "  list too" wait_for 5 sh -c 'immurectl list | grep -w alice'
is "no user manager" "$(systemctl is-active "user@$uid.service")" inactive
is "  and nothing has failed" "$(systemctl is-system-running)" "$state_before"
is "the host's utmp does not name it" "$(who | grep -c alice)" 0
leave
ok "the session ends" wait_for 10 nothing_left
ok "  for logind as well" wait_for 10 sh -c '! loginctl list-sessions --no-legend | grep -w alice'
ok "sshd's monitor logs the end" sh -c 'journalctl -b -o cat | grep -q "sshd:session): session closed for user alice"'
ok "lastlog or its successor has been written" sh -c 'lastlog -u alice 2>/dev/null | grep -q 20.. || lastlog2 -u alice 2>/dev/null | grep -q 20.. || [ ! -e /var/log/lastlog ]'
like "systemctl --user has no bus" "$(ssh_to alice 'systemctl --user status; systemd-run --user id' 2>&1)" 'Failed to connect'
not_ok "the account cannot make itself linger" ssh_to alice 'loginctl enable-linger'
touch /var/lib/systemd/linger/alice; systemctl restart systemd-logind; sleep 2
is "lingering starts nothing" "$(systemctl is-active "user@$uid.service")" inactive
is "  and nothing has failed" "$(systemctl is-system-running)" "$state_before"
rm /var/lib/systemd/linger/alice

# cron and at; alice's at job is from the time before she had the shell
usermod -s /bin/bash alice
for u in alice carol; do
	su "$u" -c "echo 'ls /srv >~/at.out 2>&1' | at now + 2 minutes" 2>/dev/null
done
usermod -s /usr/bin/immure alice
for u in alice carol; do
	echo "* * * * * ls /srv >/home/$u/cron.out 2>&1; $where >>/home/$u/cron.out" | crontab -u $u -
done
wait_for 75 grep -q marker /home/carol/cron.out
like "cron: carol's job ran outside" "$(cat /home/carol/cron.out)" marker
not_ok "  alice's was refused" test -e /home/alice/cron.out
ok "  with the reason in the log" sh -c 'journalctl -b -o cat | grep -q "Services: cron may not open a session of alice"'
profile '[Session]\nServices=sshd cron\n'
wait_for 75 test -s /home/alice/cron.out
ok "  and runs when it is listed" test -s /home/alice/cron.out
not_ok "    inside" grep -q marker /home/alice/cron.out
not_ok "    in the cell" outside "$(tail -1 /home/alice/cron.out)"
rm /etc/immure/users/alice.profile; crontab -r -u alice
like "at: carol's job ran outside" "$(wait_for 150 test -s /home/carol/at.out; cat /home/carol/at.out)" marker
wait_for 30 sh -c 'journalctl -b -o cat | grep -q "Services: atd may not"'
not_ok "  alice's was refused" test -e /home/alice/at.out
ok "  with the reason in the log" sh -c 'journalctl -b -o cat | grep -q "Services: atd may not open a session of alice"'

# limits
profile '[Limits]\nTasksMax=40\nMemoryMax=64M\nCPUQuota=50%%\n'
ssh_to alice 'for i in $(seq 60); do sleep 5 & done; jobs -p | wc -l >~/jobs' >/dev/null 2>&1
ok "a fork bomb ends at TasksMax=" [ "$(cat /home/alice/jobs 2>/dev/null || echo 0)" -lt 40 ]
is "the account's slice has the limits" "$(systemctl show "user-$uid.slice" -p TasksMax -p MemoryMax -p CPUQuotaPerSecUSec | sort | tr '\n' ' ')" \
	"CPUQuotaPerSecUSec=500ms MemoryMax=67108864 TasksMax=40 "
wait_for 10 nothing_left
is "a memory bomb is killed at MemoryMax=" "$(ssh_to alice 'perl -e "\$x = \"a\" x (300 << 20); print length \$x"' 2>/dev/null)" ""
rm /etc/immure/users/alice.profile; systemctl revert "user-$uid.slice" 2>/dev/null
wait_for 10 nothing_left

# the end
for what in client monitor init; do
	open_as alice 'sleep 50'
	wait_for 10 sh -c 'ls /run/immure/cells/*.1'
	init=$(sed -n 's/^init=//p' /run/immure/cells/*.1)
	case $what in client) kill -9 $client ;; monitor) kill -9 "$(ps -o ppid= -p "$init")" ;; init) kill -9 "$init" ;; esac
	ok "kill -9 of the $what leaves nothing" wait_for 10 nothing_left
	leave
done
open_as alice 'sleep 20'
wait_for 10 pgrep -u alice sleep
systemctl restart ssh
ok "a restart of ssh.service leaves the cell alone" pgrep -u alice sleep
is "  and a new login joins it" "$(ssh_to alice 'pgrep -c sleep')" 1
leave

# the package
like "removal is refused while an account has the shell" "$(dpkg -r libpam-immure immure 2>&1)" 'is the shell of: alice'
chsh -s /bin/bash alice
ok "  and works afterwards" dpkg -r immure
not_ok "  the stacks are as before" grep -q immure /etc/pam.d/common-session /etc/pam.d/common-session-noninteractive
ok "  purge" dpkg -P libpam-immure immure
not_ok "  leaves nothing" sh -c 'ls -d /etc/immure /usr/lib/immure /run/immure /etc/ssh/sshd_config.d/10-immure.conf 2>/dev/null | grep .'
ok "  and ssh works" ssh_to carol true
tap_done
