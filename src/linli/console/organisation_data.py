"""A company's own data: taken along whole, and erased after the end of the service. Spec A §1.1 (ONB-18), §10 (legal).

Every table with a `tenant_id` is the company's. What opens something (secrets, hashes, sealed texts) is not handed out.
"""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Table, bindparam, delete, select

from linli.kernel.db import Command, Database, Query, Reader, Tx, metadata
from linli.kernel.errors import Conflict, TooLarge
from linli.kernel.objects import ObjectStore

_SECRET: Final = re.compile(r"secret|password|hash|sealed|token|digest|private|verifier|nonce")
ROWS_MAX: Final = 2_000_000
FILES_MAX_BYTES: Final = 1 << 30
ERASE_AFTER_MS: Final = 30 * 86_400_000
"""So long after the end of its service a company may still take its data along."""


class NotEnded(Conflict):
    """The service has not ended, or not long enough ago."""

    code = "company.not_ended"


class StillInUse(Conflict):
    """There are devices that would go on working for nobody."""

    code = "company.still_in_use"


def tables() -> list[Table]:
    """Tables whose rows belong to a company, by name."""
    found = [table for table in metadata.sorted_tables if "tenant_id" in table.c]
    return sorted(found, key=lambda table: table.name)


def _columns(table: Table) -> list[Any]:
    return [
        column
        for column in table.c
        if not _SECRET.search(column.name) and not isinstance(column.type, sa.LargeBinary)
    ]


_whole: dict[str, Query[Any]] = {}


async def _rows(db: Reader, table: Table, tenant_id: str) -> Iterable[dict[str, Any]]:
    columns = _columns(table)
    query = _whole.get(table.name)
    if query is None:
        statement = select(*columns).where(table.c.tenant_id == bindparam("tenant")).limit(ROWS_MAX + 1)
        query = _whole[table.name] = Query(
            statement, unscoped="a company's own rows; its tenant is the condition", heavy=True
        )
    rows = await query.all(db, tenant=tenant_id)
    if len(rows) > ROWS_MAX:
        raise TooLarge(limit=f"{ROWS_MAX} rows")
    names = [column.name for column in columns]
    return [dict(zip(names, row, strict=True)) for row in rows]


async def export(db: Database, objects: ObjectStore, *, tenant_id: str, name: str) -> bytes:
    """A zip of everything a company owns: a file of JSON lines a table, its pictures, and a table of contents."""
    out = io.BytesIO()
    counts: dict[str, int] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables():
            rows = list(await _rows(db, table, tenant_id))
            counts[table.name] = len(rows)
            if rows:
                lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
                await asyncio.to_thread(archive.writestr, f"tables/{table.name}.jsonl", lines + "\n")
        size = 0
        for row in await _rows(db, metadata.tables["uploads"], tenant_id):
            size += int(row["size"])
            if size > FILES_MAX_BYTES:
                raise TooLarge(limit=f"{FILES_MAX_BYTES >> 20} MiB")
            content = await objects.get(row["object_key"], limit=FILES_MAX_BYTES)
            await asyncio.to_thread(archive.writestr, f"files/{row['object_key']}", content)
        contents = {"company": name, "tenantId": tenant_id, "atMs": db.clock.now_ms(), "rows": counts}
        archive.writestr("contents.json", json.dumps(contents, ensure_ascii=False, indent=2))
    return out.getvalue()


async def files_of(db: Reader, tenant_id: str) -> list[str]:
    """Keys of the company's pictures in the object store."""
    return [str(row["object_key"]) for row in await _rows(db, metadata.tables["uploads"], tenant_id)]


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
