"""Service `devices`: models, contracts and methods."""
