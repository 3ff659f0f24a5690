"""The domain rooms: what a community's people, houses and doors may do. See docs/architecture.md for their order."""
