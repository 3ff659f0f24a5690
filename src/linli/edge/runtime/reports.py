"""Where drivers report to: `framework.contract.Things` of a box."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from linli.edge.runtime.presence import Presence
from linli.edge.runtime.queue import Queue
from linli.kernel.clock import Clock

type Kind = Literal["online", "offline", "property", "event"]
type Told = Callable[[Kind, str, str, Mapping[str, Any], int], None]
"""(what, device, event's name, values, UTC ms), once it is kept; must not block."""


class Reports:
    """A report is on the disk when it returns: a driver may then confirm to its device."""

    def __init__(self, queue: Queue, presence: Presence, clock: Clock) -> None:
        self._queue = queue
        self._presence = presence
        self._clock = clock
        self.values: dict[str, dict[str, tuple[Any, int]]] = {}
        """The newest by device and property, with their time: for the local console and `property/get`."""
        self.on_online: list[Any] = []
        """Called with the name of each device that comes online; must not block."""
        self.told: list[Told] = []

    async def online(self, device: str) -> None:
        self._presence.came_online(device)
        for told in self.on_online:
            told(device)
        self._tell("online", device, "", {})

    async def offline(self, device: str) -> None:
        self._presence.went_offline(device)
        self._tell("offline", device, "", {})

    async def properties(self, device: str, values: Mapping[str, Any]) -> None:
        now = self._clock.now_ms()
        self.values.setdefault(device, {}).update({name: (value, now) for name, value in values.items()})
        await self._queue.add(device, "property", "", values)
        self._tell("property", device, "", values)

    async def event(self, device: str, name: str, params: Mapping[str, Any]) -> None:
        await self._queue.add(device, "event", name, params)
        self._tell("event", device, name, params)

    def _tell(self, kind: Kind, device: str, name: str, values: Mapping[str, Any]) -> None:
        now = self._clock.now_ms()
        for told in self.told:
            told(kind, device, name, values, now)
