"""Service `parking`: models, contracts and methods."""
