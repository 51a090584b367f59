#!/bin/bash
# SPDX-License-Identifier: MIT
# What people use ssh for: sftp, scp, rsync, git.
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
mkdir $WORLD/t && cd $WORLD/t || exit 1
mkdir -p src/deep && echo one >src/a && head -c 300000 /dev/urandom >src/deep/b && ln -s a src/link && chmod 750 src/deep
ssh="ssh -F $WORLD/ssh_config"

printf 'put src/a up\nmkdir d\nput src/deep/b d/b\nls -l\nget up down\nrename up up2\nchmod 600 up2\n' >puts
ok "sftp: put, mkdir, get, rename, chmod" sftp -q -F $WORLD/ssh_config -b puts alice@world
sftp -q -F $WORLD/ssh_config -b <(printf 'ls /home\nls /etc/ssh\n') alice@world >out 2>&1
is "sftp: what came back is what went" "$(cat down)" one
is "sftp: it is in the home" "$(stat -c '%U %a' /home/alice/up2)" "alice 600"
like "sftp: sees the cell's /home" "$(cat out)" "/home/alice"
not_ok "sftp: and nobody else's" grep -q bob out
not_ok "sftp: nor host keys" grep -q host_key out
not_ok "sftp: /etc/shadow cannot be had" sftp -q -F $WORLD/ssh_config -b <(echo get /etc/shadow x) alice@world

for mode in "" -O; do
	ok "scp $mode up" scp -q $mode -r -F $WORLD/ssh_config src alice@world:scp$mode
	ok "scp $mode down" scp -q $mode -r -F $WORLD/ssh_config alice@world:scp$mode down$mode.d
	ok "scp $mode: the same came back" diff -r src down$mode.d
done
ok "rsync up" rsync -a -e "$ssh" src/ alice@world:rs/
ok "rsync down" rsync -a -e "$ssh" alice@world:rs/ rsdown/
ok "rsync: the same came back, links and modes too" diff <(cd src && find . -printf '%P %m %l\n' | sort) <(cd rsdown && find . -printf '%P %m %l\n' | sort)
ok "rsync: and the same bytes" cmp src/deep/b rsdown/deep/b
ok "rsync with --delete" rsync -a --delete -e "$ssh" src/ alice@world:rs/

export GIT_SSH_COMMAND="$ssh" GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
ssh_to alice 'git init -q --bare repo.git' >/dev/null
ok "git clone" git clone -q alice@world:repo.git work
(cd work && cp ../src/a . && git add a && git commit -qm one)
ok "git push" git -C work push -q origin HEAD:refs/heads/main
ok "git clone again" git clone -q -b main alice@world:repo.git work2
is "git: what was pushed is there" "$(cat work2/a)" one
cat >/home/alice/repo.git/hooks/post-receive <<'END'
#!/bin/sh
readlink /proc/self/ns/mnt >~/hook-ran
END
chmod 755 /home/alice/repo.git/hooks/post-receive && chown alice: /home/alice/repo.git/hooks/post-receive
(cd work && echo two >a && git commit -qam two)
ok "git push runs the hook" git -C work push -q origin HEAD:refs/heads/main
not_ok "  inside the cell" [ "$(cat /home/alice/hook-ran)" = "$(readlink /proc/self/ns/mnt)" ]
ok "git inside, to a repository of its own" ssh_to alice 'git clone -q repo.git inside && cd inside && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x && git push -q'
ok "tar through a pipe" bash -c "tar c src | $ssh alice@world 'tar x -C /tmp && cat /tmp/src/deep/b' | cmp - src/deep/b"
ok "ssh -t with a command" $ssh -tt alice@world tty
ok "multiplexed: a master" $ssh -M -S $WORLD/mux -fN alice@world
is "multiplexed: a second channel" "$($ssh -S $WORLD/mux alice@world 'echo second')" second
$ssh -S $WORLD/mux -O exit alice@world 2>/dev/null
tap_done
