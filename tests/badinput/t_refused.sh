#!/bin/bash
# SPDX-License-Identifier: MIT
# Whatever is wrong: one clear line, status 125, no shell, a line in the log; and nobody else is affected.
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
as_alice() { setpriv --reuid alice --regid alice --init-groups "$@" </dev/null; }
# refused NAME REGEX [WRAPPER…]: a session of alice
refused() {
	local name=$1 want=$2 out rc before after
	shift 2
	before=$(log_text | grep -c 'session refused for')
	rm -f /home/alice/ran
	out=$(as_alice "$@" /usr/bin/immure -c 'echo RAN; echo RAN >~/ran' 2>&1)
	rc=$?
	sleep 0.1
	after=$(log_text | grep -c 'session refused for')
	is "$name: status 125" $rc 125
	like "$name: says why" "$out" "^immure: session refused: .*$want"
	is "$name: in one line" "$(wc -l <<<"$out")" 1
	not_ok "$name: no shell" test -e /home/alice/ran
	ok "$name: in the log" [ "$after" -gt "$before" ]
}
profile() { mkdir -p /etc/immure/users; rm -rf /etc/immure/users/alice.profile*; printf "$1" >/etc/immure/users/alice.profile; chmod 644 /etc/immure/users/alice.profile; }
good() { rm -rf /etc/immure/users/alice.profile; }
unset LD_PRELOAD

is "a session as it should be" "$(as_alice /usr/bin/immure -c 'echo fine')" fine

profile '[Session]\nSehll=/bin/sh\nUMask=999\n'
refused "a wrong profile" "alice.profile:2: Sehll: unknown directive \(did you mean Shell\?\) \(and 1 more\)"
ok "  the log has both" [ "$(log_text | grep -c 'alice.profile:3: UMask')" -ge 1 ]
is "  bob is not affected" "$(ssh_to bob 'echo fine' 2>&1)" fine
is "  over ssh it is the same" "$(ssh_to alice id 2>&1; echo $?)" "immure: session refused: /etc/immure/users/alice.profile:2: Sehll: unknown directive (did you mean Shell?) (and 1 more)
125"
profile '[Limits]\nTasksMax=5\n'
refused "what only the PAM door can do" "TasksMax: needs the PAM door, and this session came without it"
profile '[Session]\nMaxLogins=5\n'
refused "  logins too" "MaxLogins: needs the PAM door"
profile '[Session]\nHelpers=x\n'
refused "a directive of a later version" "Helpers: not available in this version: it needs homes and roots"
profile '[Files]\nHome=private\n'
refused "a choice of a later version" "Home: private is not available in this version"
profile '[Network]\nNetwork=bridge\nBridge=br0\n'
refused "a network that only root can make" "Network: bridge needs a cell that root raises: the PAM door, and this session came without it"
profile '[Network]\nNetwork=/run/netns/x\n'
refused "  or only root can join" "Network: /run/netns/x needs a cell that root raises"
profile '[Seal]\nSystemCallFilter=@defualt\n'
refused "an unknown system call group" "SystemCallFilter: unknown system call or group @defualt"
profile '[Session]\nShell=/bin/nosuch\n'
refused "a missing inner shell" "Shell: /bin/nosuch does not exist"
profile '[Session]\nShell=/etc/passwd\n'
refused "an inner shell that is no program" "Shell: /etc/passwd is not a program"
profile '[Profile]\nBase=nosuch\n'
refused "a missing base" "Base: nosuch: there is no such profile"
profile '[Files]\nBindPaths=/nosuch\n'
refused "a bind of nothing" "BindPaths: /nosuch does not exist on the host"
profile '[Files]\nReadOnlyPaths=/home/alice/nosuch\n'
refused "a protected path that is missing" "/home/alice/nosuch does not exist"
ln -s /etc /home/alice/link
profile '[Files]\nInaccessiblePaths=/home/alice/link/x\n'
refused "a protected path through a link" "/home/alice/link is a symbolic link"
rm /home/alice/link
mkdir -p /srv/data
profile '[Files]\nBindPaths=/usr/share:/home/alice/not-there\n'
refused "a bind into the home without a place" "/home/alice/not-there does not exist"
not_ok "  and none was made" test -e /home/alice/not-there
profile '[Session]\nWorkingDirectory=/nosuch\n'
refused "a missing working directory" "change directory to /nosuch"
profile '[Limits]\nLimitNOFILE=infinity\n'
refused "a limit above the login's" "limit nofile"

profile ''; chmod 000 /etc/immure/users/alice.profile
refused "an unreadable profile" "alice.profile: cannot be read by this account"
chmod 666 /etc/immure/users/alice.profile
refused "a profile that others can write" "alice.profile: writable by"
chmod 644 /etc/immure/users/alice.profile; chown alice /etc/immure/users/alice.profile
refused "a profile of the account's own" "alice.profile: owned by uid"
rm /etc/immure/users/alice.profile; ln -s /dev/null /etc/immure/users/alice.profile
refused "a profile that is a link" "a symbolic link"
good; chown alice /etc/immure
refused "a foreign-owned /etc/immure" "/etc/immure: owned by uid"
chown root /etc/immure; chmod g+w /etc/immure
refused "a group-writable /etc/immure" "/etc/immure: writable by its group"
chmod g-w /etc/immure; mv /etc/immure /etc/immure2; ln -s immure2 /etc/immure
refused "a linked /etc/immure" "/etc/immure: "
rm /etc/immure; mv /etc/immure2 /etc/immure
mv /usr/lib/immure/profiles /usr/lib/immure/p
refused "no profile at all" "there is no profile"
mv /usr/lib/immure/p /usr/lib/immure/profiles; mv /usr/lib/immure/immure-init /usr/lib/immure/i
refused "no init" "immure-init: No such file"
mv /usr/lib/immure/i /usr/lib/immure/immure-init
groupadd -f one; groupadd -f two; usermod -aG one,two alice; mkdir -p /etc/immure/groups
printf '[Profile]\n' | tee /etc/immure/groups/one.profile >/etc/immure/groups/two.profile
refused "two groups with the same priority" "apply with the same Priority="
printf '[Profile]\nPriority=5\n[Session]\nEnvironment=WHO=two\n' >/etc/immure/groups/two.profile
is "the higher one wins" "$(as_alice /usr/bin/immure -c 'echo $WHO')" two
rm -r /etc/immure/groups

mv /home/alice /home/away
refused "a missing home" "home /home/alice: no such directory"
ln -s away /home/alice
refused "a home that is a link" "home /home/alice: a symbolic link"
rm /home/alice; mkdir /home/alice; chown bob /home/alice
refused "another's home" "home /home/alice: owned by uid"
rmdir /home/alice; mv /home/away /home/alice
for h in / /usr /usr/share /etc /tmp; do
	usermod -d $h alice 2>/dev/null
	refused "home $h" "home $h: it is, holds or lies in a part of the system"
done
usermod -d /home/alice alice

mount -t tmpfs -o size=4k,mode=1777 full /var/tmp; dd if=/dev/zero of=/var/tmp/x bs=4k count=1 2>/dev/null
is "a full /var/tmp is no reason to refuse" "$(as_alice /usr/bin/immure -c 'echo x >/tmp/y && cat /tmp/y')" x
umount /var/tmp
mount -t tmpfs -o nr_inodes=1,mode=1777 full /var/tmp
is "one where not even a directory can be made: memory has to do" "$(as_alice /usr/bin/immure -c 'echo x >/var/tmp/y && cat /var/tmp/y')" x
umount /var/tmp
rm -rf /var/tmp/immure-"$(id -u alice)"; mkdir -m 0777 /var/tmp/immure-"$(id -u alice)"
is "another's /var/tmp directory is not used" "$(as_alice /usr/bin/immure -c 'touch /var/tmp/mine'; ls /var/tmp/immure-"$(id -u alice)")" ""
rmdir /var/tmp/immure-*

# the kernel says no
cp "$O/tests/lib/nosys" /usr/local/bin/nosys
for call in clone3 setns fsopen fsconfig fsmount open_tree move_mount mount_setattr openat2 pivot_root umount2 fchdir pipe2; do
	for e in 38 1; do refused "$call fails with $e" "cell: " nosys $call=$e --; done
done
for call in landlock_add_rule landlock_restrict_self seccomp capset keyctl; do
	refused "$call fails" "landlock|seccomp|capabilities|keyring|limit|seal|its cell ended" nosys $call=1 --
done
refused "execveat fails" "become immure-init" nosys execveat=1 --
refused "no namespaces left" "user.max_user_namespaces|refused on this host|No space left" nosys clone3=28 --
is "without Landlock the session goes on" "$(as_alice nosys landlock_create_ruleset=38 -- /usr/bin/immure -c 'echo fine')" fine
profile '[Seal]\nLandlock=require\n'
refused "unless it is required" "Landlock: the kernel's ABI is 0" nosys landlock_create_ruleset=38 --
good
refused "no close_range" "close_range" nosys close_range=38 --

# ourselves
chmod 4711 /usr/bin/immure
refused "a setuid bit" "setuid or setgid bit"
chmod 2711 /usr/bin/immure; chgrp bob /usr/bin/immure; chmod 2711 /usr/bin/immure
refused "a setgid bit" "setuid or setgid bit"
chgrp root /usr/bin/immure; chmod 0711 /usr/bin/immure
setcap cap_net_raw+p /usr/bin/immure
refused "file capabilities" "setuid or setgid bit or file capabilities"
setcap -r /usr/bin/immure
is "an empty argument list" "$(as_alice /usr/bin/python3 -c 'import os
try: os.execv("/usr/bin/immure", [])
except ValueError: print("refused by python")' 2>&1; echo)" "refused by python"
is "and all is as before" "$(as_alice /usr/bin/immure -c 'echo fine')" fine

# a name that only uid 0 may have, and accounts that nobody knows
like "an unknown uid" "$(setpriv --reuid 54321 --regid 54321 --clear-groups /usr/bin/immure -c id 2>&1)" "session refused: uid 54321: no account"
like "root is not confined, and has no cell" "$(/usr/bin/immure -- id 2>&1)" "session refused: root is confined only by a profile that is named"

# who is not confined has options
carol() { setpriv --reuid carol --regid carol --init-groups "$@"; }
is "run mode" "$(carol /usr/bin/immure -- sh -c 'echo $0 $HOME')" "sh /home/carol"
is "run mode: status" "$(carol /usr/bin/immure -- sh -c 'exit 42'; echo $?)" 42
is "run mode: searched in PATH; not found" "$(carol /usr/bin/immure -- nosuchprogram 2>/dev/null; echo $?)" 127
is "run mode: not executable" "$(carol /usr/bin/immure -- /etc/passwd 2>/dev/null; echo $?)" 126
is "run mode: -p" "$(carol /usr/bin/immure -p Network=none -p 'Environment=A=1 B=2' -- sh -c 'ls /sys/class/net 2>/dev/null; echo $A$B; cat /proc/net/dev | grep -c :')" "12
1"
is "run mode: -p Hostname" "$(carol /usr/bin/immure -p Hostname=inner -- hostname)" inner
like "run mode: a wrong -p" "$(carol /usr/bin/immure -p Networ=none -- id 2>&1)" "Networ: unknown directive \(did you mean Network"
is "run mode: --profile" "$(carol /usr/bin/immure --profile=default -- echo ok)" ok
printf '[Profile]\nBase=default\n[Session]\nEnvironment=OWN=1\n' >/home/carol/own.profile; chown carol /home/carol/own.profile
is "run mode: a profile of the caller's own" "$(cd /home/carol && carol /usr/bin/immure --profile=./own.profile -- sh -c 'echo $OWN')" 1
like "  with mistakes" "$(cd /home/carol && echo x >>own.profile && carol /usr/bin/immure --profile=./own.profile -- id 2>&1)" "own.profile:5: \"x\": not a directive"
like "  a confined account has no such thing" "$(as_alice /usr/bin/immure --profile=/home/carol/own.profile -- id 2>&1)" "invalid option|--profile"
like "run mode: --profile missing" "$(carol /usr/bin/immure --profile=nosuch -- id 2>&1)" "nosuch: there is no such profile"
like "run mode: --debug narrates" "$(carol /usr/bin/immure --debug -- true 2>&1)" "bind /usr.*seccomp-filter"
like "run mode: --help" "$(carol /usr/bin/immure --help)" "^usage: immure"
like "run mode: --version" "$(carol /usr/bin/immure --version)" "^immure [0-9]"
is "run mode: no program" "$(carol /usr/bin/immure 2>/dev/null; echo $?)" 2
is "run mode: an unknown option" "$(carol /usr/bin/immure --nonsense -- id 2>/dev/null; echo $?)" 2
tap_done
