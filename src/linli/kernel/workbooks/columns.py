"""Sheets of workbooks that people fill in: titles in both languages, the readers of columns, choices."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from linli.kernel.workbooks import cells

type Labels = dict[int, tuple[str, ...]]
"""Number → its label in Chinese, in English, and other words for it that a cell may hold."""


class Column(NamedTuple):
    key: str
    zh: str
    en: str
    read: Callable[[str], Any]
    """Text of a cell that is not empty → value or `cells.Broken`."""
    required: bool = False
    choices: Labels | None = None
    hint_zh: str = ""
    hint_en: str = ""
    width: int = 12
    also: tuple[str, ...] = ()
    """Other titles that people use."""
    distinct: bool = False
    """Whether hardly two rows say the same."""
    options: tuple[str, ...] = ()
    """The entries of a drop-down whose choices have no numbers."""
    digits: bool = False
    """Whether digits are a text here: a house's number, a phone."""
    zeros: bool = False
    """Whether zeros in front mean something: 0101."""
    shared: bool = False
    """Whether all rows may well say the same: a building, a unit."""
    dates: bool = False
    """Whether it says dates."""
    open: bool = False
    """Whether a cell may say something else than the drop-down offers."""

    def title(self, language: str) -> str:
        return self.en if language == "en" else self.zh

    def hint(self, language: str) -> str:
        return self.hint_en if language == "en" else self.hint_zh


class Sheet(NamedTuple):
    key: str
    zh: str
    en: str
    columns: tuple[Column, ...]

    def title(self, language: str) -> str:
        return self.en if language == "en" else self.zh


def choice_of(labels: Labels, words: dict[str, int] | None = None) -> Callable[[str], Any]:
    """Reads a cell that says one of numbered choices. `words`: what else people say, in small letters."""
    return lambda text: cells.choice(text, labels, words)


def column_of(sheets: Iterable[Sheet], sheet: str, key: str) -> Column | None:
    """A column by the keys of its sheet and its own."""
    return next(
        (column for kind in sheets if kind.key == sheet for column in kind.columns if column.key == key), None
    )


def plain_title(text: object) -> str:
    """A title as it is compared: without stars, blanks, and what stands in brackets."""
    plain = cells.text_of(text).replace("*", "").partition("(")[0]
    return "".join(plain.split()).casefold()


def by_title(sheet: Sheet) -> dict[str, Column]:
    """Every title that a column of the sheet may have → the column."""
    return {
        plain_title(title): column
        for column in sheet.columns
        for title in (column.zh, column.en, *column.also)
    }
