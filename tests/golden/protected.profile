[Files]
ReadOnlyPaths=%h/.ssh/authorized_keys
InaccessiblePaths=/usr/games -/home/ann/none /srv/secret
