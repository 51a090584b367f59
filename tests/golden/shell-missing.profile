[Session]
Shell=/bin/zsh
