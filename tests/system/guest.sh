# SPDX-License-Identifier: MIT
# To be sourced by the suites that run in a machine: installs the packages, makes alice (immure) and carol (bash, the control).
set -u
# These suites change the machine they run on: only the throwaway guest of scripts/vm/run has the packages in /job.
[ "$PWD" = /job ] && [ -d /job/deb ] || { echo "$0: only for the guest, run by scripts/check-system" >&2; exit 1; }
. ./tap.sh
state_before=$(systemctl is-system-running)
dpkg -i deb/*.deb >install.log 2>&1 || { cat install.log; exit 1; }
for u in alice carol; do
	useradd -m -s "$([ $u = carol ] && echo /bin/bash || echo /usr/bin/immure)" $u
	install -d -m 700 -o $u -g $u /home/$u/.ssh
	install -m 600 -o $u -g $u ~/.ssh/authorized_keys /home/$u/.ssh/authorized_keys
done
uid=$(id -u alice)
mkdir -p /srv/marker /etc/immure/users
host_ns=$(readlink /proc/self/ns/mnt)
ssh_to() { local u=$1; shift; ssh -o BatchMode=yes -o LogLevel=ERROR -n "$u@localhost" "$@"; }
# open_as USER COMMAND: a connection in the background, whose client is $client
open_as() { ssh -o BatchMode=yes -o LogLevel=ERROR -n "$1@localhost" "${@:2}" & client=$!; }
leave() { kill "$client" 2>/dev/null; wait "$client" 2>/dev/null; }
profile() { printf "$1" >/etc/immure/users/alice.profile; }
outside() { [ "$1" = "$host_ns" ]; }
# wait_for SECONDS COMMAND…
wait_for() { local i; for ((i = 0; i < $1 * 5; i++)); do "${@:2}" >/dev/null 2>&1 && return; sleep 0.2; done; return 1; }
nothing_left() { [ -z "$(ls /run/immure/cells)" ] && ! pgrep -u alice; }
