#!/bin/bash
# SPDX-License-Identifier: MIT
# Limits of an account over all its sessions: on systemd, by whatever way it came in, and without systemd.
. ./guest.sh
new_user bob /usr/bin/immure
hit() { [ "$(cat "$slice/pids.current")" = 30 ]; }
bomb='for i in $(seq 20); do sleep 60 & done; wait'
profile '[Limits]\nTasksMax=30\nMemoryHigh=56M\nMemoryMax=64M\nCPUQuota=50%%\nCPUWeight=50\nIOWeight=20\n'
open_as alice "$bomb"; first=$client
wait_for 30 sh -c '[ $(pgrep -c -u alice -x sleep) = 20 ]'
not_ok "one session of twenty is below TasksMax=" hit
is "the slice has it all" "$(cd $slice && cat pids.max memory.high memory.max cpu.max cpu.weight | tr '\n' ' ')" "30 58720256 67108864 50000 100000 50 "
like "  IOWeight= too" "$(systemctl show "user-$uid.slice" -p IOWeight)" 'IOWeight=20$'
open_as alice "$bomb"; second=$client
ok "two sessions together end at TasksMax=" wait_for 40 hit
client=$first; leave; client=$second; leave
cleared "  and go"
open_as alice 'perl -e "\$x = \"a\" x (20 << 20); sleep 60"'; first=$client
wait_for 30 pgrep -u alice -x perl
killed() { awk '$1 == "oom_kill" { print $2 }' "$slice/memory.events"; }
is "one session is below MemoryMax=" "$(killed)" 0
ssh_to alice 'perl -e "\$x = \"a\" x (20 << 20); sleep 1"' >/dev/null 2>&1
ok "two of the kind are above it, and one of their processes is killed" [ "$(killed)" -gt 0 ]
client=$first; leave
cleared "  and go"

# ways in that are no session of logind's own
in_slice() { grep -q "user-$uid.slice" "/proc/$(pgrep -u alice -x sleep | head -1)/cgroup"; }
for how in "su alice -c" "su - alice -c" "sudo -u alice sh -c" "runuser -u alice -- sh -c"; do
	open_as root "$how 'sleep 60'"
	wait_for 20 pgrep -u alice -x sleep
	case $how in
	runuser*) not_ok "$how, which has no session of PAM, is root's own right" in_slice ;;
	*) ok "$how, from root's session: counted" in_slice ;;
	esac
	pkill -u alice; leave
	wait_for 20 nothing_left
done
echo "carol ALL=(alice) NOPASSWD: ALL" >/etc/sudoers.d/carol
# bash tries a fork again, dash gives up
open_as carol "sudo -u alice bash -c '$bomb' & sudo -u alice bash -c '$bomb'; wait"
ok "a fork bomb through two sudos of carol's ends at TasksMax=" wait_for 40 hit
is "  and carol's slice has none of it" "$(find "/sys/fs/cgroup/user.slice/user-$(id -u carol).slice" -name cgroup.procs -exec cat {} + | while read -r p; do cat "/proc/$p/comm" 2>/dev/null; done | grep -c sleep)" 0
pkill -u alice; leave
cleared "  and goes"
ok "  its scopes too" wait_for 20 sh -c "! systemctl list-units --all --type=scope --no-legend --plain | grep '^immure-'"
ok "  and the slice" wait_for 20 test ! -e "$slice"
printf '[Session]\nServices=sshd cron\n[Limits]\nTasksMax=30\n' >/etc/immure/users/alice.profile
echo "@reboot sleep 60" | crontab -u alice -; rm -f /run/crond.reboot; systemctl restart cron
wait_for 30 pgrep -u alice -x sleep
ok "a job of cron's: counted" in_slice
pkill -u alice -x sleep; crontab -r -u alice
cleared "  and goes"
no_profile; ssh_to alice true
is "without limits in the profile, those of before are taken back" "$(systemctl show "user-$uid.slice" -p MemoryMax -p MemoryHigh -p CPUWeight; ls /run/systemd/system.control 2>/dev/null)" \
	"$(systemctl show "user-$(id -u bob).slice" -p MemoryMax -p MemoryHigh -p CPUWeight)"
profile '[Limits]\nTasksMax=30\n'
mv /usr/bin/busctl /usr/bin/busctl.off
is "where systemd cannot be asked, su is refused" "$(ssh_to root "su alice -c 'echo ran'" 2>/dev/null)" ""
mv /usr/bin/busctl.off /usr/bin/busctl

# no systemd: its mark is hidden from the process that opens the session
bare() { unshare --mount --propagation private sh -c 'mount -t tmpfs tmpfs /run/systemd && exec "$@"' sh "$@"; }
own=/sys/fs/cgroup/immure/$uid
profile '[Limits]\nTasksMax=30\nMemoryMax=64M\nCPUQuota=50%%\nCPUWeight=50\nIOWeight=20\n'
bare su alice -c "$bomb" & first=$!
wait_for 30 sh -c '[ $(pgrep -c -u alice -x sleep) = 20 ]'
is "without systemd: a control group of the account's" "$(cd $own && cat pids.max memory.max cpu.max cpu.weight io.weight | tr '\n' ' ')" "30 67108864 50000 100000 50 default 20 "
bare su alice -c "$bomb" & second=$!
ok "  two sessions together end at TasksMax=" wait_for 40 sh -c "[ \$(cat $own/pids.current) = 30 ]"
pkill -u alice; wait $first $second 2>/dev/null
ok "  and leave no group" wait_for 20 test ! -e "$own"
cleared "  nor anything else"
bare su alice -c 'sleep 60' & first=$!
wait_for 20 pgrep -u alice -x sleep
kill -9 "$(pgrep immure-keeper)"; wait $first 2>/dev/null
wait_for 20 sh -c '! pgrep -u alice'
printf '[Limits]\nTasksMax=30\n' >/etc/immure/users/bob.profile
bare su bob -c true
ok "a keeper that was killed: the next login, of anybody, sweeps" wait_for 20 test ! -e "$own"
mkdir "$own"; printf '[Limits]\nTasksMax=30\n[Session]\nRaiseTimeoutSec=10\n[Files]\nBindReadOnlyPaths=/nonexistent\n' >/etc/immure/users/alice.profile
bare su alice -c 'echo ran' >/dev/null 2>&1
bare su bob -c true
ok "a session that is refused leaves no group" wait_for 20 test ! -e "$own"
tap_done
