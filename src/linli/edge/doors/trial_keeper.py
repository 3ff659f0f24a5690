"""The doorkeeper of the certification bench: it lets in the codes that a case names, and keeps the photos it is given."""

from dataclasses import dataclass, field
from typing import Final

from linli.edge.doors.keeper import CodeOwner, Recognised
from linli.edge.photos import Photos
from linli.rules.codes import PassCode
from linli.rules.credentials import Decision

USER: Final = "bench-user"


@dataclass(slots=True)
class TrialKeeper:
    """Implements `Doorkeeper` for one device on the bench; no case lets the box compare faces or calls a room."""

    photos: Photos
    codes: set[str] = field(default_factory=set)
    """QR codes that open."""

    async def recognise(
        self, device: str, photo: bytes, *, detect: bool, similarity: int
    ) -> Recognised | None:
        return None

    async def reads(self, device: str, length: int) -> bool:
        return False

    async def check_qr(self, device: str, code: str) -> CodeOwner | None:
        return CodeOwner(USER, Decision(PassCode.SUCCESS)) if code in self.codes else None

    async def keep_photo(self, device: str, photo: bytes) -> str:
        return await self.photos.keep(photo)

    async def photo(self, device: str, photo_id: str) -> bytes | None:
        return await self.photos.find(photo_id)

    async def face_photo(self, device: str, face_id: str) -> bytes | None:
        return None

    async def group_of(self, device: str, room_id: str) -> str | None:
        return None

    async def ask_phone(self, device: str, phone_number: str) -> bool:
        return False
