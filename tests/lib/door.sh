# SPDX-License-Identifier: MIT
# What the tests of the PAM door share: to be sourced in place of world.sh and tap.sh. In it alice is confined, carol is the control.
#   /srv/marker is on the host alone: whoever sees it is outside.  LOOK is a command that writes to $HOME/out what it sees
#   profile TEXT    alice's profile (printf's escapes)         profile   none of her own
#   both NAME COMMAND…   runs the command with USER=carol, which must see the marker, and with USER=alice, which must not
#   settled         nothing of alice, and no cell, is left     sshd_line LINE…   restarts sshd with these lines before its others
WORLD_DOOR=1
. "$(dirname "${BASH_SOURCE[0]}")/world.sh"
. "$TOP/tests/lib/tap.sh"
mkdir -p /srv/marker
host_ns=$(readlink /proc/self/ns/mnt)
# shellcheck disable=SC2034 # for the tests
LOOK='{ ls /srv; readlink /proc/self/ns/mnt; unshare -Ur true && echo namespace; grep -E NoNewPrivs /proc/self/status; } >$HOME/out 2>&1'

profile() {
	rm -f /etc/immure/users/alice.profile
	[ $# = 0 ] || { mkdir -p /etc/immure/users && printf "$1" >/etc/immure/users/alice.profile; }
}
unlike() { if [[ $2 =~ $3 ]]; then tap_line 1 "$1"; tap_note "got  ${2@Q}" "must not =~ $3"; else tap_line 0 "$1"; fi; }
nothing_left() { [ -z "$(ls /run/immure/cells)" ] && ! pgrep -u alice >/dev/null && ! pgrep -x immure-keeper >/dev/null && ! pgrep -x immure-init >/dev/null; }
settled() { local i; for i in $(seq 150); do nothing_left && return; sleep 0.02; done; ps -ef | grep -E 'alice|immure-' ; immurectl list; return 1; }
within() { local i; for i in $(seq 100); do "$@" && return; sleep 0.02; done; return 1; } # 2 s for what takes none
is_outside() { grep -qxF -e marker -e "$host_ns" <<<"${1//$'\r'/}"; }

# What the command printed, and what LOOK left in the home meanwhile
both() {
	local name=$1 user out
	shift
	for user in carol alice; do
		rm -f /home/$user/out
		out=$(USER=$user "$@" 2>&1 </dev/null; cat /home/$user/out 2>/dev/null)
		if [ $user = carol ]; then
			if is_outside "$out"; then tap_line 0 "$name: carol is outside"; else tap_line 1 "$name: carol is outside"; tap_note "$out"; fi
		elif is_outside "$out" || [[ $out == *namespace* ]]; then
			tap_line 1 "  alice is not"; tap_note "$out"
		else
			tap_line 0 "  alice is not"
		fi
		eval "got_$user=\$out"
	done
}
as() { ssh_to "$USER" "$@"; }
# The same, and alice's must have run, inside: the route works and leads into the cell
both_run() {
	both "$@"
	# shellcheck disable=SC2154 # both sets it
	like "    and it ran, in the cell, under the pre-seal" "$got_alice" 'mnt:\[.*NoNewPrivs:.1'
}

cp $WORLD/sshd_config $WORLD/sshd_config.plain
sshd_line() {
	local old i
	{ printf '%s\n' "$@"; cat $WORLD/sshd_config.plain; } >$WORLD/sshd_config
	/usr/sbin/sshd -t -f $WORLD/sshd_config || return
	old=$(grep -c 'Server listening' $WORLD/sshd.log)
	kill -HUP "$(cat $WORLD/sshd.pid)"
	for i in $(seq 100); do [ "$(grep -c 'Server listening' $WORLD/sshd.log)" -gt "$old" ] && return; sleep 0.02; done
	return 1
}
keys() { local u; for u in alice carol; do sed "s|^|$1|" $WORLD/key.pub >/home/$u/.ssh/authorized_keys; done; }
