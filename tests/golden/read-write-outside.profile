[Files]
ReadWritePaths=/srv/www
