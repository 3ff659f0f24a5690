"""Doors that compare themselves: what each is to hold, what it confirmed, and the difference. Source: spec G 5, F4-F5.

Such a door knows an end and a black list, no start and no schedule. So the box brings it a person when their time comes,
and takes them away when it is over.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from linli.edge.doors.keeper import FaceDoor
from linli.edge.doors.orders import FaceChange, WantedFace, face_changes
from linli.edge.faces.database import FaceDatabase
from linli.edge.faces.rows import FaceRows, Wanted, user_info
from linli.protocols.door_http.messages.faces import DELETE
from linli.rules.schedules import holds

type Mark = tuple[str, str]

NOT_SENT: Final = "the door is away"


class LazyFaces:
    """What one door is to hold now; implements `WantedFaces`."""

    def __init__(self, rows: FaceRows, door: int, model: str, now_ms: int) -> None:
        self._rows = rows
        self._door = door
        self._model = model
        self._now_ms = now_ms

    def marks(self) -> Mapping[str, Mark]:
        return {one.person_id: mark for one, mark in self._ready() if self.is_time(one)}

    def waiting(self) -> set[str]:
        """Whose time has not come or whose vector is not made."""
        found = self._rows.wanted(self._door, self._model)
        return {one.person_id for one in found if one.feature_mark is None or not self.is_time(one)}

    def unmade(self) -> set[str]:
        """Wanted, but without a vector for now: the door keeps what it has of them."""
        found = self._rows.wanted(self._door, self._model)
        return {one.person_id for one in found if one.feature_mark is None}

    def is_time(self, one: Wanted) -> bool:
        return one.starts_ms <= self._now_ms and holds(one.schedule, self._now_ms)

    def load(self, face_ids: Sequence[str]) -> Sequence[WantedFace]:
        found = []
        for face_id in face_ids:
            content = self._rows.wanted_content(self._door, self._model, face_id)
            if content is not None:
                user, vector = content
                feature = tuple(memoryview(vector).cast("f"))
                found.append(WantedFace(face_id, user_info(user), feature))
        return found

    def _ready(self) -> Iterator[tuple[Wanted, Mark]]:
        for one in self._rows.wanted(self._door, self._model):
            if one.feature_mark is not None:
                yield one, (one.user_mark, one.feature_mark)


class DoorLibraries:
    """What doors hold of what the box knows."""

    def __init__(self, database: FaceDatabase, rows: FaceRows) -> None:
        self._database = database
        self._rows = rows

    async def read_back(self, door: FaceDoor, number: int) -> None:
        """Ask the door for its whole library, page by page. Raises what its link raises."""
        held = await door.orders.query_faces()
        with self._database.transaction():
            self._rows.replace_held(number, held)

    async def push(
        self, door: FaceDoor, number: int, model: str, now_ms: int, *, only: set[str] | None = None
    ) -> dict[str, str]:
        """Send the difference to what the door confirmed last; why it failed, by faceId."""
        wanted = LazyFaces(self._rows, number, model, now_ms)
        unmade = wanted.unmade()
        changes = [
            change
            for change in face_changes(wanted.marks(), self._rows.held(number))
            if (only is None or change.face_id in only)
            and not (change.type == DELETE and change.face_id in unmade)
        ]
        if not changes:
            return {}
        if not door.online:
            return {change.face_id: NOT_SENT for change in changes}
        marks, failed = wanted.marks(), dict[str, str]()
        async for part, result in door.orders.change_faces(wanted, changes):
            if result.why:
                failed |= {change.face_id: result.why for change in part}
            else:
                self._confirmed(number, part, marks, set(result.keys))
        return failed

    def _confirmed(
        self, door: int, part: Sequence[FaceChange], marks: Mapping[str, Mark], sent: set[str]
    ) -> None:
        with self._database.transaction():
            for change in part:
                if change.type == DELETE:
                    self._rows.drop_held(door, change.face_id)
                elif change.face_id in sent:
                    self._rows.put_held(door, change.face_id, *marks[change.face_id])
