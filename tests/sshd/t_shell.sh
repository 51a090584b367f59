#!/bin/bash
# SPDX-License-Identifier: MIT
# The login shell over real OpenSSH: what is said of behaviour is compared with carol, whose shell is plain bash.
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"

# same NAME COMMAND: stdout, stderr and status as under plain bash, but for the account's name and number
same() {
	local a c ra rc
	a=$(ssh_to alice "$2" 2>$WORLD/a.err </dev/null; echo "status $?") ra=$(sed 's/alice/USER/g' $WORLD/a.err)
	c=$(ssh_to carol "$2" 2>$WORLD/c.err </dev/null; echo "status $?") rc=$(sed 's/carol/USER/g' $WORLD/c.err)
	is "$1" "${a//alice/USER}$ra" "${c//carol/USER}$rc"
}

is "a command runs, and nothing else is printed" "$(ssh_to alice 'echo hello' 2>&1)" hello
is "true prints nothing at all" "$(ssh_to alice true 2>&1)" ""
same "stdout and stderr stay apart" 'echo out; echo err >&2; exit 3'
like "it is in a cell" "$(ssh_to alice 'readlink /proc/self/ns/mnt')" "^mnt:"
[ "$TEST_SHELL" = /bin/bash ] || isnt_host=$(readlink /proc/self/ns/mnt)
[ "$TEST_SHELL" = /bin/bash ] || not_ok "which is not the host" [ "$(ssh_to alice 'readlink /proc/self/ns/mnt')" = "$isnt_host" ]

# exit statuses: all 256 over one connection each would be slow; the shell itself is asked for all, sshd for some
for n in 0 1 2 3 77 125 126 127 128 129 130 137 143 200 254 255; do
	ssh_to alice "exit $n"
	is "exit $n comes through" $? "$n"
done
bad=
for n in $(seq 0 255); do
	su alice -s "$TEST_SHELL" -c "exit $n" </dev/null || [ $? = "$n" ] || bad="$bad $n"
	[ "$n" != 0 ] || su alice -s "$TEST_SHELL" -c "exit 0" </dev/null || bad="$bad 0"
done
is "all 256 exit statuses come through" "$bad" ""
for sig in TERM KILL HUP SEGV ABRT USR1 PIPE; do
	same "death by SIG$sig looks as under bash" "kill -$sig \$\$; sleep 5"
done
same "a child's death by a signal is 128+n" 'bash -c "kill -TERM \$\$"; echo $?'
same "command not found" 'nosuchcommand'
same "not executable" '/etc/passwd'
same "syntax error" 'if then'

# the login shell
echo 'echo "profile $0 $-"; export FROM_PROFILE=1' >/home/alice/.profile
echo 'echo "profile $0 $-"; export FROM_PROFILE=1' >/home/carol/.profile
login() { ssh_to "$1" </dev/null 2>&1; }
is "without a command: a login shell, -bash, that reads ~/.profile" "$(login alice)" "$(login carol)"
like "  (and it did)" "$(login alice)" '^profile -bash'
echo 'shopt login_shell; echo $FROM_PROFILE $0' | ssh_to alice >$WORLD/a 2>&1
echo 'shopt login_shell; echo $FROM_PROFILE $0' | ssh_to carol >$WORLD/c 2>&1
is "commands on its stdin run" "$(cat $WORLD/a)" "$(cat $WORLD/c)"
same "with a command: no login shell" 'shopt login_shell; echo ${FROM_PROFILE-unset} $0 $-'
rm /home/alice/.profile /home/carol/.profile

# the environment
same 'HOME USER LOGNAME' 'echo $HOME $USER $LOGNAME; cd; pwd; id -un'
is 'SHELL is the inner shell' "$(ssh_to alice 'echo $SHELL')" /bin/bash
same 'PATH finds the usual programs' 'command -v ls git python3 gcc'
like 'SSH_CONNECTION' "$(ssh_to alice 'echo $SSH_CONNECTION')" '^127\.0\.0\.1 [0-9]+ 127\.0\.0\.1 22$'
like 'SSH_CLIENT' "$(ssh_to alice 'echo $SSH_CLIENT')" '^127\.0\.0\.1 [0-9]+ 22$'
is 'locale variables pass' "$(LANG=de_DE.UTF-8 LC_TIME=C ssh_to alice -o SendEnv=LANG -o SendEnv=LC_TIME 'echo $LANG $LC_TIME' 2>/dev/null)" "de_DE.UTF-8 C"
like 'XDG_RUNTIME_DIR is there and private' "$(ssh_to alice 'stat -c "%a %U" $XDG_RUNTIME_DIR')" '^700 alice$'
is 'umask' "$(ssh_to alice umask)" 0022
is 'only 0, 1, 2 and the directory handle of ls are open' "$(ssh_to alice 'ls /proc/self/fd | wc -l')" 4

# arguments, byte for byte
same "quotes" $'echo "a  b" \'c  d\' e\\ f "$((1+1))" `echo x` $(echo y)'
same "newlines" $'echo one\necho two\n\n# comment\necho three'
same "UTF-8" 'echo "grüße ☃ 𝄞" | od -c'
same "bytes that are no UTF-8" $'printf %s \'\xff\xfe\x01\' | od -c'
same "here-documents" $'cat <<E\nhere $HOME\nE\ncat <<\'F\'\nraw $HOME\nF'
same "a leading dash" '-x'
same "an option of immure's is the shell's business" '--help'
long=$(head -c 120000 /dev/zero | tr '\0' x)
is "120 kB of command line" "$(ssh_to alice "echo $long" | wc -c)" 120001
same "arguments to -c" 'echo "$#" "$0"'
same "background jobs" 'sleep 0.1 & wait; echo done'
same "pipes and status" 'false | true; echo ${PIPESTATUS[*]}; set -o pipefail; false | cat; echo $?'
tap_done
