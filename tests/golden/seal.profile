[Seal]
SystemCallFilter=@default ~@debug
SystemCallErrorNumber=kill
MemoryDenyWriteExecute=yes
LockPersonality=yes
RestrictNamespaces=no
[Network]
RestrictAddressFamilies=none
[Files]
ProcSubset=pid
