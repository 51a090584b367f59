[Session]
AllowRoot=yes
