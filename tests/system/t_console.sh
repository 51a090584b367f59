#!/bin/bash
# SPDX-License-Identifier: MIT
# login(1) on a console, and what else the stacks do for a session: limits, environment, mail, message of the day, wtmp, lastlog, journal.
. ./guest.sh
# agetty logs the account in; its ~/.bash_profile does what a person would type.
for u in alice carol; do
	cat >/home/$u/.bash_profile <<-'END'
		case $(tty) in /dev/pts/*) [ -z "$SSH_TTY" ] || return ;; esac
		{ tty; readlink /proc/self/ns/mnt; stat -c %U "$(tty)"; echo typed >/dev/tty; stty size; id -un; } >~/console.new 2>&1
		mv ~/console.new ~/console.out
		sleep 3
		exit
	END
	chown $u: /home/$u/.bash_profile
done
console() { # USER: its session on the serial line
	systemd-run -q --unit="console-$1" -p TTYPath=/dev/ttyS0 -p StandardInput=tty -p StandardOutput=tty -p TTYReset=yes -p UtmpIdentifier=S0 \
		/sbin/agetty --autologin "$1" --noclear --keep-baud ttyS0 115200 vt220
	wait_for 60 test -s "/home/$1/console.out"
}
stat_before=$(stat -c '%U %a' /dev/ttyS0)
ok "console login: carol" console carol
like "  outside" "$(cat /home/carol/console.out)" "^/dev/ttyS0.${host_ns/\[/\\[}"
wait_for 30 sh -c '! systemctl is-active console-carol'
ok "console login: alice" console alice
ok "  in the cell" inside "$(sed -n 2p /home/alice/console.out)"
like "  with a terminal that has a name" "$(sed -n 1p /home/alice/console.out)" '^/dev/'
is "  which is the account's, and can be opened" "$(sed -n '3p;5p' /home/alice/console.out | tr '\n' ' ')" "alice alice "
ok "  logind knows it" sh -c 'loginctl list-sessions --no-legend | grep -w alice'
ok "  the session ends" wait_for 30 sh -c '! loginctl list-sessions --no-legend | grep -w alice'
wait_for 30 sh -c '! systemctl is-active console-alice'
cleared "  and nothing is left"
is "nothing has failed" "$(systemctl is-system-running)" "$state_before"
rm -f /home/*/.bash_profile
like "su from another terminal: tty has a name" "$(script -qec "su alice -c tty" /dev/null </dev/null | tr -d '\r' | tail -1)" '^/dev/(host-pts|pts/)[0-9]+$'

# the modules of the stacks
echo 'alice hard stack 7777
carol hard stack 7777' >>/etc/security/limits.conf
for u in carol alice; do is "pam_limits holds: $u" "$(ssh_to $u 'ulimit -Hs')" 7777; done
echo 'OF_THE_HOST=yes' >>/etc/environment
is "pam_env: carol has what /etc/environment says" "$(ssh_to carol 'echo $OF_THE_HOST')" yes
is "  alice not, for the environment is built from nothing" "$(ssh_to alice 'echo $OF_THE_HOST')" ""
profile '[Session]\nPassEnvironment=OF_THE_HOST\n'
is "  but for what her profile passes" "$(ssh_to alice 'echo $OF_THE_HOST')" yes
no_profile
echo 'message of the day' >/etc/motd
shell() { echo exit | ssh "${quiet[@]}" -tt "$1@localhost" 2>&1; }
for u in carol alice; do like "pam_motd: $u sees it" "$(shell $u)" 'message of the day'; done
for u in carol alice; do
	printf 'From x\n\nmail\n' >/var/mail/$u && chown $u:mail /var/mail/$u
done
like "pam_mail: carol is told of mail" "$(shell carol)" 'mail'
for u in carol alice; do # Debian 13 has no last(1) any more, but sshd still writes
	ok "wtmp knows $u" sh -c "tr -d '\\0' </var/log/wtmp | grep -qa $u"
done
for u in carol alice; do
	if [ -s /var/log/lastlog ] && command -v lastlog >/dev/null; then
		like "lastlog: $u" "$(lastlog -u $u)" 'localhost|127.0.0.1|::1|pts|20[0-9][0-9]'
	fi
done
ok "the journal has sshd's words from after the entry" wait_for 10 logged 'sshd:session): session closed for user alice'
ok "  and the module's" logged 'pam_immure(sshd:session): session for alice'

# KillUserProcesses
mkdir -p /etc/systemd/logind.conf.d && printf '[Login]\nKillUserProcesses=yes\n' >/etc/systemd/logind.conf.d/kill.conf
systemctl restart systemd-logind
profile '[Session]\nPersistent=yes\n'
open_as alice 'sleep 60'
ok "KillUserProcesses=yes: a login" wait_for 20 pgrep -u alice -x sleep
leave
cleared "  ends with all that it left"
is "  and the next one works" "$(ssh_to alice 'echo in')" in
no_profile
cleared "nothing is left of all that"
tap_done
