#!/bin/bash
# SPDX-License-Identifier: MIT
# What runs without a login: at, batch, user units, lingering.
. ./guest.sh
mkdir /etc/systemd/system/atd.service.d
printf '[Service]\nExecStart=\nExecStart=/usr/sbin/atd -f -l 100\n' >/etc/systemd/system/atd.service.d/load.conf # batch waits for a calm machine
systemctl daemon-reload
# Jobs go into the queue while atd sleeps: it does not see two of the same second. The account's own are from before it had the shell.
queue() { # USER COMMAND FILE
	HOME=/home/$1 setpriv --reuid "$1" --regid "$1" --init-groups sh -c "cd /home/$1; echo '(ls /srv; $where) >~/$3.new 2>&1; mv ~/$3.new ~/$3' | $2" 2>/dev/null
}
as_bash() { usermod -s /bin/bash alice; "$@"; usermod -s /usr/bin/immure alice; }
for job in "at now" batch; do
	name=${job%% *}
	systemctl stop atd
	as_bash queue alice "$job" $name.out; queue carol "$job" $name.out
	systemctl start atd
	ok "$name: carol's job runs" wait_for 90 test -s /home/carol/$name.out
	like "  outside" "$(cat /home/carol/$name.out)" marker
	ok "  alice's is refused, with the reason in the log" wait_for 30 logged 'Services: atd may not open a session of alice'
	not_ok "  and does not run" test -e /home/alice/$name.out
done
profile '[Session]\nServices=sshd atd\n'
systemctl stop atd; as_bash queue alice "at now" at.out; systemctl start atd
ok "at: alice's runs when it is listed" wait_for 90 test -s /home/alice/at.out
ok "  in the cell" inside "$(tail -1 /home/alice/at.out)"
cleared "  which ends with it"
no_profile
not_ok "crontab and at inside: no setuid program works" ssh_to alice 'echo "* * * * * true" | crontab - || echo true | at now'

# user units
like "systemctl --user has no bus" "$(ssh_to alice 'systemctl --user status; systemd-run --user id' 2>&1)" 'Failed to connect'
ok "  control: carol's has" ssh_to carol 'systemd-run --user --wait -q true'
mkdir -p /home/alice/.config/systemd/user/default.target.wants
printf '[Service]\nType=oneshot\nExecStart=/bin/touch /home/alice/unit.ran\n' >/home/alice/.config/systemd/user/x.service
ln -s ../x.service /home/alice/.config/systemd/user/default.target.wants/
chown -R alice: /home/alice/.config
ssh_to alice true
not_ok "a unit of the account's home is not started by a login" test -e /home/alice/unit.ran
systemctl start "user@$uid.service" 2>/dev/null
is "  nor by root's start of its manager" "$(systemctl is-active "user@$uid.service"; ls /home/alice/unit.ran 2>/dev/null)" inactive
is "  and nothing has failed" "$(systemctl is-system-running)" "$state_before"
like "run by hand, its manager is refused too" "$(systemd-run -q --wait -p PAMName=systemd-user -p User=alice /bin/touch /home/alice/unit.ran 2>&1; ls /home/alice/unit.ran 2>&1)" 'No such file'
systemctl reset-failed
not_ok "the account cannot make itself linger" ssh_to alice 'loginctl enable-linger'
ok "  control: root can" loginctl enable-linger alice
systemctl restart systemd-logind
wait_for 20 loginctl list-users
is "lingering starts nothing" "$(systemctl is-active "user@$uid.service"; ls /home/alice/unit.ran 2>/dev/null)" inactive
is "  and nothing has failed" "$(systemctl is-system-running)" "$state_before"
loginctl disable-linger alice
cleared "nothing is left of all that"
tap_done
