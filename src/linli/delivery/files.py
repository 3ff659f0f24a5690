"""A file for one device behind a signed URL, as doors fetch their lists (spec A 4.2, 4.3): one at a time, then gone."""

from typing import NamedTuple

import msgspec

from linli.kernel import outbox
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.objects.one_time import handed


class FileKey(msgspec.Struct, frozen=True):
    """Outbox payload: a file that no device needs any more."""

    key: str


class DeviceFile(NamedTuple):
    key: str
    url: str


class DeviceFiles:
    """Of one kind. `drop_job`: the outbox job that ends them, `drop` its handler."""

    def __init__(
        self,
        db: Database,
        objects: ObjectStore,
        ids: Ids,
        clock: Clock,
        *,
        drop_job: str,
        url_seconds: int,
        keep_seconds: int,
    ) -> None:
        self._db = db
        self._objects = objects
        self._ids = ids
        self._clock = clock
        self._drop_job = drop_job
        self._url_seconds = url_seconds
        self._keep_ms = keep_seconds * 1000

    async def put(self, folder: str, content: bytes, *, device: str) -> DeviceFile:
        """The only file of its folder: a call that reaches the device late must not undo this one."""
        # A name that cannot be guessed: the file says who may enter.
        key = f"{folder}/{self._ids.hex(32)}.json"
        await self._objects.delete_all(folder)
        await self._objects.put(key, content)
        due_ms = self._clock.now_ms() + self._keep_ms
        await self._db.run(lambda tx: outbox.add(tx, self._drop_job, FileKey(key), due_ms=due_ms))
        return DeviceFile(key, self._objects.url(key, expires_s=self._url_seconds, device=device))

    async def answered(self, file: DeviceFile) -> None:
        """The device says that it is done. One that answers first and fetches later keeps its file for its time."""
        if await handed(self._db, key=file.key):
            await self._objects.delete(file.key)

    async def drop(self, job: FileKey) -> None:
        """Outbox job. Dropping twice is harmless."""
        await self._objects.delete(job.key)
