[Profile]
Optional=Landlock ConnectAllow
[Seal]
Landlock=5
[Network]
ConnectAllow=tcp:443
