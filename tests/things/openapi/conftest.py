"""Fixtures: a gateway with the device APIs, and two partners with a door each."""

from tests.things.openapi.house import door, house, strange_door

__all__ = ["door", "house", "strange_door"]
