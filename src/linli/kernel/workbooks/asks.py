"""The messages between parent and child about a workbook."""

from typing import Final

import msgspec

MERGED: Final = "merged"
"""The cell says what the merged cells above it say."""
ZEROS: Final = "zeros"
"""The zeros that its number format shows stand before the number."""


class OpenAsk(msgspec.Struct, frozen=True):
    path: str


class BookAnswer(msgspec.Struct, frozen=True):
    """`rule` says why the file was not opened."""

    sheets: list[tuple[str, int]] = []
    """(title, rows that it says to have)."""
    rule: str = ""
    limit: str = ""


class RowsAsk(msgspec.Struct, frozen=True, tag="rows"):
    """Rows from `first` (from 1) to `last` (0: all), `width` columns of them."""

    sheet: int
    first: int
    last: int
    width: int


class NextAsk(msgspec.Struct, frozen=True, tag="next"):
    """The next piece."""


type Ask = RowsAsk | NextAsk


class Piece(msgspec.Struct, frozen=True):
    """Some rows; cells that are empty at the end of a row are left out."""

    rows: list[list[bool | int | float | str | None]]
    marks: dict[int, dict[int, str]] = {}
    """Row of the piece (from 0) → column (from 0) → how the child mended the cell: MERGED or ZEROS."""
    last: bool = False
    broken: bool = False
