"""Licence plates of mainland China: their spelling, validity and place of issue. GA 36-2018.

Used for plates typed by people (residents' vehicles, visitors, parking) and for plates read from pictures.
"""

import re
import unicodedata
from typing import Final

PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
EMBASSY, ARMED_POLICE, ARMY, AVIATION = "使", "WJ", "军", "民航"
"""Regions of plates that belong to no province."""

_NOISE: Final = re.compile(r"[\s·•・‧∙.\-_]+")
_MARKS: Final = "0-9A-HJ-NP-Z"
"""Serials have neither I nor O."""
_ORDINARY: Final = re.compile(
    rf"[{PROVINCES}][A-HJ-Z]"
    rf"(?:[{_MARKS}]{{5}}|[A-HJK][{_MARKS}][0-9]{{4}}|[0-9]{{5}}[A-HJK]|[{_MARKS}]{{4}}[警学挂港澳领试超]"
    rf"|[{_MARKS}]{{3,5}}应急)"
)
_OTHERS: Final = (
    (EMBASSY, re.compile(r"使[0-9]{6}|[0-9]{6}使")),
    (ARMED_POLICE, re.compile(rf"WJ[{PROVINCES}]?[0-9]{{4,6}}[0-9A-Z]")),
    (ARMY, re.compile(r"[A-HJ-NP-VX-Z][A-Z][0-9]{5}")),
    (AVIATION, re.compile(rf"民航[{_MARKS}]{{5}}")),
)
_NEW_ENERGY: Final = re.compile(rf"[{PROVINCES}][A-HJ-Z](?:[A-HJK][{_MARKS}][0-9]{{4}}|[0-9]{{5}}[A-HJK])")


def clean_plate(text: str) -> str:
    """A plate, normalized: capital letters, no blanks, dots or dashes; full-width characters made plain."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).upper())


def plate_region(plate: str) -> str:
    """The region of a cleaned plate: the character of its province, or EMBASSY and so on; empty for no plate."""
    if _ORDINARY.fullmatch(plate):
        return plate[0]
    return next((region for region, shape in _OTHERS if shape.fullmatch(plate)), "")


def is_plate(plate: str) -> bool:
    """Whether a cleaned text is a plate."""
    return plate_region(plate) != ""


def is_new_energy(plate: str) -> bool:
    """Whether a cleaned plate belongs to a new-energy vehicle: it has one character more."""
    return _NEW_ENERGY.fullmatch(plate) is not None
