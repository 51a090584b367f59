[Files]
ReadOnlyPaths=/home/ann/none/x
