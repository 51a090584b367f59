[Limits]
TasksMax=100
