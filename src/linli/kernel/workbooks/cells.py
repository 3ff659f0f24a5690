"""One cell of a workbook: from the typed text to a value, or to the rule that it breaks."""

import re
import unicodedata
from datetime import date, datetime
from typing import Any, NamedTuple

from linli.kernel.tables import original

_CHOICE = re.compile(r"(\d+)\s*[:：.、\s]?\s*(.*)")


class Broken(NamedTuple):
    """A rule that a cell breaks: the key of a text `rule.<rule>` and the facts that fill it."""

    rule: str
    facts: dict[str, Any]


def text_of(value: object) -> str:
    """The text of a cell as people read it: 101.0 is "101", without blanks around it, full-width letters made plain.

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
    return original(" ".join(unicodedata.normalize("NFKC", str(value)).split()))


def choice(text: str, labels: dict[int, tuple[str, ...]]) -> int | Broken:
    """One of numbered choices, given as the number, the label in any language, or both: "1", "高层", "1:高层"."""
    match = _CHOICE.fullmatch(text)
    if match and int(match[1]) in labels and (not match[2] or _is_label(match[2], labels[int(match[1])])):
        return int(match[1])
    for number, names in labels.items():
        if _is_label(text, names):
            return number
    return Broken(
        "choice", {"allowed": ", ".join(f"{number}:{names[0]}" for number, names in labels.items())}
    )


def _is_label(text: str, names: tuple[str, ...]) -> bool:
    return text.casefold() in (name.casefold() for name in names)


def short_text(text: str) -> str | Broken:
    return text if len(text) <= 128 else Broken("too_long", {"limit": 128})
