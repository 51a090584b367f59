[Network]
Network=/run/netns/dmz
ConnectAllow=tcp:80-82
