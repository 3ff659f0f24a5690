"""Service `households`: models, contracts and methods."""
