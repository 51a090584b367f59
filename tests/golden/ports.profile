[Network]
ConnectAllow=tcp:443 tcp:80
ListenAllow=tcp:none
