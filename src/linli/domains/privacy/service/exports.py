"""Export all data about a person as one file: readable pages, and the same as JSON. A worker makes it."""

import asyncio
import html
import io
import json
import zipfile
from functools import partial
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.domains.people.queries.residence import Resident, resident
from linli.domains.people.service import accounts
from linli.domains.privacy import holdings, queries
from linli.domains.privacy.holdings import Rows
from linli.domains.privacy.models import data_exports
from linli.domains.privacy.rows import FAILED, MAKING, READY, DataExport
from linli.domains.privacy.wording import EMPTY, Worded, in_reader_words, written_time
from linli.kernel import outbox
from linli.kernel.db import INT, Command, Database, Tx
from linli.kernel.errors import LinliError, TooMany
from linli.kernel.i18n import text
from linli.kernel.ids import Ids
from linli.kernel.masking import masked_row
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs

MAKE: Final = "privacy.export"
KEPT_MS: Final = 7 * 86_400_000
A_DAY: Final = 5
"""Most exports of one account in 24 hours."""


class TooManyExports(TooMany):
    code = "privacy.too_many_exports"


class ExportJob(msgspec.Struct, frozen=True):
    export_id: int


_set = Command(
    update(data_exports)
    .where(data_exports.c.export_id == bindparam("row", type_=INT))
    .values(
        state=bindparam("to_state"),
        object_key=bindparam("key"),
        size=bindparam("bytes", type_=INT),
        ready_ms=bindparam("now", type_=INT),
    )
)
_drop = Command(delete(data_exports).where(data_exports.c.export_id == bindparam("row", type_=INT)))


async def ask(tx: Tx, who: Resident, *, ids: Ids, now_ms: int) -> int:
    """Ask for an export. Returns its number. Raises TooManyExports."""
    exports = await queries.exports(tx, who.account_id)
    if sum(row.created_ms > now_ms - 86_400_000 for row in exports) >= A_DAY:
        raise TooManyExports(limit=A_DAY)
    number = ids.number()
    row = {
        "export_id": number,
        "account_id": who.account_id,
        "language": who.language,
        "state": MAKING,
        "created_ms": now_ms,
        "expires_ms": now_ms + KEPT_MS,
    }
    await tx.insert(data_exports, row)
    await outbox.add(tx, MAKE, ExportJob(number))
    return number


async def remove_old(db: Database, objects: ObjectStore, *, now_ms: int) -> None:
    for row in await queries.old_exports(db, now_ms):
        if row.object_key:
            await objects.delete(row.object_key)
        await db.run(partial(_drop.run, row=row.export_id))


class ExportMaker:
    """The outbox job that makes the file."""

    def __init__(self, db: Database, objects: ObjectStore, zone: str) -> None:
        self._db, self._objects, self._zone = db, objects, zone

    def register(self, jobs: Jobs) -> None:
        jobs.on(MAKE, ExportJob, self.make)

    async def make(self, job: ExportJob) -> None:
        row = await queries.export(self._db, job.export_id)
        if row is None or row.state != MAKING:
            return
        try:
            account = await accounts.get_account(self._db, row.account_id)
        except LinliError:
            await self._write(job, FAILED, "", 0)
            return
        who = await resident(
            self._db,
            account_id=account.id,
            phone=account.phone or "",
            name=account.name,
            language=row.language,
        )
        tables = await holdings.read_holdings(self._db, who, most=holdings.EXPORTED)
        worded = await in_reader_words(self._db, tables, who, language=row.language, zone=self._zone)
        content = await asyncio.to_thread(build, tables, worded, who, row, self._zone)
        key = f"exports/{row.account_id}/{job.export_id}.zip"
        await self._objects.put(key, content)
        await self._write(job, READY, key, len(content))

    async def _write(self, job: ExportJob, state: str, key: str, size: int) -> None:
        await self._db.run(
            lambda tx: _set.run(
                tx, row=job.export_id, to_state=state, key=key, bytes=size, now=self._db.clock.now_ms()
            )
        )


def build(tables: list[Rows], worded: list[Worded], who: Resident, asked: DataExport, zone: str) -> bytes:
    """The zip: `index.html` for people, in words; `data.json` for programs, as the rows are kept."""
    document = {
        "name": who.name,
        "phone": who.phone,
        "atMs": asked.created_ms,
        "tables": [
            {
                "topic": rows.topic,
                "table": rows.table,
                "company": rows.tenant_id,
                "total": rows.total,
                "rows": [masked_row(row) for row in rows.rows],
            }
            for rows in tables
        ],
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(document, ensure_ascii=False, indent=1))
        archive.writestr("index.html", _page(worded, who, asked.language, asked.created_ms, zone))
    return out.getvalue()


def _page(tables: list[Worded], who: Resident, language: str, at_ms: int, zone: str) -> str:
    parts, topic = [], ""
    for table in tables:
        if table.topic != topic:
            topic = table.topic
            parts.append(f"<h2>{html.escape(text(f'privacy.topic.{topic}', language))}</h2>")
        company = f" <small>{html.escape(table.company)}</small>" if table.company else ""
        shown = [n for n in range(len(table.labels)) if any(row[n] != EMPTY for row in table.rows)]
        head = "".join(f"<th>{html.escape(table.labels[n])}</th>" for n in shown)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(row[n])}</td>" for n in shown) + "</tr>" for row in table.rows
        )
        parts.append(
            f"<h3>{html.escape(table.title)}{company}</h3><div><table><tr>{head}</tr>{rows}</table></div>"
        )
    title = html.escape(text("privacy.file.title", language, name=who.name))
    lead = html.escape(text("privacy.file.lead", language, at=written_time(at_ms, zone)))
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>'
        "<style>body{font:15px system-ui,sans-serif;margin:2rem;color:#1d1f23}div{overflow:auto}"
        "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:4px 8px;text-align:left;"
        "white-space:nowrap}small{color:#777;font-weight:400}</style>"
        f"<h1>{title}</h1><p>{lead}</p>{''.join(parts)}</html>"
    )
