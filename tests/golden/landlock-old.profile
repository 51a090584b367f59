[Seal]
Landlock=prefer
