#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2010,SC2046,SC2088 # names without white space; a tilde that is meant
# Every service that opens sessions, by the real program: inside when its cell can be had, and nothing at all when it cannot.
. "$(dirname "$0")/../lib/door.sh"
echo '127.0.1.1 world' >>/etc/hosts
printf 'Defaults !lecture\nroot ALL=(ALL) NOPASSWD: ALL\ncarol ALL=(ALL) NOPASSWD: ALL\n' >/etc/sudoers; chmod 440 /etc/sudoers
if ! setpriv -d | grep -q 'bounding.*sys_resource'; then # root of a container may lack it
	USER=alice; profile '[Session]\nServices=sudo\n'
	like "a service that cannot have the core limit it needs is refused, with the cure" "$(sudo -n -u alice true 2>&1)" 'limit core.*sudo.conf'
	echo 'Set disable_coredump false' >/etc/sudo.conf
fi
cat >$WORLD/login.py <<'END'
import os, pty, sys, time, select
pid, fd = pty.fork()
if pid == 0:
    os.execvp("login", ["login", "-f", sys.argv[1]])
time.sleep(0.6)
try:
    os.write(fd, (sys.argv[2] + "\nexit\n").encode())
except OSError:
    pass
end = time.time() + 8; text = b""
while time.time() < end:
    try:
        data = os.read(fd, 65536)
    except OSError:
        break
    if not data: break
    text += data
print(text.decode(errors="replace").replace("\r", ""))
try: os.kill(pid, 9)
except OSError: pass
END
see='ls /srv; readlink /proc/self/ns/mnt; grep NoNewPrivs /proc/self/status; touch ~/ran'
by_login() { python3 $WORLD/login.py "$USER" "$1"; }
by_su() { su "$USER" -c "$1"; }
by_su_l() { su - "$USER" -c "$1"; }
by_su_s() { su -s /bin/bash "$USER" -c "$1"; }
by_sudo() { sudo -n -u "$USER" bash -c "$1"; }
by_sudo_i() { sudo -n -i -u "$USER" bash -c "$1"; }
by_carols_sudo() { setpriv --reuid carol --regid carol --clear-groups sudo -n -u "$USER" bash -c "$1"; }
by_runuser() { runuser "$USER" -s /bin/sh -c "$1"; }
by_runuser_l() { runuser -l "$USER" -c "$1"; }
sudos='Services=sshd login su su-l sudo sudo-i cron atd\n'
all="[Session]\n$sudos"
profile "$all"
for how in login su su_l su_s sudo sudo_i; do both_run "$how" by_$how "$see"; done
both_run "sudo of another account" by_carols_sudo "$see"
ok "nothing is left" settled

# runuser has no common-session: the shell confines what it starts, and nothing else does
profile
rm -f /home/alice/ran
both "runuser -l" by_runuser_l "$see"
ok "    and it ran, in a cell of the shell's" test -e /home/alice/ran
# shellcheck disable=SC2034
out=$(USER=alice by_runuser "$see" 2>&1)
like "runuser -s is root's own right (pam_immure(8))" "$out" marker
for f in runuser runuser-l; do cp /etc/pam.d/$f $WORLD/$f; sed -i '/pam_unix/a session requisite pam_immure.so' /etc/pam.d/$f; done
profile '[Session]\nServices=runuser runuser-l\n'
both_run "  until the administrator puts the module into its stack" by_runuser "$see"
both_run "    and that of runuser -l" by_runuser_l "$see"
for f in runuser runuser-l; do cp $WORLD/$f /etc/pam.d/$f; done

# refused when not listed
profile '[Session]\nServices=sshd\n'
for how in sudo sudo_i carols_sudo; do
	rm -f /home/alice/ran
	out=$(USER=alice by_$how "$see" 2>&1)
	like "$how is refused when Services= does not list it" "$out" 'immure: session refused: .*Services: sudo(-i)? may not'
	not_ok "  and nothing ran" test -e /home/alice/ran
done

# after a failed raise nothing runs, whoever asked: sudo would run the command on PAM_SESSION_ERR
fails() { # REASON PROFILE
	local how
	profile "$2"
	for how in login su su_l su_s sudo sudo_i carols_sudo; do
		rm -f /home/alice/ran
		out=$(USER=alice by_$how "$see" 2>&1 </dev/null)
		not_ok "$1: $how runs nothing" test -e /home/alice/ran
		unlike "  and shows nothing" "$out" marker
		[ $how = login ] || like "  and says why" "$out" 'immure: session refused: '
	done
	not_ok "$1: ssh runs nothing" ssh_to alice "$see"
	not_ok "  (nor did it)" test -e /home/alice/ran
}
fails "a broken profile" "${all}Sehll=x\n"
mv /usr/lib/immure/immure-init $WORLD/init.away
fails "no init" "$all"
mv $WORLD/init.away /usr/lib/immure/immure-init
mv /usr/lib/immure/immure-keeper $WORLD/keeper.away
fails "no keeper" "$all"
mv $WORLD/keeper.away /usr/lib/immure/immure-keeper
fails "a bind without a source" "${all}[Files]\nBindPaths=/srv/none\n"
ok "nothing is left of all that failed" settled
profile "$all"
both_run "and sudo works again" by_sudo "$see"

# the return codes, from a program that reports them: only these two ever
cat >$WORLD/codes.c <<'C'
#include <security/pam_appl.h>
#include <stdio.h>
static int conv(int n, const struct pam_message **m, struct pam_response **r, void *d) { return PAM_CONV_ERR; }
int main(int argc, char **argv) {
	struct pam_conv c = {conv, 0}; pam_handle_t *h;
	if (pam_start(argv[1], argv[2], &c, &h)) return 2;
	int r = pam_open_session(h, 0);
	printf("%s\n", r == PAM_SYSTEM_ERR ? "PAM_SYSTEM_ERR" : r == PAM_PERM_DENIED ? "PAM_PERM_DENIED" : r == PAM_SUCCESS ? "PAM_SUCCESS" : pam_strerror(h, r));
	if (r == 0) pam_close_session(h, 0);
	pam_end(h, r);
}
C
gcc -w -o $WORLD/codes $WORLD/codes.c -lpam
printf 'auth sufficient pam_permit.so\naccount sufficient pam_permit.so\n@include common-session-noninteractive\n' >/etc/pam.d/other-service
for s in su su-l sudo sudo-i login cron atd sshd other-service; do
	profile "[Session]\nServices=su su-l sudo sudo-i login cron atd sshd other-service\nSehll=x\n"
	is "a broken profile by $s" "$($WORLD/codes $s alice 2>/dev/null)" PAM_SYSTEM_ERR
	profile "[Session]\nServices=none-such\n"
	is "  not listed" "$($WORLD/codes $s alice 2>/dev/null)" PAM_PERM_DENIED
	profile "[Session]\nServices=su su-l sudo sudo-i login cron atd sshd other-service\n"
	is "  listed" "$($WORLD/codes $s alice 2>/dev/null)" PAM_SUCCESS
	is "  for carol" "$($WORLD/codes $s carol 2>/dev/null)" PAM_SUCCESS
done

# cron and at, by their daemons
rm -f /var/run/crond.reboot /run/crond.pid
for u in alice carol; do
	mkdir -p /var/spool/cron/crontabs; echo "@reboot $LOOK" >/var/spool/cron/crontabs/$u
	chown $u:crontab /var/spool/cron/crontabs/$u; chmod 600 /var/spool/cron/crontabs/$u
done
cron_runs() { rm -f /var/run/crond.reboot /home/{alice,carol}/out; cron -f & cron=$!; within grep -qs NoNewPrivs /home/carol/out; within grep -qs NoNewPrivs /home/"$1"/out; sleep 0.3; kill $cron; wait $cron 2>/dev/null; }
profile
cron_runs carol
like "cron: carol's job runs on the host" "$(cat /home/carol/out)" marker
is "  alice's does not run at all by default" "$(cat /home/alice/out 2>&1 | grep -c NoNew)" 0
profile '[Session]\nServices=cron atd\n'
ok "(nothing is left of the programs)" settled
cron_runs alice
like "  listed, it runs in the cell, pre-sealed" "$(cat /home/alice/out)" 'mnt:.*NoNewPrivs:.1'
unlike "  and not outside" "$(cat /home/alice/out)" 'marker|namespace'
atd_runs() {
	local u
	rm -f /home/{alice,carol}/out
	for u in carol alice; do (cd /tmp && setpriv --reuid $u --regid $u --init-groups env HOME=/home/$u SHELL=/bin/sh USER=$u LOGNAME=$u at now <<<"$LOOK" 2>/dev/null); done
	atd -f -b 1 & atd=$!
	within grep -qs NoNewPrivs /home/carol/out; within grep -qs NoNewPrivs /home/"$1"/out; sleep 0.3; kill $atd; wait $atd 2>/dev/null
}
ok "(nothing is left of cron)" settled
atd_runs alice
like "at: carol's job runs on the host" "$(cat /home/carol/out)" marker
like "  alice's in the cell, pre-sealed" "$(cat /home/alice/out)" 'mnt:.*NoNewPrivs:.1'
unlike "  and not outside" "$(cat /home/alice/out)" 'marker|namespace'
profile
atd_runs carol
is "  by default it does not run at all" "$(cat /home/alice/out 2>&1 | grep -c NoNew)" 0
ok "nothing is left" settled
tap_done
