"""One check function per data type: takes a decoded JSON value and its path, gives it back or raises.

Two outcomes are kept apart (design 4.12): an undeclared identifier or a wrong JSON type raises ValueRefused, a value of
the right type outside its limits raises ValueOutside.
"""

import math
from collections.abc import Callable
from typing import Any, Final

from linli.tsl.problems import ValueOutside, ValueRefused
from linli.tsl.types import (
    FLOAT_MAX,
    INT_MAX,
    INT_MIN,
    ArrayOf,
    Bool,
    DataType,
    Date,
    Enum,
    Member,
    Number,
    StructOf,
    Text,
)

type Check = Callable[[Any, str], Any]

_MAX_DATE_DIGITS: Final = 15
"""Milliseconds up to the year 33658: anything longer is no time."""


def check_of(data_type: DataType) -> Check:
    """The check function of a type. Values come back in the form they are stored in: an int for an integral float."""
    match data_type:
        case Number(kind="int"):
            return _int_check(data_type)
        case Number():
            return _float_check(data_type)
        case Text(length=length):
            return _text_check(length)
        case Date():
            return _check_date
        case Bool():
            return _listed_check("bool", (0, 1))
        case Enum(items=items):
            return _listed_check("enum", tuple(number for number, _ in items))
        case StructOf(members=members):
            return members_check(members)
        case ArrayOf(size=size, item=item):
            return _array_check(size, check_of(item))


def bounds(data_type: DataType) -> tuple[float, float] | None:
    """Lowest and highest value of a number, bool or enum without gaps; None where a plain comparison is not enough."""
    match data_type:
        case Number(kind="int", min=low, max=high):
            return (INT_MIN if low is None else int(low), INT_MAX if high is None else int(high))
        case Number(kind=kind, min=low, max=high):
            widest = FLOAT_MAX if kind == "float" else 1.7976931348623157e308
            return (-widest if low is None else float(low), widest if high is None else float(high))
        case Bool():
            return (0, 1)
        case Enum(items=items):
            numbers = sorted(number for number, _ in items)
            return (numbers[0], numbers[-1]) if numbers[-1] - numbers[0] == len(numbers) - 1 else None
    return None


def members_check(members: tuple[Member, ...]) -> Check:
    """Check of an object with the given members; each may be absent, none may be added."""
    checks = {member.identifier: check_of(member.type) for member in members}

    def check(value: Any, path: str) -> dict[str, Any]:
        if type(value) is not dict:
            raise ValueRefused(path, "type", expected="struct")
        out = {}
        for key, item in value.items():
            member = checks.get(key)
            if member is None:
                raise ValueRefused(f"{path}.{key}" if path else key, "unknown_identifier")
            out[key] = member(item, f"{path}.{key}" if path else key)
        return out

    return check


def _int_check(number: Number) -> Check:
    low, high = bounds(number) or (INT_MIN, INT_MAX)

    def check(value: Any, path: str) -> int:
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is not int:
            raise ValueRefused(path, "type", expected="int")
        if not low <= value <= high:
            raise ValueOutside(path, "range", value=value, min=low, max=high)
        return value

    return check


def _float_check(number: Number) -> Check:
    low, high = bounds(number) or (-FLOAT_MAX, FLOAT_MAX)

    def check(value: Any, path: str) -> float:
        if type(value) is not float and type(value) is not int:
            raise ValueRefused(path, "type", expected=number.kind)
        if not low <= value <= high or not math.isfinite(value):
            raise ValueOutside(path, "range", value=value, min=low, max=high)
        return value if -(2**53) <= value <= 2**53 else float(value)

    return check


def _text_check(length: int) -> Check:
    def check(value: Any, path: str) -> str:
        if type(value) is not str:
            raise ValueRefused(path, "type", expected="text")
        if len(value) > length:
            raise ValueOutside(path, "too_long", length=len(value), max=length)
        if "\0" in value:  # PostgreSQL cannot keep it in a text
            raise ValueOutside(path, "zero_character")
        return value

    return check


def _check_date(value: Any, path: str) -> str:
    if type(value) is not str or not value.isascii() or not value.removeprefix("-").isdigit():
        raise ValueRefused(path, "type", expected="date")
    if len(value) > _MAX_DATE_DIGITS:
        raise ValueOutside(path, "too_long", length=len(value), max=_MAX_DATE_DIGITS)
    return value


def _listed_check(kind: str, allowed: tuple[int, ...]) -> Check:
    listed = frozenset(allowed)

    def check(value: Any, path: str) -> int:
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is not int:
            raise ValueRefused(path, "type", expected=kind)
        if value not in listed:
            raise ValueOutside(path, "not_listed", value=value, allowed=list(allowed))
        return value

    return check


def _array_check(size: int, item: Check) -> Check:
    def check(value: Any, path: str) -> list[Any]:
        if type(value) is not list:
            raise ValueRefused(path, "type", expected="array")
        if len(value) > size:
            raise ValueOutside(path, "too_many", count=len(value), max=size)
        return [item(element, f"{path}[{index}]") for index, element in enumerate(value)]

    return check
