#!/bin/bash
# SPDX-License-Identifier: MIT
# Bad input to networks: refused with its line or its reason, nothing left, nobody else touched.
WORLD_DOOR=1
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
. "$TOP/tests/lib/net.sh"
refused() { # NAME REGEX: an ssh login of alice fails with the line, no code of hers runs, nothing is left, bob gets in
	rm -f /home/alice/ran
	like "$1" "$(ssh_to alice 'touch ran' 2>&1; echo $?)" "immure: session refused: $2.*254$"
	not_ok "  no code of the account has run" test -e /home/alice/ran
	ok "  nothing is left" settled
	is "  bob is not affected" "$(ssh_to bob 'echo in' 2>&1)" in
}
file=/etc/immure/users/alice.profile
profile '[Network]\nNetwork=bridge\nBridge=nosuch\n'
refused "a bridge that is missing" "$file:3: Bridge: nosuch: there is no such bridge \(immurectl network create, or ip link add NAME type bridge\)"
profile '[Network]\nNetwork=bridge\nBridge=lan0\n'
refused "an interface that is none" "$file:3: Bridge: lan0 is an interface, but no bridge"
ip link add br2 type bridge
profile '[Network]\nNetwork=bridge\nBridge=br2\n'
refused "a bridge that is down" "$file:3: Bridge: br2 is down \(ip link set br2 up\)"
ip link set br2 up
refused "Address=auto on a bridge without an address" "Address: auto: br2 has no address of its own"
profile '[Network]\nNetwork=bridge\nBridge=br2\nAddress=10.7.0.5/24\n'
is "  a fixed one works there" "$(address)" 10.7.0.5/24
profile '[Network]\nNetwork=bridge\n'
refused "no bridge named" "$file:2: Network: bridge needs the name of one \(Bridge=NAME\)"
profile '[Network]\nBridge=br0\n'
refused "a bridge without a bridged network" "$file:2: Bridge: needs Network=bridge, and the network is host"
profile "${bridged}Address=10.9.0.5\n"
refused "an address without its prefix" "$file:4: Address: cannot be \"10.9.0.5\" \(auto, or a machine's address with the length of its prefix"
profile "${bridged}Address=10.9.0.255/24\n"
refused "a broadcast address" "$file:4: Address: cannot be \"10.9.0.255/24\""
profile "${bridged}Address=10.99.0.5/24\n"
refused "an address of another network" "$file:4: Address: 10.99.0.5/24 is in no network of br0 \(ip address show br0\)"
profile "${bridged}Address=10.9.0.1/24\n"
refused "the bridge's own address" "$file:4: Address: 10.9.0.1/24 is the bridge's own \(choose another\)"
profile "${bridged}Address=10.9.0.9/24\nGateway=10.9.0.9\n"
refused "a gateway that is the cell" "$file:5: Gateway: 10.9.0.9 is the cell's own address"
profile "${bridged}Gateway=192.0.2.2\n"
refused "a gateway that is elsewhere" "$file:4: Gateway: 192.0.2.2 is in no network of br0 that the cell has an address in"
profile "${bridged}IPAddressDeny=10.0.0.0/40\n"
refused "a wrong CIDR" "$file:4: IPAddressDeny: cannot be \"10.0.0.0/40\""
profile "${bridged}ConnectAllow=sctp:5\n"
refused "a protocol that is unknown" "$file:4: ConnectAllow: cannot be \"sctp:5\" \(tcp:PORT, udp:PORT, tcp:FIRST-LAST, icmp, or tcp:none\)"
profile '[Network]\nConnectAllow=tcp:80 udp:53\n'
refused "UDP on the host's network" "$file:2: ConnectAllow: udp:53: with Network=host the ports are Landlock's, which knows TCP only"
profile '[Network]\nIPAddressDeny=any\n'
refused "addresses on the host's network" "$file:2: IPAddressDeny: needs Network=bridge, and the network is host"
profile "${bridged}NetworkBandwidth=fast\n"
refused "a bandwidth that is none" "$file:4: NetworkBandwidth: cannot be \"fast\" \(UP/DOWN"

profile '[Network]\nNetwork=/run/netns/gone\n'
refused "a namespace that is missing" "$file:2: Network: /run/netns/gone: there is no such namespace \(ip netns add gone\)"
: >/run/netns/gone
refused "a file that is no namespace" "$file:2: Network: /run/netns/gone is no network namespace"
rm /run/netns/gone; ln -s lan /run/netns/gone
refused "a link to one" "$file:2: Network: .*gone"
rm /run/netns/gone; touch /run/netns/gone; mount --bind /proc/self/ns/net /run/netns/gone
refused "the host's own" "$file:2: Network: /run/netns/gone is the host's own network \(Network=host says so\)"
umount /run/netns/gone
setpriv --reuid carol --regid carol --clear-groups unshare -Urn sleep 60 & pid=$!
for _ in $(seq 100); do [ "$(readlink /proc/$pid/ns/net)" != "$(readlink /proc/self/ns/net)" ] && break; sleep 0.05; done
mount --bind /proc/$pid/ns/net /run/netns/gone
refused "one that an account has made, and rules" "$file:2: Network: /run/netns/gone is not of this host's making: others may rule it"
umount /run/netns/gone; kill $pid
mount --bind /proc/self/ns/uts /run/netns/gone
refused "a namespace of another kind" "$file:2: Network: /run/netns/gone is no network namespace"
umount /run/netns/gone; rm /run/netns/gone
profile '[Network]\nNetwork=/run/netns/lan\n'
chmod 777 /run/netns
refused "namespaces that others can put there" "$file:2: Network: .*(writable|root)"
chmod 755 /run/netns
is "  (it is joined when that is right)" "$(ssh_to alice 'readlink /proc/self/ns/net')" "net:[$(stat -L -c %i /run/netns/lan)]"

# tools
profile "$bridged"
instead() { # TOOL [TEXT]: a script in its place
	for f in /usr/sbin/$1 /usr/bin/$1; do [ -e $f ] && mv $f $f.away; done
	[ -z "${2-}" ] || { printf '#!/bin/bash\n%s\n' "$2" >/usr/sbin/"$1"; chmod 755 /usr/sbin/"$1"; }
}
back() {
	for f in /usr/sbin/$1 /usr/bin/$1; do [ -e $f.away ] && { rm -f $f; mv $f.away $f; }; done
}
instead nft
refused "nft is missing" "network: nft is not installed \(Debian's package nftables\)"
back nft; instead nft 'exit 3'
refused "nft fails" "network: nft: failed without a word"
back nft; instead nft 'echo "Error: Could not process rule: no such thing"; echo more; exit 1'
refused "  with its reason" "network: nft: Error: Could not process rule: no such thing"
back nft; instead nft 'exec sleep 100'
profile "${bridged}[Session]\nRaiseTimeoutSec=2\n"
refused "  or does not end" "network: nft did not end in time \(RaiseTimeoutSec=\)"
not_ok "    and is killed" pgrep -f 'sleep 100'
back nft; instead nft '[ "$(id -u)" = 0 ] && env >/run/env; readlink /proc/self/fd/* >>/run/env; exec /usr/sbin/nft.away "$@"'
ssh_to alice true
is "it gets nothing of sshd's: environment" "$(grep -E '^[A-Z_]+=' /run/env | grep -vE '^(PATH|LC_ALL|PWD|SHLVL|_)=')" ""
is "  descriptors" "$(grep -E '^(socket|pipe|anon|/)' /run/env | grep -vE 'pipe:|memfd|/proc|/run/env|nft')" ""
back nft
profile "$bridged"
for f in /usr/sbin/ip /usr/bin/ip /sbin/ip /bin/ip; do [ -e $f ] && mv $f $f.away; done
like "ip is missing" "$(ssh_to alice true 2>&1)" 'network: ip is not installed \(Debian.s package iproute2\)'
for f in /usr/sbin/ip /usr/bin/ip; do [ -e $f.away ] && mv $f.away $f; done
profile "${bridged}NetworkBandwidth=1M/1M\n"
instead tc
refused "tc is missing" "network: tc is not installed \(Debian's package iproute2\)"
back tc
is "  (it works when it is there)" "$(ssh_to alice 'echo in')" in

# a bridge that goes while a cell is on it
profile '[Network]\nNetwork=bridge\nBridge=br2\nAddress=10.7.0.5/24\n'
ssh -F $WORLD/ssh_config -n alice@world 'echo up; sleep 60' >$WORLD/one & client=$!
for _ in $(seq 100); do grep -q up $WORLD/one && break; sleep 0.05; done
ip link del br2
is "a bridge that goes leaves the cell without a way" "$(ssh_to alice 'probe tcp 10.7.0.1 80' 2>&1)" EHOSTUNREACH
kill $client; wait $client 2>/dev/null
gone() { [ -z "$(ls /run/immure/cells)$(ls /run/immure/net/br2)$(ip -o link | grep im-)" ]; }
for _ in $(seq 100); do gone && break; sleep 0.05; done
ok "  and when that ends, nothing is left" gone
tap_done
