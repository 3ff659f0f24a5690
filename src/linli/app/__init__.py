"""The platform as one process: every room wired together in one place, its ports, its start and its stop."""
