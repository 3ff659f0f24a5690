"""Who may enter on a site, kept in memory: what the station and the door drivers are tried with alone.

The box's own doorkeeper is `edge.runtime.doorkeeper`; with box and platform doors are tried in `tests/real`.
"""

import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from linli.edge.doors.keeper import CodeOwner, Recognised
from linli.edge.photos import Photos
from linli.kernel.clock import Clock
from linli.rules import UNLIMITED
from linli.rules.codes import PassCode
from linli.rules.credentials import Decision, check_qr
from linli.vision.engine.ports import Change, Engine, EngineError, NoPicture
from linli.vision.looks import Hit, decide

LIBRARY: Final = "edge"


@dataclass(frozen=True, slots=True)
class FacePerson:
    """Times are UTC ms, both inclusive."""

    face_id: str
    user_id: str
    name: str
    starts_ms: int = 0
    ends_ms: int = 2**52
    blacklisted: bool = False
    doors: frozenset[str] | None = None
    """DeviceNames; None: every door of the site."""


@dataclass(frozen=True, slots=True)
class SiteCode:
    """A QR code of 32 characters that may open doors of this site."""

    user_id: str
    starts_ms: int
    ends_ms: int
    max_scans: int = UNLIMITED
    doors: frozenset[str] | None = None
    schedule: str = ""
    zone: str = ""


@dataclass(slots=True)
class Site:
    """Implements `Doorkeeper`."""

    clock: Clock
    engine: Engine
    photos: Photos
    ask_phone_of: Callable[[str, str], Awaitable[bool]] | None = None
    """Passes (device, phone number) on; None: the line is cut."""
    codes: dict[str, SiteCode] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    """SIP group by room."""
    people: dict[str, FacePerson] = field(default_factory=dict)
    _pictures: dict[str, str] = field(default_factory=dict)
    """photoId of the library's picture by faceId."""
    _taken: dict[str, str] = field(default_factory=dict)
    """Door by photoId of its passes."""
    _fed: int = 0

    async def add_face(self, person: FacePerson, photo: bytes) -> tuple[float, ...]:
        """Enrol a person; the feature, which doors that compare themselves are given. Raises EngineError, NoPicture."""
        look = await self.engine.look(photo)
        if not look.good:
            raise NoPicture(look.reasons[0])
        self.people[person.face_id] = person
        self._pictures[person.face_id] = await self.photos.keep(photo)
        self._fed += 1
        await self.engine.feed(LIBRARY, [Change(person.face_id, look.vector)], mark=self._fed)
        return struct.unpack(f"<{len(look.vector) // 4}f", look.vector)

    async def remove_face(self, face_id: str) -> None:
        self.people.pop(face_id, None)
        self._pictures.pop(face_id, None)
        self._fed += 1
        await self.engine.feed(LIBRARY, [Change(face_id, b"")], mark=self._fed)

    # the doorkeeper

    async def recognise(
        self, device: str, photo: bytes, *, detect: bool, similarity: int
    ) -> Recognised | None:
        try:
            look = (
                await self.engine.look(photo, use="search") if detect else await self.engine.embed_crop(photo)
            )
            (hits,) = await self.engine.search(LIBRARY, [look.vector]) if look.vector else [[]]
        except EngineError:
            return None
        here = [hit for hit in hits if self._may_be_at(device, hit)]
        thresholds = self.engine.state.thresholds
        # The form's percent is of the cosine brought to 0..1 (spec G 11, row 41); the model's own threshold holds too.
        if thresholds is None or decide(here, thresholds) != "match" or (here[0].score + 1) * 50 < similarity:
            return None
        person = self.people[here[0].id]
        return Recognised(person.face_id, person.user_id, person.name, self._face_decision(person))

    def _may_be_at(self, device: str, hit: Hit) -> bool:
        person = self.people.get(hit.id)
        return person is not None and (person.doors is None or device in person.doors)

    def _face_decision(self, person: FacePerson) -> Decision:
        now = self.clock.now_ms()
        if person.blacklisted:
            return Decision(PassCode.FACE_BLACKLISTED)
        if now < person.starts_ms:
            return Decision(PassCode.FACE_NOT_EFFECTIVE)
        return Decision(PassCode.FACE_EXPIRED if now > person.ends_ms else PassCode.SUCCESS)

    async def reads(self, device: str, length: int) -> bool:
        return any(len(code) == length for code in self.codes)

    async def check_qr(self, device: str, code: str) -> CodeOwner | None:
        right = self.codes.get(code)
        if right is None or (right.doors is not None and device not in right.doors):
            return None
        decision = check_qr(right, used=self.used.get(code, 0), now_ms=self.clock.now_ms())
        if decision.opens and right.max_scans != UNLIMITED:
            self.used[code] = self.used.get(code, 0) + 1
        return CodeOwner(right.user_id, decision)

    async def keep_photo(self, device: str, photo: bytes) -> str:
        photo_id = await self.photos.keep(photo)
        self._taken[photo_id] = device
        return photo_id

    async def photo(self, device: str, photo_id: str) -> bytes | None:
        return await self.photos.find(photo_id) if self._taken.get(photo_id) == device else None

    async def face_photo(self, device: str, face_id: str) -> bytes | None:
        person, photo_id = self.people.get(face_id), self._pictures.get(face_id)
        if person is None or photo_id is None or (person.doors is not None and device not in person.doors):
            return None
        return await self.photos.find(photo_id)

    async def group_of(self, device: str, room_id: str) -> str | None:
        return self.groups.get(room_id)

    async def ask_phone(self, device: str, phone_number: str) -> bool:
        return self.ask_phone_of is not None and await self.ask_phone_of(device, phone_number)
