"""What becomes of a pass at a reader of a lift that keeps rules itself: what is told of it, and what should be."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

type Missed = Callable[[], Awaitable[None]]


@dataclass(slots=True, eq=False)
class PassNote:
    """A pass at a reader of a lift: the rules that it was reported for, and those that it should be."""

    key: tuple[str, str]
    at_s: float
    reported: set[str] = field(default_factory=set)
    expected: dict[str, tuple[float, Missed]] = field(default_factory=dict)
    missed: set[str] = field(default_factory=set)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when something was reported."""
    changing: frozenset[str] = frozenset()
    """Rules that were being brought to the lift at that moment: whether it had them, its own report alone says."""
