"""The shared state of a front's connections: the tick, the counts that limit memory, and the flush.

A tick is a second as the event loop saw it pass. Time-outs count ticks: reading no clock per message,
unmoved by clock changes, and a loop that stood still does not throw everybody out.
"""

import asyncio
from collections.abc import Callable
from enum import IntFlag
from typing import Protocol

from linli.kernel.clock import Clock
from linli.kernel.connections import Connections, Open
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.limits import Limits


class Hold(IntFlag):
    """Why a connection is not read from."""

    PENDING = 1
    """Too many of its uplinks are with the backend."""
    TOTAL = 2
    """Too many of all uplinks are."""
    BLOCKED = 4
    """It does not read what it is sent."""
    ADMITTING = 8
    """Its CONNECT has no answer yet."""


class Flushed(Protocol):
    """A writer that collects its writes until the end of the turn (`wire.Wire`)."""

    def flush(self) -> None: ...


class Socket(Open, Protocol):
    """A connection as one among all (`connection.Connection`)."""

    @property
    def address(self) -> str:
        """Remote address without the port."""
        ...

    def hold(self, why: Hold) -> None: ...

    def release(self, why: Hold) -> None: ...

    def check(self, tick: int) -> None:
        """Once a tick: has it been silent, slow or idle for too long?"""
        ...

    def close(self, gone: Gone) -> None: ...


class Traffic:
    __slots__ = (
        "_dirty",
        "_draw_number",
        "_flushing",
        "clock",
        "connections",
        "denied",
        "limits",
        "number",
        "paused",
        "pending",
        "pending_bytes",
        "queued_bytes",
        "seated",
        "tick",
        "uplinks",
        "waiting",
    )

    def __init__(self, limits: Limits, clock: Clock, draw_number: Callable[[], int] | None = None) -> None:
        """`draw_number`: makes numbers of kept downlinks where other fronts make some too."""
        self.limits = limits
        self.clock = clock
        self.tick = 0
        self.connections: set[Socket] = set()
        """Open sockets, those being closed too."""
        self.waiting: Connections[Socket] = Connections(
            limits.max_waiting, limits.waiting_each, proxies=limits.proxies, name="mqtt_waiting"
        )
        """Connections that have not proved their identity."""
        self.seated: Connections[Socket] = Connections(
            limits.max_connections, limits.connections_each, proxies=limits.proxies, name="mqtt"
        )
        """Connections that have."""
        self.pending = 0
        """Uplinks with the backend, also those of connections that ended since."""
        self.pending_bytes = 0
        self.queued_bytes = 0
        """Payloads of downlinks that wait for a window or a connection."""
        self.paused = False
        """No connection is read from until the backend has caught up."""
        self.uplinks = 0
        """Taken since the start."""
        self.denied = 0
        """Publishes and filters refused since the start."""
        self.number = 0
        """Of the last downlink kept in the session store."""
        self._draw_number = draw_number
        self._dirty: list[Flushed] = []
        self._flushing = False

    def next_number(self) -> int:
        if self._draw_number is not None:
            return self._draw_number()
        self.number += 1
        return self.number

    def enter(self, connection: Socket, address: str) -> bool:
        """False: there is no room to wait in."""
        if not self.waiting.enter(connection, address):
            return False
        self.connections.add(connection)
        return True

    def seat(self, connection: Socket) -> bool:
        """It proved who it is. False: the house is full."""
        self.waiting.leave(connection)
        return self.seated.enter(connection, connection.address)

    def leave(self, connection: Socket) -> None:
        self.connections.discard(connection)
        self.waiting.leave(connection)
        self.seated.leave(connection)

    def take(self, count: int, size: int) -> None:
        """Uplinks go to the backend. Over the bound all reading stops, not only of who sends most."""
        self.uplinks += count
        self.pending += count
        self.pending_bytes += size
        limits = self.limits
        if not self.paused and (
            self.pending > limits.max_pending_total or self.pending_bytes > limits.max_pending_bytes
        ):
            self.paused = True
            for connection in self.connections:
                connection.hold(Hold.TOTAL)

    def give_back(self, count: int, size: int) -> None:
        """Uplinks are done with; reading starts again at half the bound."""
        self.pending -= count
        self.pending_bytes -= size
        limits = self.limits
        if (
            self.paused
            and self.pending <= limits.max_pending_total // 2
            and self.pending_bytes <= limits.max_pending_bytes // 2
        ):
            self.paused = False
            for connection in self.connections:
                connection.release(Hold.TOTAL)

    def flush_soon(self, wire: Flushed) -> None:
        """One write per connection and turn of the loop, however many packets it is sent."""
        self._dirty.append(wire)
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        dirty, self._dirty = self._dirty, []
        for wire in dirty:
            wire.flush()
