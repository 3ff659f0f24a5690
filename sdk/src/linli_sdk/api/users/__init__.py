"""Service `users`: models, contracts and methods."""
