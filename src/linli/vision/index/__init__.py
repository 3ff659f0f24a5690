"""Finding a vector among many: exact, on disk, changed in place."""
