[Network]
ConnectAllow=tcp:80-82 tcp:443
ListenAllow=tcp:none
