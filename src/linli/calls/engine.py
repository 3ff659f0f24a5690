"""What one call needs of the engine that holds all of them."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from linli.calls.lines import Lines
from linli.calls.media import Media
from linli.calls.rows import Binding
from linli.calls.sides import Leg, Side
from linli.calls.unlocking import Openings
from linli.kernel.sip.exchange import Exchange
from linli.kernel.sip.flows import Flow


class CallLog(Protocol):
    """Where it is written down what becomes of calls."""

    @property
    def openings(self) -> Openings: ...

    def answered(self, call_id: int, number: str) -> None: ...

    def opened(self, call_id: int) -> None: ...

    def ended(self, call_id: int, outcome: str) -> None: ...


class Ringing(Protocol):
    """A call, as its ladder sees it."""

    over: bool
    answered: Leg | None

    def ring_more(self, phones: list[tuple[Binding, Flow]]) -> None: ...

    def nobody_left(self) -> None: ...


class Ladder(Protocol):
    """Whom a call tries, step by step."""

    talk: Ringing
    """Set by the call."""
    total_s: float

    def silent(self, number: str) -> bool:
        """Whether a phone is to ring without a sound."""
        ...

    def wait(self) -> None:
        """From now on the step that was rung last has its time."""
        ...

    def refused(self, legs: list[Leg]) -> bool:
        """No phone rings any more: whether another step is tried now."""
        ...

    def answered(self, number: str) -> None:
        """This phone has the call."""
        ...

    def recorded(self, number: str) -> None:
        """What takes messages has the call."""
        ...

    def ended(self, outcome: str) -> None: ...


class Target(NamedTuple):
    """What was dialled."""

    call_id: int
    """Of the record of this call."""
    phones: list[tuple[Binding, Flow]]
    is_door: bool
    limit_s: float
    """How long it may last once it was taken."""
    ladder: Ladder | None = None
    """Of a call to a home."""
    terminal: bool = False
    """A voice terminal calls."""
    voice: frozenset[str] = frozenset()
    """Numbers whose phones get no picture."""


class Engine[Call](Protocol):
    """All calls of a process, as one of them sees it."""

    token: Callable[[int], str]
    allow: str
    ring_s: float
    unlock_s: float
    exchange: Exchange
    lines: Lines
    log: CallLog
    media: Media

    def contact(self, flow: Flow) -> str: ...

    def keep(self, side: Side, call: Call) -> None: ...

    def drop(self, side: Side, number: str) -> None: ...

    def forget(self, call: Call) -> None: ...
