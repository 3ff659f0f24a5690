"""The box's interface for door drivers: may this person enter, the group of a room, the place of a photo."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol

from linli.edge.doors.machines import Machine
from linli.edge.doors.orders import Orders
from linli.rules.credentials import Decision

FACE_SERVICES: Final = ("SyncFaceData", "QueryFaceData")
"""Of a face door's thing model (spec A 4.3): the box answers them for its doors."""


class Recognised(NamedTuple):
    """The person of the face, and whether they may enter here and now."""

    face_id: str
    user_id: str
    name: str
    decision: Decision
    score: int = 0
    """Percent: the cosine brought to 0..1 (spec G 11, row 41)."""
    person: str = ""
    """The person as rules of lifts name them; empty: unknown."""


class CodeOwner(NamedTuple):
    user_id: str
    decision: Decision
    person: str = ""
    """As of `Recognised`."""
    way: str = ""
    """What the pass is on a counted way (`rules.ways.Kind`); empty: ways are not counted."""
    point: str = ""
    """The reader's place on it."""


class Doorkeeper(Protocol):
    """A service that the box offers to door drivers. `device` is the DeviceName of the door."""

    async def recognise(
        self, device: str, photo: bytes, *, detect: bool, similarity: int
    ) -> Recognised | None:
        """Find the face among the persons of this door; None: no person matches. `similarity` in percent."""
        ...

    async def reads(self, device: str, length: int) -> bool:
        """Whether codes of `length` bytes are used at this door beside the standard's 32: encrypted ones, or its own."""
        ...

    async def check_qr(self, device: str, code: str) -> CodeOwner | None:
        """None: no such code here. A code that opens has been counted."""
        ...

    async def keep_photo(self, device: str, photo: bytes) -> str:
        """Store the photo of a pass; its photoId."""
        ...

    async def photo(self, device: str, photo_id: str) -> bytes | None:
        """The photo of a pass at this very door."""
        ...

    async def face_photo(self, device: str, face_id: str) -> bytes | None:
        """The library's picture of a person who may pass at this door."""
        ...

    async def group_of(self, device: str, room_id: str) -> str | None:
        """The SIP group of a room (`phase-building-unit-room`)."""
        ...

    async def ask_phone(self, device: str, phone_number: str) -> bool:
        """Pass the question on whether a number may be called; whether that could be done. The result comes later."""
        ...


class LinkageReports(Protocol):
    """What lifts tell of rules that they keep themselves: a service that the box may offer."""

    def event_of(self, lift: str, report: Mapping[str, Any]) -> dict[str, Any] | None:
        """The event that the report makes; None where it was told before."""
        ...


class FaceDoor(NamedTuple):
    """A door with a camera as it is connected now."""

    device: str
    """DeviceName."""
    machine: Machine
    orders: Orders
    online: bool
    """Whether the box may call it."""

    @property
    def compares(self) -> bool:
        """Whether the door compares itself, with features that the box gives it."""
        return self.machine.face_mode == "device"


class FaceWishes(Protocol):
    """The persons that the platform wants at the doors: a service that the box may offer."""

    async def sync(self, door: FaceDoor, params: Mapping[str, Any]) -> dict[str, Any]:
        """`SyncFaceData`. Raises ParamsBad, DeviceRefused, DeviceOffline; the desired state is kept even so."""
        ...

    async def report(self, door: FaceDoor, params: Mapping[str, Any]) -> dict[str, Any]:
        """`QueryFaceData`. Raises as `sync` does."""
        ...

    async def connected(self, door: FaceDoor) -> None:
        """The door came (again): bring its library to what is wanted, if it compares itself."""
        ...
