"""Service `account`: models, contracts and methods."""
