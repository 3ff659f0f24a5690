"""Long lists to take away: CSV as it is read, or a workbook put together in a file, never whole in memory."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from typing import Final

from litestar.response import Stream

from linli.kernel.errors import BadInput
from linli.kernel.tables import TablePage, new_book, write_csv

type Chunks = AsyncIterator[list[tuple[str, ...]]]

MOST_IN_BOOK: Final = 200_000
"""Rows of a workbook; as CSV there may be any number."""
AT_ONCE: Final = 1000
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PIECE: Final = 256 * 1024


def csv_file(name: str, titles: Sequence[str], chunks: Chunks) -> Stream:
    return Stream(_lines(titles, chunks), media_type="text/csv; charset=utf-8", headers=_named(f"{name}.csv"))


def workbook(name: str, sheet: str, titles: Sequence[str], widths: Sequence[int], chunks: Chunks) -> Stream:
    """`widths` in characters, one a column. The caller has checked how many rows there are."""
    pieces = _pieces(sheet, titles, widths, chunks)
    return Stream(pieces, media_type=_XLSX, headers=_named(f"{name}.xlsx"))


def check_size(count: int, field: str) -> None:
    """Raises BadInput naming `field`, which narrows the list, when a workbook would have too many rows."""
    if count > MOST_IN_BOOK:
        raise BadInput(field=field, rule="workbook_too_long", count=count, limit=MOST_IN_BOOK)


async def _lines(titles: Sequence[str], chunks: Chunks) -> AsyncIterator[bytes]:
    yield write_csv([titles])
    async for lines in chunks:
        yield write_csv(lines, mark=False)


async def _pieces(
    sheet: str, titles: Sequence[str], widths: Sequence[int], chunks: Chunks
) -> AsyncIterator[bytes]:
    book = new_book()
    page = TablePage(book, sheet)
    page.sheet.freeze_panes = "A2"
    page.widths(widths)
    page.append(titles)
    async for lines in chunks:
        await asyncio.to_thread(_append, page, lines)
    with tempfile.TemporaryFile() as out:
        await asyncio.to_thread(book.save, out)
        out.seek(0)
        while piece := await asyncio.to_thread(out.read, _PIECE):
            yield piece


def _append(page: TablePage, lines: list[tuple[str, ...]]) -> None:
    for line in lines:
        page.append(line)


def _named(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}
