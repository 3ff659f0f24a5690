"""What the platform has acknowledged to its callers, and what nobody can know because the answer never came."""

from collections import deque
from dataclasses import dataclass, field

from tests.campaigns.caller import Signed

RECENT = 30


@dataclass
class Value:
    """One thing that is changed again and again: what it is for sure, and what it may be instead."""

    sure: str
    maybe: frozenset[str] = frozenset()
    asked_for: list[str] = field(default_factory=list)
    """Everything it was ever to become, in order."""

    def asked(self, value: str) -> None:
        """A change is on its way."""
        self.maybe |= {value}
        self.asked_for.append(value)

    def told(self, value: str, *, done: bool) -> None:
        """Its answer has come: it holds, or it was refused."""
        if done:
            self.sure, self.maybe = value, frozenset()
        else:
            self.maybe -= {value}

    def copy(self) -> "Value":
        return Value(self.sure, self.maybe, self.asked_for[:])

    def allowed(self, value: str, *, since: "Value") -> bool:
        """Whether it may read so in tables that were read after this copy was made; `since` is as it is now."""
        later = since.asked_for[len(self.asked_for) :]
        return value == self.sure or value in self.maybe or value in later


@dataclass(frozen=True)
class Sheet:
    """One workbook handed in: all its rows stand under a building of its own."""

    building: str
    houses: int
    people: int


@dataclass
class Ledger:
    """Filled by the load, read by the checks. Sets only grow."""

    spaces: dict[str, int] = field(default_factory=dict)
    """Acknowledged: name at its making → space id."""
    names: dict[int, Value] = field(default_factory=dict)
    """Present name of each of these spaces."""
    members: dict[str, int] = field(default_factory=dict)
    """identityId → house."""
    records: set[int] = field(default_factory=set)
    rights: dict[tuple[str, str], Value] = field(default_factory=dict)
    """(qrCode, iotId) → "until <ms>" or "none"."""
    posts: set[bytes] = field(default_factory=set)
    """Payloads with a PUBACK."""
    events: set[str] = field(default_factory=set)
    """`content` of pass events with a PUBACK."""
    sheets: dict[str, Sheet] = field(default_factory=dict)
    """Every workbook that was sent, by building."""
    imports: dict[int, str] = field(default_factory=dict)
    """Acknowledged imports: id → building."""
    finished: set[int] = field(default_factory=set)
    """Imports whose answer said that all rows are in."""
    writes: deque[Signed] = field(default_factory=lambda: deque(maxlen=RECENT))
    """The last acknowledged writes: playing one again must be refused."""
    unanswered: deque[tuple[str, Signed]] = field(default_factory=lambda: deque(maxlen=RECENT))
    """Space creations without an answer, with the name."""
    refused: dict[str, int] = field(default_factory=dict)
    """Calls answered with another code than 200, by that answer: none is expected."""

    def copy(self) -> "Ledger":
        """As it is at this moment."""
        return Ledger(
            dict(self.spaces),
            {key: value.copy() for key, value in self.names.items()},
            dict(self.members),
            set(self.records),
            {key: value.copy() for key, value in self.rights.items()},
            set(self.posts),
            set(self.events),
            dict(self.sheets),
            dict(self.imports),
            set(self.finished),
        )

    def counts(self) -> dict[str, int]:
        return {
            "spaces": len(self.spaces),
            "members": len(self.members),
            "records": len(self.records),
            "rights": len(self.rights),
            "posts": len(self.posts),
            "passes": len(self.events),
            "imports": len(self.imports),
        }
