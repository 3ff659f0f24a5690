"""Faces' interfaces to rooms above them. The overview implements it, and the process connects the two."""

from typing import NamedTuple, Protocol

from linli.kernel.db import Reader
from linli.kernel.scope import Scope


class Position(NamedTuple):
    """Coordinates of a device on its community's map, in degrees."""

    longitude: float
    latitude: float


class DevicePlaces(Protocol):
    """Finds places of devices."""

    async def positions(self, scope: Scope, db: Reader, *, iot_ids: list[str]) -> dict[str, Position]:
        """Places of those of `iot_ids` in scope that are on a map."""
        ...
