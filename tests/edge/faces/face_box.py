"""A box whose doorkeeper knows faces by the face room, with the platform's files beside it."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linli.edge.doors.keeper import Recognised
from linli.edge.faces.room import FaceRoom
from linli.edge.faces.steps import STEPS
from linli.edge.photos import Photos
from linli.edge.store import Store
from linli.kernel.clock import ManualClock
from linli.kernel.ids import Ids
from linli.protocols.face_data import FaceEvent, FaceReport, FaceResult, decode_results
from linli.vision.engine.local import LocalEngine
from linli.vision.engine.ports import Engine
from linli.vision.fake import FakePipeline
from tests.edge.doors.site import Site
from tests.edge.doors.site_box import SiteBox
from tests.edge.faces.cloud_files import CloudFiles, HttpFiles, cloud_files


@dataclass(slots=True, kw_only=True)
class Keeper(Site):
    """Faces are the room's matter; the rest is kept in memory."""

    room: FaceRoom

    async def recognise(
        self, device: str, photo: bytes, *, detect: bool, similarity: int
    ) -> Recognised | None:
        return await self.room.recognise(device, photo, detect=detect, similarity=similarity)

    async def face_photo(self, device: str, face_id: str) -> bytes | None:
        return await self.room.face_photo(device, face_id)


class FaceBox(SiteBox):
    def __init__(self, folder: Path, cloud: CloudFiles, *, engine: Engine | None = None) -> None:
        self.folder = folder
        self.cloud = cloud
        self.engine = engine or LocalEngine(FakePipeline())
        clock, ids = ManualClock(), Ids()
        self.store = Store(folder / "box.db", STEPS, clock)
        self._http = HttpFiles()
        self.room = FaceRoom(
            engine=self.engine,
            store=self.store,
            folder=folder / "library",
            files=self._http,
            clock=clock,
        )
        site = Keeper(clock, self.engine, Photos(folder / "photos", ids), room=self.room)
        super().__init__(folder, faces=self.room, ids=ids, clock=clock, site=site)

    async def close(self) -> None:
        await super().close()
        await self.room.stop()
        await self._http.close()
        await self.store.stop()

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with contextlib.closing(sqlite3.connect(self.store.file)) as connection:
            return connection.execute(sql).fetchall()

    async def sync(self, device: str, events: list[FaceEvent]) -> list[FaceResult]:
        """What the platform calls, and what the box answers."""
        answer = await self.supervisor.call(device, "SyncFaceData", self.cloud.put_file(events))
        return decode_results(answer["FaceResult"]) or []

    async def report(self, device: str) -> FaceReport:
        params, _ = self.cloud.report()
        await self.supervisor.call(device, "QueryFaceData", params)
        return self.cloud.read_report()

    def passes(self, device: str = "door.1") -> list[tuple[int, str]]:
        return [(one["code"], one["content"]) for one in self.things.events_of(device, "passEvent")]


@contextlib.asynccontextmanager
async def face_box(folder: Path, **values: Any) -> AsyncIterator[FaceBox]:
    async with cloud_files() as cloud:
        box = FaceBox(folder, cloud, **values)
        await box.store.start()
        await box.room.start()
        try:
            yield box
        finally:
            await box.close()
