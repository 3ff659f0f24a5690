"""Cells that say something of a house or a person."""

import re
from typing import Final

from linli.domains.communities import space_rules
from linli.domains.people import person_rules
from linli.kernel.workbooks.cells import LAYOUT, LAYOUT_SHORT, PHONE, SUFFIX, UNIT, Broken, Mended

CODE_MAX = 10
"""Characters in the number of a building, unit or house (A §2.2)."""
_CODE = re.compile(r"[0-9A-Z]+")
_CODE_AROUND: Final = re.compile(
    r"(?:第|NO\.?|#|BUILDING|UNIT|ROOM)?\s*([0-9A-Z]+|[一二两三四五六七八九十]{1,3})\s*"
    r"(?:号楼|号房|号室|号栋|号幢|单元|房间|[幢栋楼座层室号房#])"
)
_CODE_BEFORE: Final = re.compile(r"(?:第|NO\.?|#|BUILDING|UNIT|ROOM)\s*([0-9A-Z]+)")
_NUMERALS: Final = {sign: number for number, sign in enumerate("一二三四五六七八九", 1)} | {
    "两": 2,
    "零": 0,
    "〇": 0,
}
_COUNT: Final = r"(\d{1,2}|[零〇一二两三四五六七八九十]{1,3})\s*"
_ROOMS: Final = re.compile(
    rf"{_COUNT}[室房居卧](?:室)?\s*{_COUNT}厅\s*(?:{_COUNT}厨房?\s*)?(?:{_COUNT}(?:卫生间|卫|浴))?\s*(?:{_COUNT}厨房?\s*)?"
    rf"(?:{_COUNT}阳台?)?"
)
_PARTED: Final = re.compile(r"(\d{1,2})\s*[-—–、,，]\s*(\d{1,2})\s*[-—–、,，]\s*(\d{1,2})")


def code(text: str) -> str | Broken | Mended:
    """The number of a building, unit or house: capital letters and digits; 1幢, 二单元 and 101室 are 1, 2 and 101."""
    text = text.upper()
    mended = False
    if not _CODE.fullmatch(text):
        match = _CODE_AROUND.fullmatch(text) or _CODE_BEFORE.fullmatch(text)
        if match is None:
            return Broken("code", {"example": "01"})
        bare = match[1]
        text, mended = bare if _CODE.fullmatch(bare) else str(_count(bare)), True
    if len(text) > CODE_MAX:
        return Broken("too_long", {"limit": CODE_MAX})
    return Mended(text, SUFFIX) if mended else text


def _count(text: str) -> int:
    """A number below 100, in digits or as Chinese writes it: 3, 三, 十二, 二十一."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    number = 10 * (_NUMERALS.get(tens, 1) if tens else 1) if ten else 0
    return number + _NUMERALS.get(ones, 0)


def layout(text: str) -> str | Broken | Mended:
    """Bedrooms/living rooms/bathrooms: 三室两厅一卫 is 3/2/1, and 三室两厅 names no bathroom."""
    if space_rules.is_layout(text):
        return text
    if match := _PARTED.fullmatch(text):
        return Mended("/".join(match.groups()), LAYOUT)
    if match := _ROOMS.fullmatch(text):
        baths = match[4]
        counts = f"{_count(match[1])}/{_count(match[2])}/{_count(baths) if baths else 0}"
        return Mended(counts, LAYOUT if baths else LAYOUT_SHORT)
    return Broken("format", {"example": "3/2/1"})


def area(text: str) -> float | Broken | Mended:
    """Square metres; a unit behind the number is dropped."""
    bare = re.sub(r"(㎡|m2|m²|平米|平方米|平方)$", "", text.replace(",", ""), flags=re.IGNORECASE).strip()
    try:
        number = float(bare)
    except ValueError:
        return Broken("number", {})
    if not 0 < number <= space_rules.AREA_M2_MAX:
        return Broken("number", {})
    return number if bare == text else Mended(number, UNIT)


def age(text: str) -> int | Broken:
    if text.isdigit() and int(text) <= 150:
        return int(text)
    return Broken("range", {"low": 0, "high": 150})


def phone(text: str) -> str | Broken | Mended:
    """A mainland mobile of 11 digits, or another country's number with its "+": who calls there is known by it."""
    cleaned = person_rules.clean_phone(text.replace("_", "").replace(".", ""))
    problem = person_rules.mobile_problem(cleaned)
    if problem:
        kept = cleaned if problem == "phone_landline" else None
        return Broken(problem, {"digits": sum(char.isdigit() for char in cleaned)}, kept)
    return cleaned if cleaned == text else Mended(cleaned, PHONE)


def any_phone(text: str) -> str | Broken | Mended:
    """As `phone`, and numbers that are no mobiles: nobody is known by it here."""
    value = phone(text)
    return value.value if isinstance(value, Broken) and value.value is not None else value


def id_number(text: str) -> str | Broken | Mended:
    cleaned = person_rules.clean_id_number(text)
    if not person_rules.is_id_number(cleaned):
        return Broken("id_number", {})
    if problem := person_rules.id_number_problem(cleaned):
        return Broken(problem, {})
    return cleaned if cleaned == text else Mended(cleaned, PHONE)


def person_name(text: str) -> str | Broken:
    cleaned = person_rules.clean_person_name(text)
    problem = person_rules.name_problem(cleaned)
    return Broken(problem, {"limit": person_rules.NAME_MAX}) if problem else cleaned


def health(text: str) -> str | Broken:
    return text if len(text) <= 64 else Broken("too_long", {"limit": 64})
