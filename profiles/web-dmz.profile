# SPDX-License-Identifier: MIT
# A public web server in a DMZ: nginx and what it needs, started by root with `immure --profile=web-dmz -- nginx -g 'daemon off;'` or the
# unit immure@web-dmz.service. Whoever breaks in is www-data among read-only files, and can open no connection. Don't edit this file: copy
# it to /etc/immure/profiles/web-dmz.profile, or add to it there in web-dmz.profile.d/*.conf. immure(1) has what to prepare on the host.

[Profile]
Description=A web server that is reached from outside, and reaches nothing

[Session]
# All of nginx is www-data from the beginning: there is no master process of root. A server that has to begin as root says
# AllowRoot=yes instead, and lists what it needs: CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_SETUID CAP_SETGID CAP_CHOWN
User=www-data
SupplementaryGroups=
Hostname=web

[Files]
# Configuration and content are there to read.
EtcPaths=/etc/nginx -/etc/letsencrypt
BindReadOnlyPaths=-/var/www
# Logs and caches stay on the host: directories of www-data, which log rotation and a restart find again.
BindPaths=/var/log/web-dmz:/var/log/nginx /var/cache/web-dmz:/var/cache/nginx
# Request bodies on their way, pid file and sockets between daemons of the cell. A pid of the cell means nothing on the host.
TemporaryFileSystem=/var/lib/nginx:size=64M,mode=0700 /run/web:size=1M,mode=0755
TmpSize=64M
ProcSubset=pid

[Network]
# A DMZ that `immurectl network create dmz0 --subnet=10.66.0.0/24 --publish=80:10.66.0.10:80 --publish=443:10.66.0.10:443` has made.
Network=bridge
Bridge=dmz0
Address=10.66.0.10/24
Gateway=10.66.0.1
# Nothing may be connected to; an upstream server would be ConnectAllow=tcp:8080 and IPAddressAllow=10.66.0.20.
ConnectAllow=tcp:none
ListenAllow=tcp:80 tcp:443
RestrictAddressFamilies=unix inet inet6

[Limits]
LimitNOFILE=16384

[Seal]
# Ports below 1024 without root. Nothing else.
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
SystemCallFilter=@default
SystemCallFilter=~@debug
MemoryDenyWriteExecute=yes
RestrictNamespaces=yes
LockPersonality=yes
Landlock=prefer
