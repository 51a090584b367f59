#!/bin/bash
# SPDX-License-Identifier: MIT
# What people do inside: compile, edit, debug, keep a screen.
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
inside() { ssh_to alice "$1" </dev/null 2>&1; }

is "gcc hello.c" "$(inside 'cd && printf "#include <stdio.h>\nint main(void){puts(\"hello\");return 0;}\n" >h.c && gcc -O2 -o h h.c && ./h')" hello
is "python3 -m venv" "$(inside 'python3 -m venv --without-pip v && v/bin/python -c "import sys; print(sys.prefix)"')" /home/alice/v
like "man ls" "$(inside 'MANPAGER=cat man ls | head -20')" "list directory contents|LS\(1\)|no.*minimized"
is "perl, awk, sed" "$(inside 'perl -e "print 6*7" | awk "{print \$1+1}" | sed s/3/3!/')" '43!'
is "sqlite3" "$(inside 'sqlite3 x.db "create table t(a); insert into t values(5); select a from t;"')" 5
is "dash, zsh" "$(inside 'dash -c "echo d"; zsh -fc "echo z"' | tr '\n' ' ')" "d z "
like "gdb on a program of one's own" "$(inside 'gdb -q -batch -ex run -ex quit ./h' 2>&1)" "hello"
like "strace on a program of one's own" "$(inside 'strace -f -e trace=write ./h')" 'write\(1, "hello'
is "vi edits a file" "$(inside 'echo abc >f; vim.tiny -u NONE -es -c "%s/b/X/" -c wq f; cat f')" aXc
is "tmux keeps a terminal" "$(inside 'tmux -L t -f /dev/null new-session -d -s s "bash --norc" && sleep 0.5; tmux -L t send-keys -t s "echo in-\$((40+2))-tmux" Enter; sleep 1; tmux -L t capture-pane -p -t s | grep -c "^in-42-tmux"; tmux -L t kill-server')" 1
is "mktemp, /tmp and /var/tmp" "$(inside 'f=$(mktemp) && g=$(mktemp -p /var/tmp) && echo x >$f && cp $f $g && cat $g && rm $g')" x
is "POSIX shared memory and semaphores" "$(inside 'python3 -c "
from multiprocessing import shared_memory, Lock, Process
m = shared_memory.SharedMemory(create=True, size=10); m.buf[0] = 7; l = Lock(); l.acquire(); l.release(); print(m.buf[0]); m.close(); m.unlink()"')" 7
is "threads" "$(inside 'python3 -c "
import threading
r=[]; t=[threading.Thread(target=r.append,args=(i,)) for i in range(20)]; [x.start() for x in t]; [x.join() for x in t]; print(len(r))"')" 20
is "a terminal of one's own" "$(inside 'script -qec "tty" /dev/null | tr -d "\r"')" /dev/pts/0
is "sockets on loopback" "$(inside 'python3 -c "
import socket
s=socket.socket(); s.bind((\"127.0.0.1\",0)); s.listen(); c=socket.create_connection(s.getsockname()); a,_=s.accept(); c.send(b\"hi\"); print(a.recv(2).decode())"')" hi
is "names resolve by files" "$(inside 'getent hosts localhost | grep -c localhost; getent passwd alice root | wc -l; getent group alice' | tr '\n' ' ')" "1 2 alice:x:$(id -g alice): "
is "nobody else is known" "$(inside 'getent passwd bob; grep -c carol /etc/passwd')" 0
usermod -aG audio bob; usermod -aG video alice
is "groups tell of no other member" "$(inside 'grep -E "^(audio|video|games|alice):" /etc/group' | sort | tr '\n' ' ')" "alice:x:$(id -g alice): audio:x:29: games:x:60: video:x:44:alice "
is "id" "$(inside 'id -un; id -gn' | tr '\n' ' ')" "alice alice "
is "df, ps, free, uptime, top work" "$(inside 'df -h >/dev/null && ps aux >/dev/null && free >/dev/null && uptime >/dev/null && top -bn1 >/dev/null && echo ok')" ok
is "nproc sees the processors" "$(inside nproc)" "$(nproc)"
is "locale" "$(inside 'LC_ALL=C.UTF-8 locale charmap')" UTF-8
is "time zone" "$(inside 'date +%Z')" "$(date +%Z)"
is "openssl finds its configuration and certificates" "$(inside 'openssl version -d >/dev/null && test -e /etc/ssl/certs && test ! -e /etc/ssl/private && echo ok')" ok
is "node" "$(inside 'command -v node >/dev/null || { echo 42; exit; }; node -e "console.log(6*7)"')" 42
is "java, if it is there" "$(inside 'command -v java >/dev/null || { echo ok; exit; }; java -version >/dev/null 2>&1 && echo ok')" ok
is "ulimit -c does not bring core files back" "$(inside 'ulimit -c 0; ulimit -c unlimited; ulimit -c; grep -i "core file" /proc/self/limits | tr -s " "' | tr -s '\n ' ' ')" "0 Max core file size 1 1 bytes "

is "a crash leaves no core file" "$(inside 'ulimit -c unlimited; cd /tmp && { bash -c "kill -SEGV \$\$"; } 2>/dev/null; ls /tmp | wc -l')" 0

# immure inside is the shell's other name
is "immure inside: -c" "$(inside "$TEST_SHELL -c 'echo nested \$0'")" "nested bash"
is "immure inside: the same cell" "$(inside "a=\$(readlink /proc/self/ns/pid); b=\$($TEST_SHELL -c 'readlink /proc/self/ns/pid'); [ \$a = \$b ] && echo same")" same
like "immure inside has no options" "$(inside "$TEST_SHELL --profile=x -- id")" "invalid option|unrecognized|--profile"
is "its status" "$(inside "$TEST_SHELL -c 'exit 9'; echo \$?")" 9
tap_done
