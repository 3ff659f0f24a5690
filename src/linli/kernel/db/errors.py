"""Refusals of an engine as small typed errors, translated in one place, where its driver is called.

Within a unit of work the first of them ends the unit, also where a rule goes on after it: `Tx.failure`.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from linli.kernel import telemetry
from linli.kernel.errors import BadInput, Conflict, Unavailable

log = telemetry.logger(__name__)

INT64: Final = 2**63
INDEXED_BYTES: Final = 2_700
"""A text in an index of PostgreSQL; longer ones pass only where they can be packed."""

_refused = telemetry.counter("database_refused", "Statements that the database engine refused", ("why",))


class DatabaseAway(Unavailable):
    """The database could not do it now: nobody's device, network or input is at fault."""


class LostRace(DatabaseAway):
    """The engine ended this unit so that another one could go on. Nothing of it stays; done again it may pass."""


class Duplicate(Conflict):
    """A key that may stand once stands already. When two units collide, the second sees the first one's row when it is
    repeated."""


class BrokenReference(Conflict):
    """A row that another one names is not there, or cannot go."""


class ConnectionLost(DatabaseAway):
    """The database cannot be reached, or the connection broke: uncommitted work is undone."""


class Unstorable(BadInput):
    """A value that no column takes. `field` is the name it was bound by; `value` is what was refused.

    Surfaces name the field that it came in: `kernel.input_errors.of_unstorable`.
    """

    def __init__(self, *, field: str, rule: str, value: Any = None, **facts: Any) -> None:
        super().__init__(field=field, rule=rule, **facts)
        self.value = value
        self.inputs: Any = None
        """The decoded input, if a caller on the way knows it."""


def count_refusal(why: str, statement: str, *, detail: str = "") -> None:
    """Count what was refused and say where, once: no values, they may be somebody's."""
    _refused.labels(why).inc()
    log.warning(
        "database: %s at: %s%s", why, " ".join(statement.split())[:600], f"; {detail}" if detail else ""
    )


def unstorable(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Unstorable | None:
    """The first of the values that no column takes on some engine; None where every one fits."""
    for row in rows:
        for name, bound in zip(names, row, strict=False):
            for value in bound if isinstance(bound, list | tuple) else (bound,):
                if rule := _rule_broken(value):
                    return Unstorable(field=name, rule=rule, value=value)
    return None


def too_long(names: Sequence[str], rows: Iterable[Sequence[Any]], limit: int) -> Unstorable:
    """The longest text or bytes, where the engine says that one is too long. `limit`: bytes."""
    longest = max(
        (
            (len(value), name, value)
            for row in rows
            for name, bound in zip(names, row, strict=False)
            for value in (bound if isinstance(bound, list | tuple) else (bound,))
            if isinstance(value, str | bytes)
        ),
        key=lambda entry: entry[0],
        default=(0, "", ""),
    )
    _, name, value = longest
    characters = limit if isinstance(value, bytes) or value.isascii() else limit // 3
    return Unstorable(field=name, rule="too_long", value=value, limit=characters)


def _rule_broken(value: Any) -> str | None:
    match value:
        case bool() | None:
            return None
        case int():
            return None if -INT64 <= value < INT64 else "number_range"
        case str():
            if "\0" in value:
                return "no_nul"
            return None if value.isascii() or _has_utf8(value) else "utf8"
    return None


def _has_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
