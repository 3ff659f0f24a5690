"""Reports of devices kept in memory: for the certification bench, online debugging and tests."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Event(NamedTuple):
    device: str
    name: str
    params: dict[str, Any]


class Collected:
    """A `Things` that only remembers."""

    def __init__(self) -> None:
        self.states: list[tuple[str, bool]] = []
        """(device, online), in order."""
        self.values: dict[str, dict[str, Any]] = {}
        self.events: list[Event] = []

    async def online(self, device: str) -> None:
        self.states.append((device, True))

    async def offline(self, device: str, why: str = "") -> None:
        self.states.append((device, False))

    async def properties(self, device: str, values: Mapping[str, Any]) -> None:
        self.values.setdefault(device, {}).update(values)

    async def event(self, device: str, name: str, params: Mapping[str, Any]) -> None:
        self.events.append(Event(device, name, dict(params)))

    def is_online(self, device: str) -> bool:
        return next((state for name, state in reversed(self.states) if name == device), False)

    def events_of(self, device: str, name: str) -> list[dict[str, Any]]:
        return [event.params for event in self.events if (event.device, event.name) == (device, name)]
