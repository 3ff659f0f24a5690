"""A community at a glance: people, houses, traffic, vehicles, and its devices on a map. Imported by no other room."""
