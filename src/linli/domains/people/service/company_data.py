"""A company's own data: taken along whole, and erased after the end of the service. Spec A §1.1 (ONB-18), §10 (legal).

Every table with a `tenant_id` is the company's. Secrets, hashes, sealed texts and codes are not exported.
"""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from typing import IO, Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import Table, bindparam, delete, func, select, tuple_

from linli.kernel.db import Command, Database, Query, Reader, Tx, metadata
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.masking import masked_row
from linli.kernel.objects import ObjectStore
from linli.kernel.progress import Board, Progress
from linli.kernel.scope import Scope

_SECRET: Final = re.compile(r"secret|password|hash|sealed|token|digest|private|verifier|nonce")
SUBJECT: Final = "company export"
"""The progress of the export, in any process; one a company, the latest."""
COUNTING, WRITING, DONE, BROKEN = "counting", "writing", "done", "broken"
ROWS_AT_ONCE: Final = 1000
ERASE_AFTER_MS: Final = 30 * 86_400_000
"""So long after the end of its service a company may still take its data along."""


class NotEnded(Conflict):
    """The service has not ended, or not long enough ago."""

    code = "company.not_ended"


class StillInUse(Conflict):
    """Devices of the company would stay online without an owner."""

    code = "company.still_in_use"


def tables() -> list[Table]:
    """Tables whose rows belong to a company, by name."""
    own_tables = [table for table in metadata.sorted_tables if "tenant_id" in table.c]
    return sorted(own_tables, key=lambda table: table.name)


def _columns(table: Table) -> list[Any]:
    return [
        column
        for column in table.c
        if not _SECRET.search(column.name) and not isinstance(column.type, sa.LargeBinary)
    ]


_pages: dict[tuple[str, bool], Query[Any]] = {}


def _page_of(table: Table, *, first: bool) -> Query[Any]:
    """A piece of a company's rows of a table in the order of its key, from the beginning or after a row."""
    if (table.name, first) not in _pages:
        keys = list(table.primary_key.columns)
        statement = select(*keys, *_columns(table)).where(table.c.tenant_id == bindparam("of_tenant"))
        if not first:
            after = tuple_(*(bindparam(f"after_{at}", type_=key.type) for at, key in enumerate(keys)))
            statement = statement.where(tuple_(*keys) > after)
        statement = statement.order_by(*keys).limit(ROWS_AT_ONCE)
        _pages[table.name, first] = Query(
            statement, unscoped="a company's own rows; its tenant is the condition", heavy=True
        )
    return _pages[table.name, first]


async def _rows(db: Reader, table: Table, tenant_id: str) -> AsyncIterator[list[dict[str, Any]]]:
    """Everything a company has in a table, piece by piece."""
    names = [column.name for column in _columns(table)]
    width = len(table.primary_key.columns)
    binds: dict[str, Any] = {}
    while True:
        rows = await _page_of(table, first=not binds).all(db, of_tenant=tenant_id, **binds)
        if rows:
            yield [dict(zip(names, tuple(row)[width:], strict=True)) for row in rows]
        if len(rows) < ROWS_AT_ONCE:
            return
        binds = {f"after_{at}": value for at, value in enumerate(tuple(rows[-1])[:width])}


class _Sink(io.RawIOBase):
    """Bytes that an archive wrote and nobody fetched yet. It cannot seek, so that nothing waits for the end."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._buffer += data
        return len(data)

    def fetch(self) -> bytes:
        content, self._buffer = bytes(self._buffer), bytearray()
        return content


async def export(
    db: Database, objects: ObjectStore, board: Board, *, tenant_id: str, name: str
) -> AsyncIterator[bytes]:
    """A zip of everything a company owns: a file of JSON lines a table, its pictures, and a table of contents.

    It is made while it is fetched: memory holds some rows or a piece of a picture, however much the company has.
    The `board` tells how far it is.
    """
    async with board.telling(Scope.system(tenant_id, "export"), SUBJECT, COUNTING, kept=True) as progress:
        try:
            await _expect(db, tenant_id, progress)
            async for piece in _archive(db, objects, tenant_id, name, progress):
                progress.bytes += len(piece)
                yield piece
            progress.phase = DONE
        finally:
            if progress.phase != DONE:  # its reader left, or the server stops
                progress.phase = BROKEN


async def _expect(db: Reader, tenant_id: str, progress: Progress) -> None:
    """Count what there is to write."""
    for table in tables():
        if table.name not in _counts:
            _counts[table.name] = Query(
                select(func.count()).select_from(table).where(table.c.tenant_id == bindparam("of_tenant")),
                unscoped="a company's own rows; its tenant is the condition",
                heavy=True,
            )
        count = int(await _counts[table.name].scalar(db, of_tenant=tenant_id))
        progress.expected_rows += count
        if table.name == "uploads":
            progress.expected_files = count
    progress.phase = WRITING


_counts: dict[str, Query[Any]] = {}


async def _archive(
    db: Database, objects: ObjectStore, tenant_id: str, name: str, progress: Progress
) -> AsyncIterator[bytes]:
    sink = _Sink()
    counts: dict[str, int] = {}
    missing: list[str] = []
    with zipfile.ZipFile(cast(IO[bytes], sink), "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables():
            counts[table.name] = 0
            part: IO[bytes] | None = None
            async for rows in _rows(db, table, tenant_id):
                part = part or archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True)
                counts[table.name] += len(rows)
                progress.rows += len(rows)
                await asyncio.to_thread(part.write, await asyncio.to_thread(_lines, rows))
                yield sink.fetch()
            if part is not None:
                part.close()
        async for rows in _rows(db, metadata.tables["uploads"], tenant_id):
            for key in (str(row["object_key"]) for row in rows):
                try:
                    async with objects.open(key) as opened:
                        with archive.open(f"files/{key}", "w", force_zip64=True) as file:
                            async for chunk in opened.chunks:
                                await asyncio.to_thread(file.write, chunk)
                                yield sink.fetch()
                except (NotFound, BadInput):  # deleted, or a row without a valid key
                    missing.append(key)
                progress.files += 1
        contents = {
            "company": name,
            "tenantId": tenant_id,
            "atMs": db.clock.now_ms(),
            "rows": counts,
            "missing": missing,
        }
        archive.writestr("contents.json", json.dumps(contents, ensure_ascii=False, indent=2))
    yield sink.fetch()


def _lines(rows: list[dict[str, Any]]) -> bytes:
    """The last characters of codes; whole card numbers, because they stay the same in another system."""
    return "".join(json.dumps(masked_row(row), ensure_ascii=False) + "\n" for row in rows).encode()


async def files_of(db: Reader, tenant_id: str) -> list[str]:
    """Keys of the company's pictures in the object store."""
    pieces = _rows(db, metadata.tables["uploads"], tenant_id)
    return [str(row["object_key"]) async for rows in pieces for row in rows]


async def erase(tx: Tx, *, tenant_id: str) -> int:
    """Delete every row of a company, tables that refer to others first; how many rows. The tenant's own row goes last."""
    gone = 0
    for table in reversed(metadata.sorted_tables):
        if "tenant_id" in table.c:
            gone += await _command(table).run(tx, of_tenant=tenant_id)
    tenants = metadata.tables["tenants"]
    await Command(delete(tenants).where(tenants.c.id == bindparam("of_tenant"))).run(tx, of_tenant=tenant_id)
    return gone


_deletes: dict[str, Command] = {}


def _command(table: Table) -> Command:
    if table.name not in _deletes:
        _deletes[table.name] = Command(
            delete(table).where(table.c.tenant_id == bindparam("of_tenant")),
            unscoped="a company's own rows; its tenant is the condition",
        )
    return _deletes[table.name]
