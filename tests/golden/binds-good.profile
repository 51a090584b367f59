[Files]
BindPaths=/srv/www:/data/www
TemporaryFileSystem=/scratch:size=1M,mode=0700 /home/ann/.ssh:ro
ReadOnlyPaths=/data/www
