"""What a visitor's page needs of lifts, which stand above this room."""

from typing import NamedTuple, Protocol

from linli.domains.visitors.rows import Visit
from linli.kernel.db import Reader
from linli.kernel.scope import Scope


class WayDown(NamedTuple):
    """A lift at the host's floor, and a floor where it lets visitors out, both in its own names."""

    iot_id: str
    name: str
    floor: str
    room: str
    exit: str


class VisitorLifts(Protocol):
    async def ways_down(self, scope: Scope, db: Reader, visit: Visit) -> list[WayDown]:
        """In an order that stays; none where no lift is known, or not where it lets people out."""
        ...

    async def call_down(self, scope: Scope, way: WayDown) -> None:
        """The car comes to the host's floor and goes on to the exit. Raises what a resident's call raises."""
        ...
