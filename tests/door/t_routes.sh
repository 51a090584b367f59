#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2010,SC2046,SC2088 # names without white space; a tilde that is meant
# Routes into an account that bring code or variables past the login shell: carol's end on the host, alice's in the cell.
. "$(dirname "$0")/../lib/door.sh"

# a library that runs LOOK wherever it is loaded, and a file that bash sources
cat >$WORLD/pre.c <<C
#include <stdlib.h>
#include <unistd.h>
#include <sys/wait.h>
__attribute__((constructor)) static void run(void) {
	if (getuid() == 0) return;
	unsetenv("LD_PRELOAD"); unsetenv("BASH_ENV");
	int pid = fork();
	if (!pid) { execl("/bin/sh", "sh", "-c", "$(sed 's/["\\]/\\&/g' <<<"$LOOK")", (char *)0); _exit(1); }
	waitpid(pid, 0, 0);
}
C
gcc -w -shared -fPIC -o $WORLD/pre.so $WORLD/pre.c
for u in alice carol; do
	install -m 0755 -o $u $WORLD/pre.so /home/$u/pre.so
	echo "unset BASH_ENV; $LOOK" >/home/$u/bash.env
done
env_by() { as "$@" true; } # nothing else than what the variable does
send() { LD_PRELOAD=/home/$USER/pre.so BASH_ENV=/home/$USER/bash.env ssh -F $WORLD/ssh_config -o SendEnv="$1" "$USER@world" 'bash -c :; :'; }

# the environment
sshd_line 'AcceptEnv *'
both "AcceptEnv *, SendEnv LD_PRELOAD" send LD_PRELOAD
unlike "    it was not loaded at all" "$(cat /home/alice/out 2>&1)" mnt:
both "  SendEnv BASH_ENV" send BASH_ENV
unlike "    it was not read at all" "$(cat /home/alice/out 2>&1)" mnt:
is "  what the client may set comes through" "$(LC_TIME=xx ssh -F $WORLD/ssh_config -o SendEnv=LC_TIME alice@world 'echo $LC_TIME')" xx
sshd_line 'PermitUserEnvironment yes'
for u in alice carol; do echo "LD_PRELOAD=/home/$u/pre.so" >/home/$u/.ssh/environment; done
both "~/.ssh/environment" env_by
rm -f /home/{alice,carol}/.ssh/environment
for u in alice carol; do sed "s|^|environment=\"BASH_ENV=/home/$u/bash.env\",environment=\"LD_PRELOAD=/home/$u/pre.so\" |" $WORLD/key.pub >/home/$u/.ssh/authorized_keys; done
both "environment= in the account's own keys" env_by
for u in alice carol; do echo true >/home/$u/.ssh/rc; done
both_run "  and ~/.ssh/rc, which sshd starts with it" env_by
rm -f /home/{alice,carol}/.ssh/rc
keys ''
for u in alice carol; do echo "LD_PRELOAD DEFAULT=/home/$u/pre.so" >/home/$u/.pam_environment; done
sshd_line
both "~/.pam_environment, of sshd's stock stack" env_by
unlike "    it was not loaded at all" "$(cat /home/alice/out 2>&1)" mnt:
for u in alice carol; do echo true >/home/$u/.ssh/rc; done
both_run "  and ~/.ssh/rc, which sshd starts with it" env_by
rm -f /home/{alice,carol}/.ssh/rc /home/{alice,carol}/.pam_environment

# what sshd runs beside or in place of the command
for u in alice carol; do echo "$LOOK" >/home/$u/.ssh/rc; done
both_run "~/.ssh/rc" env_by
rm -f /home/{alice,carol}/.ssh/rc
echo "$LOOK" >/etc/ssh/sshrc
sshd_line
both "/etc/ssh/sshrc" env_by
is "    which is not even there" "$(cat /home/alice/out 2>/dev/null)" ""
profile '[Files]\nBindReadOnlyPaths=/etc/ssh/sshrc\n'
both_run "  bound into the cell" env_by
profile
rm -f /etc/ssh/sshrc
sshd_line "ForceCommand $LOOK"
both_run "ForceCommand" env_by
sshd_line
keys "command=\"$(sed 's/[&\\|]/\\&/g' <<<"$LOOK")\" "
both_run "command= in the account's own keys" env_by
keys ''
printf '#!/bin/sh\n%s\n' "$LOOK" >/usr/bin/fake-xauth; chmod 755 /usr/bin/fake-xauth
sshd_line 'X11Forwarding yes' 'XAuthLocation /usr/bin/fake-xauth'
x11() { DISPLAY=:77 as -Y true; }
both_run "X11 forwarding: xauth" x11
sshd_line
chage -d 0 alice; chage -d 0 carol
cp -p /usr/bin/passwd $WORLD/passwd && printf '#!/bin/sh\nls /srv; readlink /proc/self/ns/mnt; grep NoNewPrivs /proc/self/status\n' >/usr/bin/passwd
both_run "an expired password: the program that changes it" as -tt true
cp -p $WORLD/passwd /usr/bin/passwd
like "    by the real one nothing is changed inside" "$(timeout 20 ssh -F $WORLD/ssh_config -tt alice@world true </dev/null 2>&1)" expired
chage -d -1 alice; chage -d -1 carol

# channels of one connection
channels() {
	local i
	ssh -F $WORLD/ssh_config -o ControlMaster=yes -o ControlPath=$WORLD/mux -N -f "$USER@world" || return
	for i in 1 2 3; do ssh -F $WORLD/ssh_config -o ControlPath=$WORLD/mux "$USER@world" "$1"; done
	echo 'ls /srv' | sftp -q -F $WORLD/ssh_config -o ControlPath=$WORLD/mux "$USER@world" 2>/dev/null
	ssh -F $WORLD/ssh_config -o ControlPath=$WORLD/mux -O exit "$USER@world" 2>/dev/null
}
both "four channels of one connection" channels 'ls /srv; readlink /proc/self/ns/mnt; echo in'
is "    all in one cell" "$(grep -c '^in' <<<"$got_alice") $(grep '^mnt' <<<"$got_alice" | sort -u | wc -l)" "3 1"
ok "    which ends with the connection" settled

# file transfers
mkdir -p /srv/marker && echo secret >/srv/marker/marker && chmod -R a+rX /srv
scp_() { rm -f $WORLD/got; scp -q -F $WORLD/ssh_config "$@" "$USER@world:/srv/marker/marker" $WORLD/got; ls $WORLD/got && echo marker; }
both "scp" scp_
both "scp -O" scp_ -O
rsync_() { rsync -e "ssh -F $WORLD/ssh_config" "$USER@world:/srv/marker/" | grep -o 'marker$'; }
both "rsync" rsync_
git init -q --bare /srv/repo.git && git -C /srv/repo.git config uploadpack.x x && chmod -R a+rX /srv/repo.git
git_() { GIT_SSH_COMMAND="ssh -F $WORLD/ssh_config" git -c safe.directory='*' ls-remote "$USER@world:/srv/repo.git" && echo marker; }
su carol -c 'git config --global safe.directory "*"'; su alice -c 'git config --global safe.directory "*"'
both "git" git_
rm -rf /srv/repo.git
printf hello >$WORLD/hello
for o in '' -O; do
	ok "scp ${o:-of today} into the home works inside" scp -q $o -F $WORLD/ssh_config $WORLD/hello alice@world:hello$o
	is "  and has arrived" "$(cat /home/alice/hello$o)" hello
done
ok "rsync into the home works inside" rsync -e "ssh -F $WORLD/ssh_config" $WORLD/hello alice@world:synced
is "  and has arrived" "$(cat /home/alice/synced)" hello
ok "nothing is left" settled
tap_done
