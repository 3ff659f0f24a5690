"""What faces need of rooms above them. The process provides the implementation; the overview holds it."""

from typing import NamedTuple, Protocol

from linli.kernel.db import Reader
from linli.kernel.scope import Scope


class Position(NamedTuple):
    """Degrees of the community's map, as its devices were placed there."""

    longitude: float
    latitude: float


class DevicePlaces(Protocol):
    """Knows where devices stand."""

    async def positions(self, scope: Scope, db: Reader, *, iot_ids: list[str]) -> dict[str, Position]:
        """Those of `iot_ids` in scope that were placed on a map."""
        ...
