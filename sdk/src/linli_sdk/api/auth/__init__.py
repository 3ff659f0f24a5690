"""Service `auth`: models, contracts and methods."""
