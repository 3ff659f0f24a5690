"""Values that a simulated device makes up: within the limits of its thing model, wandering like measured ones. Pure."""

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from linli.tsl import Property
from linli.tsl.types import ArrayOf, Bool, DataType, Date, Enum, Member, Number, StructOf, Text

DEFAULT_LOW: Final = 0.0
DEFAULT_HIGH: Final = 100.0
STRIDE: Final = 0.05
"""Of the range: how far a number may wander at once."""
TURNS: Final = 0.15
"""How often a bool or enum changes."""
_ELEMENTS: Final = 3


class Range(msgspec.Struct, frozen=True):
    """Where a number may wander; None: as the thing model says."""

    min: float | None = None
    max: float | None = None


class Wanderer:
    """Makes values up, each near the one before. `rng` is the only chance in it."""

    def __init__(self, rng: random.Random) -> None:
        self._random = rng
        self._at: dict[str, float] = {}

    def next(self, item: Property | Member, now_ms: int, limits: Mapping[str, Range] | None = None) -> Any:
        """A value for a property or member, as it goes on the wire."""
        limit = (limits or {}).get(item.identifier, Range())
        return self._value(item.identifier, item.type, now_ms, limit)

    def all(self, members: tuple[Member, ...], now_ms: int) -> dict[str, Any]:
        """Values for the outputs of an event or a service."""
        return {member.identifier: self.next(member, now_ms) for member in members}

    def _value(self, path: str, kind: DataType, now_ms: int, limit: Range) -> Any:
        match kind:
            case Number():
                return self._number(path, kind, limit)
            case Bool():
                return self._choice(path, (0, 1))
            case Enum(items=items):
                return self._choice(path, tuple(number for number, _ in items))
            case Date():
                return str(now_ms)
            case Text(length=length):
                return f"sim-{self._random.randrange(1000):03d}"[:length]
            case StructOf(members=members):
                return {
                    member.identifier: self._value(
                        f"{path}.{member.identifier}", member.type, now_ms, Range()
                    )
                    for member in members
                }
            case ArrayOf(size=size, item=item):
                return [
                    self._value(f"{path}[{place}]", item, now_ms, Range())
                    for place in range(min(size, _ELEMENTS))
                ]

    def _number(self, path: str, kind: Number, limit: Range) -> float:
        low, high = _limits(kind, limit)
        before = self._at.get(path)
        if before is None:
            before = low + (high - low) * self._random.uniform(0.3, 0.7)
        moved = before + (high - low) * self._random.uniform(-STRIDE, STRIDE)
        value = min(max(moved, low), high)
        self._at[path] = value
        if kind.kind == "int":
            return min(max(round(value), -(-low // 1)), high // 1)
        step = float(kind.step or Decimal("0.01"))
        return round(min(max(round(value / step) * step, low), high), 6)

    def _choice(self, path: str, allowed: tuple[int, ...]) -> int:
        before = self._at.get(path)
        if before is None or self._random.random() < TURNS:
            before = self._random.choice(allowed)
            self._at[path] = before
        return int(before)


def _limits(kind: Number, limit: Range) -> tuple[float, float]:
    """Where it may wander: the narrower of both, never outside of the thing model."""
    lows = [float(value) for value in (kind.min, limit.min) if value is not None]
    highs = [float(value) for value in (kind.max, limit.max) if value is not None]
    low = max(lows) if lows else min(DEFAULT_LOW, *(high - DEFAULT_HIGH for high in highs or (DEFAULT_HIGH,)))
    high = min(highs) if highs else max(DEFAULT_HIGH, low + DEFAULT_HIGH)
    return (low, high) if low <= high else (high, low)
