#!/bin/bash
# SPDX-License-Identifier: MIT
# immurectl: explain, check, and the lists.
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
mkdir -p /etc/immure/users
put() { printf "$2" >"$1"; chmod 644 "$1"; }

ok "check: an empty configuration is fine" immurectl check
is "  and says nothing" "$(immurectl check 2>&1)" ""
put /etc/immure/users/alice.profile '[Files]\nReadOnlyPaths=-/home/alice/.ssh\n'
text=$(immurectl explain alice)
like "explain: the profile first" "$text" '^# alice \(uid [0-9]+\): profile /etc/immure/users/alice.profile'
like "explain: a step with its file and line" "$text" 'read-only +/home/alice/.ssh +/etc/immure/users/alice.profile:2'
like "explain: a default" "$text" 'bind +/usr ro,nosuid,nodev +default'
like "explain: what is skipped, and why" "$text" 'groups .*skipped: without the PAM door'
not_ok "explain: no colour into a pipe" grep -q $'\033' <<<"$text"
ok "explain: colour when asked for" grep -q $'\033\[1m' <(immurectl --color=always explain alice)
ok "explain: colour on a terminal" grep -q $'\033\[1m' <(script -qec 'immurectl explain alice' /dev/null)
not_ok "explain: but not with NO_COLOR" grep -q $'\033\[1m' <(NO_COLOR=1 script -qec 'immurectl explain alice' /dev/null)
is "explain: by uid" "$(immurectl explain "$(id -u alice)")" "$text"
json=$(immurectl --json explain alice)
is "explain: JSON" "$(python3 -c 'import json,sys; d=json.load(sys.stdin); s=[x for x in d["steps"] if x["step"]=="read-only" and x["from"]]; print(d["user"], d["confined"], s[0]["argument"], s[0]["from"]["line"], s[0]["skipped"], d["steps"][-1]["step"])' <<<"$json")" "alice True /home/alice/.ssh 2 None exec"
like "explain: one more directive" "$(immurectl -p Network=none explain alice)" 'loopback .*-p'
like "explain: another profile" "$(immurectl --profile=default explain alice)" '^# alice .*/usr/lib/immure/profiles/default.profile'
like "explain: a terminal" "$(immurectl --tty=/dev/pts/9 explain alice)" 'terminal +/dev/console <- /dev/pts/9'
like "explain: somebody who is not confined is told apart" "$(immurectl explain carol)" 'NOT CONFINED'
usermod -aG immured carol 2>/dev/null || { groupadd -f immured; usermod -aG immured carol; }
like "explain: nor is one who is meant to be, but has another shell" "$(immurectl explain carol)" 'BUT ITS SHELL IS /bin/bash'
gpasswd -d carol immured >/dev/null
not_ok "explain: nothing of that for one whose shell is immure" grep -q 'SHELL IS' <<<"$text"
printf '[Session]\nUMask=0027\n' >/tmp/mine.profile; chmod 666 /tmp/mine.profile
like "explain: a file that is not in place yet" "$(immurectl --profile=/tmp/mine.profile explain alice)" 'umask +0027'
for what in "explain nobody-there:1" "explain:2" "explain a b:2" "nonsense:2" "--nonsense:2" "--color=x explain alice:2" ":2" "check /nosuch:2" "profile nosuch:1" "syscalls @nosuch:1"; do
	immurectl ${what%:*} >/dev/null 2>$WORLD/err
	is "immurectl ${what%:*}: status" $? "${what##*:}"
	is "  one line of error" "$(wc -l <$WORLD/err)" 1
done
# what is explained is what is done
steps=$(immurectl explain alice | grep -c .)
put /etc/immure/users/carol.profile ''
is "explain and a session have the same mounts" \
	"$(setpriv --reuid alice --regid alice --init-groups /usr/bin/immure -c 'cut -d" " -f5 /proc/self/mountinfo' | sort -u)" \
	"$(immurectl --json explain alice | python3 -c '
import json, sys
print("/")
for s in json.load(sys.stdin)["steps"]:
    if s["stage"] == "cell" and not s["skipped"] and s["step"] in ("bind", "tmpfs", "own-tmp", "proc", "cgroup", "devpts", "read-only", "inaccessible", "pin"):
        p = s["argument"].split(" ")[0]
        print(p)' | while read -r p; do case $p in /proc/*) [ -e "$p" ] && echo "$p" ;; *) echo "$p" ;; esac; done | sort -u)"
rm /etc/immure/users/carol.profile

put /etc/immure/users/alice.profile '[Session]\nUMsk=1\nShell=x\n[Network]\nBridge=br0\n'
out=$(immurectl check 2>&1)
is "check: findings have status 1" "$(immurectl check >/dev/null 2>&1; echo $?)" 1
is "check: every mistake, with its line and a hint" "$out" '/etc/immure/users/alice.profile:2: UMsk: unknown directive (did you mean UMask?)
/etc/immure/users/alice.profile:3: Shell: cannot be "x" (an absolute path without . and ..)
/etc/immure/users/alice.profile:5: Bridge: needs Network=bridge, and the network is host (choose another, or empty it with Bridge=)'
put /etc/immure/users/alice.profile '[Seal]\nSystemCallFilter=@default opnat\n'
like "check: system calls" "$(immurectl check 2>&1)" 'alice.profile:2: SystemCallFilter: unknown system call or group opnat \(did you mean open'
put /etc/immure/users/alice.profile ''
put /etc/immure/users/nobody-there.profile ''
like "check: a profile for nobody is a warning" "$(immurectl check 2>&1; echo "status $?")" 'warning: there is no account nobody-there.*status 0'
rm /etc/immure/users/nobody-there.profile
chmod 666 /etc/immure/users/alice.profile
like "check: trust" "$(immurectl check 2>&1)" 'alice.profile: writable by'
chmod 644 /etc/immure/users/alice.profile
mkdir -p /etc/immure/view && put /etc/immure/view/x.list '/home/x\n'
like "check: lists of the view" "$(immurectl check 2>&1)" 'x.list:1: /home/x: not a path in /etc or /var'
rm /etc/immure/view/x.list
put /tmp/new.profile '[Profile]\nBase=default\n[Session]\nUMask=0027\n'
chmod 666 /tmp/new.profile
ok "check FILE: anybody's file can be checked" immurectl check /tmp/new.profile
put /tmp/bad.profile '[Profile]\nBase=nosuch\n[Session]\nUMask=x\n'
like "check FILE: mistakes" "$(immurectl check /tmp/new.profile /tmp/bad.profile 2>&1)" 'bad.profile:2: Base: nosuch: there is no such profile'
ok "the shipped profiles are right" immurectl check /usr/lib/immure/profiles/*.profile
immurectl profile default >$WORLD/p
ok "profile: the canonical text is a profile" immurectl check $WORLD/p
like "profile: and says what is set" "$(cat $WORLD/p)" 'TmpSize=512M'
like "directives" "$(immurectl directives)" 'ReadOnlyPaths'
is "directives --names" "$(immurectl directives --names | wc -l)" "$(immurectl directives | wc -l)"
like "syscalls" "$(immurectl syscalls)" '@default'
like "syscalls @GROUP" "$(immurectl syscalls @swap)" 'swapon'
not_ok "output that cannot be written is an error" bash -c 'immurectl directives --names >/dev/full'

# completion, as bash asks for it
completions() { # WORD…
	bash -c 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); f=$(complete -p "$1" | sed "s/.*-F \([^ ]*\).*/\1/"); $f; printf "%s\n" "${COMPREPLY[@]}"' \
		/usr/share/bash-completion/completions/immurectl "$@" | sort | tr '\n' ' '
}
is "completion: commands" "$(completions immurectl '')" "bypass check confined directives enter explain list network profile stop syscalls "
is "completion: a command" "$(completions immurectl ex)" "explain "
is "completion: accounts" "$(completions immurectl explain ali)" "alice "
is "completion: directives" "$(completions immure -p ReadO)" "ReadOnlyPaths= "
is "completion: profiles" "$(completions immurectl profile def)" "default "
is "completion: options" "$(completions immure --de)" "--debug "
tap_done
