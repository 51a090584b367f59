[Files]
BindPaths=/srv/www:/var/log
BindReadOnlyPaths=/srv/www:/run/systemd
TemporaryFileSystem=/etc/cron.d /var
