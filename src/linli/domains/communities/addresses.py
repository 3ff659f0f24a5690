"""How people write and say where a house is: "3-1-502", "3幢1单元502室", "03/01/0502" all mean one."""

import re
import unicodedata
from typing import Final

_PART = re.compile(r"[0-9A-Z]+|[^\W\d_A-Z]+")
_CODE = re.compile(r"[0-9A-Z]+")
_LEVEL_WORDS = frozenset({"幢", "栋", "楼", "座", "号", "号楼", "单元", "室", "房", "层", "小区", "区", "期"})


def parts(text: str) -> tuple[str, ...]:
    """The names of the levels of a location, for comparisons: capital letters, no leading zeros, no 幢, 单元, 室."""
    plain = unicodedata.normalize("NFKC", text).upper()
    cores = []
    for part in _PART.findall(plain):
        if _CODE.fullmatch(part):
            cores.append(part.lstrip("0") or "0")
        elif part not in _LEVEL_WORDS:
            cores.append(part.removesuffix("号楼").rstrip("幢栋座室"))
    return tuple(part for part in cores if part)


WORDS: Final = {
    "area": "区",
    "building": "幢",
    "unit": "单元",
    "house": "室",
    "parking_area": "停车区",
    "parking_space_channel": "号车道",
}
"""Kind of space → what people say behind its number."""
_BARE = re.compile(r"[A-Z]{0,2}-?\d[0-9A-Z-]{0,9}|[A-Z]{1,2}")
"""A number, such as 01, 12B or A-3; Sunrise is a name and stays as it is."""
_NUMBERED = re.compile(r"([0-9A-Z-]+)(号车道|停车区|号楼|幢|栋|座|楼|单元|室|房|区)")
_BUILDING = re.compile(r".*(幢|栋|座|楼)")
_ENGLISH: Final = {
    **dict.fromkeys(("号楼", "幢", "栋", "座", "楼"), "Building"),
    "单元": "Unit",
    **dict.fromkeys(("室", "房"), "Room"),
    "区": "Area",
    "停车区": "Parking area",
    "号车道": "Lane",
}


def with_word(kind: str, name: str) -> str:
    """A space's name as a level of an address: `01` of a building is 1幢; a name that says what it is stays."""
    plain = unicodedata.normalize("NFKC", name).strip().upper()
    return f"{_number(plain)}{WORDS[kind]}" if kind in WORDS and _BARE.fullmatch(plain) else name.strip()


def in_words(location: str, language: str) -> str:
    """An address as people say it: `01/01/0101` is 1幢1单元101室, in English Building 1, Unit 1, Room 101.

    The levels are joined by `/`, the largest first. Bare numbers are read from the end: room, unit, building, area.
    The web says addresses by the same rules: web/shared/src/address.ts.
    """
    if language != "en":
        return "".join(levels_in_words(location))
    return ", ".join(_english(level) for level in levels_in_words(location))


def levels_in_words(location: str) -> list[str]:
    """The levels of a location as people say them in Chinese: 1幢, 1单元, 101室. `address_search` reads them back."""
    names = [name.strip() for name in location.split("/") if name.strip()]
    return [_unpadded(with_word(kind, name)) for kind, name in zip(_kinds(names), names, strict=True)]


def _kinds(names: list[str]) -> list[str]:
    kinds = ["area"] * len(names)
    kinds[-1:] = ["house"] * len(names[-1:])
    if len(names) >= 3 and (_BUILDING.fullmatch(names[-3]) or _BARE.fullmatch(names[-3].upper())):
        kinds[-3:-1] = ["building", "unit"]
    elif len(names) >= 2:
        kinds[-2] = "building"
    return kinds


def _unpadded(level: str) -> str:
    numbered = _NUMBERED.fullmatch(unicodedata.normalize("NFKC", level).upper())
    return f"{_number(numbered[1])}{numbered[2]}" if numbered else level


def _english(level: str) -> str:
    numbered = _NUMBERED.fullmatch(unicodedata.normalize("NFKC", level).upper())
    return f"{_ENGLISH[numbered[2]]} {_number(numbered[1])}" if numbered else level


def _number(text: str) -> str:
    return text.lstrip("0") or "0"
