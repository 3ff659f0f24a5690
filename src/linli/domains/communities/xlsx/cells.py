"""One cell of the workbook: from what people type to a value, or to the rule that it breaks."""

import re
import unicodedata
from datetime import date, datetime
from typing import Any, NamedTuple

from linli.domains.communities import space_rules
from linli.domains.people import person_rules
from linli.kernel.tables import original

CODE_MAX = 10
"""Characters in the number of a building, unit or house (A §2.2)."""
_CODE = re.compile(r"[0-9A-Z]+")
_CODE_SUFFIX = re.compile(r"(?:号楼|单元|[幢栋楼座室号房])$")
_CHOICE = re.compile(r"(\d+)\s*[:：.、\s]?\s*(.*)")


class Broken(NamedTuple):
    """A rule that a cell breaks: the key of a text `rule.<rule>` and the facts that fill it."""

    rule: str
    facts: dict[str, Any]


def text_of(value: object) -> str:
    """What stands in a cell, as people read it: 101.0 is "101", blanks around are gone, full-width is plain.

    The apostrophe that exports set before a formula is gone too."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return original(" ".join(unicodedata.normalize("NFKC", str(value)).split()))


def code(text: str) -> str | Broken:
    """The number of a building, unit or house: capital letters and digits."""
    text = text.upper()
    if not _CODE.fullmatch(text):
        bare = _CODE_SUFFIX.sub("", text)
        if bare != text and _CODE.fullmatch(bare):
            return Broken("code_suffix", {"example": bare, "given": text})
        return Broken("code", {"example": "01"})
    if len(text) > CODE_MAX:
        return Broken("too_long", {"limit": CODE_MAX})
    return text


def layout(text: str) -> str | Broken:
    return text if space_rules.is_layout(text) else Broken("format", {"example": "3/2/1"})


def area(text: str) -> float | Broken:
    """Square metres; a unit behind the number is dropped."""
    bare = re.sub(r"(㎡|m2|m²|平米|平方米|平方)$", "", text.replace(",", ""), flags=re.IGNORECASE).strip()
    try:
        number = float(bare)
    except ValueError:
        return Broken("number", {})
    return number if 0 < number <= space_rules.AREA_M2_MAX else Broken("number", {})


def age(text: str) -> int | Broken:
    if text.isdigit() and int(text) <= 150:
        return int(text)
    return Broken("range", {"low": 0, "high": 150})


def choice(text: str, labels: dict[int, tuple[str, str]]) -> int | Broken:
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


def _is_label(text: str, names: tuple[str, str]) -> bool:
    return text.casefold() in (names[0].casefold(), names[1].casefold())


def phone(text: str) -> str | Broken:
    cleaned = person_rules.clean_phone(text)
    return cleaned if person_rules.is_phone(cleaned) else Broken("phone", {})


def id_number(text: str) -> str | Broken:
    cleaned = person_rules.clean_id_number(text)
    return cleaned if person_rules.is_id_number(cleaned) else Broken("id_number", {})


def person_name(text: str) -> str | Broken:
    cleaned = person_rules.clean_person_name(text)
    problem = person_rules.name_problem(cleaned)
    return Broken(problem, {"limit": person_rules.NAME_MAX}) if problem else cleaned


def short_text(text: str) -> str | Broken:
    return text if len(text) <= 128 else Broken("too_long", {"limit": 128})


def health(text: str) -> str | Broken:
    return text if len(text) <= 64 else Broken("too_long", {"limit": 64})
