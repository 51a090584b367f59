# SPDX-License-Identifier: MIT
# The profile of every account that has no other: strong, and made to be lived in. immure.profile(5) tells every directive and
# its default; what stands here is what an administrator will want to see. Don't edit this file: copy it to
# /etc/immure/default.profile, or begin a profile of your own with Base=default.

[Profile]
Description=A shell account that sees the system's programs, its own home, and nothing of anybody else

[Session]
Shell=/bin/bash
Scope=user
UMask=0022

[Files]
# The real home is the only one in the cell. /tmp and /dev/shm are the cell's own, this large each.
Home=real
TmpSize=512M

[Network]
# The host's network, but no raw, packet or exotic sockets.
Network=host
RestrictAddressFamilies=unix inet inet6 netlink

[Seal]
# Compilers, debuggers of one's own programs, interpreters and databases work; new namespaces, mounts and the kernel's rare doors don't.
SystemCallFilter=@default
RestrictNamespaces=yes
Landlock=prefer
