"""One cell of a workbook: from the typed text to a value, or to the rule that it breaks."""

import re
import unicodedata
from datetime import date, datetime
from typing import Any, NamedTuple

from linli.kernel.tables import original

WIDTH, BLANKS, SUFFIX, LAYOUT, LAYOUT_SHORT, WORD, PHONE, UNIT, DATE, NUMBER = (
    "width", "blanks", "suffix", "layout", "layout_short", "word", "phone", "unit", "date", "number",
)  # fmt: skip
"""Kinds of mends: full-width signs, blanks and invisible signs, 1幢, 三室两厅一卫, another word, …"""
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF]
)
"""Signs that nobody sees, but for those that join letters."""
_CHOICE = re.compile(r"(\d+)\s*[:：.、\s]?\s*(.*)")


class Broken(NamedTuple):
    """A rule that a cell breaks: the key of a text `rule.<rule>` and the facts that fill it."""

    rule: str
    facts: dict[str, Any]
    value: Any = None
    """The value of the cell if somebody confirms it all the same."""


class Mended(NamedTuple):
    """A value that a cell does not say as we do, though it is known what it means."""

    value: Any
    kind: str


def text_of(value: object) -> str:
    """The text of a cell as people read it: 101.0 is "101", without blanks around it and invisible signs, full-width
    letters made plain.

    The apostrophe that exports set before a formula is gone too.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return original(_plain(str(value)))


def _plain(raw: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", raw.translate(_INVISIBLE)).split())


def spelling(raw: object) -> str:
    """Which kind of mend made the text of a cell: WIDTH, BLANKS, or none."""
    if type(raw) is not str or (raw.isascii() and raw == " ".join(raw.split())):
        return ""
    text = _plain(raw)
    if text.split() != raw.translate(_INVISIBLE).split():
        return WIDTH
    return BLANKS if text != raw else ""


def choice(
    text: str, labels: dict[int, tuple[str, ...]], words: dict[str, int] | None = None
) -> int | Broken | Mended:
    """One of numbered choices, given as the number, the label in any language, or both: "1", "高层", "1:高层".

    `words`: what else people say, in small letters.
    """
    match = _CHOICE.fullmatch(text)
    if match and int(match[1]) in labels and (not match[2] or _is_label(match[2], labels[int(match[1])])):
        return int(match[1])
    for number, names in labels.items():
        if _is_label(text, names):
            return number
    if words and (number := words.get(text.casefold().replace(" ", ""), -1)) in labels:
        return Mended(number, WORD)
    return Broken(
        "choice", {"allowed": ", ".join(f"{number}:{names[0]}" for number, names in labels.items())}
    )


def _is_label(text: str, names: tuple[str, ...]) -> bool:
    return text.casefold() in (name.casefold() for name in names)


def short_text(text: str) -> str | Broken:
    return text if len(text) <= 128 else Broken("too_long", {"limit": 128})
