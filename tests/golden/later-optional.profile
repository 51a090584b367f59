[Profile]
Optional=TasksMax MemoryMax
[Limits]
TasksMax=100
MemoryMax=1G
