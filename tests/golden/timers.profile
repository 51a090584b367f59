[Session]
RuntimeMaxSec=8h
IdleTimeoutSec=30min
