"""Service `things`: models, contracts and methods."""
