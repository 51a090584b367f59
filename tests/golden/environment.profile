[Session]
Environment=PATH=/usr/bin "A=b c"
PassEnvironment=EDITOR XDG_*
UMask=0077
WorkingDirectory=/tmp
KeyringMode=inherit
