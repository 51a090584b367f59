[Network]
Network=none
[Session]
Hostname=inner
