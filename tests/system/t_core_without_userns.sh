#!/bin/bash
# SPDX-License-Identifier: MIT
# The core once more, on a host that has user namespaces switched off.
sysctl -qw user.max_user_namespaces=0
[ ! -e /proc/sys/kernel/unprivileged_userns_clone ] || sysctl -qw kernel.unprivileged_userns_clone=0
unshare -U true 2>/dev/null && { echo "user namespaces are still there" >&2; exit 1; }
# runuser's stack on Debian has none of the common modules, so that the shell would have to raise the cell
without_door() {
	like "runuser, which has no PAM door here, is refused" "$(runuser -l alice -c 'echo ran' 2>&1)" '^immure: session refused: .*user namespaces are switched off'
}
sed -e 's/; sysctl -qw user.max_user_namespaces=10000//' -e 's/ "runuser -l alice -c"//' -e '/^for how in/i without_door' t_core.sh >core.sh
grep -q '^without_door' core.sh || { echo "t_core.sh has changed" >&2; exit 1; }
. ./core.sh
