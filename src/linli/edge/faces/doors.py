"""Doors that compare themselves: their desired library, the confirmed one, and the difference. Source: spec G 5, F4-F5.

Such a door knows an end and a black list, no start and no schedule. So the box brings it a person when their time comes,
and takes them away when it is over.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from linli.edge.doors.keeper import FaceDoor
from linli.edge.doors.orders import FaceChange, WantedFace, face_changes
from linli.edge.faces.rows import FaceRows, Wanted, user_info
from linli.edge.store import Store
from linli.protocols.door_http.messages.faces import DELETE
from linli.rules.schedules import holds

type Mark = tuple[str, str]

SCHEDULE_MS: Final = 60_000
NOT_SENT: Final = "the door is away"


class LazyFaces:
    """The desired library of a door; implements `WantedFaces`."""

    def __init__(self, store: Store, door: int, model: str, now_ms: int) -> None:
        self._store = store
        self._door = door
        self._model = model
        self._now_ms = now_ms
        self._rows: list[Wanted] | None = None

    async def marks(self) -> Mapping[str, Mark]:
        return {
            face.person_id: (face.user_mark, face.feature_mark)
            for face in await self._wanted()
            if face.feature_mark is not None and self._is_time(face)
        }

    async def waiting(self) -> set[str]:
        """Faces before their start, or without a vector yet."""
        faces = await self._wanted()
        return {face.person_id for face in faces if face.feature_mark is None or not self._is_time(face)}

    async def next_turn_ms(self) -> int | None:
        """When the next person's time begins or may end; None: no such time is known."""
        faces = await self._wanted()
        turns = [face.starts_ms for face in faces if face.starts_ms > self._now_ms]
        if any(face.schedule for face in faces):
            turns.append(self._now_ms + SCHEDULE_MS)
        return min(turns, default=None)

    async def unmade(self) -> set[str]:
        """Wanted, but without a vector for now: the door keeps what it has of them."""
        return {face.person_id for face in await self._wanted() if face.feature_mark is None}

    async def load(self, face_ids: Sequence[str]) -> Sequence[WantedFace]:
        door, model = self._door, self._model
        contents = await self._store.read(lambda c: FaceRows(c).wanted_contents(door, model, face_ids))
        return [
            WantedFace(user.person_id, user_info(user), tuple(memoryview(vector).cast("f")))
            for user, vector in contents
        ]

    async def _wanted(self) -> list[Wanted]:
        """As it was at the first question."""
        door, model = self._door, self._model
        if self._rows is None:
            self._rows = await self._store.read(lambda c: FaceRows(c).wanted(door, model))
        return self._rows

    def _is_time(self, face: Wanted) -> bool:
        return face.starts_ms <= self._now_ms and holds(face.schedule, self._now_ms)


class Pushed(NamedTuple):
    failed: dict[str, str]
    """Why, by faceId."""
    due_ms: int | None
    """When to look at the door again; None: when something is wished."""


class DoorLibraries:
    """The box's faces on doors."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def confirmed(self, number: int) -> list[tuple[str, str, str]]:
        """A door's last confirmed entries: (faceId, userInfoMd5, featureMd5)."""
        return await self._store.read(lambda c: FaceRows(c).confirmed(number))

    async def read_back(self, door: FaceDoor, number: int) -> None:
        """Ask the door for its whole library, page by page. Raises what its link raises."""
        faces = await door.orders.query_faces()
        await self._store.write(lambda c: FaceRows(c).replace_confirmed(number, faces))

    async def push(
        self, door: FaceDoor, number: int, model: str, now_ms: int, *, only: set[str] | None = None
    ) -> Pushed:
        """Send the difference to what the door confirmed last."""
        wanted = LazyFaces(self._store, number, model, now_ms)
        marks, unmade = await wanted.marks(), await wanted.unmade()
        changes = [
            change
            for change in face_changes(marks, await self.confirmed(number))
            if (only is None or change.face_id in only)
            and not (change.type == DELETE and change.face_id in unmade)
        ]
        if changes and not door.online:
            # Its connection begins with all of it.
            return Pushed({change.face_id: NOT_SENT for change in changes}, None)
        failed: dict[str, str] = {}
        async for part, result in door.orders.change_faces(wanted, changes):
            if result.why:
                failed |= {change.face_id: result.why for change in part}
            else:
                await self._confirmed(number, part, marks, set(result.keys))
        return Pushed(failed, now_ms if failed or unmade else await wanted.next_turn_ms())

    async def _confirmed(
        self, door: int, part: Sequence[FaceChange], marks: Mapping[str, Mark], sent: set[str]
    ) -> None:
        def work(connection: sqlite3.Connection) -> None:
            rows = FaceRows(connection)
            for change in part:
                if change.type == DELETE:
                    rows.drop_confirmed(door, change.face_id)
                elif change.face_id in sent:
                    rows.put_confirmed(door, change.face_id, *marks[change.face_id])

        await self._store.write(work)
