#!/bin/bash
# SPDX-License-Identifier: MIT
# The core once more, on a host that has user namespaces switched off.
sysctl -qw user.max_user_namespaces=0
[ ! -e /proc/sys/kernel/unprivileged_userns_clone ] || sysctl -qw kernel.unprivileged_userns_clone=0
unshare -U true 2>/dev/null && { echo "user namespaces are still there" >&2; exit 1; }
sed 's/; sysctl -qw user.max_user_namespaces=10000//' t_core.sh >core.sh
. ./core.sh
