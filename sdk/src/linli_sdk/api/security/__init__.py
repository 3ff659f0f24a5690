"""Service `security`: models, contracts and methods."""
