"""The doorkeeper over the box's own file: decides with the line cut as with it, by the rules that the cloud has too."""

import base64
import sqlite3
from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from linli.edge.doors.keeper import CodeOwner, Recognised
from linli.edge.runtime import ways as way_rows
from linli.edge.runtime.desired_rows import GROUP, KEY, QR, find_content
from linli.edge.runtime.pictures import Pictures
from linli.edge.runtime.queue import Queue
from linli.edge.runtime.ways import WayPass
from linli.edge.store import Step, Store
from linli.kernel.clock import Clock
from linli.protocols.qr_rsa import CodeError, PublicKey, SealedCode, open_code
from linli.rules import UNLIMITED, PassCode, ways
from linli.rules.credentials import Decision, check_qr

KEY_NAME: Final = "RSAPublicKey"

STEPS: Final = (
    Step(
        "doorkeeper.1",
        """
        CREATE TABLE qr_used (
          code TEXT NOT NULL, device TEXT NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (code, device)
        ) WITHOUT ROWID;
        """,
    ),
    # Which lengths of codes the platform uses at a door, beside the standard's: learned from the codes themselves, so
    # that a scanner with a form of its own needs no setting here. What a forgotten code had counted goes with it.
    Step(
        "doorkeeper.2",
        """
        CREATE TABLE qr_lengths (
          device TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (device, bytes)
        ) WITHOUT ROWID;
        INSERT INTO qr_lengths SELECT DISTINCT device, length(credential) FROM wishes
          WHERE kind = 'qr' AND content != '' AND length(credential) != 32;
        CREATE TRIGGER qr_lengths_of_new AFTER INSERT ON wishes
          WHEN NEW.kind = 'qr' AND NEW.content != '' AND length(NEW.credential) != 32
          BEGIN INSERT OR IGNORE INTO qr_lengths VALUES (NEW.device, length(NEW.credential)); END;
        CREATE TRIGGER qr_used_of_gone AFTER DELETE ON wishes
          WHEN OLD.kind = 'qr' AND NOT EXISTS (
            SELECT 1 FROM wishes WHERE kind = 'qr' AND credential = OLD.credential AND content != ''
          )
          BEGIN DELETE FROM qr_used WHERE code = OLD.credential; END;
        """,
    ),
)
SEALED_BYTES: Final = 88
"""Of an encrypted code (加密二维码) with the keys that communities have."""


class FaceJudge(Protocol):
    """The face part of a box (`edge.faces`); a box without it recognises no person."""

    async def recognise(
        self, device: str, photo: bytes, *, detect: bool, similarity: int
    ) -> Recognised | None: ...

    async def face_photo(self, device: str, face_id: str) -> bytes | None: ...


class QrRight(msgspec.Struct, frozen=True):
    """Content of a wish of kind `qr`. Times are UTC ms, both ends inclusive."""

    starts_ms: int
    ends_ms: int
    max_scans: int = UNLIMITED
    shared: bool = False
    """Counted by all doors together: here by those of this box, which may have no line to the others."""
    schedule: str = ""
    zone: str = ""
    """Time zone of the schedule; empty: the default."""
    person: str = ""
    """The person of the code; empty: unknown."""
    way: str = ""
    """Which ways `max_scans` counts (`rules.ways`); empty: scans."""
    point: str = ""


class Walked(NamedTuple):
    """A decision on a way. `passed`: what was counted; None: nothing."""

    decision: Decision
    kind: str
    point: str
    passed: WayPass | None = None


class BoxDoorkeeper:
    """Implements `edge.doors.keeper.Doorkeeper`. `siblings`: all devices of the machine that a device belongs to."""

    def __init__(
        self,
        store: Store,
        pictures: Pictures,
        queue: Queue,
        clock: Clock,
        *,
        siblings: Callable[[str], tuple[str, ...]],
        line_up: Callable[[], bool],
        faces: FaceJudge | None = None,
        person_of: Callable[[str], str] = lambda face: "",
        in_car: Callable[[str], bool] = lambda device: False,
    ) -> None:
        """`person_of`: the person of a faceId, as linkages name them; empty: unknown. `in_car`: whether a reader
        stands in a lift's car."""
        self._store = store
        self._pictures = pictures
        self._queue = queue
        self._clock = clock
        self._siblings = siblings
        self._line_up = line_up
        self.faces = faces
        self._person_of = person_of
        self._in_car = in_car
        self.on_way: Callable[[WayPass], None] = lambda passed: None
        """Hears of each counted pass, after it was kept."""

    # codes

    async def reads(self, device: str, length: int) -> bool:
        """Encrypted codes where the community's key is here; others where the platform has sent some of that length."""
        doors = self._siblings(device)

        def look(connection: sqlite3.Connection) -> bool:
            if length == SEALED_BYTES:
                return find_content(connection, doors, KEY, KEY_NAME) is not None
            marks = ",".join("?" * len(doors))
            cursor = connection.execute(
                f"SELECT 1 FROM qr_lengths WHERE bytes = ? AND device IN ({marks}) LIMIT 1", (length, *doors)
            )
            return cursor.fetchone() is not None

        return await self._store.read(look)

    async def check_qr(self, device: str, code: str) -> CodeOwner | None:
        """A code in clear, or sealed with the community's key (加密二维码), which names its last second."""
        doors, now = self._siblings(device), self._clock.now_ms()

        def look(connection: sqlite3.Connection) -> tuple[str, QrRight | None, int | None]:
            return _look(connection, doors, code)

        clear, right, expires_s = await self._store.read(look)
        if right is not None and right.way and right.max_scans != UNLIMITED:
            point = f"{ways.LIFT}{right.point}" if self._in_car(device) else right.point
            step = await self._store.write(lambda c: _walk(c, right, point, expires_s, now))
            if step.passed is not None:
                self.on_way(step.passed)
            return CodeOwner(clear, step.decision, right.person, step.kind, step.point)
        if right is not None and right.max_scans != UNLIMITED:
            # Counted where it is decided: two doors at one moment do not both let the last scan in.
            decision = await self._store.write(lambda c: _count(c, doors, clear, right, expires_s, now))
        else:
            decision = check_qr(right, used=0, now_ms=now, picture_expires_s=expires_s)
        if right is None and expires_s is None:
            return None
        return CodeOwner(clear, decision, right.person if right is not None else "")

    # faces

    async def recognise(
        self, device: str, photo: bytes, *, detect: bool, similarity: int
    ) -> Recognised | None:
        if self.faces is None:
            return None
        recognised = await self.faces.recognise(device, photo, detect=detect, similarity=similarity)
        return None if recognised is None else recognised._replace(person=self._person_of(recognised.face_id))

    async def face_photo(self, device: str, face_id: str) -> bytes | None:
        return None if self.faces is None else await self.faces.face_photo(device, face_id)

    # photos of passes

    async def keep_photo(self, device: str, photo: bytes) -> str:
        return await self._pictures.keep(device, photo)

    async def photo(self, device: str, photo_id: str) -> bytes | None:
        picture = await self._pictures.find(photo_id)
        if picture is None or picture.device not in self._siblings(device):
            return None
        return await self._pictures.content(photo_id)

    # intercom

    async def group_of(self, device: str, room_id: str) -> str | None:
        """From the file that the platform sent last (`SyncGroupIdAndRoomId`) for this machine."""
        doors = self._siblings(device)
        row = await self._store.read(lambda c: find_content(c, doors, GROUP, room_id))
        return None if row is None else str(msgspec.json.decode(row[1]))

    async def ask_phone(self, device: str, phone_number: str) -> bool:
        """The question goes to the cloud as an event; its answer comes as the service `verifyPhoneResult`."""
        if not self._line_up():
            return False
        await self._queue.add(device, "event", "checkPhoneNumber", {"phoneNumber": phone_number})
        return True


def _look(
    connection: sqlite3.Connection, doors: tuple[str, ...], code: str
) -> tuple[str, QrRight | None, int | None]:
    """(the code in clear, its right here, the last second of its picture)."""
    content = find_content(connection, doors, QR, code)
    if content is not None:
        return code, msgspec.json.decode(content[1], type=QrRight), None
    sealed = _opened(connection, doors, code)
    if sealed is None:
        return code, None, None
    content = find_content(connection, doors, QR, sealed.code)
    right = None if content is None else msgspec.json.decode(content[1], type=QrRight)
    return sealed.code, right, sealed.expires_s


def _opened(connection: sqlite3.Connection, doors: tuple[str, ...], text: str) -> SealedCode | None:
    kept = find_content(connection, doors, KEY, KEY_NAME)
    if kept is None:
        return None
    try:
        return open_code(PublicKey.from_spki(base64.b64decode(_key(kept[1]))), text)
    except (CodeError, ValueError):
        return None


def _key(content: str) -> str:
    fields: Any = msgspec.json.decode(content)
    return str(fields[KEY_NAME])


def _walk(
    connection: sqlite3.Connection, right: QrRight, point: str, expires_s: int | None, now: int
) -> Walked:
    """A pass whose uses are ways. What its window or schedule refuses is not on one."""
    free = msgspec.structs.replace(right, max_scans=UNLIMITED)
    decision = check_qr(free, used=0, now_ms=now, picture_expires_s=expires_s)
    if not decision.opens:
        return Walked(decision, "", point)
    walked = ways.step(way_rows.way_of(connection, right.way), point, most=right.max_scans, now_ms=now)
    left = max(right.max_scans - walked.way.used, 0)
    if not walked.opens:
        return Walked(Decision(PassCode.QR_USED_UP, 0), walked.kind, point)
    passed = WayPass(right.way, now, point, right.ends_ms) if walked.kind in ("new", "on") else None
    if passed is not None:
        way_rows.keep(connection, passed, now_ms=now)
    return Walked(Decision(PassCode.SUCCESS, left), walked.kind, point, passed)


def _count(
    connection: sqlite3.Connection,
    doors: tuple[str, ...],
    code: str,
    right: QrRight,
    expires_s: int | None,
    now: int,
) -> Decision:
    rows = dict(connection.execute("SELECT device, used FROM qr_used WHERE code = ?", (code,)).fetchall())
    used = sum(rows.values()) if right.shared else sum(rows.get(door, 0) for door in doors)
    decision = check_qr(right, used=used, now_ms=now, picture_expires_s=expires_s)
    if decision.opens:
        connection.execute(
            "INSERT INTO qr_used VALUES (?, ?, 1) ON CONFLICT (code, device) DO UPDATE SET used = used + 1",
            (code, doors[0]),
        )
    return decision
