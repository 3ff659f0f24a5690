"""Pure rules of persons: phone numbers, names, identity papers, and the enums of spec B §2.1."""

import re
import unicodedata
from datetime import date
from typing import Final

from linli.kernel.i18n import text

NAME_MAX: Final = 64
"""Characters in a person's name. Open-API users made by user/add are held to 12 (spec B §7) at that surface."""

OWNER, RELATIVE, TENANT, FRIEND, COLLEAGUE, DECORATOR, NANNY, DRIVER, OTHER = range(1, 10)
MEMBER_TYPES: Final = range(1, 10)
"""MEMBER_TYPE: a person's relation to a house."""

MOVED_IN, PENDING, REJECTED, MOVED_OUT = range(1, 5)

INPUT: Final = "INPUT"
"""The resident was entered by the property."""
QRCODE: Final = "QRCODE"
"""The resident registered by scanning a code; the property reviews it."""

SEXES: Final = (1, 2)
DEGREES: Final = range(10)
MARRIAGES: Final = range(3)
POLITICS: Final = range(6)

RESIDENT_GROUP: Final = "RESIDENT"
VISITOR_GROUP: Final = "VISITOR"
PROPERTY_GROUP: Final = "PROPERTY"
BLACKLIST_GROUP: Final = "BLACKLIST"
GROUP_TYPES: Final = (RESIDENT_GROUP, VISITOR_GROUP, PROPERTY_GROUP, BLACKLIST_GROUP)
DEFAULT_GROUPS: Final = (
    (RESIDENT_GROUP, "业主"),
    (PROPERTY_GROUP, "物业"),
    (VISITOR_GROUP, "访客"),
    (BLACKLIST_GROUP, "黑名单"),
)
"""Type and name of the four groups that every approved community has and nobody can delete (spec B §3.7, F2)."""


def group_words(kind: str, name: str, language: str) -> str:
    """How a group is called on pages: the default ones in the reader's language, others as they were named."""
    return text(f"group.default.{kind}", language) if (kind, name) in DEFAULT_GROUPS else name


_PHONE = re.compile(r"\+?\d{5,20}")
_PHONE_NOISE = re.compile(r"[\s\-()]")
_MAINLAND_PREFIX = re.compile(r"(?:\+|00)86(?=1\d{10}$)")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_ID_NUMBER = re.compile(r"[0-9A-Z()]{4,32}")


def clean_phone(phone: str) -> str:
    """One spelling for one number: no blanks, dashes, brackets; no +86 or 0086 before a mainland mobile."""
    return _MAINLAND_PREFIX.sub("", _PHONE_NOISE.sub("", unicodedata.normalize("NFKC", phone)))


def is_phone(phone: str) -> bool:
    """Whether a cleaned `phone` is a number: 5 to 20 digits, perhaps with "+" in front."""
    return _PHONE.fullmatch(phone) is not None


def mobile_problem(phone: str) -> str:
    """Why a cleaned `phone` is not the mobile of a person: "phone", "phone_digits" for a mainland mobile with too few
    or too many digits, "phone_landline" for a number that may be right and is no mobile; "" when it is one."""
    if not is_phone(phone):
        return "phone"
    if phone[0] == "+":
        return "phone_digits" if phone.startswith("+86") or not 8 <= len(phone) - 1 <= 15 else ""
    if _MOBILE.fullmatch(phone):
        return ""
    landline = phone[0] == "0" or len(phone) in (7, 8)
    return "phone_landline" if landline and len(phone) <= 12 else "phone_digits"


def clean_person_name(name: str) -> str:
    """Trim and fold blanks; full-width letters and digits become plain ones."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def name_problem(name: str, *, longest: int = NAME_MAX) -> str:
    """Why a cleaned `name` cannot be used: "required", "too_long", "control_character", or "" when it can."""
    if not name:
        return "required"
    if len(name) > longest:
        return "too_long"
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in name):
        return "control_character"
    return ""


def clean_id_number(number: str) -> str:
    """Identity paper number without blanks and dashes, in upper case."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", number)).upper()


def is_id_number(number: str) -> bool:
    """Whether a cleaned `number` can stand on an identity paper of any country: 4 to 32 letters and digits."""
    return _ID_NUMBER.fullmatch(number) is not None


_RESIDENT_ID = re.compile(r"\d{6}(\d{8})\d{3}[0-9X]")
_OLD_RESIDENT_ID = re.compile(r"\d{6}(\d{6})\d{3}")
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number_problem(number: str) -> str:
    """Why a cleaned `number` that has the shape of a resident identity card cannot be one: "id_date" for a birthday
    that no calendar has, "id_check" for a wrong check digit, "id_digits" for digits too few or too many; else "".

    Source: GB 11643-1999 (18 digits; 15 before it).
    """
    born = _RESIDENT_ID.fullmatch(number) or _OLD_RESIDENT_ID.fullmatch(number)
    if born is None:
        return "id_digits" if number[:-1].isdigit() and len(number) in (14, 16, 17, 19) else ""
    day = born[1] if len(born[1]) == 8 else f"19{born[1]}"
    try:
        date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return "id_date"
    if len(number) == 18:
        total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
        if "10X98765432"[total % 11] != number[17]:
            return "id_check"
    return ""


def mask_phone(phone: str) -> str:
    """Hide the middle of a number: 138****5678."""
    return phone if len(phone) < 7 else f"{phone[:3]}****{phone[-4:]}"


def mask_id_number(number: str) -> str:
    """Hide all but the first three and the last two characters."""
    return number if len(number) < 6 else f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}"
