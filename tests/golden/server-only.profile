[Session]
User=www-data
AllowRoot=yes
[Seal]
CapabilityBoundingSet=CAP_KILL
