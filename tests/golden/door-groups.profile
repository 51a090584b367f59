[Session]
SupplementaryGroups=docker
