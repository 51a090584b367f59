# SPDX-License-Identifier: MIT
# For tests of networks, to be sourced after world.sh: the world is a DMZ's host, with a machine on the bridge and one in the Internet.
#   br0  10.9.0.1/24 fd00:9::1/64      the bridge, of the host
#   lan  10.9.0.2    fd00:9::2         a network namespace on the bridge
#   net  192.0.2.2   2001:db8::2       another, behind the host, which routes
# On all three: TCP and UDP ports 53 80 443 8005 9000 that tell the name (host, lan, net) and the client's address. 53/udp is a name server.
#   probe tcp|udp ADDRESS PORT         what is there, or the name of the error; to be run anywhere
#   profile TEXT                       alice's

cat >/usr/local/bin/probe <<'END'
#!/usr/bin/python3
import errno, socket, sys
kind, address, port = sys.argv[1:4]
s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
s.settimeout(float(sys.argv[4]) if len(sys.argv) > 4 else 4)
try:
    s.connect(socket.getaddrinfo(address, int(port), s.family)[0][4])
    if kind == "udp":
        s.send(b"?")
    print(s.recv(200).decode())
except TimeoutError:
    print("silence")
except OSError as e:
    print(errno.errorcode[e.errno])
END
cat >$WORLD/serve.py <<'END'
import select, socket, struct, sys
name, ready = sys.argv[1:3]
ports = [int(p) for p in sys.argv[3:]] or [53, 80, 443, 8005, 9000]
sockets = []
for port in ports:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        for family, any in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            s = socket.socket(family, kind)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            s.bind((any, port))
            if kind == socket.SOCK_STREAM: s.listen(128)
            sockets.append(s)
open(ready, "w").close()
def answer(query):
    end = query.index(b"\0", 12) + 5
    question, four = query[12:end], query[end - 4:end - 2] == b"\0\1"
    record = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton("10.9.0.77") if four else b""
    return query[:2] + b"\x81\x80\0\1" + (b"\0\1" if four else b"\0\0") + b"\0\0\0\0" + question + record
while True:
    for s in select.select(sockets, [], [])[0]:
        try:
            if s.type == socket.SOCK_STREAM:
                c, peer = s.accept()
                c.sendall(f"{name} sees {peer[0]}".encode()); c.close()
            else:
                data, peer = s.recvfrom(600)
                s.sendto(answer(data) if len(data) > 12 else f"{name} sees {peer[0]}".encode(), peer)
        except (OSError, ValueError):
            pass
END
chmod 755 /usr/local/bin/probe

net_serve() { # NAME NAMESPACE [PORT…]: a server in a namespace, or "" for the world's own
	local name=$1 ns=$2
	shift 2
	rm -f "$WORLD/ready.$name"
	if [ -n "$ns" ]; then ip netns exec "$ns" python3 $WORLD/serve.py "$name" "$WORLD/ready.$name" "$@" & else
		python3 $WORLD/serve.py "$name" "$WORLD/ready.$name" "$@" &
	fi
	until [ -e "$WORLD/ready.$name" ]; do sleep 0.02; done
}
net_end() { # NAMESPACE INTERFACE PEER: a machine's end of a cable
	ip netns add "$1" && ip link add "$2" type veth peer name eth0 netns "$1" && ip link set "$2" up &&
		ip netns exec "$1" ip link set lo up && ip netns exec "$1" ip link set eth0 up
}
in_lan() { ip netns exec lan "$@"; }
in_net() { ip netns exec net "$@"; }
profile() { mkdir -p /etc/immure/users && printf "$1" >/etc/immure/users/alice.profile; }
bridged='[Network]\nNetwork=bridge\nBridge=br0\n'
leases() { ls /run/immure/net/br0 2>/dev/null; }
links() { ip -o link show master br0 | grep -o 'im-[0-9a-f]*'; }
nothing_left() { [ -z "$(ls /run/immure/cells 2>/dev/null)" ] && [ -z "$(leases)" ] && [ -z "$(links)" ]; }
settled() { for _ in $(seq 200); do nothing_left && return; sleep 0.02; done; ls /run/immure/cells; leases; links; return 1; }
address() { ssh_to "${1:-alice}" "ip -4 -o addr show dev eth0 | awk '{print \$4}'"; }

ip link add br0 type bridge && ip addr add 10.9.0.1/24 dev br0 && ip addr add fd00:9::1/64 dev br0 nodad && ip link set br0 up
net_end lan lan0 && ip link set lan0 master br0 && in_lan ip addr add 10.9.0.2/24 dev eth0 && in_lan ip addr add fd00:9::2/64 dev eth0 nodad
net_end net net0 && ip addr add 192.0.2.1/24 dev net0 && ip addr add 2001:db8::1/64 dev net0 nodad &&
	in_net ip addr add 192.0.2.2/24 dev eth0 && in_net ip addr add 2001:db8::2/64 dev eth0 nodad &&
	in_net ip route add 10.9.0.0/24 via 192.0.2.1 && in_net ip route add fd00:9::/64 via 2001:db8::1
echo 1 >/proc/sys/net/ipv4/ip_forward && echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
