"""Alarms and captures on their way to the cloud: durable before the adapter is answered, sent oldest first, kept once."""

import asyncio
import contextlib
import sqlite3
from typing import Any, Final, Protocol

import msgspec

from linli.edge.cloud import CloudRefused, CloudUnreachable
from linli.edge.events import tables
from linli.edge.events.journal import Journal
from linli.edge.store import Store, StoreBroken
from linli.protocols.edge_link import (
    SECURITY_PICTURES,
    SECURITY_REPORTS,
    SecurityPicture,
    SecurityReport,
)
from linli.protocols.event_api import Code, Refused

REPORTS_MOST: Final = 20_000
BYTES_MOST: Final = 2 * 1024**3
AGAIN_S: Final = 5.0
_BAD_PICTURE: Final = (400, 413)
_HOPELESS: Final = (400, 403, 404, 409, 413)


class Uploads(Protocol):
    async def post(self, path: str, body: Any, **headers: str) -> bytes: ...


class ReportQueue:
    def __init__(self, store: Store, cloud: Uploads, journal: Journal) -> None:
        self._store = store
        self._cloud = cloud
        self._journal = journal
        self._news = asyncio.Event()
        self.backlog = 0
        self._bytes = 0

    async def start(self) -> None:
        self.backlog, self._bytes = await self._store.read(tables.waiting)

    async def keep(
        self,
        report: SecurityReport,
        *,
        scene: bytes | None = None,
        target: bytes | None = None,
        library_face: bytes | None = None,
    ) -> None:
        """Returns once it is on the disk. Raises Refused (805) when the box holds too many, or its disk is full."""
        body = msgspec.json.encode(report)
        size = len(body) + sum(len(picture) for picture in (scene, target, library_face) if picture)
        if self.backlog >= REPORTS_MOST or self._bytes + size > BYTES_MOST:
            self._journal.errors.now_and_then("too many alarms wait for the cloud", waiting=self.backlog)
            raise Refused(Code.NO_MEMORY)

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO event_reports (id, body, bytes, scene, target, library_face)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (report.id, body, size, scene, target, library_face),
            )

        try:
            await self._store.write(insert, then=lambda _: self._counted(size))
        except StoreBroken:
            raise Refused(Code.NO_MEMORY) from None
        self._news.set()

    def _counted(self, size: int) -> None:
        self.backlog += 1
        self._bytes += size

    async def run(self) -> None:
        while True:
            self._news.clear()
            row = await self._store.read(tables.oldest)
            if row is None:
                await self._news.wait()
                continue
            try:
                await self._send(row)
            except CloudUnreachable:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(AGAIN_S):
                        await asyncio.Event().wait()
                continue
            except CloudRefused as error:
                if error.facts.get("status") not in _HOPELESS:
                    await asyncio.sleep(AGAIN_S)
                    continue
                self._journal.errors.error(
                    "the cloud refused a report, which is dropped", report=row.id, why=str(error)[:300]
                )
            await self._remove(row)

    async def _send(self, row: tables.ReportRow) -> None:
        """A picture that is sent twice has the same key. One that the cloud refuses does not keep back what it shows."""
        report = msgspec.json.decode(row.body, type=SecurityReport)
        keys = {}
        for name in ("scene", "target", "library_face"):
            picture = getattr(row, name)
            if picture:
                try:
                    answer = await self._cloud.post(
                        SECURITY_PICTURES, picture, x_linli_for=f"{report.product_key}/{report.device_name}"
                    )
                except CloudRefused as error:
                    if error.facts.get("status") not in _BAD_PICTURE:
                        raise
                    self._journal.errors.error(
                        "the cloud refused a picture, which is left out", report=row.id, why=str(error)[:300]
                    )
                    continue
                keys[name] = msgspec.json.decode(answer, type=SecurityPicture).key
        await self._cloud.post(SECURITY_REPORTS, msgspec.structs.replace(report, **keys))

    async def _remove(self, row: tables.ReportRow) -> None:
        def delete(connection: sqlite3.Connection) -> tuple[int, int]:
            connection.execute("DELETE FROM event_reports WHERE seq = ?", (row.seq,))
            return tables.waiting(connection)

        self.backlog, self._bytes = await self._store.write(delete)
