[Seal]
Landlock=require
