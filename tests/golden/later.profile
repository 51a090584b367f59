[Limits]
TasksMax=100
[Session]
Scope=user
