[Session]
User=www-data
[Seal]
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
