[Files]
BindReadOnlyPaths=/srv/www
TemporaryFileSystem=/scratch

[Limits]
TasksMax=100
MemoryMax=1G
