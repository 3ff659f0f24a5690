"""Service `face`: models, contracts and methods."""
