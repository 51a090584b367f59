[Session]
AllowRoot=yes
[Network]
Network=none
[Seal]
CapabilityBoundingSet=CAP_SETUID CAP_SETGID
CapabilityBoundingSet=CAP_CHOWN
