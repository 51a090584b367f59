#!/bin/bash
# SPDX-License-Identifier: MIT
# What an administrator's journal gets: one entry an event, with fields. A socket that only writes down stands for journald's.
WORLD_DOOR=1
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
profile() { mkdir -p /etc/immure/users && printf "$1" >/etc/immure/users/alice.profile; }
mkdir -p /run/systemd/journal
python3 -c '
import os, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/run/systemd/journal/socket"); os.chmod("/run/systemd/journal/socket", 0o666)
out = open("/mnt/world/journal", "ab", buffering=0)
while True: out.write(s.recv(65536) + b"--\n")' &
journal=$!
for _ in $(seq 50); do [ -S /run/systemd/journal/socket ] && break; sleep 0.1; done
# entry PATTERN: the entries with that line, each on one line
entry() { sleep 0.3; awk -v RS='--\n' -v ORS='\n' -v p="$1" '$0 ~ p { gsub("\n", "|"); print "|" $0 }' $WORLD/journal; }
uid=$(id -u alice)
is "a session opens" "$(ssh_to alice 'echo in')" in
e=$(entry IMMURE_EVENT=session-opened)
like "  with user, profile, its hash and the cell" "$e" "\|IMMURE_USER=alice\|IMMURE_PROFILE=/usr/lib/immure/profiles/default.profile\|IMMURE_PROFILE_HASH=[0-9a-f]{16}\|IMMURE_SESSION=$uid.1\|"
like "  under the service's name" "$e" '\|SYSLOG_IDENTIFIER=sshd\|'
like "  facility and priority" "$e" '\|PRIORITY=6\|SYSLOG_FACILITY=10\|'
like "  and a message for people" "$e" '\|MESSAGE=pam_immure\(sshd:session\): session for alice: profile /usr/lib'
is "  once" "$(wc -l <<<"$e")" 1
is "  and syslog has no second one" "$(log_text | grep -c 'pam_immure.*session for alice')" 0
profile '[Session]\nSehll=x\nUMaks=1\n'
ssh_to alice true 2>/dev/null
e=$(entry IMMURE_EVENT=session-refused)
like "a refusal, with the reason" "$e" '\|PRIORITY=3\|.*\|IMMURE_USER=alice\|.*MESSAGE=pam_immure\(sshd:session\): session refused for alice: .*:2: Sehll'
is "  and each of several" "$(wc -l <<<"$e")" 2
immurectl bypass alice --for 1m --reason 'profile under repair' >/dev/null
like "a bypass" "$(entry IMMURE_EVENT=bypass-opened)" 'IMMURE_USER=alice\|MESSAGE=bypass for alice .*: profile under repair'
ssh_to alice true
like "  its use" "$(entry IMMURE_EVENT=bypass-used)" 'PRIORITY=4\|.*IMMURE_USER=alice'
immurectl bypass alice --end
like "  its end" "$(entry IMMURE_EVENT=bypass-ended)" 'IMMURE_USER=alice'
rm /etc/immure/users/alice.profile
kill $journal; rm -rf /run/systemd/journal
is "without a journal the session opens all the same" "$(ssh_to alice 'echo in')" in
ok "  and syslog is told" grep -q 'pam_immure(sshd:session): session for alice' <(log_text)
tap_done
