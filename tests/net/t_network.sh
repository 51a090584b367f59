#!/bin/bash
# SPDX-License-Identifier: MIT
# immurectl network: the host's side of a DMZ. The world is the host, lan a client on another bridge of it, net the Internet behind it; cells
# are servers without a filter of their own that would stop them, so that what stops them is the host's.
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
. "$TOP/tests/lib/net.sh"
net_serve host ''; net_serve lan lan; net_serve net net
in_lan ip route add default via 10.9.0.1; in_lan ip -6 route add default via fd00:9::1
network() { immurectl network "$@" 2>&1; }
status() { immurectl network "$@" >/dev/null 2>&1; echo $?; }
everything() { nft -s list ruleset; ip -o link | awk '{print $2}'; find /etc -newer $WORLD/mark -type f -o -newer $WORLD/mark -type l | grep -v '^/etc/immure$' | sort; }
none='--backend=none'

# words
for bad in '' A ü Dmz 0dmz dmz0- all lo default im-x 'a b' 'a/b' ../x abcdefghijklmnop; do
	is "a bad name is refused: ${bad@Q}" "$(status create "$bad" --subnet=10.66.0.0/24 $none)" 2
done
for bad in 10.66.0.0 10.66.0.1/24 10.66.0.0/33 10.66.0.0/7 10.66.0.0/30 127.0.0.0/24 169.254.0.0/24 224.0.0.0/24 fd00::/64 x/24; do
	is "a bad subnet is refused: $bad" "$(status create dmz0 --subnet="$bad" $none)" 2
done
for bad in fd00:66::1/64 fe80::/64 ff00::/64 fd00::/32 10.0.0.0/24 ::/64; do
	is "a bad subnet6 is refused: $bad" "$(status create dmz0 --subnet6="$bad" $none)" 2
done
for bad in 80 80:80 0:10.66.0.10:80 80:10.66.0.10:70000 80:10.66.0.1:80 80:10.67.0.1:80 80:10.66.0.255:80 80:fd00::1:80 80:10.66.0.10:80/sctp '80:[fd00:66::10]:80'; do
	is "a bad publish is refused: $bad" "$(status create dmz0 --subnet=10.66.0.0/24 --publish="$bad" $none)" 2
done
for bad in world host,tcp host,tcp:0 host,tcp:none cells,tcp:80 fd00::/8 10.0.0.0/8,sctp:1; do
	is "a bad allow is refused: $bad" "$(status create dmz0 --subnet=10.66.0.0/24 --allow="$bad" $none)" 2
done
like "one port twice" "$(network create dmz0 --subnet=10.66.0.0/24 --publish=80:10.66.0.10:80 --publish=80:10.66.0.11:80 $none)" 'publish: 80: twice'
like "no subnet" "$(network create dmz0 $none)" 'no subnet'
like "an unknown option" "$(network create dmz0 --subent=10.66.0.0/24)" 'unknown option'
like "options of create alone" "$(network remove dmz0 --nat)" 'options are those of create'
is "nothing was made of all this" "$(ls /etc/immure/network 2>/dev/null; ip -o link show type bridge | grep -v br0; nft list tables)" ""
touch $WORLD/mark; sleep 0.1
before=$(everything)

# what is in the way
like "an interface that is there" "$(network create br0 --subnet=10.66.0.0/24 $none)" 'br0: there is an interface of this name, and it is not immurectl'
like "a subnet that overlaps with an address of the host" "$(network create dmz0 --subnet=10.9.0.128/25 $none)" 'overlaps with 10.9.0.1/24 of br0'
like "  a wider one" "$(network create dmz0 --subnet=10.0.0.0/8 $none)" 'overlaps with 10.9.0.1/24 of br0'
like "  in IPv6" "$(network create dmz0 --subnet6=fd00:9::/48 $none)" 'overlaps with fd00:9::1/64 of br0'
ip route add 10.70.0.0/16 via 192.0.2.2
like "or with a route" "$(network create dmz0 --subnet=10.70.1.0/24 $none)" 'overlaps with 10.70.0.0/16 of net0'
ip route del 10.70.0.0/16
mkdir -p /etc/systemd/network && echo mine >/etc/systemd/network/60-immure-dmz0.network
like "a file of somebody else" "$(network create dmz0 --subnet=10.66.0.0/24 --backend=networkd)" '60-immure-dmz0.network: is there, and not made by immurectl'
is "  stays" "$(cat /etc/systemd/network/60-immure-dmz0.network)" mine
rm -r /etc/systemd/network
mkdir $WORLD/hidden && mv /usr/sbin/nft $WORLD/hidden/
like "no nft" "$(network create dmz0 --subnet=10.66.0.0/24 $none)" 'nft.*nftables'
mv $WORLD/hidden/nft /usr/sbin/
cat >/usr/sbin/ip.bad <<'END'
#!/bin/sh
exit 3
END
chmod 755 /usr/sbin/ip.bad; mv "$(readlink -f /usr/sbin/ip)" $WORLD/hidden/ip; ln -sf ip.bad /usr/sbin/ip; ln -sf /usr/sbin/ip.bad /usr/bin/ip; cp -L /usr/sbin/ip.bad /bin/ip 2>/dev/null
like "an ip that fails: undone" "$(network create dmz0 --subnet=10.66.0.0/24 $none)" 'ip: failed'
rm -f /usr/sbin/ip /usr/bin/ip; cp $WORLD/hidden/ip /usr/bin/ip; ln -s ../bin/ip /usr/sbin/ip 2>/dev/null; rm /usr/sbin/ip.bad
is "none of these left anything" "$(everything)" "$before"
is "not root" "$(setpriv --reuid=carol --regid=carol --clear-groups immurectl network create dmz0 --subnet=10.66.0.0/24 $none 2>&1)" "immurectl: network: only for root"

# a network
echo 0 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
nft add table inet others; nft 'add chain inet others c { type filter hook input priority 10; }'; nft add rule inet others c counter
others=$(nft list table inet others | grep -v counter)
definition=(--subnet=10.66.0.0/24 --subnet6=fd00:66::/64 --publish=8080:10.66.0.10:80 '--publish=8080:[fd00:66::10]:80')
is "--dry-run shows it and makes nothing" "$(network create dmz0 "${definition[@]}" $none --dry-run | grep -c 'chain\|address add\|10.66.0.10'; ip -o link show dmz0 2>/dev/null; ls /etc/immure/network)" 15
is "create" "$(status create dmz0 "${definition[@]}" $none)" 0
like "  again: no change" "$(network create dmz0 "${definition[@]}" $none)" 'is there already, nothing changed'
like "  otherwise: refused" "$(network create dmz0 --subnet=10.67.0.0/24 $none)" 'with other settings'
is "check finds nothing" "$(network check dmz0; echo $?)" 0
is "the host has the first address" "$(ip -o addr show dmz0 scope global | awk '{print $4}' | tr '\n' ' ')" "10.66.0.1/24 fd00:66::1/64 "
is "  and forwards" "$(cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding | tr -d '\n')" 11
like "a second one must not overlap" "$(network create dmz1 --subnet=10.66.0.0/25 $none)" 'overlaps with 10.66.0.0/24 of dmz0'
like "  nor have the same port" "$(network create dmz1 --subnet=10.67.0.0/24 --publish=8080:10.67.0.10:80 $none)" 'port 8080 of the host leads to network dmz0'
is "  but may be there" "$(status create dmz1 --subnet=10.67.0.0/24 --subnet6=fd00:67::/64 $none)" 0

# cells
cell() { # ADDRESS… -- COMMAND…: a server in a cell on dmz0
	local a=()
	while [ "$1" != -- ]; do a+=("$1"); shift; done
	shift
	${EXEC-} immure -p User=www-data -p Network=bridge -p Bridge=${BRIDGE-dmz0} -p "Address=${a[*]}" -p "Gateway=${GATEWAY-10.66.0.1 fd00:66::1}" -p ListenAllow=tcp:80 \
		-p CapabilityBoundingSet=CAP_NET_BIND_SERVICE \
		-p BindReadOnlyPaths=$WORLD/serve.py:/srv/serve.py -p BindPaths=/srv/ready -- "$@"
}
install -d -o www-data /srv/ready
probe_cell() { cell 10.66.0.20/24 fd00:66::20/64 -- probe "$@" 2>&1; }
EXEC='exec' cell 10.66.0.10/24 fd00:66::10/64 -- python3 /srv/serve.py web /srv/ready/web 80 & web=$!
EXEC='exec' BRIDGE=dmz1 GATEWAY='10.67.0.1 fd00:67::1' cell 10.67.0.10/24 fd00:67::10/64 -- python3 /srv/serve.py other /srv/ready/other 80 & other=$!
for i in $(seq 200); do [ -e /srv/ready/web ] && [ -e /srv/ready/other ] && break; sleep 0.05; done
like "the host reaches the web server" "$(probe tcp 10.66.0.10 80; probe tcp fd00:66::10 80)" 'web sees 10.66.0.1.*web sees fd00:66::1'
like "  also by the published port" "$(probe tcp 10.9.0.1 8080; probe tcp fd00:9::1 8080)" 'web sees 10\.9\.0\.1|web sees 10.66.0.1'
is "a client of the LAN, by the published port" "$(in_lan probe tcp 10.9.0.1 8080)" "web sees 10.9.0.2"
is "  IPv6" "$(in_lan probe tcp fd00:9::1 8080)" "web sees fd00:9::2"
is "  by the cell's own address" "$(in_lan probe tcp 10.66.0.10 80)" "web sees 10.9.0.2"
is "  and no other port of it" "$(in_lan probe tcp 10.66.0.10 443)" ECONNREFUSED
is "  nor a cell that is not published" "$(in_lan probe tcp 10.67.0.10 80; in_lan probe tcp fd00:67::10 80)" $'ECONNREFUSED\nECONNREFUSED'
is "the Internet, by the published port" "$(in_net probe tcp 192.0.2.1 8080; in_net probe tcp 2001:db8::1 8080)" $'web sees 192.0.2.2\nweb sees 2001:db8::2'
denied() { # NAME COMMAND…: refused at once, by both families where there are two
	local name=$1 out
	shift
	out=$("$@")
	if [[ $out =~ ^(ECONNREFUSED|EHOSTUNREACH|EACCES|ENETUNREACH)$ ]]; then tap_line 0 "$name"; else tap_line 1 "$name"; tap_note "$out"; fi
}
for a in 10.66.0.1 10.9.0.1 192.0.2.1 fd00:66::1 fd00:9::1; do
	denied "a cell does not reach the host at $a" probe_cell tcp $a 22
	denied "  nor by UDP" probe_cell udp $a 53
done
for a in 10.9.0.2 fd00:9::2; do denied "nor the LAN: $a" probe_cell tcp $a 80; done
for a in 192.0.2.2 2001:db8::2; do denied "nor the Internet: $a" probe_cell tcp $a 443; done
for a in 10.67.0.10 fd00:67::10; do denied "nor a cell of another network: $a" probe_cell tcp $a 80; done
for a in 10.67.0.1 fd00:67::1; do denied "  nor its gateway: $a" probe_cell tcp $a 80; done
like "nor a cell of its own network" "$(probe_cell tcp 10.66.0.10 80 2)" '^(silence|EHOSTUNREACH)$'
like "  in IPv6" "$(probe_cell tcp fd00:66::10 80 2)" '^(silence|EHOSTUNREACH)$'
denied "nor the web server from its published port" probe_cell tcp 10.9.0.1 8080

# not as it should be
ip link set dev "$(ip -o link show master dmz0 | grep -o 'im-[0-9a-f]*' | head -1)" type bridge_slave isolated off
like "check finds a port that is not isolated" "$(network check dmz0)" 'port is not isolated'
ip link set dev "$(ip -o link show master dmz0 | grep -o 'im-[0-9a-f]*' | head -1)" type bridge_slave isolated on
nft add rule inet immure-dmz0 to_host accept
like "  a rule more" "$(network check dmz0)" 'table inet immure-dmz0: differs'
nft delete table inet immure-dmz0
like "  a table less" "$(network check dmz0)" 'table inet immure-dmz0: is not loaded'
is "  by its status" "$(status check dmz0)" 1
like "  and no cell is connected" "$(probe_cell tcp 10.66.0.1 22)" 'rules of dmz0 are not loaded \(immurectl network check dmz0\)'
ip addr del fd00:66::1/64 dev dmz0; echo '# more' >>/etc/immure/network/dmz0.nft; rm /etc/sysctl.d/60-immure-dmz0.conf; echo 0 >/proc/sys/net/ipv4/ip_forward
is "  and everything else" "$(network check dmz0 | sed 's/:.*//' | sort)" "$(printf '%s\n' /etc/immure/network/dmz0.nft /etc/sysctl.d/60-immure-dmz0.conf /proc/sys/net/ipv4/ip_forward dmz0 'table inet immure-dmz0' | sort)"
like "create repairs it" "$(network create dmz0 "${definition[@]}" $none)" 'dmz0: repaired'
is "  check agrees" "$(network check dmz0; echo $?)" 0
is "  and the cell that was there is served" "$(in_lan probe tcp 10.9.0.1 8080)" "web sees 10.9.0.2"
like "remove waits for cells" "$(network remove dmz0)" 'cells are connected: 1'
kill $web $other; wait $web $other 2>/dev/null
for i in $(seq 1200); do [ -z "$(ip -o link show master dmz0)$(ip -o link show master dmz1)" ] && break; sleep 0.05; done
is "remove" "$(status remove dmz0; status remove dmz1)" $'0\n0'
is "  leaves nothing" "$(nft list tables; ip -o link show type bridge | grep -v br0; find /etc -name '*dmz[01]*')" "table inet others"
is "  and touched nobody's rules" "$(nft list table inet others | grep -v counter)" "$others"
like "  twice: there is none" "$(network remove dmz0)" 'there is no network of this name'
like "check without one" "$(network check dmz0)" 'there is no network of this name'

# what is allowed
is "a network with doors" "$(status create dmz0 --subnet=10.66.0.0/24 --subnet6=fd00:66::/64 --nat --allow=host,udp:53 --allow=internet,tcp:443 --allow=10.9.0.2,tcp:80 --allow=cells $none)" 0
in_net ip route del 10.66.0.0/24 2>/dev/null
is "host,udp:53" "$(probe_cell udp 10.66.0.1 53)" "host sees 10.66.0.20"
denied "  and no other port" probe_cell tcp 10.66.0.1 53
is "10.9.0.2,tcp:80, with the host's address" "$(probe_cell tcp 10.9.0.2 80)" "lan sees 10.9.0.1"
denied "  and no other port" probe_cell tcp 10.9.0.2 443
is "internet,tcp:443" "$(probe_cell tcp 192.0.2.2 443)" "net sees 192.0.2.1"
is "  IPv6" "$(probe_cell tcp 2001:db8::2 443)" "net sees 2001:db8::1"
denied "  and no other port" probe_cell tcp 192.0.2.2 80
EXEC='exec' GATEWAY=10.66.0.1 cell 10.66.0.10/24 -- python3 /srv/serve.py web /srv/ready/again 80 & web=$!
for i in $(seq 200); do [ -e /srv/ready/again ] && break; sleep 0.05; done
is "cells" "$(probe_cell tcp 10.66.0.10 80)" "web sees 10.66.0.20"
kill $web; wait $web 2>/dev/null
for i in $(seq 1200); do [ -z "$(ip -o link show master dmz0)" ] && break; sleep 0.05; done
is "remove" "$(status remove dmz0)" 0

# files for the next boot
is "networkd" "$(status create dmz0 "${definition[@]}" --backend=networkd)" 0
is "  its files" "$(find /etc -name '*dmz0*' | sort | tr '\n' ' ')" "/etc/immure/network/dmz0.conf /etc/immure/network/dmz0.nft /etc/sysctl.d/60-immure-dmz0.conf /etc/systemd/network/60-immure-dmz0.netdev /etc/systemd/network/60-immure-dmz0.network /etc/systemd/system/multi-user.target.wants/immure-network@dmz0.service "
is "  the unit that it wants is there" "$(readlink -e /etc/systemd/system/multi-user.target.wants/immure-network@dmz0.service)" /usr/lib/systemd/system/immure-network@.service
is "  remove takes them" "$(status remove dmz0; find /etc -name '*dmz0*')" 0
is "ifupdown" "$(status create dmz0 "${definition[@]}" --backend=ifupdown)" 0
is "  its file" "$(find /etc/network -name '*dmz0*')" /etc/network/interfaces.d/immure-dmz0
ip link del dmz0; nft delete table inet immure-dmz0
if command -v ifup >/dev/null; then
	printf 'source /etc/network/interfaces.d/*\n' >/etc/network/interfaces; mkdir -p /run/network
	ok "  which ifup brings up" ifup dmz0
	is "  as it was" "$(network check dmz0; echo $?)" 0
	ok "  and ifdown takes down" ifdown dmz0
else
	skip "ifup brings it up" "no ifupdown"
fi
is "  remove takes it" "$(status remove dmz0; find /etc -name '*dmz0*'; ip -o link show dmz0 2>/dev/null)" 0
printf 'Subnet=10.66.0.0/24\nWrong=1\n' >/etc/immure/network/bad.conf
like "a definition that is broken" "$(network check bad)" 'Wrong: no such setting'
chmod 666 /etc/immure/network/bad.conf
like "  or anybody's" "$(network check bad)" 'bad.conf'
tap_done
