"""A value of each data type as it stands on the wire, for examples: within its limits, the same each time."""

from decimal import Decimal
from typing import Any, Final

from linli.tsl.types import ArrayOf, Bool, DataType, Date, Enum, Member, Number, StructOf, Text

MOMENT_MS: Final = 1_764_403_200_000
"""UTC ms: the time in examples."""
_WANTED: Final = Decimal(20)


def sample_value(kind: DataType) -> Any:
    match kind:
        case Number():
            low = kind.min if kind.min is not None else min(_WANTED, kind.max or _WANTED)
            value = _WANTED if low <= _WANTED <= (kind.max or _WANTED) else low
            if kind.step:
                value = low + (value - low) // kind.step * kind.step
            return int(value) if kind.kind == "int" else float(value)
        case Bool():
            return 1
        case Enum(items=items):
            return items[0][0]
        case Date():
            return str(MOMENT_MS)
        case Text(length=length):
            return "text"[:length]
        case StructOf(members=members):
            return sample_values(members)
        case ArrayOf(size=size, item=item):
            return [sample_value(item)] * min(size, 1)


def sample_values(members: tuple[Member, ...]) -> dict[str, Any]:
    """Of an event's or a service's values, or of a struct."""
    return {member.identifier: sample_value(member.type) for member in members}
