"""One step of a camera's way, as it is judged."""

from typing import Literal, NamedTuple

type State = Literal["good", "warn", "bad", "unknown"]
type Facts = dict[str, str | int]


class Subscribed(NamedTuple):
    """What a device was asked to tell by itself, as far as it is known."""

    kind: str
    """catalogue, alarm, position."""
    state: Literal["asked", "active", "refused", "silent"]
    status: int
    """Of a refusal."""
    since_ms: int
    """Since then it is so, time of day."""


class Check(NamedTuple):
    step: str
    state: State
    cause: str
    """Its words: `doctor.<cause>`, with the facts."""
    facts: Facts
    since_ms: int
    """0: nobody knows."""
    mend: str
    """What a person can do about it here; empty: nothing."""
    notes: tuple[tuple[str, Facts], ...]
    """What deviates and is no fault by itself, as causes."""
    text: str
    """In words already; empty: by the cause."""


def check(
    step: str,
    state: State,
    cause: str,
    *,
    since_ms: int = 0,
    mend: str = "",
    notes: list[tuple[str, Facts]] | None = None,
    text: str = "",
    **facts: str | int,
) -> Check:
    return Check(step, state, cause, facts, since_ms, mend, tuple(notes or ()), text)
