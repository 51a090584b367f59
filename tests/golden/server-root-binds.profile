[Session]
AllowRoot=yes
KeyringMode=inherit
[Files]
BindPaths=/var/log/web /run:/srv/run /etc/nginx:/srv/nginx -/root/x:/srv/x
