#!/bin/bash
# SPDX-License-Identifier: MIT
# The doors of sshd, with the real clients. What carol (plain bash) sees or reaches, alice must not.
. ./guest.sh
sftp_ls() { echo 'ls /srv' | sftp -q "${quiet[@]}" "$1@localhost" 2>&1; }
sshd_again() { systemctl restart ssh && wait_for 20 ssh_to carol true; }

# files
for u in carol alice; do
	[ $u = carol ] && check=like || check=unlike
	echo text >up.$u
	scp -q "${quiet[@]}" up.$u "$u@localhost:" 2>&1 && scp -q "${quiet[@]}" -O up.$u "$u@localhost:old" 2>&1
	is "scp, sftp's protocol and its own: $u" "$(cat /home/$u/up.$u /home/$u/old 2>&1)" $'text\ntext'
	mkdir -p tree && echo 1 >tree/a && rsync -a -e "ssh ${quiet[*]}" tree "$u@localhost:" && rsync -a -e "ssh ${quiet[*]}" "$u@localhost:tree/" back.$u/
	is "rsync, both ways: $u" "$(cat /home/$u/tree/a back.$u/a 2>&1)" $'1\n1'
	$check "  of the host's files" "$(rsync -e "ssh ${quiet[*]}" "$u@localhost:/srv/" 2>&1)" marker
	ssh_to $u 'git init -q --bare r.git && printf "#!/bin/sh\nls /srv\n" >r.git/hooks/post-receive && chmod +x r.git/hooks/post-receive'
	rm -rf w && git init -q w && git -C w -c user.name=x -c user.email=x@y commit -q --allow-empty -m x
	pushed=$(GIT_SSH_COMMAND="ssh ${quiet[*]}" git -C w push "$u@localhost:r.git" HEAD:refs/heads/main 2>&1)
	like "git push: $u" "$pushed" 'new branch'
	$check "  its hook, outside" "$pushed" marker
done
sed -i '/^Subsystem/d' /etc/ssh/sshd_config && echo 'Subsystem sftp internal-sftp' >>/etc/ssh/sshd_config && sshd_again
like "internal-sftp as the subsystem: carol" "$(sftp_ls carol)" marker
unlike "  alice" "$(sftp_ls alice)" marker
like "    works" "$(sftp_ls alice)" 'ls /srv'
sed -i 's|internal-sftp|/usr/lib/openssh/sftp-server|' /etc/ssh/sshd_config && sshd_again
for u in alice carol; do sed 's/^/command="internal-sftp" /' ~/.ssh/id_ed25519.pub >/home/$u/.ssh/authorized_keys; done
like "command=\"internal-sftp\" in the account's own keys: carol" "$(sftp_ls carol)" marker
unlike "  alice" "$(sftp_ls alice)" marker
for u in alice carol; do cp ~/.ssh/id_ed25519.pub /home/$u/.ssh/authorized_keys; done

# what sshd runs itself
for u in alice carol; do
	echo 'exec >$HOME/rc.out 2>&1; ls /srv; unshare -Ur true && echo namespace; grep NoNew /proc/self/status' >/home/$u/.ssh/rc
	ssh_to $u true
done
like "an .ssh/rc: carol's is outside" "$(cat /home/carol/rc.out)" marker
unlike "  alice's is not" "$(cat /home/alice/rc.out)" marker
like "  but sealed" "$(cat /home/alice/rc.out)" 'NoNewPrivs:.1'
unlike "  and makes no user namespace" "$(cat /home/alice/rc.out)" 'namespace$'
usermod -aG immured alice; rm /home/alice/rc.out; ssh_to alice true
not_ok "  nor is it run for group immured" test -e /home/alice/rc.out
gpasswd -d alice immured >/dev/null; rm -f /home/*/.ssh/rc
for u in alice carol; do
	install -m 755 pre.so /home/$u/pre.so
	echo "LD_PRELOAD DEFAULT=/home/$u/pre.so" >/home/$u/.pam_environment
	rm -f /tmp/preloaded*
	ssh_to $u true >/dev/null 2>&1
	rm -f /home/$u/.pam_environment
	preloaded=$(cat /tmp/preloaded 2>/dev/null)
	if [ $u = alice ]; then
		is "LD_PRELOAD by ~/.pam_environment: nothing outside of the cell" "$preloaded" ""
	elif grep -q user_readenv=1 /etc/pam.d/sshd; then
		like "  control: carol's runs" "$preloaded" outside
	else
		is "  here sshd's stack does not read it for anybody" "$preloaded" ""
	fi
done

# forwards of ports; the service is the host's
socat TCP-LISTEN:8099,bind=127.0.0.1,fork,reuseaddr SYSTEM:'echo host service' & tcp=$!
socat UNIX-LISTEN:/run/host.sock,fork,mode=666 SYSTEM:'echo host socket' & unix=$!
wait_for 10 sh -c 'ss -ltn | grep -q :8099 && test -S /run/host.sock'
forward() { # USER LISTENER-TEST SSH-OPTION…: the connection is $client when the listener is there
	local user=$1 up=$2
	shift 2
	ssh "${quiet[@]}" -N "$@" "$user@localhost" </dev/null >/dev/null 2>&1 & client=$!
	wait_for 20 sh -c "$up"
}
get() { timeout 40 socat -u "$1" - 2>/dev/null; }
by_local() { forward "$1" 'ss -ltn | grep -q :8100' -L 127.0.0.1:8100:127.0.0.1:8099; got=$(get TCP:127.0.0.1:8100); leave; }
by_socks() { forward "$1" 'ss -ltn | grep -q :1080' -D 127.0.0.1:1080; got=$(get SOCKS4:127.0.0.1:127.0.0.1:8099,socksport=1080); leave; }
by_remote() { forward "$1" 'sleep 3; ss -ltn | grep -q :8101 || pgrep -u '"$1"' sshd' -R 127.0.0.1:8101:127.0.0.1:8099; got=$(get TCP:127.0.0.1:8101); leave; }
by_socket() { rm -f /tmp/f.sock; forward "$1" 'test -S /tmp/f.sock' -L /tmp/f.sock:/run/host.sock; got=$(get UNIX-CONNECT:/tmp/f.sock); leave; }
by_remote_socket() { rm -f /tmp/r.sock; forward "$1" 'sleep 3; true' -R /tmp/r.sock:127.0.0.1:8099; got=$(get UNIX-CONNECT:/tmp/r.sock); leave; }
by_stdio() { got=$(ssh_to "$1" -W 127.0.0.1:8099 2>/dev/null); }
for network in host none; do
	if [ $network = none ]; then profile '[Network]\nNetwork=none\n'; want=; else want='host service'; fi
	for way in local socks remote stdio; do
		[ $network = none ] || { by_$way carol; is "forward by $way: carol reaches the host's service" "$got" "host service"; }
		by_$way alice
		is "  alice, with Network=$network" "$got" "$want"
	done
done
no_profile
by_socket carol; is "forward to a socket: carol reaches the host's" "$got" "host socket"
by_socket alice; is "  alice does not" "$got" ""
by_remote_socket carol; is "forward from a socket: carol's is the host's" "$got" "host service"
by_remote_socket alice; is "  alice's is not" "$got" ""
kill $tcp $unix; wait $tcp $unix 2>/dev/null
eval "$(ssh-agent -s)" >/dev/null && ssh-add -q ~/.ssh/id_ed25519
like "agent forwarding works inside" "$(ssh_to alice -A 'ssh-add -l')" ED25519
rm -f /home/alice/.ssh/agent/* 2>/dev/null
kill "$SSH_AGENT_PID"

# X11 and tunnels, for members of the group; a stand-in for xauth, which sshd wants to see
printf '#!/bin/sh\nexit 0\n' >/usr/bin/xauth && chmod 755 /usr/bin/xauth
printf 'PermitTunnel yes\nX11Forwarding yes\n' >>/etc/ssh/sshd_config && sshd_again
usermod -aG immured alice
like "X11 forwarding: carol has a display" "$(DISPLAY=:0 ssh_to carol -Y 'echo $DISPLAY')" localhost:
is "  alice has none" "$(DISPLAY=:0 ssh_to alice -Y 'echo $DISPLAY')" ""
modprobe tun 2>/dev/null
tunnel() { timeout 20 ssh -v -n -o BatchMode=yes -o ExitOnForwardFailure=no -w any:any "$1@localhost" true 2>&1; }
like "a tunnel: refused for alice" "$(tunnel alice)" 'Tunnel forwarding failed|administratively prohibited|channel [0-9]+: open failed'
is "  by the drop-in, while carol may" "$(for u in alice carol; do sshd -T -C user=$u,host=x,addr=1.2.3.4 | grep permittunnel; done)" $'permittunnel no\npermittunnel yes'
gpasswd -d alice immured >/dev/null

# an account whose lookup returns another shell; a second name of the uid
new_user dave /bin/bash
ok "control: dave, with bash, is outside" outside "$(ssh_to dave "$where")"
usermod -aG immured dave
ok "  a member of immured, whatever the shell, is in a cell" inside "$(ssh_to dave "$where")"
useradd -o -u "$uid" -g alice -d /home/alice -s /bin/bash second
ok "a second name of alice's uid, with bash, is in a cell" inside "$(su second -c "$where" 2>/dev/null)"
not_ok "  over ssh it is not outside either" outside "$(ssh_to second "$where" 2>/dev/null)"
userdel second 2>/dev/null
not_ok "/etc/shells does not list immure" grep -q immure /etc/shells
for u in carol alice; do
	passwd -qd $u # which asks for none
	setpriv --reuid $u --regid $u --init-groups chsh -s /bin/sh </dev/null >/dev/null 2>&1
done
is "chsh: carol may, alice may not" "$(getent passwd carol alice | cut -d: -f7)" $'/bin/sh\n/usr/bin/immure'

# socket activation
systemctl disable --now ssh.service >/dev/null 2>&1; systemctl start ssh.socket
ok "sshd by its socket: in the cell" inside "$(ssh_to alice "$where")"
ok "  control: carol is not" outside "$(ssh_to carol "$where")"
systemctl stop ssh.socket; systemctl start ssh.service
cleared "nothing is left of all that"
is "nothing has failed" "$(systemctl is-system-running)" "$state_before"
tap_done
