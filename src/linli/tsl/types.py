"""The data types of a thing model (物模型) and their limits. Source: spec D, 2 "Function" table and 3.5.

Every type is a frozen value; how it is written in a TSL document stands in `linli.tsl.document`, how a value is
checked against it in `linli.tsl.values`.
"""

from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct

NumberKind = Literal["int", "float", "double"]

MAX_TEXT_LENGTH: Final = 10240
"""Most characters a `text` may declare."""
MAX_ARRAY_SIZE: Final = 512
"""Most elements an `array` may declare."""
INT_MIN: Final = -(2**31)
INT_MAX: Final = 2**31 - 1
FLOAT_MAX: Final = 3.4028234663852886e38
"""Largest finite IEEE 754 single: the bound of a `float` that declares none."""


class Number(Struct, frozen=True):
    """`int` (32 bit), `float` or `double`. Decimals keep the digits a document was written with."""

    kind: NumberKind
    min: Decimal | None = None
    max: Decimal | None = None
    step: Decimal | None = None
    unit: str = ""
    unit_name: str = ""


class Text(Struct, frozen=True):
    """A string of at most `length` characters."""

    length: int = MAX_TEXT_LENGTH


class Date(Struct, frozen=True):
    """A point in time: a decimal string of milliseconds since the epoch, UTC."""


class Bool(Struct, frozen=True):
    """0 or 1 on the wire, each with a label."""

    labels: tuple[str, str] = ("0", "1")


class Enum(Struct, frozen=True):
    """One of the declared integers; `items` are (number, label) in document order."""

    items: tuple[tuple[int, str], ...]


type Scalar = Number | Text | Date | Bool | Enum


class Member(Struct, frozen=True):
    """A named value: a struct member, an event's output, a service's input or output."""

    identifier: str
    name: str
    type: "DataType"


class StructOf(Struct, frozen=True):
    """An object whose members are of the seven scalar types."""

    members: tuple[Member, ...]


class ArrayOf(Struct, frozen=True):
    """At most `size` elements of one type: int, float, double, text or struct."""

    size: int
    item: "Number | Text | StructOf"


type DataType = Scalar | StructOf | ArrayOf


def type_name(data_type: DataType) -> str:
    """The type's word in a TSL document: `int`, `float`, `double`, `text`, `date`, `bool`, `enum`, `struct`, `array`."""
    match data_type:
        case Number(kind=kind):
            return kind
        case Text():
            return "text"
        case Date():
            return "date"
        case Bool():
            return "bool"
        case Enum():
            return "enum"
        case StructOf():
            return "struct"
        case ArrayOf():
            return "array"


def unit_of(data_type: DataType) -> str:
    """The unit's symbol, or "" for a type that has none."""
    return data_type.unit if isinstance(data_type, Number) else ""
