"""The interface of the listener (`server.HttpServer`) for a connection."""

import asyncio
from typing import Protocol

from linli.kernel.connections import Connections, Open
from linli.kernel.http.limits import Limits
from linli.kernel.http.types import ASGIApp, Upgrade
from linli.kernel.http.unfinished import Unfinished


class Surroundings(Protocol):
    """The listener's interface for reading a request."""

    now: float
    """Monotonic, read about once a second."""
    stopping: bool
    unfinished: Unfinished

    def upgrade_of(self, path: str) -> Upgrade | None:
        """The part that takes over connections at this path."""
        ...


class Listener[Member: Open](Surroundings, Protocol):
    app: ASGIApp
    limits: Limits
    loop: asyncio.AbstractEventLoop
    proxies: frozenset[str]
    share: Connections[Member]
    tasks: set[asyncio.Task[None]]

    def opened(self, connection: Member) -> bool:
        """False: there is no room for it."""
        ...

    def closed(self, connection: Member) -> None: ...

    def switched(self, connection: Member, *, counted_there: bool) -> None:
        """It goes on in another protocol, which learns of its end."""
        ...

    def flush_soon(self, connection: Member) -> None:
        """Send what this connection wrote at the end of this turn of the loop."""
        ...
