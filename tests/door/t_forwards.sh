#!/bin/bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2010,SC2046,SC2088 # names without white space; a tilde that is meant
# Forwards of every kind: what sshd makes for carol is on the host, for alice in the cell.
. "$(dirname "$0")/../lib/door.sh"
cat >$WORLD/net.py <<'END'
# serve PORT|PATH|@NAME: says "host" to whoever connects; ask PORT|PATH|@NAME; socks PORT PORT2: asks PORT2 through a SOCKS server
import socket, sys
def address(a): return (socket.AF_INET, ("127.0.0.1", int(a))) if a.isdigit() else (socket.AF_UNIX, a.replace("@", "\0"))
verb, where = sys.argv[1:3]
family, name = address(where)
s = socket.socket(family)
s.settimeout(3)
if verb == "serve":
    s.settimeout(None); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(name); s.listen(); print("ready", flush=True)
    while True:
        c, _ = s.accept(); c.sendall(b"host\n"); c.close()
try:
    s.connect(name)
    if verb == "socks":
        s.sendall(b"\5\1\0"); assert s.recv(2) == b"\5\0"
        s.sendall(b"\5\1\0\1\x7f\0\0\1" + int(sys.argv[3]).to_bytes(2, "big")); s.recv(10)
    print(s.recv(99).decode().strip())
except Exception as e:
    print(type(e).__name__)
END
install -m 0755 $WORLD/net.py /usr/bin/net-try
servers=()
serve() { python3 $WORLD/net.py serve "$1" >$WORLD/served & servers+=($!); within grep -q ready $WORLD/served; }
ask() { python3 $WORLD/net.py ask "$1"; }
serve 8099
umask 0; serve /run/host.sock; umask 022
serve @host
client=
connected() { # USER SSH-OPTION…: a connection with forwards only, in the background
	local user=$1
	shift
	rm -f $WORLD/ctl
	ssh -F $WORLD/ssh_config -o ControlMaster=yes -o ControlPath=$WORLD/ctl -v -N "$@" "$user@world" </dev/null >$WORLD/fwd.err 2>&1 &
	client=$!
	within test -S $WORLD/ctl
	[ "$1" != -R ] || within grep -qE '^debug1: (remote forward (success|failure)|All remote forwarding requests)' $WORLD/fwd.err
}
closed() { kill $client 2>/dev/null; wait $client 2>/dev/null; }

# -L, -D, -W with the host's network and without
for net in host none; do
	profile "[Network]\nNetwork=$net\n"
	want=host
	[ $net = host ] || want=
	connected alice -L 127.0.0.1:8100:127.0.0.1:8099 -D 127.0.0.1:8101
	is "-L to a service of the host with Network=$net" "$(ask 8100 | grep -x host)" "$want"
	is "  -D" "$(python3 $WORLD/net.py socks 8101 8099 | grep -x host)" "$want"
	is "  -W" "$(timeout 20 ssh -F $WORLD/ssh_config alice@world -W 127.0.0.1:8099 </dev/null 2>/dev/null)" "$want"
	closed
done
connected carol -L 127.0.0.1:8100:127.0.0.1:8099 -D 127.0.0.1:8101
is "  control: carol's -L, -D and -W" "$(ask 8100) $(python3 $WORLD/net.py socks 8101 8099) $(ssh_to carol -W 127.0.0.1:8099 </dev/null)" "host host host"
closed

# -R: where the listener is
connected carol -R 127.0.0.1:8102:127.0.0.1:8099
is "-R: carol's port is on the host" "$(ask 8102)" host
closed
profile '[Network]\nNetwork=none\n'
connected alice -R 127.0.0.1:8102:127.0.0.1:8099
is "  alice's is not, with Network=none" "$(ask 8102)" ConnectionRefusedError
is "    but in the cell" "$(ssh_to alice python3 /usr/bin/net-try ask 8102)" host
closed
profile '[Network]\nListenAllow=tcp:9000\n'
connected alice -R 127.0.0.1:8102:127.0.0.1:8099 -R 127.0.0.1:9000:127.0.0.1:8099
is "  with the host's network ListenAllow= holds for it" "$(ask 8102) $(ask 9000)" "ConnectionRefusedError host"
closed
profile

# sockets in the file system
rm -f $WORLD/fwd.sock
connected carol -L $WORLD/fwd.sock:/run/host.sock
is "-L to a socket of the host: carol reaches it" "$(ask $WORLD/fwd.sock)" host
closed; rm -f $WORLD/fwd.sock
connected alice -L $WORLD/fwd.sock:/run/host.sock
is "  alice does not" "$(ask $WORLD/fwd.sock | grep -x host)" ""
closed
connected carol -R /tmp/carol.sock:127.0.0.1:8099
is "-R to a path: carol's socket is on the host" "$(ask /tmp/carol.sock)" host
closed
connected alice -R /tmp/alice.sock:127.0.0.1:8099
not_ok "  alice's is not" test -e /tmp/alice.sock
is "    but in the cell" "$(ssh_to alice python3 /usr/bin/net-try ask /tmp/alice.sock)" host
closed
sshd_line 'StreamLocalBindUnlink yes'
for u in alice carol; do install -o $u -m 600 /dev/null /var/tmp/victim-$u; done
connected carol -R /var/tmp/victim-carol:127.0.0.1:8099
ok "StreamLocalBindUnlink: carol's takes a file of the host away" test -S /var/tmp/victim-carol
closed
connected alice -R /var/tmp/victim-alice:127.0.0.1:8099
ok "  alice's does not" test -f /var/tmp/victim-alice
closed
sshd_line

# abstract sockets, which have no path
is "an abstract socket of the host: carol reaches it" "$(ssh_to carol python3 /usr/bin/net-try ask @host)" host
is "  alice does not" "$(ssh_to alice python3 /usr/bin/net-try ask @host)" PermissionError
profile '[Network]\nNetwork=none\n'
like "  nor without the host's network" "$(ssh_to alice python3 /usr/bin/net-try ask @host)" 'Error$'
profile
for u in alice carol; do echo 'python3 /usr/bin/net-try ask @host >$HOME/rc.out' >/home/$u/.ssh/rc; ssh_to $u true; done
is "  from ~/.ssh/rc: carol does" "$(cat /home/carol/rc.out)" host
is "  alice does not" "$(cat /home/alice/rc.out)" PermissionError
rm -f /home/{alice,carol}/.ssh/rc

# tunnels
mkdir -p /dev/net && mknod -m 666 /dev/net/tun c 10 200
sshd_line 'PermitTunnel yes'
tunnel_opens() { # USER: a device of the host that is that user's is taken by sshd
	local carrier
	ip tuntap add dev tun7 mode tun user "$1" && ip link set tun7 up || return 2
	connected "$1" -w 8:7
	for _ in 1 2 3 4 5 6 7 8; do ip link show tun7 | grep -q NO-CARRIER && carrier=0 || carrier=1; [ $carrier = 1 ] && break; sleep 0.1; done
	closed
	ip link del tun7
	[ "$carrier" = 1 ]
}
if ip tuntap add dev tun7 mode tun && ip link del tun7; then
	ok "ssh -w: carol's tunnel takes a device of the host" tunnel_opens carol
	not_ok "  alice's does not" tunnel_opens alice
else
	skip "ssh -w" "no tunnel can be made here"
fi

# agents
eval "$(ssh-agent -s)" >/dev/null && ssh-add -q $WORLD/key
like "an agent's socket works inside" "$(ssh_to alice -A 'ssh-add -l')" ED25519
for u in alice carol; do
	ssh -F $WORLD/ssh_config -A -n $u@world 'echo $SSH_AUTH_SOCK >$HOME/sock; sleep 20' & client=$!
	within test -s /home/$u/sock
	if [ $u = carol ]; then
		ok "  control: carol's is in the host's /tmp" test -S "$(cat /home/$u/sock)"
	else
		not_ok "  and is not in the host's /tmp" test -e "$(cat /home/$u/sock)"
	fi
	closed
done
kill "$SSH_AGENT_PID"

# the drop-in, a second wall for the members of immured
mkdir -p /etc/ssh/door.d && cp "$TOP"/scripts/debian/sshd/* /etc/ssh/door.d/50-immure.conf
printf '#!/bin/sh\n%s\n' "$LOOK" >/usr/bin/fake-xauth; chmod 755 /usr/bin/fake-xauth
sshd_line 'Include /etc/ssh/door.d/*.conf' 'X11Forwarding yes' 'PermitTunnel yes' 'XAuthLocation /usr/bin/fake-xauth'
groupadd -f immured
wall() { rm -f /home/alice/out /home/alice/rc.out; echo 'echo rc >$HOME/rc.out' >/home/alice/.ssh/rc; ssh_to alice true; rm /home/alice/.ssh/rc; DISPLAY=:77 ssh_to alice -Y true 2>/dev/null; ls /home/alice | grep out; }
is "the drop-in does nothing while the group is empty" "$(wall)" out$'\n'rc.out
usermod -aG immured alice
is "  and keeps xauth and rc away from its members" "$(wall)" ""
is "  who log in as before" "$(ssh_to alice 'echo in')" in
kill "${servers[@]}" 2>/dev/null; wait "${servers[@]}" 2>/dev/null
ok "nothing is left" settled
tap_done
