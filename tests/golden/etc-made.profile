[Files]
EtcPaths=/etc/passwd /etc/none -/etc/none
