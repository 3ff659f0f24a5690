"""Service `access`: models, contracts and methods."""
