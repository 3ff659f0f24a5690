"""Dates as people type them into a sheet."""

import re
from datetime import date, datetime, timedelta
from typing import Final, Literal, NamedTuple

type Order = Literal["dmy", "mdy"]
ORDERS: Final[tuple[Order, ...]] = ("dmy", "mdy")
_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of spreadsheets, which take 1900 for a leap year."""
_SERIALS: Final = range(10_000, 80_000)
"""Days that are taken for dates: 1927 to 2119."""
_YEAR_FIRST: Final = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?"
)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4})")
_PLAIN: Final = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_NAMED: Final = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y")


class Impossible(NamedTuple):
    """It looks like a date, and no calendar has it."""


class Doubtful(NamedTuple):
    """Day and month may stand in either order."""

    first: int
    second: int
    year: int

    def in_order(self, order: Order) -> str:
        """The date, as ISO 8601 writes it."""
        day, month = (self.first, self.second) if order == "dmy" else (self.second, self.first)
        return date(self.year, month, day).isoformat()


class Dated(NamedTuple):
    """A date as ISO 8601 writes it, and the order that it shows, which tells of others in its column."""

    iso: str
    order: Order | None = None


def read(text: str) -> Dated | Doubtful | Impossible | None:
    """A date in any form; None where the text looks like none."""
    if match := _YEAR_FIRST.fullmatch(text) or _PLAIN.fullmatch(text):
        return _dated(int(match[1]), int(match[2]), int(match[3]))
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(int(match[1]), int(match[3]), int(match[4]))
    if text.isascii() and text.isdigit() and int(text) in _SERIALS:
        return Dated((_EPOCH + timedelta(days=int(text))).isoformat())
    for form in _NAMED:
        try:
            return Dated(datetime.strptime(text, form).date().isoformat())  # noqa: DTZ007 - a day, not a time
        except ValueError:
            continue
    return None


def _year_last(first: int, second: int, year: int) -> Dated | Doubtful | Impossible:
    if first > 12:
        return _dated(year, second, first, "dmy")
    if second > 12:
        return _dated(year, first, second, "mdy")
    if first == second or not (first and second and year):
        return _dated(year, first, second)
    return Doubtful(first, second, year)


def _dated(year: int, month: int, day: int, order: Order | None = None) -> Dated | Impossible:
    try:
        return Dated(date(year, month, day).isoformat(), order)
    except ValueError:
        return Impossible()
