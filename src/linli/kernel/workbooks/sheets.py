"""The parent's side: a workbook's sheets, their rows read when they are asked for.

Blocks: call it beside the event loop.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from linli.kernel.children.bounds import Bounds
from linli.kernel.children.parent import Child, ChildEnded, Nursery
from linli.kernel.workbooks.asks import BookAnswer, NextAsk, OpenAsk, Piece, RowsAsk
from linli.kernel.workbooks.refusals import BadWorkbook

type Rows = Iterator[tuple[Any, ...]]


class Line(NamedTuple):
    """One row, and which of its cells were mended while it was read."""

    values: tuple[Any, ...]
    marks: dict[int, str]
    """Column (from 0) → `asks.MERGED` or `asks.ZEROS`."""


MEMORY_BYTES: Final = 100 * 1024 * 1024
"""Of the child: 150,000 residents take half of it, and the largest shared texts that are let in 85 MiB."""
CPU_SECONDS: Final = 240
WALL_SECONDS: Final = 900.0
"""The reader's own work between pieces counts too."""

_UNMARKED: Final[dict[int, str]] = {}

_nursery: Final = Nursery(
    "linli.kernel.workbooks.opening", "serve", Bounds(MEMORY_BYTES, CPU_SECONDS), wall_seconds=WALL_SECONDS
)


class SheetRows(NamedTuple):
    """One sheet. `expected`: the rows that it says to have."""

    title: str
    expected: int
    number: int
    book: "Workbook"

    def rows(self, *, first: int = 1, last: int = 0, width: int) -> Rows:
        """Rows from `first` (from 1) to `last` (0: all), each `width` wide. Raises BadWorkbook.

        One sheet is read at a time: rows of another, once asked for, end these.
        """
        return (line.values for line in self.lines(first=first, last=last, width=width))

    def lines(self, *, first: int = 1, last: int = 0, width: int) -> Iterator[Line]:
        """As `rows`, with what was mended."""
        return self.book.lines(RowsAsk(self.number, first, last, width))


class Workbook:
    """Opened in a child."""

    def __init__(self, child: Child, sheets: list[tuple[str, int]]) -> None:
        self._child = child
        self.sheets = [SheetRows(*sheet, number, self) for number, sheet in enumerate(sheets)]

    def lines(self, ask: RowsAsk) -> Iterator[Line]:
        """See `SheetRows.lines`."""
        message: RowsAsk | NextAsk = ask
        while True:
            piece = _asked(self._child, message, Piece)
            if piece.broken:
                raise BadWorkbook("workbook")
            for position, row in enumerate(piece.rows):
                yield Line((*row, *[None] * (ask.width - len(row))), piece.marks.get(position, _UNMARKED))
            if piece.last:
                return
            message = NextAsk()


@contextlib.contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """Raises BadWorkbook, then and while its rows are read."""
    with _nursery.child() as child:
        book_answer = _asked(child, OpenAsk(str(path)), BookAnswer)
        if book_answer.rule:
            raise BadWorkbook(book_answer.rule, **({"limit": book_answer.limit} if book_answer.limit else {}))
        yield Workbook(child, book_answer.sheets)


def prepare() -> None:
    """A workbook is about to come: the child that will read it may start. Blocks for a moment."""
    _nursery.prepare()


def refused_by(error: ChildEnded) -> BadWorkbook:
    """The error of a file whose child process was ended by a bound."""
    return BadWorkbook(
        {"memory": "workbook_memory", "time": "workbook_time", "crash": "workbook"}[error.cause]
    )


def _asked[T](child: Child, message: Any, kind: type[T]) -> T:
    try:
        child.send(message)
        answer: T = child.receive(kind)
    except ChildEnded as error:
        raise refused_by(error) from error
    except msgspec.DecodeError as error:
        raise BadWorkbook("workbook") from error
    return answer
