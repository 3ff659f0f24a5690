"""Points of a Modbus device as people write them: `coil:12`, `discrete:0x10`, `holding:40`, `input:7.3` (bit 3)."""

import re
from typing import Annotated, Final, Literal, NamedTuple

from msgspec import Meta

UNIT_MOST: Final = 255
ADDRESS_MOST: Final = 0xFFFF
Framing = Literal["tcp", "rtu"]
Profile = Literal["", "relays", "registers", "contacts"]
WORDS: Final = ("holding", "input")
WRITTEN: Final = ("coil", "holding")
_PATTERN: Final = r"^(coil|discrete|holding|input):(0x[0-9A-Fa-f]{1,8}|[0-9]{1,9})(\.[0-9]{1,2})?$"
Point = Annotated[str, Meta(max_length=32)]
"""Its words are checked with the map, which says better what is wrong."""


class Place(NamedTuple):
    """A point read: `bit` None for all of a register, or for a coil."""

    table: str
    address: int
    bit: int | None = None

    @property
    def is_word(self) -> bool:
        return self.table in WORDS

    def __str__(self) -> str:
        return f"{self.table}:{self.address}" + ("" if self.bit is None else f".{self.bit}")


def place_of(point: str) -> Place:
    """Raises ValueError for what is no point."""
    match = re.match(_PATTERN, point)
    if match is None:
        raise ValueError(point)
    table, address, bit = match.groups()
    return Place(table, int(address, 0 if address[:2] in ("0x", "0X") else 10), int(bit[1:]) if bit else None)
