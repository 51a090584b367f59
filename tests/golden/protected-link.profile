[Files]
InaccessiblePaths=/home/ann/link/passwd
