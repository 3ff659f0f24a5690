"""Service `projects`: models, contracts and methods."""
