"""Service `notice`: models, contracts and methods."""
