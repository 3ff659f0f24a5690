"""Service `data`: models, contracts and methods."""
