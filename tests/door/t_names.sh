#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2010,SC2046,SC2088 # names without white space; a tilde that is meant
# Who is confined: names, shells and lookups that differ from the plain case; and what of the host's programs an account can use to leave.
. "$(dirname "$0")/../lib/door.sh"
inside_su() { su "$@" -s /bin/bash -c 'ls /srv; readlink /proc/self/ns/mnt' 2>&1; }
confined() { local out; out=$(inside_su "$2"); unlike "$1" "$out" "marker|${host_ns//[\[\]]/.}"; like "    and is in" "$out" 'mnt:'; }
is "control: carol is outside" "$(inside_su carol)" "marker
$host_ns"

# names and shells
confined "su -s, by root, to another shell" alice
useradd -M -o -u "$(id -u alice)" -g alice -d /home/alice -s /bin/bash ALICE
confined "a second name of the uid, another case" ALICE
unlike "  over ssh too" "$(ssh_to ALICE 'ls /srv' 2>&1)" marker
is "  and is one account with the first" "$(ssh -F $WORLD/ssh_config -n alice@world 'sleep 9' & for _ in $(seq 60); do pgrep -u alice -x sleep >/dev/null && break; sleep 0.1; done; su ALICE -c 'pgrep -c sleep'; kill $! 2>/dev/null)" 1
userdel ALICE 2>/dev/null
is "  a name that nobody has is nobody's" "$(ssh_to ALICE 'ls /srv' 2>&1 | grep -c marker)" 0
groupadd -f immured
useradd -M -o -u "$(id -u carol)" -g carol -d /home/carol -s /bin/bash -G immured carol2
confined "a second name that alone is in the group immured" carol2
is "  the first one is not" "$(inside_su carol)" "marker
$host_ns"
usermod -G '' -s /usr/bin/immure carol2
confined "a second name that alone has the shell" carol2
sed -i '/^carol2:/d' /etc/passwd /etc/shadow /etc/group /etc/gshadow
for shell in /bin/immure /usr/bin/../bin/immure /usr/local/bin/link /usr/local/bin/hard; do
	mkdir -p /usr/local/bin; ln -sf /usr/bin/immure /usr/local/bin/link; ln -f /usr/bin/immure /usr/local/bin/hard
	usermod -s $shell alice
	confined "the same file as $shell" alice
done
usermod -s /bin/bash alice
profile ''
confined "another shell, but a profile of its name" alice
profile
is "another shell and no profile: not confined" "$(inside_su alice)" "marker
$host_ns"
groupadd -f immured; usermod -aG immured alice
confined "another shell, but the group immured" alice
gpasswd -d alice immured >/dev/null; usermod -s /usr/bin/immure alice
confined "chsh back to immure" alice
mv /usr/bin/immure /usr/bin/immure.away
confined "the shell's file is missing" alice
like "  ssh refuses" "$(ssh_to alice 'ls /srv' 2>&1; echo $?)" '255$'
unlike "  and nothing is told of the host" "$(ssh_to alice 'ls /srv' 2>&1)" marker
mv /usr/bin/immure.away /usr/bin/immure
is "root is not confined, whatever its shell" "$(usermod -s /usr/bin/immure root; su root -s /bin/sh -c 'readlink /proc/self/ns/mnt'; usermod -s /bin/bash root)" "$host_ns"
usermod -aG immured root
is "  whatever its groups" "$(su root -c 'readlink /proc/self/ns/mnt')" "$host_ns"
useradd -M -o -u 0 -g 0 -d /root -s /usr/bin/immure toor 2>/dev/null
is "  nor by another name" "$(su toor -s /bin/sh -c 'readlink /proc/self/ns/mnt')" "$host_ns"
sed -i '/^toor:/d' /etc/passwd

# a name service that fails, or lies
for u in '../alice' '.alice' 'al/ice' $'al\nice'; do is "a name with odd characters is no account: ${u@Q}" "$(immurectl confined "$u" >/dev/null 2>&1; [ $? = 0 ] && echo confined)" ""; done

# programs of the host, from inside
printf 'auth sufficient pam_permit.so\naccount sufficient pam_permit.so\n@include common-session\n' | tee /etc/pam.d/chsh >/etc/pam.d/chfn
is "chsh: carol can" "$(ssh_to carol 'chsh -s /bin/sh' 2>&1; getent passwd carol | cut -d: -f7)" /bin/sh
unlike "  alice cannot" "$(ssh_to alice 'chsh -s /bin/bash' 2>&1; getent passwd alice | cut -d: -f7)" bash$
ssh_to carol 'chfn -f Carol' 2>/dev/null; ssh_to alice 'chfn -f Alice' 2>/dev/null
grep -q CHFN_RESTRICT /etc/login.defs && ssh_to carol 'chfn -r 12' 2>/dev/null
is "chfn: carol can" "$(getent passwd carol | cut -d: -f5 | cut -d, -f2)" 12
ssh_to alice 'chfn -r 12' 2>/dev/null
is "  alice cannot" "$(getent passwd alice | cut -d: -f5)" ""
usermod -s /bin/bash carol
cp /bin/bash /usr/local/bin/rootsh && chmod 4755 /usr/local/bin/rootsh
is "a setuid program: carol is root" "$(ssh_to carol '/usr/local/bin/rootsh -p -c "id -u"')" 0
is "  alice is alice" "$(ssh_to alice '/usr/local/bin/rootsh -p -c "id -u"')" "$(id -u alice)"
for u in alice carol; do echo "$u ALL=(ALL) NOPASSWD: ALL" >>/etc/sudoers; done
is "sudo: carol may, and is root" "$(ssh_to carol 'sudo -n id -u')" 0
unlike "  alice may, and is not" "$(ssh_to alice 'sudo -n id -u' 2>&1)" '(^|[^0-9])0($|[^0-9])'
cp /bin/cat /usr/local/bin/capcat && setcap cap_dac_read_search+ep /usr/local/bin/capcat 2>/dev/null && {
	echo secret >/srv/marker/secret; chmod 600 /srv/marker/secret
	is "file capabilities: carol's read root's files" "$(ssh_to carol '/usr/local/bin/capcat /srv/marker/secret')" secret
	profile '[Files]\nBindReadOnlyPaths=/srv/marker\n'
	unlike "  alice's do not" "$(ssh_to alice '/usr/local/bin/capcat /srv/marker/secret' 2>&1)" '^secret'
	profile
}
ls /usr/bin/crontab >/dev/null 2>&1 && {
	ssh_to carol 'echo "@reboot true" | crontab -' 2>/dev/null
	ok "crontab: carol writes hers" test -s /var/spool/cron/crontabs/carol
	ssh_to alice 'echo "@reboot true" | crontab -' 2>/dev/null
	not_ok "  alice writes none" test -s /var/spool/cron/crontabs/alice
}

# what runs as the account outside of any session
setpriv --reuid alice --regid alice --clear-groups sleep 100 & outside=$!
mkdir -m 700 /tmp/tmux-$(id -u alice) && chown alice: /tmp/tmux-$(id -u alice)
setpriv --reuid alice --regid alice --clear-groups env HOME=/home/alice tmux new -d -s out
is "an own process outside: another one outside sees it" "$(setpriv --reuid alice --regid alice --clear-groups sh -c "kill -0 $outside && echo yes")" yes
is "  from the cell it is not there" "$(ssh_to alice "kill -0 $outside 2>&1; ls /proc/$outside 2>&1; pgrep -a sleep" | grep -c 'sleep 100')" 0
is "  nor killed" "$(ssh_to alice "kill -9 $outside 2>/dev/null; kill -9 -1" 2>/dev/null; kill -0 $outside && echo lives)" lives
is "an own tmux outside: another process outside attaches" "$(setpriv --reuid alice --regid alice --clear-groups env HOME=/home/alice tmux ls | cut -d: -f1)" out
unlike "  not from the cell" "$(ssh_to alice 'tmux ls' 2>&1)" '^out'
setpriv --reuid alice --regid alice --clear-groups tmux kill-server; kill $outside; wait $outside 2>/dev/null
echo x >/dev/shm/host; echo x >/tmp/host; chmod 666 /dev/shm/host /tmp/host
is "shared /tmp and /dev/shm: carol's are the host's" "$(ssh_to carol 'ls /tmp/host /dev/shm/host')" "/dev/shm/host
/tmp/host"
is "  alice's are not" "$(ssh_to alice 'ls /tmp/host /dev/shm/host' 2>/dev/null)" ""
ok "nothing is left" settled
tap_done
