"""Service `subscriptions`: models, contracts and methods."""
