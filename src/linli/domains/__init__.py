"""The domain rooms: a community's people, houses and doors. See docs/architecture.md for their order."""
