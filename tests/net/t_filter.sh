#!/bin/bash
# SPDX-License-Identifier: MIT
# Filters of a bridged cell: what it may reach and be reached by, both families; each with its neighbour that is let through.
WORLD_DOOR=1
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
. "$TOP/tests/lib/net.sh"
net_serve host ''; net_serve lan lan; net_serve net net
base="${bridged}Address=10.9.0.50/24 fd00:9::50/64\nGateway=10.9.0.1 fd00:9::1\n"
inside() { # what each "KIND ADDRESS PORT" of the arguments says from inside, one a line
	local all=
	for p; do all+="probe $p;"; done
	ssh_to alice "$all"
}
four='tcp 10.9.0.2 80' six='tcp fd00:9::2 80' out4='tcp 192.0.2.2 80' out6='tcp 2001:db8::2 80'
yes4='lan sees 10.9.0.50' yes6='lan sees fd00:9::50' net4='net sees 10.9.0.50' net6='net sees fd00:9::50'

profile "$base"
is "no list: everything can be reached" "$(inside "$four" "$six" "$out4" "$out6" 'udp 10.9.0.2 9000' 'udp 2001:db8::2 9000')" "$yes4
$yes6
$net4
$net6
$yes4
$net6"

# ports
profile "${base}ConnectAllow=tcp:80 udp:53 tcp:8000-8010\n"
is "ConnectAllow= tcp: a port" "$(inside "$four" "$six")" "$yes4
$yes6"
is "  a range" "$(inside 'tcp 10.9.0.2 8005' 'tcp fd00:9::2 8005')" "$yes4
$yes6"
is "  others are refused at once" "$(inside 'tcp 10.9.0.2 443' 'tcp fd00:9::2 443' 'tcp 192.0.2.2 9000' 'tcp 10.9.0.2 7999' 'tcp 10.9.0.2 8011')" \
	$'ECONNREFUSED\nECONNREFUSED\nECONNREFUSED\nECONNREFUSED\nECONNREFUSED'
is "ConnectAllow= udp: a port" "$(inside 'udp 10.9.0.2 53' 'udp fd00:9::2 53')" "$yes4
$yes6"
like "  others are refused at once" "$(inside 'udp 10.9.0.2 443' 'udp fd00:9::2 443' 'udp 10.9.0.2 80')" $'^EPERM\nEPERM\nEPERM$'
is "  53/tcp is another port" "$(inside 'tcp 10.9.0.2 53')" ECONNREFUSED
not_ok "ping is not among them" ssh_to alice 'ping -c1 -W2 10.9.0.2'
not_ok "  by IPv6" ssh_to alice 'ping -c1 -W2 fd00:9::2'
profile "${base}ConnectAllow=icmp\n"
ok "  icmp lists it" ssh_to alice 'ping -c1 -W4 10.9.0.2'
ok "  by IPv6" ssh_to alice 'ping -c1 -W4 fd00:9::2'
is "  and nothing else" "$(inside "$four" "$six")" $'ECONNREFUSED\nECONNREFUSED'
profile "${base}ConnectAllow=tcp:none\n"
is "tcp:none: nothing at all" "$(inside "$four" "$six" 'tcp 127.0.0.1 80')" $'ECONNREFUSED\nECONNREFUSED\nECONNREFUSED'
like "  UDP neither" "$(inside 'udp 10.9.0.2 53')" EPERM
is "  others of the host are not touched" "$(ssh_to carol 'probe tcp 10.9.0.2 443')" "lan sees 10.9.0.1"

# addresses, as systemd judges them
profile "${base}IPAddressDeny=any\nIPAddressAllow=10.9.0.0/24 fd00:9::/64\n"
is "IPAddressDeny=any, and a network allowed" "$(inside "$four" "$six" 'udp 10.9.0.2 9000')" "$yes4
$yes6
$yes4"
is "  behind it nothing, at once" "$(inside "$out4" "$out6")" $'ECONNREFUSED\nECONNREFUSED'
like "  UDP" "$(inside 'udp 192.0.2.2 53' 'udp 2001:db8::2 53')" $'^EPERM\nEPERM$'
not_ok "  ping" ssh_to alice 'ping -c1 -W2 192.0.2.2'
is "  localhost belongs to any" "$(ssh_to alice 'python3 -m http.server 8080 --bind 127.0.0.1 >/dev/null 2>&1 & sleep 1; probe tcp 127.0.0.1 8080 1')" ECONNREFUSED
profile "${base}IPAddressDeny=any\nIPAddressAllow=localhost\n"
is "  and can be allowed" "$(ssh_to alice 'python3 -m http.server 8080 --bind 127.0.0.1 >/dev/null 2>&1 & sleep 1; probe tcp 127.0.0.1 8080 1')" silence
is "  with nothing else" "$(inside "$four" "$six" "$out4" "$out6")" $'ECONNREFUSED\nECONNREFUSED\nECONNREFUSED\nECONNREFUSED'
profile "${base}IPAddressDeny=10.9.0.0/24 2001:db8::2\n"
is "only what is denied is refused" "$(inside "$four" "$six" "$out4" "$out6")" "ECONNREFUSED
$yes6
$net4
ECONNREFUSED"
profile "${base}IPAddressDeny=10.9.0.0/16\nIPAddressAllow=10.9.0.2/32\n"
is "allow wins over deny" "$(inside "$four" 'tcp 10.9.0.1 80')" "$yes4
ECONNREFUSED"
profile "${base}IPAddressDeny=0.0.0.0/0\n"
is "one family alone" "$(inside "$four" "$six")" "ECONNREFUSED
$yes6"
profile "${base}IPAddressDeny=link-local multicast\n"
linklocal=$(ip -6 -o addr show dev br0 scope link | grep -o 'fe80::[0-9a-f:]*' | head -1)
is "link-local and multicast" "$(inside "$four" "tcp $linklocal%eth0 80" 'udp 224.0.0.1 53')" "$yes4
ECONNREFUSED
EPERM"
profile "$base"
is "  (without the list it is there)" "$(inside "tcp $linklocal%eth0 80" | cut -c1-16)" "host sees fe80::"
profile "${base}IPAddressDeny=any\nIPAddressAllow=10.9.0.2\nConnectAllow=tcp:80\n"
is "addresses and ports both have to allow" "$(inside "$four" 'tcp 10.9.0.2 443' 'tcp 10.9.0.1 80')" "$yes4
ECONNREFUSED
ECONNREFUSED"
is "an IPv4 address inside of an IPv6 socket is judged as IPv4" "$(ssh_to alice 'python3 -c "
import socket
for a in (\"::ffff:10.9.0.2\", \"::ffff:10.9.0.1\"):
    s = socket.socket(socket.AF_INET6); s.settimeout(4)
    try: s.connect((a, 80)); print(s.recv(99).decode())
    except OSError as e: print(e.errno)"')" "$yes4
111"
is "a packet with another's address does not leave" "$(ssh_to alice 'python3 -c "
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.settimeout(2)
try:
    s.setsockopt(socket.IPPROTO_IPV6, 78, 1)
    s.bind((\"fd00:9::66\", 0)); s.connect((\"fd00:9::2\", 9000)); s.send(b\"?\"); s.send(b\"?\"); print(\"sent\")
except OSError as e: print(\"refused\")"')" refused

# from outside
cp $WORLD/serve.py /home/alice/
stay() { # PROFILE: a cell whose sessions serve; root of it would need ports below 1024
	profile "$1"
	ssh -F $WORLD/ssh_config -n alice@world 'cd /tmp; python3 $HOME/serve.py cell /tmp/ready 1080 1443 1053' & server=$!
	for _ in $(seq 100); do [ "$(ssh_to alice 'ls /tmp/ready 2>/dev/null')" ] && return; sleep 0.1; done
}
leave() { kill $server; wait $server 2>/dev/null; settled >/dev/null; }
stay "$base"
is "without ListenAllow= nothing comes in" "$(in_lan probe tcp 10.9.0.50 1080 1; in_lan probe tcp fd00:9::50 1080 1; in_lan probe udp 10.9.0.50 1053 1; probe tcp 10.9.0.50 1443 1)" \
	$'silence\nsilence\nsilence\nsilence'
not_ok "  no ping" in_lan ping -c1 -W1 10.9.0.50
is "  from inside it is there" "$(inside 'tcp 127.0.0.1 1080' 'tcp 10.9.0.50 1080' 'tcp fd00:9::50 1443')" $'cell sees 127.0.0.1\ncell sees 10.9.0.50\ncell sees fd00:9::50'
leave
stay "${base}ListenAllow=tcp:1080 udp:1053 icmp\n"
is "ListenAllow= opens ports" "$(in_lan probe tcp 10.9.0.50 1080; in_lan probe tcp fd00:9::50 1080; in_lan probe udp 10.9.0.50 1053; in_lan probe udp fd00:9::50 1053)" \
	$'cell sees 10.9.0.2\ncell sees fd00:9::2\ncell sees 10.9.0.2\ncell sees fd00:9::2'
is "  those alone" "$(in_lan probe tcp 10.9.0.50 1443 1; in_lan probe tcp fd00:9::50 1443 1; in_lan probe udp 10.9.0.50 1080 1)" $'silence\nsilence\nsilence'
ok "  icmp: ping" in_lan ping -c1 -W4 10.9.0.50
ok "  by IPv6" in_lan ping -c1 -W4 fd00:9::50
is "  from the Internet too" "$(in_net probe tcp 10.9.0.50 1080)" 'cell sees 192.0.2.2'
cp /etc/immure/users/alice.profile /etc/immure/users/bob.profile && sed -i '/Address/d' /etc/immure/users/bob.profile
is "  a second cell on the bridge" "$(ssh_to bob 'probe tcp 10.9.0.50 1080; probe tcp 10.9.0.50 1443 1' | cut -c1-16)" $'cell sees 10.9.0\nsilence'
leave
stay "${base}ListenAllow=tcp:1080\nIPAddressDeny=any\nIPAddressAllow=10.9.0.2 localhost\n"
is "addresses hold for what comes in" "$(in_lan probe tcp 10.9.0.50 1080; in_net probe tcp 10.9.0.50 1080 1; probe tcp 10.9.0.50 1080 1; in_lan probe tcp fd00:9::50 1080 1)" \
	$'cell sees 10.9.0.2\nsilence\nsilence\nsilence'
like "what is refused is logged, no more than 10 times a minute" "$(nsenter -t "$(sed -n 's/^init=//p' /run/immure/cells/*.1 | head -1)" -n nft list table inet immure)" \
	"limit rate 10/minute burst 20 packets log prefix \"immure uid $(id -u alice) may not send: \".*limit rate 10/minute burst 20 packets log prefix \"immure uid $(id -u alice) may not receive: \""
leave
ok "nothing is left" settled
tap_done
