[Network]
ConnectAllow=tcp:443
