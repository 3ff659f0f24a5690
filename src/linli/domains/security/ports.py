"""What smart security needs of a camera that gives pictures."""

from typing import Protocol

from linli.domains.security.rows import SecurityCamera


class NoSnapshot(Exception):
    """Why there is no picture."""


class Snapshots(Protocol):
    async def take(self, camera: SecurityCamera) -> bytes:
        """A JPEG or PNG of now. Raises NoSnapshot."""
        ...
