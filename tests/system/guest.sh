# SPDX-License-Identifier: MIT
# To be sourced by the suites that run in a machine: installs the packages, makes alice (immure) and carol (bash, the control).
set -u
# These suites change the machine they run on: only the throwaway guest of scripts/vm/run has the packages in /job.
[ "$PWD" = /job ] && [ -d /job/deb ] || { echo "$0: only for the guest, run by scripts/check-system" >&2; exit 1; }
. ./tap.sh
state_before=$(systemctl is-system-running)
[ -n "${KEEP_SHELLS-}" ] || dpkg -i deb/*.deb >install.log 2>&1 || { cat install.log; exit 1; }
new_user() { # NAME SHELL
	useradd -m -s "$2" "$1" && install -d -m 700 -o "$1" -g "$1" "/home/$1/.ssh" &&
		install -m 600 -o "$1" -g "$1" ~/.ssh/id_ed25519.pub "/home/$1/.ssh/authorized_keys"
}
[ -n "${KEEP_SHELLS-}" ] || { new_user alice /usr/bin/immure && new_user carol /bin/bash; } || exit 1
uid=$(id -u alice 2>/dev/null)
slice=/sys/fs/cgroup/user.slice/user-$uid.slice
mkdir -p /srv/marker /etc/immure/users # who sees the marker is outside
host_ns=$(readlink /proc/self/ns/mnt)
where='readlink /proc/self/ns/mnt'
quiet=(-o BatchMode=yes -o LogLevel=ERROR)
ssh_to() { local u=$1; shift; ssh "${quiet[@]}" -n "$u@localhost" "$@"; }
# open_as USER COMMAND: a connection in the background, whose client is $client
open_as() { ssh "${quiet[@]}" -n "$1@localhost" "${@:2}" >/dev/null 2>&1 & client=$!; }
leave() { kill "$client" 2>/dev/null; wait "$client" 2>/dev/null; }
# an emulated machine may need more than the default to raise a cell
patience='[Session]\nRaiseTimeoutSec=60\n'
printf "[Profile]\nBase=default\n$patience" >/etc/immure/default.profile
profile() { printf "$1\n$patience" >/etc/immure/users/alice.profile; }
no_profile() { rm -f /etc/immure/users/alice.profile; }
outside() { [ "$1" = "$host_ns" ]; }
inside() { [ -n "$1" ] && [ "$1" != "$host_ns" ]; }
unlike() { if [[ $2 =~ $3 ]]; then tap_line 1 "$1"; tap_note "got  ${2@Q}"; else tap_line 0 "$1"; fi; }
logged() { journalctl -b -o cat --no-pager | grep -q -- "$1"; }
# wait_for SECONDS COMMAND…: until it succeeds; three times as long, for an emulated machine may have busy neighbours
wait_for() { local end=$((SECONDS + 3 * $1)); until "${@:2}" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.2; done; }
nothing_left() { [ -z "$(ls /run/immure/cells)" ] && ! pgrep -u alice && ! pgrep immure-keeper; }
# a case that nothing is left, which says what is
cleared() {
	if wait_for 20 nothing_left; then tap_line 0 "$1"; else tap_line 1 "$1"; tap_note "$(ls /run/immure/cells; ps -u alice -o pid,ppid,stat,args; pgrep -a immure-keeper)"; fi
}
