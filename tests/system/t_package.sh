#!/bin/bash
# SPDX-License-Identifier: MIT
# The packages themselves: what they bring, upgrade, removal, purge, and once more.
. ./guest.sh
again() { dpkg -i newer/*.deb && wait_for 20 ssh_to carol true; } # its sshd is reloaded
open_cell() { open_as alice 'sleep 300'; wait_for 20 pgrep -u alice -x sleep; }
ok "sysusers.d has the group" sh -c 'systemd-sysusers --cat-config | grep -qx "g immured - -"'
ok "tmpfiles.d has the registry" sh -c 'systemd-tmpfiles --cat-config | grep -q "/run/immure/cells 0700 root root"'
rm -rf /run/immure; systemd-tmpfiles --create
is "  which makes it" "$(stat -c '%U %a' /run/immure/cells)" "root 700"
ok "sshd takes the drop-in" sshd -t
rules=/usr/share/immure/apparmor/immure
if [ -e /etc/apparmor.d/abi/4.0 ]; then
	ok "the AppArmor profile parses" apparmor_parser -QK "$rules"
	ok "  and can be loaded" apparmor_parser -r "$rules"
	ok "  a login under it is in a cell" inside "$(ssh_to alice "$where")"
	apparmor_parser -R "$rules"
else
	not_ok "this AppArmor does not know what the profile says" apparmor_parser -QK "$rules"
fi
if [ ! -e /proc/sys/kernel/apparmor_restrict_unprivileged_userns ]; then
	not_ok "it is installed only where user namespaces are restricted" test -e /etc/apparmor.d/immure
fi

# upgrade, under an open cell
drop=/etc/ssh/sshd_config.d/10-immure.conf
echo '# local' >>$drop
profile '[Limits]\nTasksMax=100\n'
open_cell
before=$(dpkg-query -W -f '${Version}' immure)
ok "a newer version installs over it" again
ok "  newer indeed" dpkg --compare-versions "$(dpkg-query -W -f '${Version}' immure)" gt "$before"
is "  pieces too" "$(immurectl --version | grep -o '[0-9][0-9.+~a-z]*' | head -1)" "$(dpkg-query -W -f '${Version}' immure)"
ok "the open cell goes on" pgrep -u alice -x sleep
ok "  and a new login works" inside "$(ssh_to alice "$where")"
leave
cleared "  and all ends as ever"
is "the profile is kept" "$(grep -c TasksMax /etc/immure/users/alice.profile)" 1
is "  and the drop-in as it was changed" "$(tail -1 $drop)" "# local"
is "the module stands once in each stack" "$(grep -c pam_immure /etc/pam.d/common-session /etc/pam.d/common-session-noninteractive | tr '\n' ' ')" \
	"/etc/pam.d/common-session:1 /etc/pam.d/common-session-noninteractive:1 "
no_profile

# removal
like "removal is refused while an account has the shell" "$(dpkg -r libpam-immure immure 2>&1)" 'libpam-immure: confines: alice'
again >/dev/null 2>&1
ok "  and a login works" inside "$(ssh_to alice "$where")"
open_cell
chsh -s /bin/bash alice
ok "without one it is removed, under an open cell" dpkg -r libpam-immure immure
ok "  which goes on" pgrep -u alice -x sleep
leave
ok "  and ends" wait_for 20 sh -c '! pgrep -u alice -x sleep'
not_ok "the stacks are as before" grep -q immure /etc/pam.d/common-session /etc/pam.d/common-session-noninteractive
ok "conffiles are kept" test -e $drop
ok "  and sshd takes them" sshd -t
ok "alice has bash, outside" outside "$(ssh_to alice "$where")"
ok "purge" dpkg -P libpam-immure immure
left() { ls -d /etc/immure /usr/lib/immure /usr/bin/immure /run/immure /etc/apparmor.d/immure /usr/share/immure $drop /usr/lib/systemd/system/user@.service.d/50-immure.conf 2>/dev/null; }
is "  leaves nothing" "$(left)" ""
not_ok "  no group" getent group immured
ok "  ssh works" ssh_to carol true
is "  and nothing has failed" "$(systemctl is-system-running)" "$state_before"
ok "once more" again
chsh -s /usr/bin/immure alice
ok "  in a cell" inside "$(ssh_to alice "$where")"
chsh -s /bin/bash alice
ok "purged at once, without a removal before" dpkg -P libpam-immure immure
is "  leaves nothing" "$(left)" ""
tap_done
