"""Where drivers report to: `framework.contract.Things` of a box."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, Protocol

from linli.edge.runtime.presence import Presence
from linli.edge.runtime.queue import Queue, Together
from linli.kernel.clock import Clock
from linli.protocols.edge_link import AWAY_MOST, WHY_MOST, DeviceAway

type Kind = Literal["online", "offline", "property", "event"]
type ReportListener = Callable[[Kind, str, str, Mapping[str, Any], int], None]
"""(what, device, event's name, values, UTC ms), once it is kept; must not block."""


class FollowUp(Protocol):
    """What an event starts: written down in the event's own commit, and begun once that is on the disk."""

    def keep(self, connection: sqlite3.Connection) -> None: ...

    def begin(self) -> None: ...


class Away(NamedTuple):
    """Since when a device that was online is not any more, and why; UTC ms by the box's clock."""

    since_ms: int
    why: str


class Reports:
    """A report is on the disk when it returns: a driver may then confirm to its device."""

    def __init__(self, queue: Queue, presence: Presence, clock: Clock) -> None:
        self._queue = queue
        self._presence = presence
        self._clock = clock
        self.values: dict[str, dict[str, tuple[Any, int]]] = {}
        """The newest by device and property, with their time: for the local console and `property/get`."""
        self.away: dict[str, Away] = {}
        """Devices that went offline in this life of the box and have not come back."""
        self.on_online: list[Any] = []
        """Called with the name of each device that comes online; must not block."""
        self.follow: Callable[[str, str, Mapping[str, Any]], FollowUp | None] = lambda device, name, params: (
            None
        )
        """(device, event's name, values), before it is kept."""
        self.on_report: list[ReportListener] = []

    async def online(self, device: str) -> None:
        self.away.pop(device, None)
        self._presence.came_online(device)
        for listener in self.on_online:
            listener(device)
        self._tell("online", device, "", {})

    async def offline(self, device: str, why: str = "") -> None:
        self.away[device] = Away(self._clock.now_ms(), why)
        self._presence.went_offline(device)
        self._tell("offline", device, "", {})

    def absent(self) -> list[DeviceAway]:
        """The deployed devices that went offline last."""
        registered = [
            (away, name) for name, away in self.away.items() if self._presence.key_of(name) is not None
        ]
        newest = sorted(registered, reverse=True)[:AWAY_MOST]
        return [
            DeviceAway(device_name=name, since_ms=away.since_ms, why=away.why[:WHY_MOST])
            for away, name in newest
        ]

    async def properties(self, device: str, values: Mapping[str, Any]) -> None:
        now = self._clock.now_ms()
        self.values.setdefault(device, {}).update({name: (value, now) for name, value in values.items()})
        await self._queue.add(device, "property", "", values)
        self._tell("property", device, "", values)

    async def event(
        self, device: str, name: str, params: Mapping[str, Any], at_ms: int | None = None
    ) -> None:
        """`at_ms`: when it was, of one that is told late."""
        follow_up = self.follow(device, name, params)
        also = [params.also] if isinstance(params, Together) else []
        if follow_up is not None:
            also.append(follow_up.keep)
        await self._queue.add(device, "event", name, params, at_ms, also=also)
        self._tell("event", device, name, dict(params))
        if follow_up is not None:
            follow_up.begin()

    def _tell(self, kind: Kind, device: str, name: str, values: Mapping[str, Any]) -> None:
        now = self._clock.now_ms()
        for listener in self.on_report:
            listener(kind, device, name, values, now)
