"""Merged cells of a sheet: the value of the first cell holds for the rows below it too.

The ranges stand behind the rows in a sheet's part, so they are looked for before the rows are read. A range is two
numbers, however many cells it covers, and only rows that say something themselves are filled.
"""

import re
from array import array
from typing import Any, BinaryIO, Final

from linli.kernel.workbooks.refusals import BadWorkbook

RANGES_MAX: Final = 300_000
"""Of one sheet: 100,000 houses with building, unit and number merged."""
_PIECE: Final = 1024 * 1024
_OVERLAP: Final = 256
_RANGE: Final = re.compile(
    rb"<(?:\w{1,16}:)?mergeCell\s+ref\s*=\s*[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})[\"']"
)


def ranges(source: BinaryIO) -> "array[int]":
    """Ranges of several rows, in the order of their first ones: first row, last row, column (from 0), packed.

    Raises BadWorkbook for more than RANGES_MAX.
    """
    packed = array("Q")
    rest = b""
    while piece := source.read(_PIECE):
        text = rest + piece
        end = 0
        for match in _RANGE.finditer(text):
            end = match.end()
            first, last, column = int(match[2]), int(match[4]), _position(match[1])
            if 0 < first < last and column < 256:
                packed.append(first << 40 | last << 8 | column)
                if len(packed) > RANGES_MAX:
                    raise BadWorkbook("workbook_bomb")
        rest = text[max(end, len(text) - _OVERLAP) :]
    return array("Q", sorted(packed))


def _position(letters: bytes) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + letter - 64
    return position - 1


class MergedCells:
    """Fills rows, each asked for once, from the first to the last."""

    def __init__(self, packed: "array[int]") -> None:
        self._packed = packed
        self._next = 0
        self._open: dict[int, tuple[int, Any]] = {}
        """Column → (last row, what the first cell says); one that begins later ends another."""

    def fill(self, number: int, row: list[Any]) -> list[int]:
        """Fill row `number` (from 1) with the values of merged cells. Returns the columns that were filled."""
        filled = []
        full = any(value is not None and (type(value) is not str or value.strip()) for value in row)
        for column, (last, value) in list(self._open.items()):
            if number > last:
                del self._open[column]
            elif full and value is not None and (column >= len(row) or row[column] is None):
                row += [None] * (column + 1 - len(row))
                row[column] = value
                filled.append(column)
        while self._next < len(self._packed) and (begin := self._packed[self._next] >> 40) <= number:
            packed = self._packed[self._next]
            self._next += 1
            column = packed & 0xFF
            if begin == number and column < len(row):
                self._open[column] = (packed >> 8 & 0xFFFFFFFF, row[column])
        return filled
