"""People's interfaces to rooms above them. The process provides the implementation; communities holds it."""

from typing import NamedTuple, Protocol

from linli.kernel.db import Database, Reader
from linli.kernel.ids import Ids
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
    """Knows which uploads may be somebody's face picture, and where a picture can be seen."""

    async def check_face(self, scope: Scope, db: Reader, upload_id: str, *, field: str) -> None:
        """Raises BadInput naming `field` unless it is an upload of the caller saved as HOUSEHOLD_FACE.

        Format, bytes and pixels are checked too (spec B §7); the content of the picture is not.
        """
        ...

    async def keep_face(
        self,
        scope: Scope,
        db: Database,
        tmp_key: str,
        *,
        community_id: int,
        field: str,
        ids: Ids,
        now_ms: int,
    ) -> str:
        """Save a temporary file as a face picture; its uploadId. Raises BadInput naming `field`."""
        ...

    async def upload_of_key(self, scope: Scope, db: Reader, tmp_key: str) -> str | None:
        """The uploadId that a temporary file of the caller was kept under."""
        ...

    async def face_keys(self, scope: Scope, db: Reader, upload_ids: list[str]) -> dict[str, str]:
        """uploadId → key of the picture in the object store. Unknown ones are left out."""
        ...

    async def face_urls(self, scope: Scope, db: Reader, upload_ids: list[str]) -> dict[str, str]:
        """uploadId → address of the picture, valid for some minutes. Unknown ones are left out."""
        ...


class CardHolder(NamedTuple):
    """Whose a card is, and where."""

    identity_id: str
    community_id: int
    number: str


class CardHolders(Protocol):
    """Knows whose a card is."""

    async def holders(
        self, scope: Scope, db: Reader, number: str, *, community_id: int | None = None
    ) -> list[CardHolder]:
        """Those who have a card in use of this whole number, in the scope or in one community."""
        ...
