#!/bin/bash
# SPDX-License-Identifier: MIT
# The Debian packages, without a machine: that they build, what is in them, what lintian says. Installing them is for tests/system.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/tap.sh
d=$(mktemp -d) && trap 'rm -rf "$d"' EXIT
ok "they build" scripts/deb "$d"
ok "  with a newer version too" scripts/deb "$d/newer" 9.0+test
version=$(dpkg-parsechangelog -l scripts/debian/changelog -S Version)
immure=$(echo "$d"/immure_"$version"_*.deb) pam=$(echo "$d"/libpam-immure_"$version"_*.deb)
is "lintian has nothing to say that is not argued for" "$(lintian --allow-root --fail-on none -I --suppress-tags spare-manual-page "$d"/*.deb 2>&1 | grep -v '^N:')" ""
for o in scripts/debian/*.lintian-overrides; do
	is "  $(basename "$o"): each has its reason" "$(awk '/^#/ { why = 1; next } !why { print } ' "$o")" ""
done
field() { dpkg-deb -f "$1" "$2"; }
is "versions follow the change log" "$(field "$immure" Version) $(field "$pam" Version)" "$version $version"
is "  or what was asked for" "$(field "$d"/newer/immure_9*.deb Version)" 9.0+test
like "libpam-immure needs its own immure" "$(field "$pam" Depends)" "immure \(= $version\)"
like "immure recommends the door" "$(field "$immure" Recommends)" "libpam-immure"
unwanted=$(field "$immure" Depends | grep -oE 'libseccomp|libcap2|systemd' | sort -u | tr '\n' ' ')
is "immure's needs: libraries only, no systemd" "$unwanted" "libcap2 libseccomp "
is "conffiles: the drop-in of sshd, no other" "$(dpkg-deb -I "$pam" conffiles; dpkg-deb -I "$immure" conffiles 2>/dev/null)" /etc/ssh/sshd_config.d/10-immure.conf
mode() { dpkg-deb -c "$1" | awk -v f="./$2" '$6 == f { print $1, $2 }'; }
for f in usr/bin/immure usr/lib/immure/immure-init usr/lib/immure/immure-keeper; do
	is "$f: nobody may read it" "$(mode "$immure" $f)" "-rwx--x--x root/root"
done
for f in usr/sbin/immurectl usr/lib/immure/profiles/default.profile usr/lib/immure/view/etc.list etc/immure/users/ usr/lib/sysusers.d/immure.conf \
	usr/lib/tmpfiles.d/immure.conf usr/share/immure/apparmor/immure usr/share/man/man1/immure.1.gz usr/share/man/man5/immure.profile.5.gz \
	usr/share/man/man8/immurectl.8.gz usr/share/bash-completion/completions/immurectl; do
	like "immure: $f" "$(mode "$immure" $f)" 'root/root'
done
is "  the completion of immure too" "$(dpkg-deb -c "$immure" | grep -c 'completions/immure -> immurectl')" 1
for f in usr/share/man/man8/pam_immure.8.gz usr/share/pam-configs/immure etc/ssh/sshd_config.d/10-immure.conf \
	usr/lib/systemd/system/user@.service.d/50-immure.conf; do
	like "libpam-immure: $f" "$(mode "$pam" $f)" 'root/root'
done
like "  the module" "$(dpkg-deb -c "$pam")" 'security/pam_immure\.so'
is "nothing setuid, setgid or writable for others" "$(dpkg-deb -c "$immure" "$pam" 2>/dev/null; for p in "$immure" "$pam"; do dpkg-deb -c "$p"; done | awk '$1 ~ /[sS]/ || ($1 !~ /^l/ && $1 ~ /^.(.....w|........w)/) { print }')" ""
tap_done
