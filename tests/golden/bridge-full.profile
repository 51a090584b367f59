[Network]
Network=bridge
Bridge=br-dmz
Address=10.1.0.5/24 fd00:1::0005/64
Gateway=10.1.0.1 fd00:1::1
DNS=10.1.0.53
IPAddressDeny=any
IPAddressAllow=localhost 10.1.2.3/16
IPAddressAllow=2001:db8::/32
ConnectAllow=tcp:443 udp:53 tcp:8000-8010 icmp
ListenAllow=tcp:80
NetworkBandwidth=1M/infinity
[Seal]
Landlock=no
[Session]
Hostname=inner
