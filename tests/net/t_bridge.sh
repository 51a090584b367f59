#!/bin/bash
# SPDX-License-Identifier: MIT
# Network=bridge and a namespace of the administrator's: what the account has of it, IPv4 and IPv6, and what is left when it goes.
WORLD_DOOR=1
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
. "$TOP/tests/lib/net.sh"
net_serve host ''; net_serve lan lan; net_serve net net
ip link set br0 mtu 1400
stay() { # COMMAND: a session of alice's in the background, once its cell is there; leave ends it
	ssh -F $WORLD/ssh_config -n alice@world "echo up; $1; sleep 100" >$WORLD/stay 2>/dev/null & client=$!
	for _ in $(seq 200); do grep -q up $WORLD/stay && return; sleep 0.05; done
}
leave() { kill $client; wait $client 2>/dev/null; }

# a network of its own, as soon as the session is there
profile "$bridged"
like "an address of the bridge's network" "$(address)" '^10\.9\.0\.[0-9]+/24$'
like "  of IPv6 too, usable at once" "$(ssh_to alice 'ip -6 -o addr show dev eth0 scope global')" 'fd00:9::[0-9a-f:]+/64 scope global nodad'
is "  the same at the next login" "$(address)" "$(address)"
not_ok "  another one for another account" [ "$(address)" = "$(cp /etc/immure/users/{alice,bob}.profile; address bob)" ]
like "nothing else is there" "$(ssh_to alice 'ip -o link | cut -d: -f2 | tr -d "\n"')" '^ lo eth0@if[0-9]+$'
like "  the MTU is the bridge's, the MAC address locally administered" "$(ssh_to alice 'ip -o link show eth0')" 'mtu 1400 .* link/ether .[26ae]:'
is "lo is up" "$(ssh_to alice 'ip -o addr show dev lo | grep -c 127.0.0.1/8')" 1
for a in 10.9.0.1 fd00:9::1 10.9.0.2 fd00:9::2 127.0.0.1 ::1; do
	like "ping $a without a privilege" "$(ssh_to alice "ping -c1 -W4 $a" 2>&1)" '1 received'
done
is "the machine on the bridge sees the cell's address" "$(ssh_to alice 'probe tcp 10.9.0.2 80')" "lan sees $(address | cut -d/ -f1)"
like "  by IPv6" "$(ssh_to alice 'probe tcp fd00:9::2 80; probe udp fd00:9::2 443')" 'lan sees fd00:9::.*lan sees fd00:9::'
is "without Gateway= nothing behind the bridge is there" "$(ssh_to alice 'probe tcp 192.0.2.2 80; probe tcp 2001:db8::2 80; probe udp 192.0.2.2 80')" \
	$'ENETUNREACH\nENETUNREACH\nENETUNREACH'
is "  carol, on the host, gets there" "$(ssh_to carol 'probe tcp 192.0.2.2 80')" "net sees 192.0.2.1"
is "the host's loopback is another's" "$(ssh_to alice 'probe tcp 127.0.0.1 80; probe tcp 127.0.0.1 22')" $'ECONNREFUSED\nECONNREFUSED'
is "the cell is no router, and believes none" "$(ssh_to alice 'cd /proc/sys/net; cat ipv4/conf/all/forwarding ipv6/conf/all/forwarding ipv6/conf/eth0/accept_ra ipv6/conf/eth0/autoconf ipv4/conf/eth0/accept_redirects' | tr -d '\n')" 00000

# what cannot be changed from inside
like "no interface can be changed" "$(ssh_to alice '/sbin/ip link set eth0 down' 2>&1)" 'Operation not permitted'
like "  no address added" "$(ssh_to alice '/sbin/ip addr add 10.9.0.200/24 dev eth0' 2>&1)" 'Operation not permitted'
like "  no rule" "$(ssh_to alice '/usr/sbin/nft flush ruleset' 2>&1; echo $?)" 'Operation not permitted.*1$'
stay true
is "  the filter is there all the same" "$(nsenter -t "$(sed -n 's/^init=//p' /run/immure/cells/*.1)" -n nft list tables)" "table inet immure"
leave
like "  no namespace made" "$(ssh_to alice 'unshare -Urn true' 2>&1)" 'not permitted'
like "  nor joined" "$(ssh_to alice 'nsenter --net=/proc/1/ns/net true' 2>&1)" '(denied|not permitted|No such)'
is "  no capability" "$(ssh_to alice 'grep -E "^Cap(Prm|Eff|Bnd)" /proc/self/status | grep -vc 0000000000000000')" 0
is "no socket may send raw packets" "$(ssh_to alice 'python3 -c "
import socket
for f, t, p in ((socket.AF_INET, socket.SOCK_RAW, 1), (socket.AF_PACKET, socket.SOCK_RAW, 0), (socket.AF_INET6, socket.SOCK_RAW, 58)):
    try: socket.socket(f, t, p); print(\"open\")
    except OSError as e: print(\"refused\")"' | sort -u)" refused

# names
echo 'nameserver 127.0.0.53' >/etc/resolv.conf # a stub of the host
profile "${bridged}Gateway=10.9.0.1 fd00:9::1\nDNS=10.9.0.2 fd00:9::2\n[Session]\nHostname=inner\n"
is "DNS= resolves inside" "$(ssh_to alice 'getent ahostsv4 name.test | head -1 | cut -d" " -f1; cat /etc/resolv.conf')" $'10.9.0.77\nnameserver 10.9.0.2\nnameserver fd00:9::2'
is "  and hosts names the cell" "$(ssh_to alice 'getent hosts inner localhost | tr -s " "')" $'127.0.1.1 inner\n::1 localhost ip6-localhost ip6-loopback'
like "Gateway= leads out" "$(ssh_to alice 'probe tcp 192.0.2.2 80; probe tcp 2001:db8::2 443')" 'net sees 10\.9\.0\..*net sees fd00:9::'
profile "$bridged"
is "without DNS= no name server is asked" "$(ssh_to alice 'grep -c ^nameserver /etc/resolv.conf; getent hosts name.test')" 0

# fixed addresses
profile "${bridged}Address=10.9.0.50/24 fd00:9::50/64\nGateway=10.9.0.1\n"
is "Address=" "$(ssh_to alice 'ip -o addr show dev eth0 scope global' | awk '{print $4}')" $'10.9.0.50/24\nfd00:9::50/64'
is "  login after login" "$(address; address)" $'10.9.0.50/24\n10.9.0.50/24'
profile "${bridged}Address=10.9.0.50/24\n"
is "IPv4 alone: no IPv6 address at all" "$(ssh_to alice 'ip -6 -o addr show dev eth0')" ""
profile "${bridged}Address=fd00:9::50/64\n"
is "IPv6 alone" "$(ssh_to alice 'ip -4 -o addr show dev eth0; probe tcp fd00:9::2 80; probe tcp 10.9.0.2 80')" $'lan sees fd00:9::50\nENETUNREACH'

# sessions share it
profile "${bridged}ListenAllow=tcp:8080\n"
stay 'python3 -m http.server 8080 >/dev/null 2>&1 & true'
for _ in $(seq 50); do [ "$(ssh_to alice 'probe tcp 127.0.0.1 8080 1')" = silence ] && break; done
is "a second session is in the same network" "$(ssh_to alice 'probe tcp 127.0.0.1 8080 1')" silence
is "  and su" "$(su alice -c 'probe tcp 127.0.0.1 8080 1')" silence
is "  one link, two addresses" "$(links | wc -l; leases | wc -l)" $'1\n2'
like "  the lease names init and the account" "$(cat /run/immure/net/br0/10.9.0.*)" "uid=$(id -u alice).init=$(sed -n 's/^init=//p' /run/immure/cells/*.1).start=$(sed -n 's/^start=//p' /run/immure/cells/*.1)"
is "  root's alone" "$(stat -c '%U %a' /run/immure/net/br0 /run/immure/net/br0/10.*)" $'root 700\nroot 600'
leave
ok "nothing is left" settled
profile "${bridged}[Session]\nScope=session\n"
stay 'ip -4 -o addr show dev eth0'
for _ in $(seq 100); do grep -q eth0 $WORLD/stay && break; sleep 0.05; done
not_ok "Scope=session: each has an address of its own" [ "$(awk '/eth0/ {print $4}' $WORLD/stay)" = "$(address)" ]
leave
ok "  (both end)" settled

# ssh's forwards
fwd() { # OPTION…: what a client on port 8100 is told
	ssh -F $WORLD/ssh_config alice@world -N "$@" </dev/null 2>/dev/null & local pid=$!
	for _ in $(seq 60); do ss -ltn | grep -q 127.0.0.1:8100 && break; sleep 0.05; done
	timeout 6 bash -c 'exec 3<>/dev/tcp/127.0.0.1/8100 && cat <&3' 2>/dev/null
	kill $pid; wait $pid 2>/dev/null
}
socks() { # ADDRESS PORT
	ssh -F $WORLD/ssh_config alice@world -N -D 127.0.0.1:8101 </dev/null 2>/dev/null & local pid=$!
	for _ in $(seq 60); do ss -ltn | grep -q 127.0.0.1:8101 && break; sleep 0.05; done
	curl -s --max-time 6 --http0.9 --socks5 127.0.0.1:8101 "http://$1:$2/" 2>/dev/null
	kill $pid; wait $pid 2>/dev/null
}
profile "${bridged}Address=10.9.0.50/24\nGateway=10.9.0.1\nIPAddressDeny=any\nIPAddressAllow=10.9.0.2 localhost\nConnectAllow=tcp:80 tcp:9000\n"
is "-L lands in the cell's network" "$(fwd -L 127.0.0.1:8100:10.9.0.2:80)" "lan sees 10.9.0.50"
is "  and obeys the ports" "$(fwd -L 127.0.0.1:8100:10.9.0.2:443)" ""
is "  and the addresses" "$(fwd -L 127.0.0.1:8100:192.0.2.2:80)" ""
is "  the host's loopback is not there" "$(fwd -L 127.0.0.1:8100:127.0.0.1:80)" ""
is "-W" "$(ssh_to alice -W 10.9.0.2:80 </dev/null 2>/dev/null)" "lan sees 10.9.0.50"
is "  obeys" "$(ssh_to alice -W 192.0.2.2:80 </dev/null 2>/dev/null; ssh_to alice -W 10.9.0.2:443 </dev/null 2>/dev/null)" ""
is "-D" "$(socks 10.9.0.2 80)" "lan sees 10.9.0.50"
is "  obeys" "$(socks 192.0.2.2 80)$(socks 10.9.0.1 80)" ""
ssh -F $WORLD/ssh_config alice@world -R 9000:127.0.0.1:80 'sleep 0.5; probe tcp 127.0.0.1 9000; ss -ltn 2>/dev/null | grep -c :9000' </dev/null >$WORLD/out 2>/dev/null
is "-R listens inside, and not on the host" "$(head -1 $WORLD/out)" "host sees 127.0.0.1"
ssh -F $WORLD/ssh_config alice@world -N -R 9100:127.0.0.1:80 </dev/null 2>/dev/null & r=$!
sleep 1
is "  (the host has no such port)" "$(probe tcp 127.0.0.1 9100)" ECONNREFUSED
is "  nor can it be reached from outside without ListenAllow=" "$(in_lan probe tcp 10.9.0.50 9100 1)" silence
kill $r; wait $r 2>/dev/null
ok "nothing is left" settled

# bandwidth
profile "${bridged}NetworkBandwidth=512K/2M\n"
stay true
like "NetworkBandwidth= down, on the bridge's end" "$(tc qdisc show dev "$(links)")" 'tbf .*rate 16777Kbit'
like "  up, in the cell, where nobody can change it" "$(ssh_to alice '/sbin/tc qdisc show dev eth0')" 'tbf .*rate 4194Kbit'
like "  (nobody)" "$(ssh_to alice '/sbin/tc qdisc del dev eth0 root' 2>&1)" 'not permitted'
leave

# a namespace of the administrator's
ip netns exec lan ip addr add 10.9.0.3/24 dev eth0
profile '[Network]\nNetwork=/run/netns/lan\n'
is "Network=/run/netns/NAME" "$(ssh_to alice 'readlink /proc/self/ns/net')" "net:[$(stat -L -c %i /run/netns/lan)]"
is "  ssh's forwards are there" "$(ssh_to alice -W 127.0.0.1:80 </dev/null)" "lan sees 127.0.0.1"
is "  a second session, su" "$(su alice -c 'probe tcp 127.0.0.1 80')" "lan sees 127.0.0.1"
like "  nobody rules it from inside" "$(ssh_to alice '/sbin/ip link set eth0 down' 2>&1)" 'not permitted'
profile '[Network]\nNetwork=/run/netns/lan\nConnectAllow=tcp:443\nDNS=10.9.0.2\n'
is "  ConnectAllow= holds, by Landlock" "$(ssh_to alice 'probe tcp 10.9.0.1 443; probe tcp 10.9.0.1 80; grep ^name /etc/resolv.conf')" $'host sees 10.9.0.2\nEACCES\nnameserver 10.9.0.2'
is "  and no table of ours is in it" "$(in_lan nft list tables)" ""
ok "nothing is left" settled
ok "  but the namespace" test -e /run/netns/lan
rm /etc/immure/users/alice.profile
is "others are where they were" "$(ssh_to alice 'readlink /proc/self/ns/net')" "$(readlink /proc/self/ns/net)"
tap_done
