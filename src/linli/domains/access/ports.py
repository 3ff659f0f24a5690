"""Access's interfaces to rooms beside it. The process provides the implementation; faces holds it."""

from typing import NamedTuple, Protocol

from linli.kernel.db import Reader


class FaceOwner(NamedTuple):
    identity_id: str
    name: str
    ext_info: str


class FaceOwners(Protocol):
    """Knows whose a face on a door is."""

    async def owner(self, db: Reader, *, tenant_id: str, face_id: str) -> FaceOwner | None:
        """None for a face that the tenant does not know."""
        ...
