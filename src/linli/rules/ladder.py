"""Whom a call to a home tries, one after the other, and how long each time."""

from collections.abc import Iterable
from typing import Final, NamedTuple

INDOOR, FAMILY, NEIGHBOUR, DESK, PHONE = "indoor", "family", "neighbour", "desk", "phone"
STEPS: Final = (INDOOR, FAMILY, NEIGHBOUR, DESK, PHONE)
MESSAGE: Final = "message"
"""Behind all others, where a home wants it: the visitor may leave a message."""
MESSAGE_S: Final = 5
"""In which it answers."""
LEAST_S, MOST_S = 5, 60


class Step(NamedTuple):
    """One step of a home's ladder."""

    name: str
    seconds: int
    """After which the next one rings as well."""
    on: bool = True


USUAL: Final = (
    Step(INDOOR, 15), Step(FAMILY, 30), Step(NEIGHBOUR, 20), Step(DESK, 30), Step(PHONE, 40, on=False),
)  # fmt: skip
"""Fifteen seconds for the indoor unit: G 3.5. Telephones cost money, and not every house has a line."""


def write_steps(steps: Iterable[Step]) -> str:
    return ",".join(f"{'' if step.on else '-'}{step.name}:{step.seconds}" for step in steps)


def read_steps(text: str) -> tuple[Step, ...]:
    """All steps, those that the text does not have at the end; empty: the usual ones."""
    by_name = {}
    for part in filter(None, text.split(",")):
        name, _, seconds = part.removeprefix("-").partition(":")
        if name in STEPS and seconds.isdecimal():
            by_name[name] = Step(name, int(seconds), not part.startswith("-"))
    return (*by_name.values(), *(step for step in USUAL if step.name not in by_name))


def fault_of(steps: Iterable[Step]) -> tuple[str, str] | None:
    """(field, rule) of what is wrong: each step stands there once, telephones may be left out; one that rings at home is
    on."""
    steps = list(steps)
    names = [step.name for step in steps]
    if sorted({*names, PHONE}) != sorted(STEPS) or len(set(names)) != len(names):
        return "steps", "ladder_steps"
    for place, step in enumerate(steps):
        if not LEAST_S <= step.seconds <= MOST_S:
            return f"steps[{place}].seconds", "range"
    if not any(step.on for step in steps if step.name in (INDOOR, FAMILY)):
        return "steps", "ladder_home"
    return None
