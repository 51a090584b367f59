#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2010,SC2046,SC2088 # names without white space; a tilde that is meant
# The rest of a stock stack does for alice what it does for carol: limits, environment, motd, mail, last login, in sshd, login and su.
. "$(dirname "$0")/../lib/door.sh"
same() { # NAME COMMAND…: with USER=carol and USER=alice the same is printed, and it is something
	local name=$1 a c
	shift
	c=$(USER=carol "$@" 2>&1 </dev/null | sed "s/carol/USER/g") a=$(USER=alice "$@" 2>&1 </dev/null | sed "s/alice/USER/g")
	is "$name" "$a" "$c"
	[ -n "$c" ] || { tap_line 1 "  (and there is something to compare)"; }
}
as() { timeout 20 ssh -F $WORLD/ssh_config "$@"; }
by_ssh() { as "$USER@world" "$1"; }
by_ssh_tty() { as -tt "$USER@world" "$1" | tr -d '\r'; }
by_su() { su "$USER" -c "$1"; }
by_su_l() { su - "$USER" -c "$1"; }
ready() { within "$@"; }

# pam_limits
printf '* hard nofile 777\n* soft nofile 555\n@alice hard nproc 321\n@carol hard nproc 321\n' >/etc/security/limits.conf
mkdir -p /etc/security/limits.d; printf '* hard fsize 4242424\n' >/etc/security/limits.d/x.conf
for how in ssh su su_l; do same "pam_limits: $how" by_$how 'ulimit -Hn; ulimit -Sn; ulimit -Hu; ulimit -Hf'; done
like "  (which are the file's)" "$(USER=alice by_ssh 'ulimit -Hn; ulimit -Sn; ulimit -Hu; ulimit -Hf' | tr '\n' ' ')" '^777 555 321 '
: >/etc/security/limits.conf; rm /etc/security/limits.d/x.conf

# pam_env
echo 'FROM_ENVIRONMENT=1' >>/etc/environment
echo 'FROM_PAM_ENV DEFAULT=2' >>/etc/security/pam_env.conf
mkdir -p /etc/default; echo 'LC_PAPER=xx' >>/etc/default/locale
for how in ssh su su_l; do same "pam_env, by immure's environment for both: $how" by_$how 'echo $LC_PAPER'; done
echo 'echo ${FROM_ENVIRONMENT:-} ${FROM_PAM_ENV:-} >$HOME/rc.out' >/etc/ssh/sshrc
profile '[Files]\nBindReadOnlyPaths=/etc/ssh/sshrc\n'
for u in alice carol; do ssh_to $u true; done
is "  what sshd starts itself has all of it" "$(cat /home/alice/rc.out)" "$(cat /home/carol/rc.out)"
is "  (which is)" "$(cat /home/carol/rc.out)" "1 2"
rm /etc/ssh/sshrc
profile

# pam_motd, pam_mail, pam_lastlog on a terminal
echo 'the motd' >/etc/motd
mkdir -p /etc/update-motd.d; rm -f /etc/update-motd.d/*; printf '#!/bin/sh\necho a dynamic motd\n' >/etc/update-motd.d/10-x; chmod 755 /etc/update-motd.d/10-x
for u in alice carol; do printf 'From x\n\nbody\n' >/var/mail/$u; chown $u:mail /var/mail/$u; chmod 660 /var/mail/$u; done
cat >$WORLD/terminal.py <<'END'
# runs a command on a terminal and prints what it said until "the-end"
import re, sys; sys.path.insert(0, sys.argv[1])
from terminal import Pty
p = Pty(sys.argv[2:]); p.send("echo the-''end; exit\n")
seen = []
text = p.text
m = p.expect(r"(?s)^(.*)the-end", 10)
text = m.group(1) if m else p.text
for what in ("the motd", "a dynamic motd", "have (new )?mail", "Last login"):
    found = re.findall(what, text)
    print(what, len(found))
p.status(5); p.end()
END
on_tty() { python3 $WORLD/terminal.py "$TOP/tests/lib" "$@"; }
ssh_tty() { on_tty ssh -F $WORLD/ssh_config -tt "$USER@world"; }
login_tty() { on_tty login -f "$USER"; }
sul_tty() { on_tty su - "$USER"; }
for u in alice carol; do USER=$u ssh_tty >/dev/null; USER=$u login_tty >/dev/null; done
profile '[Files]\nBindReadOnlyPaths=-/var/mail/%%u\n'
same "pam_motd, pam_mail of sshd, with the mail spool bound" ssh_tty
like "  (which tell)" "$(USER=alice ssh_tty | tr '\n' ' ')" 'the motd 1 a dynamic motd 1'
profile
same "pam_motd, pam_mail, pam_lastlog of login" login_tty
same "su -" sul_tty
is "lastlog of both is written" "$(lastlog -u alice | tail -1 | grep -c Never) $(lastlog -u carol | tail -1 | grep -c Never)" "0 0"
ok "  and wtmp, by login too" grep -qa alice /var/log/wtmp
for f in lastlog wtmp; do mv /var/log/$f /var/log/$f.1; : >/var/log/$f; done
USER=alice ssh_tty >/dev/null
ok "  also after logrotate has renamed it" grep -qa alice /var/log/wtmp
is "MAIL of both" "$(USER=alice by_su_l 'echo $MAIL')" "/var/mail/alice"

# syslog of the services that entered
for what in sshd su su-l login; do
	ok "syslog: $what's end of the session" grep -qF "($what:session): session closed for user alice" <(log_text)
done
is "a terminal of login is known by its name inside" "$(USER=alice login_tty >/dev/null; ssh_to alice -tt tty </dev/null | tr -d '\r')" /dev/pts/0
ok "nothing is left" settled
tap_done
