"""Service `employee`: models, contracts and methods."""
