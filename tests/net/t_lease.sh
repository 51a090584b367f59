#!/bin/bash
# SPDX-License-Identifier: MIT
# Leases: a hundred accounts at once, the same address again, a full network, and everything that can be killed being killed.
WORLD_DOOR=1
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
. "$TOP/tests/lib/net.sh"
cleaned() { for _ in $(seq 100); do immurectl list >/dev/null; nothing_left && return; sleep 0.03; done; ls /run/immure/cells; leases; links; return 1; }

# a hundred
for i in $(seq 100); do
	printf 'u%s:*:%s:%s::/home/u%s:/usr/bin/immure\n' "$i" $((3000 + i)) $((3000 + i)) "$i" >>/etc/passwd
	printf 'u%s:*:20000:0:99999:7:::\n' "$i" >>/etc/shadow
	printf 'u%s:x:%s:\n' "$i" $((3000 + i)) >>/etc/group
	install -d -m 700 -o $((3000 + i)) -g $((3000 + i)) "/home/u$i"
done
printf "${bridged}ConnectAllow=tcp:80\n[Session]\nRaiseTimeoutSec=120\n" >/etc/immure/default.profile
mkdir $WORLD/up && mkfifo $WORLD/end
exec 9<>$WORLD/end
all=()
for i in $(seq 100); do
	su "u$i" -c 'ip -o addr show dev eth0 scope global | awk "{print \$4}"; cat' <$WORLD/end >"$WORLD/up/$i" 2>&1 9>&- & all+=($!)
done
for _ in $(seq 600); do [ "$(cat $WORLD/up/* | wc -l)" -ge 200 ] && break; sleep 0.1; done
is "a hundred accounts at once: all have an address" "$(cat $WORLD/up/* | grep -c '^10\.9\.0\.[0-9]*/24$'; cat $WORLD/up/* | grep -c '^fd00:9::[0-9a-f:]*/64$')" $'100\n100'
is "  no two the same" "$(cat $WORLD/up/* | sort | uniq -d)" ""
is "  none is the bridge's, the network's or its broadcast" "$(cat $WORLD/up/* | grep -cE '^10\.9\.0\.(0|1|255)/')" 0
is "  a lease for each, a link for each" "$(leases | wc -l; links | sort -u | wc -l)" $'200\n100'
is "  no two MAC addresses the same" "$(bridge fdb show br br0 2>/dev/null | grep -o '^[0-9a-f:]*' | sort | uniq -d | grep -v '^33:33\|^01:00')" ""
exec 9>&- # their input ends
ok "  nothing is left of them" settled
wait "${all[@]}"
same=0
for i in 1 20 40 60 80 100; do [ "$(su "u$i" -c 'ip -o addr show dev eth0 scope global | awk "{print \$4}"')" = "$(cat $WORLD/up/$i)" ] && same=$((same + 1)); done
is "each has the same again" "$same" 6
rm /etc/immure/default.profile

# a network that is full
ip link add br1 type bridge && ip addr add 10.8.0.1/30 dev br1 && ip link set br1 up
small='[Network]\nNetwork=bridge\nBridge=br1\n'
profile "$small"; printf "$small" >/etc/immure/users/bob.profile
ssh -F $WORLD/ssh_config -n alice@world 'ip -4 -o addr show dev eth0; sleep 60' >$WORLD/one & client=$!
for _ in $(seq 100); do [ -s $WORLD/one ] && break; sleep 0.05; done
like "the only address of a small network" "$(cat $WORLD/one)" '10\.8\.0\.2/30'
like "the next account is refused" "$(ssh_to bob true 2>&1; echo $?)" 'network: no address is free in 10\.8\.0\.0/30 of br1 \(a wider network, or fewer cells\).*254'
is "  the first one has its cell still, and a second session" "$(ssh_to alice 'pgrep -c sleep')" 1
is "  carol is not affected" "$(ssh_to carol 'echo in')" in
kill $client; wait $client 2>/dev/null
for _ in $(seq 100); do [ -z "$(ls /run/immure/net/br1)" ] && break; sleep 0.05; done
is "and has it when the first one has gone" "$(ssh_to bob "ip -4 -o addr show dev eth0 | awk '{print \$4}'")" 10.8.0.2/30
rm /etc/immure/users/bob.profile

# fixed addresses that collide
fix="${bridged}Address=10.9.0.50/24\n"
profile "$fix"; printf "$fix" >/etc/immure/users/bob.profile
ssh -F $WORLD/ssh_config -n alice@world 'echo up; sleep 60' >$WORLD/one & client=$!
for _ in $(seq 100); do grep -q up $WORLD/one && break; sleep 0.05; done
like "a fixed address in use is refused" "$(ssh_to bob true 2>&1)" "bob.profile:4: Address: 10\.9\.0\.50/24 is in use by a cell of uid $(id -u alice) \(init $(sed -n 's/^init=//p' /run/immure/net/br0/10.9.0.50); immurectl stop, or Address=auto\)"
is "  it stays whose it is" "$(ssh_to alice 'pgrep -c sleep')" 1
kill $client; wait $client 2>/dev/null
ok "  and is free again" settled
rm /etc/immure/users/bob.profile

# stale ones
profile "$bridged"
mine=$(address | cut -d/ -f1)
settled >/dev/null
sleep 300 & pid=$!
printf 'version=1\nuid=4000\ninit=%s\nstart=1\n' $pid >"/run/immure/net/br0/$mine"
is "a lease whose init was another process of this number is stale" "$(address)" "$mine/24"
ok "  and gone" settled
kill $pid
printf 'version=1\nuid=4000\ninit=%s\nstart=%s\n' $$ "$(awk '{print $22}' /proc/$$/stat)" >"/run/immure/net/br0/$mine"
other=$(address)
not_ok "one whose init lives is not" [ "$other" = "$mine/24" ]
rm "/run/immure/net/br0/$mine"
is "  what the account had last it has again" "$(address)" "$other"
rm /run/immure/net/br0/.*[0-9]
is "  and when that is forgotten, its own place" "$(address)" "$mine/24"
printf 'version=2\nnews=1\n' >"/run/immure/net/br0/$mine"
not_ok "nor is one of another version" [ "$(address)" = "$mine/24" ]
for _ in $(seq 100); do [ "$(leases | wc -l)" = 1 ] && break; sleep 0.03; done
is "  which is not removed" "$(leases)" "$mine"
rm "/run/immure/net/br0/$mine"
chmod 777 /run/immure/net/br0
like "leases that others can write refuse" "$(ssh_to alice true 2>&1)" "network: /run/immure/net and what is below have to be root's alone"
chmod 700 /run/immure/net/br0

# kill -9, everywhere
for what in client monitor init keeper; do
	ssh -F $WORLD/ssh_config -n alice@world 'nohup sleep 60 >/dev/null 2>&1 & sleep 60' 2>/dev/null & client=$!
	for _ in $(seq 100); do [ -n "$(ls /run/immure/cells/*.1 2>/dev/null)" ] && pgrep -u alice sleep >/dev/null && break; sleep 0.05; done
	init=$(sed -n 's/^init=//p' /run/immure/cells/*.1)
	case $what in
	client) kill -9 $client ;;
	monitor) kill -9 "$(ps -o ppid= -p "$init")" ;;
	init) kill -9 "$init" ;;
	keeper) kill -9 "$(pgrep -x immure-keeper)" ;;
	esac
	wait $client 2>/dev/null
	ok "kill -9 of the $what leaves no lease and no link" cleaned
done
left=0 late=0
for i in $(seq 0 59); do # the raiser, 5 ms later each time
	su alice -c 'sleep 60' </dev/null >/dev/null 2>&1 & su=$!
	sleep "$(printf '0.%03d' $((i * 5)))"
	[ -n "$(ls /run/immure/cells/*.1 2>/dev/null)" ] && late=$((late + 1))
	kill -9 $su; wait $su 2>/dev/null
	cleaned >/dev/null || left=$((left + 1))
done 2>/dev/null
is "kill -9 of a raiser at 60 moments leaves nothing" $left 0
ok "  before its cell was there, and after ($late)" [ $late -gt 3 ] && [ $late -lt 57 ]
for tool in ip nft; do
	left=0
	for i in $(seq 12); do
		su alice -c true </dev/null >/dev/null 2>&1 & su=$!
		while kill -0 $su; do pid=$(pgrep -x $tool) && kill -9 $pid && break; done
		wait $su
		cleaned >/dev/null || left=$((left + 1))
	done 2>/dev/null
	is "kill -9 of $tool leaves nothing" $left 0
done
left=0
for i in $(seq 20); do # init while it is built
	su alice -c 'sleep 60' </dev/null >/dev/null 2>&1 & su=$!
	while kill -0 $su; do pid=$(pgrep -P $su | head -1) && [ -n "$pid" ] && sleep "0.0$((i % 10))" && kill -9 $pid && break; done
	kill -9 $su; wait $su 2>/dev/null
	cleaned >/dev/null || left=$((left + 1))
done 2>/dev/null
is "kill -9 of what a raiser has begun leaves nothing" $left 0
like "after all of that a session is as ever" "$(address)" '^10\.9\.0\.[0-9]+/24$'
ok "nothing is left in the end" settled
tap_done
