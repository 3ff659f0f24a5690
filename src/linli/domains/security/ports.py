"""What smart security needs of a camera that gives pictures."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from linli.domains.security.rows import SecurityCamera
from linli.kernel.scope import Scope


class NoSnapshot(Exception):
    """Why there is no picture. `reason`: a key of the texts `error.security.no_snapshot.*`; `detail`: as it was met."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason = reason
        self.detail = detail


class Snapshots(Protocol):
    async def take(self, camera: SecurityCamera) -> bytes:
        """A JPEG or PNG of now. Raises NoSnapshot."""
        ...


type LivePicture = Callable[[Scope, str], Awaitable[bytes]]
"""A JPEG of now from the stream of a camera that sends one to this platform. Raises LinliError."""


class Reach(NamedTuple):
    """Where it may fetch pictures from, and put them to."""

    fetch_private: bool
    """From private addresses too."""
    put_private: bool
    live: LivePicture
