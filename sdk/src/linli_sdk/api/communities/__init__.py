"""Service `communities`: models, contracts and methods."""
