#!/bin/bash
# SPDX-License-Identifier: MIT
# Terminals: over ssh, and for su from somebody else's shell.
. "$(dirname "$0")/../lib/world.sh"
for u in alice bob carol; do printf 'PS1="%s-prompt> "\nbind "set enable-bracketed-paste off" 2>/dev/null\n' $u >/home/$u/.bashrc; cp /home/$u/.bashrc /home/$u/.bash_profile; done
PYTHONPATH="$TOP/tests/lib" PYTHONDONTWRITEBYTECODE=1 TERM=xterm exec python3 - "$WORLD" "$TEST_SHELL" <<'END'
import os, sys, time
from terminal import Pty, ok, done

world, shell = sys.argv[1:]


def login(user, *command):
    return Pty(["ssh", "-F", world + "/ssh_config", "-tt", user + "@world", *command])


def busy(s, command="exec sleep 1000"):
    """Start a foreground job and wait until it runs: what is typed before would be the shell's."""
    s.send("sh -c 'echo up-$((40+2)); %s'\n" % command)
    s.expect(r"\nup-42\n")
    time.sleep(0.3)


def ask(s, command, pattern):
    s.send(command + "\n")
    return s.expect(pattern)


for user, joins in (("carol", False), ("alice", False), ("alice", True)):
    who = "under bash: " if user == "carol" else "in a cell that was there: " if joins else ""
    if joins:
        first = login(user)
        first.expect(user + "-prompt> ")
    s = login(user)
    ok(s.expect(user + "-prompt> "), who + "an interactive login has a prompt", s.text)
    ok(ask(s, "tty; echo rc=$?", r"\n/dev/\S+\nrc=0\n"), who + "tty knows the terminal", s.text)
    ok(ask(s, "test -c $(tty) && stty size <$(tty)", r"\n24 80\n"), who + "and can open it by that name; stty knows its size", s.text)
    ok(ask(s, "echo $TERM [$SSH_TTY] $(test $SSH_TTY -ef $(tty) && echo same)", r"xterm \[/dev/\S+\] same"), who + "TERM and SSH_TTY", s.text)
    s.resize(40, 132)
    ok(ask(s, "sleep 0.5; stty size", r"\n40 132\n"), who + "a change of the window arrives", s.text)
    ask(s, "trap 'echo WINCH' WINCH; echo set-$((1+1))", r"\nset-2\n")
    s.resize(30, 100)
    ok(ask(s, "", r"WINCH"), who + "with its signal", s.text)
    busy(s)
    s.send("\x03")
    ok(ask(s, "echo rc=$?", r"rc=130"), who + "^C interrupts the foreground job", s.text)
    busy(s)
    s.send("\x1a")
    ok(s.expect(r"Stopped\s+sh -c"), who + "^Z stops it", s.text)
    ok(ask(s, "bg; jobs", r"Running\s+sh -c"), who + "bg lets it go on", s.text)
    s.send("fg\n")
    s.expect(r"\nsh -c .*\n")
    time.sleep(0.3)
    s.send("\x1c")
    ok(ask(s, "echo rc=$?", r"rc=131"), who + "fg brings it back, ^\\ quits it", s.text)
    busy(s, "exec cat")
    s.send("line\n")
    ok(s.expect(r"line\nline\n"), who + "a program reads line by line", s.text)
    s.send("\x04")
    ok(ask(s, "echo rc=$?", r"rc=0"), who + "^D ends its input", s.text)
    ok(ask(s, "python3 -c 'import os; print(os.getsid(0) == os.getppid(), os.tcgetpgrp(0) == os.getpgrp())'", r"True True"),
       who + "the shell leads its session, the job has the foreground", s.text)
    s.send("exit 7\n")
    ok(s.status() == 7, who + "exit status of an interactive login")
    s.end()

    s = login(user, "stty -echo; tty >/dev/null && echo terminal; exit 4")
    ok(s.expect("terminal") and s.status() == 4, who + "a command on a terminal", s.text)
    s.end()

    # hang-up: the shell is told, and acts on it
    mark = "/home/%s/hup" % user
    if os.path.exists(mark):
        os.unlink(mark)
    s = login(user)
    s.expect("prompt> ")
    ok(ask(s, "trap 'echo hup >~/hup; exit' HUP; echo set", r"\nset\n"), who + "a trap for SIGHUP", s.text)
    s.end()  # SIGKILL for the client
    end = time.time() + 20
    while not os.path.exists(mark) and time.time() < end:
        time.sleep(0.05)
    ok(os.path.exists(mark), who + "runs when the client is killed")

# su from the terminal of another user: same terminal, its job control is the outer shell's
first.end()
time.sleep(1)  # its cell with it
for who in ("", "in a cell that was there: "):
    if who:
        s.end()
        first = login("alice")
        first.expect("alice-prompt> ")
    s = Pty(["bash", "--norc", "-i"])
    s.send("PS1='root-prompt> '\n")
    s.expect("root-prompt> $")
    s.send("su alice -s %s\n" % shell)
    ok(s.expect("alice-prompt> "), "su from a shell: a prompt, without a word about job control", s.text)
    ok("job control" not in s.text and "ioctl" not in s.text, "  (nothing else said)", s.text)
    busy(s)
    s.send("\x03")
    ok(ask(s, "echo rc=$?", r"rc=130"), "^C ends the job inside and not su", s.text)
    s.send("kill -STOP $$\n")
    ok(s.expect(r"Stopped"), "a shell that stops itself gives the terminal back", s.text)
    ok(ask(s, "fg", r"alice-prompt> |su alice"), "and goes on with fg", s.text)
    ok(ask(s, "echo again", r"\nagain\n"), "where it was", s.text)
    s.send("exit 3\n")
    ok(ask(s, "echo rc=$?", r"rc=3"), "and its status comes back", s.text)
s.send("setpriv --reuid carol --regid carol --init-groups bash --norc -c '/usr/bin/immure -- true; echo up-$((40+2)); read x; echo got-$x'\n")
s.expect(r"\nup-42\n")
ok(ask(s, "word", r"got-word"), "run mode in a script gives the terminal back", s.text)
s.end()
done()
END
