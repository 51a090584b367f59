[Files]
BindPaths=/srv/www
BindReadOnlyPaths=/srv/www:/home/ann/.ssh/www-is-not-there -/srv/none
