"""Passes to take away, as CSV or as a workbook: what the list's filters chose, newest first."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from typing import Final

from linli.domains.access.console.pass_rows import places_of, shown_credential
from linli.domains.access.door_said import temperature_c
from linli.domains.access.queries.passes import PassFilter, count_passes, walk_passes
from linli.domains.access.rows import Pass
from linli.domains.access.times import write_time
from linli.kernel.db import Reader
from linli.kernel.errors import BadInput
from linli.kernel.i18n import text
from linli.kernel.scope import Scope
from linli.rules import PassCode
from linli.things.tables import BOM, write_csv

COLUMNS: Final = (
    "time", "person", "person_id", "door", "place", "kind", "credential", "direction", "result", "code",
    "temperature", "remaining",
)  # fmt: skip
MOST_IN_BOOK: Final = 200_000
"""Rows of a workbook; as CSV there may be any number."""
_AT_ONCE: Final = 1000
_PIECE: Final = 256 * 1024


async def csv_lines(scope: Scope, db: Reader, where: PassFilter, language: str) -> AsyncIterator[bytes]:
    yield BOM + write_csv([_titles(language)], mark=False)
    async for lines in _lines(scope, db, where, language):
        yield write_csv(lines, mark=False)


async def check_size(scope: Scope, db: Reader, where: PassFilter) -> int:
    """How many rows a workbook would have. Raises BadInput when they are too many."""
    count = await count_passes(scope, db, where=where)
    if count > MOST_IN_BOOK:
        raise BadInput(field="from", rule="too_many_rows", count=count, limit=MOST_IN_BOOK)
    return count


async def workbook(scope: Scope, db: Reader, where: PassFilter, language: str) -> AsyncIterator[bytes]:
    """The pieces of an xlsx file, which is put together in a file of its own, never in memory."""
    from openpyxl import Workbook  # takes 0.15 s: not at every start of the process

    book = Workbook(write_only=True)
    page = book.create_sheet(text("pass.sheet", language))
    page.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJKL", (20, 16, 20, 20, 28, 12, 20, 8, 32, 8, 10, 10), strict=True):
        page.column_dimensions[letter].width = width
    page.append(_titles(language))
    async for lines in _lines(scope, db, where, language):
        await asyncio.to_thread(_append, page, lines)
    with tempfile.TemporaryFile() as out:
        await asyncio.to_thread(book.save, out)
        out.seek(0)
        while piece := await asyncio.to_thread(out.read, _PIECE):
            yield piece


def _append(page: object, lines: Sequence[Sequence[str]]) -> None:
    for line in lines:
        page.append(["'" + cell if cell[:1] in ("=", "+", "-", "@") else cell for cell in line])  # type: ignore[attr-defined]


async def _lines(
    scope: Scope, db: Reader, where: PassFilter, language: str
) -> AsyncIterator[list[tuple[str, ...]]]:
    at: dict[str, str] = {}
    async for rows in walk_passes(scope, db, where=where, at_once=_AT_ONCE):
        if new := sorted({row.iot_id for row in rows} - at.keys()):
            at |= dict.fromkeys(new, "") | await places_of(scope, db, new)
        yield [_line(row, at[row.iot_id], language) for row in rows]


def _line(row: Pass, place: str, language: str) -> tuple[str, ...]:
    degrees = temperature_c(row.ext_info)
    return (
        write_time(row.passed_ms), row.name, row.identity_id, row.door_name, place,
        text(f"pass.kind.{row.type}", language), shown_credential(row.type, row.credential),
        text(f"pass.way.{row.direction}", language) if row.direction else "",
        text(f"pass.code.{int(PassCode.of(row.code))}", language), str(row.code),
        "" if degrees is None else f"{degrees:.1f}",
        "" if row.remaining is None or row.remaining < 0 else str(row.remaining),
    )  # fmt: skip


def _titles(language: str) -> list[str]:
    return [text(f"pass.column.{name}", language) for name in COLUMNS]
