#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2010,SC2046,SC2088 # names without white space; a tilde that is meant
# pam_immure.so as PAM sees it: symbols, options, what it does before it knows, and callers that behave badly.
. "$(dirname "$0")/../lib/door.sh"
module=$(find /usr/lib -name pam_immure.so)
is "exports exactly the session hook" "$(nm -D --defined-only "$module" | awk '{print $3}' | sort | tr '\n' ' ')" "pam_sm_close_session pam_sm_open_session "
ok "loads with dlopen(RTLD_NOW)" python3 -c "import ctypes, os, sys; ctypes.CDLL(sys.argv[1], mode=os.RTLD_NOW)" "$module"
is "needs libc and libpam, no more" "$(readelf -d "$module" | grep NEEDED | grep -oE '\[lib[a-z]+' | tr -d '[' | sort -u | tr '\n' ' ')" "libc libpam "

cat >$WORLD/service.c <<'C'
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
static int conv(int n, const struct pam_message **m, struct pam_response **r, void *d) { for (int i = 0; i < n; i++) printf("%s\n", m[i]->msg); fflush(stdout); *r = calloc(n, sizeof **r); return 0; }
static const char *name(int r) { switch (r) { case PAM_SUCCESS: return "SUCCESS"; case PAM_IGNORE: return "IGNORE"; case PAM_SYSTEM_ERR: return "SYSTEM_ERR"; case PAM_PERM_DENIED: return "PERM_DENIED"; case PAM_USER_UNKNOWN: return "USER_UNKNOWN"; case PAM_SESSION_ERR: return "SESSION_ERR"; default: return "other"; } }
static void *wait_(void *p) { pause(); return p; }
/* service SERVICE USER WORD…: open, close, end, exit (without more), fork-end (a child ends its copy), fork-close, thread, hold (1 s), look (at /srv), user (become) */
int main(int argc, char **argv) {
	struct pam_conv c = {conv, 0}; pam_handle_t *h; int r = 0;
	if (pam_start(argv[1], argv[2], &c, &h)) return 2;
	for (int i = 3; i < argc; i++) {
		if (!strcmp(argv[i], "open")) printf("open %s\n", name(r = pam_open_session(h, 0)));
		if (!strcmp(argv[i], "close")) printf("close %s\n", name(pam_close_session(h, 0)));
		if (!strcmp(argv[i], "end")) pam_end(h, r);
		if (!strcmp(argv[i], "exit")) { fflush(stdout); _exit(0); }
		if (!strcmp(argv[i], "fork-end")) { fflush(stdout); if (!fork()) { pam_end(h, r | PAM_DATA_SILENT); _exit(0); } wait(0); }
		if (!strcmp(argv[i], "fork-end-loud")) { fflush(stdout); if (!fork()) { pam_end(h, r); _exit(0); } wait(0); }
		if (!strcmp(argv[i], "thread")) { pthread_t t; pthread_create(&t, 0, wait_, 0); }
		if (!strcmp(argv[i], "hold")) { fflush(stdout); usleep(700000); }
		if (!strcmp(argv[i], "job")) { fflush(stdout); if (!fork()) { setgid(atoi(getenv("ID"))); setuid(atoi(getenv("ID"))); execl("/bin/sh", "sh", "-c", "sleep 30", NULL); } usleep(100000); }
		if (!strcmp(argv[i], "user")) { setuid(atoi(getenv("ID"))); }
		if (!strcmp(argv[i], "look")) { struct stat s; printf("look %s\n", stat("/srv/marker", &s) ? "inside" : "outside"); }
	}
	fflush(stdout);
	return 0;
}
C
gcc -w -o $WORLD/service $WORLD/service.c -lpam -lpthread
stack() { printf 'auth sufficient pam_permit.so\naccount sufficient pam_permit.so\nsession requisite pam_immure.so %s\nsession required pam_permit.so\n' "$1" >/etc/pam.d/test; }
ID=$(id -u alice); export ID
profile '[Session]\nServices=test sshd su\n'
run() { $WORLD/service test "$@" 2>&1 | tr '\n' ' '; }
stack ''
is "open, close" "$(run alice open look close end)" "open SUCCESS look inside close SUCCESS "
ok "  leaves nothing" settled
is "closed twice" "$(run alice open close close end)" "open SUCCESS close SUCCESS close SUCCESS "
ok "  leaves nothing" settled
is "closed without open" "$(run alice close end)" "close SUCCESS "
is "open twice in one process: it stays where it is" "$(run alice open open look close look)" "open SUCCESS open SUCCESS look inside close SUCCESS look inside "
ok "  leaves nothing" settled
is "open, and exit without close or end" "$(run alice open job exit)" "open SUCCESS "
ok "  leaves nothing, nor its job" settled
is "open, and end without close" "$(run alice open job end)" "open SUCCESS "
ok "  leaves nothing, nor its job" settled
for how in fork-end fork-end-loud; do
	$WORLD/service test alice open job $how hold close end >$WORLD/run & service=$!
	within grep -q SUCCESS $WORLD/run; sleep 0.4
	ok "a child that ends its copy of the handle ($how) ends no session" pgrep -u alice -x sleep
	wait $service
	ok "  close does" settled
done
is "a caller with threads is refused" "$(run alice thread open look)" "immure: session refused: this PAM service has more than one thread, and cannot move into a cell open SYSTEM_ERR look outside "
is "  carol's is let go" "$(run carol thread open look)" "open SUCCESS look outside "
like "a caller that is not root is refused" "$(chmod 755 /mnt /mnt/world; setpriv --reuid alice --regid alice --clear-groups $WORLD/service test alice open 2>&1 | tr '\n' ' ')" 'open SYSTEM_ERR'

# options
stack debug
is "debug" "$(run alice open look close)" "open SUCCESS look inside close SUCCESS "
ok "  logs the steps of the plan" grep -q 'pam_immure(test:session): 1 [A-Z-]' <(log_text | tr a-z A-Z | sed 's/PAM_IMMURE(TEST:SESSION)/pam_immure(test:session)/')
stack 'config=/opt/other'
cp -r /etc/immure /opt/other; printf '[Session]\nServices=other\n' >/opt/other/users/alice.profile
like "config= is where profiles are looked for" "$(run alice open)" 'PERM_DENIED'
for o in confg=/etc 'config=relative' DEBUG 'debug=yes'; do
	stack "$o"
	is "the unknown option $o refuses" "$(run alice open look)" "open SYSTEM_ERR look outside "
done
stack ''

# who is no account: nothing is done
printf 'auth sufficient pam_permit.so\naccount sufficient pam_permit.so\nsession [default=done] pam_immure.so\n' >/etc/pam.d/alone
is "an unknown user: PAM_USER_UNKNOWN" "$($WORLD/service alone nobody-at-all open)" "open USER_UNKNOWN"
like "carol and root: PAM_IGNORE, which alone is no session" "$($WORLD/service alone carol open; $WORLD/service alone root open)" '^open (other|PERM_DENIED|SYSTEM_ERR|IGNORE)'$'\n''open'
for u in carol root nobody-at-all; do
	strace -f -o $WORLD/trace -e trace=openat,open,openat2,clone,clone3,fork,vfork,setns,unshare,mount,open_tree,connect,seccomp,prctl $WORLD/service test $u open close end >/dev/null 2>&1
	is "$u: no profile is read, no process made, nothing entered" "$(grep -cE '\.profile|/etc/immure/(users|groups|default)"?|clone|fork|setns|unshare|seccomp|SET_NO_NEW_PRIVS|/run/immure/cells|open_tree' $WORLD/trace)" 0
done
strace -f -o $WORLD/trace -e trace=openat,openat2,clone3,setns $WORLD/service test alice open close end >/dev/null 2>&1
ok "  control: for alice they are" sh -c "grep -q alice.profile $WORLD/trace && grep -q clone3 $WORLD/trace && grep -q setns $WORLD/trace"

# the deadline of the raise, and the caller is as it was
mv /usr/lib/immure/immure-init /usr/lib/immure/immure-init.away
like "after a failed raise the caller is as it was" "$(run alice open look)" 'open SYSTEM_ERR look outside'
mv /usr/lib/immure/immure-init.away /usr/lib/immure/immure-init
is "  and the next raise works" "$(run alice open look close)" "open SUCCESS look inside close SUCCESS "

# a second channel on an open connection: one exec, and the seal
calls() { # USER: system calls for processes that a second channel costs, all told
	local monitor
	ssh -F $WORLD/ssh_config -o ControlMaster=yes -o ControlPath=$WORLD/mux -N -f "$1@world"
	ssh -F $WORLD/ssh_config -o ControlPath=$WORLD/mux -n "$1@world" true
	monitor=$(pgrep -f "^sshd: $1 \[priv\]")
	strace -f -o $WORLD/trace.$1 -e trace=execve,execveat,clone,clone3,fork,vfork,setns,unshare $(pgrep -P "$monitor" | sed 's/^/-p /') -p "$monitor" 2>/dev/null & local tracer=$!
	sleep 0.5
	ssh -F $WORLD/ssh_config -o ControlPath=$WORLD/mux -n "$1@world" 'exec true'
	sleep 0.2; kill $tracer; wait $tracer 2>/dev/null
	ssh -F $WORLD/ssh_config -o ControlPath=$WORLD/mux -O exit "$1@world" 2>/dev/null
	echo "$(grep -cE ' (exec[a-z]+\(.*= 0|<\.\.\. exec.*= 0)' $WORLD/trace.$1) execs, $(grep -cE ' (clone|clone3|fork|vfork)\(' $WORLD/trace.$1) processes, $(grep -cE 'setns|unshare' $WORLD/trace.$1) namespaces"
}
is "a second channel of carol's" "$(calls carol)" "2 execs, 1 processes, 0 namespaces"
is "  of alice's: one exec more, which seals" "$(calls alice)" "3 execs, 1 processes, 0 namespaces"
ok "nothing is left" settled
tap_done
