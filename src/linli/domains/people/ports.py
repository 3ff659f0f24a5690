"""What people need of rooms above them. The process provides the implementation; communities holds it."""

from typing import Protocol

from linli.kernel.db import Reader
from linli.kernel.scope import Scope


class Houses(Protocol):
    """Knows which spaces are houses."""

    async def community_of_house(self, scope: Scope, db: Reader, house_id: int) -> int:
        """The community of a house in scope. Raises NotFound when there is none, BadInput when it is no house."""
        ...

    async def root_space_ids(self, scope: Scope, db: Reader, community_ids: list[int]) -> dict[int, int]:
        """community id → id of its root space, for those in scope."""
        ...


class FaceUploads(Protocol):
    """Knows which uploads may be somebody's face picture."""

    async def check_face(self, scope: Scope, db: Reader, upload_id: str, *, field: str) -> None:
        """Raises BadInput naming `field` unless it is an upload of the caller saved as HOUSEHOLD_FACE."""
        ...
