"""What parking offers to drivers of lanes, and what it needs of the box."""

from collections.abc import Mapping
from typing import Any, Protocol

from linli.edge.parking.passes import Outcome, Sighting

OPERATE_GATE = "OperateGate"
"""The service of a lane's device that moves its barrier: `{"command": "open" | "close" | "keepOpen"}`."""


class Lanes(Protocol):
    """A service that the box offers to drivers (`DriverContext.service`)."""

    async def seen(self, device: str, sighting: Sighting) -> Outcome:
        """A car stands at the lane of a device. When it returns, what follows is on the disk: the driver may open and
        confirm. Raises ParkingRefused (302: the device stands at no barrier), StoreBroken."""
        ...

    def begin_picture(self, device: str, picture: bytes) -> str:
        """Keep it in the box's file service; its path there, empty where none is kept. Wait for `picture_stored` before
        the camera is told that it need not send it again."""
        ...

    async def picture_stored(self, path: str) -> None:
        """Returns once it is on the disk, or found no room; at once for any other path."""
        ...


class CallsDevices(Protocol):
    async def __call__(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Raises LinliError."""
        ...


class KeepsFiles(Protocol):
    async def add(self, path: str, content: bytes, keep_s: int) -> object: ...
