#!/bin/bash
# SPDX-License-Identifier: MIT
# make install and uninstall: exactly these files, with these modes.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/tap.sh
O=${O:-build}
d=$(mktemp -d) && trap 'rm -rf "$d"' EXIT
list() { (cd "$1" && find . ! -type d -printf '%m %P\n' | sort -k2); }
want='644 etc
711 usr/bin/immure
711 usr/lib/immure/immure-init
711 usr/lib/immure/immure-keeper
644 usr/lib/immure/profiles/default.profile
644 usr/lib/immure/profiles/web-dmz.profile
644 usr/lib/immure/view/etc.list
644 usr/lib/immure/view/var.list
644 usr/lib/systemd/system/immure-network@.service
644 usr/lib/systemd/system/immure@.service
644 usr/lib/MULTIARCH/security/pam_immure.so
755 usr/sbin/immurectl
777 usr/share/bash-completion/completions/immure
644 usr/share/bash-completion/completions/immurectl
644 usr/share/man/man1/immure.1
644 usr/share/man/man5/immure.profile.5
644 usr/share/man/man8/immurectl.8
644 usr/share/man/man8/pam_immure.8'
want=$(tail -n +2 <<<"$want" | sed "s/MULTIARCH/$(gcc -print-multiarch)/")
ok "make install" make -s O="$O" DESTDIR="$d/a" install
is "the files and their modes" "$(list "$d/a")" "$want"
is "the directories of the configuration" "$(cd "$d/a/etc/immure" && find . -type d -printf '%m %p\n' | sort)" "755 .
755 ./groups
755 ./network
755 ./profiles
755 ./servers
755 ./users"
cp "$d/a/usr/bin/immure" "$d/running" && ok "a second time, over what is there" make -s O="$O" DESTDIR="$d/a" install
echo "[Profile]" >"$d/a/etc/immure/users/x.profile"
ok "make uninstall" make -s O="$O" DESTDIR="$d/a" uninstall
is "leaves the configuration and nothing else" "$(list "$d/a")" "644 etc/immure/users/x.profile"
like "immure is static and position-independent" "$(file -b "$O/immure" 2>/dev/null || readelf -h "$O/immure")" "static-pie|DYN"
ok "another prefix" make -s O="$d/o" prefix=/opt/immure sysconfdir=/opt/etc DESTDIR="$d/b" install
is "  has the same files" "$(list "$d/b" | sed 's|opt/immure/|usr/|')" "$want"
like "  and looks there" "$("$d/b/opt/immure/bin/immure" --help 2>&1; "$d/b/opt/immure/sbin/immurectl" --help)" "/opt/etc/immure"
ok "  its configuration is there" test -d "$d/b/opt/etc/immure/users"
tap_done
