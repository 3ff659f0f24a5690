"""Cells that say something of a house or a person."""

import re

from linli.domains.communities import space_rules
from linli.domains.people import person_rules
from linli.kernel.workbooks.cells import Broken

CODE_MAX = 10
"""Characters in the number of a building, unit or house (A §2.2)."""
_CODE = re.compile(r"[0-9A-Z]+")
_CODE_SUFFIX = re.compile(r"(?:号楼|单元|[幢栋楼座室号房])$")


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


def health(text: str) -> str | Broken:
    return text if len(text) <= 64 else Broken("too_long", {"limit": 64})
