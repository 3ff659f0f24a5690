"""Operating states of lifts, and which car is called while some do not run. Alike on the platform and on boxes.

Spec E 4.6 knows floor and direction alone; the rest is what lifts with a running mode (运行模式) tell, and what people
say by hand.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple, cast, get_args

type State = Literal[
    "normal", "inspection", "fire", "out_of_service", "fault", "overload", "trapped", "emergency"
]
NORMAL: Final = "normal"
INSPECTION: Final = "inspection"
FIRE: Final = "fire"
OUT: Final = "out_of_service"
FAULT: Final = "fault"
OVERLOAD: Final = "overload"
"""Doors open until somebody leaves: another car is better, but this one still comes."""
TRAPPED: Final = "trapped"
EMERGENCY: Final = "emergency"
"""A person declared one, or a fire input did: of the lift as a whole, until a person ends it."""
STATES: Final[tuple[str, ...]] = get_args(State.__value__)
MODES: Final = (NORMAL, INSPECTION, FIRE, OUT, FAULT, OVERLOAD, TRAPPED)
"""By the number in `RunningMode` of lifts; the first four are those of the catalogue's lift control unit."""
NOT_CALLED: Final = 100
"""`code` of a record of a call that was not sent: this, and the state's place in `STATES` above it."""
WHOLE: Final = ""
"""In place of a car's number: of all cars of a lift."""
_WORSE: Final = (NORMAL, OVERLOAD, OUT, INSPECTION, FAULT, TRAPPED, FIRE, EMERGENCY)
GROUP: Final = "GROUP"


class Choice(NamedTuple):
    """Which car is called: empty for the one that the lift chooses. With a `state` that is not normal, none."""

    car: str
    state: State = "normal"

    @property
    def is_refused(self) -> bool:
        return self.state != NORMAL


def state_of(mode: int) -> State:
    """Of a running mode as a lift tells it; one that is not known says nothing against the car."""
    return MODES[mode] if 0 <= mode < len(MODES) else "normal"


def worst(states: Sequence[str]) -> State:
    return max((state for state in _WORSE if state in states), key=_WORSE.index, default=NORMAL)


def choose(
    states: Mapping[str, str],
    cars: Mapping[str, Sequence[str]],
    *,
    mode: str,
    car: str,
    floors: Sequence[str],
) -> Choice:
    """Who calls car `car` (empty: any) to these floors calls which.

    `states` by car, `WHOLE` for all of them; `cars` are the floors of each, in the lift's own names: none is known where
    it is empty. A controller of mode GROUP knows its cars and goes around one by itself.
    """
    whole = _state(states, WHOLE)
    if whole not in (NORMAL, OVERLOAD):
        return Choice("", whole)
    if car:
        own = _state(states, car)
        return Choice(car) if own in (NORMAL, OVERLOAD) else Choice("", own)
    able = [
        number
        for number, served in cars.items()
        if not served or all(floor in served for floor in floors if floor)
    ]
    by_car = {number: _state(states, number) for number in able}
    if not by_car or all(state == NORMAL for state in by_car.values()):
        return Choice("")
    for wanted in (NORMAL, OVERLOAD):
        if good := [number for number, state in by_car.items() if state == wanted]:
            return Choice("" if mode == GROUP else good[0])
    return Choice("", worst(list(by_car.values())))


def code_of(state: str) -> int:
    return NOT_CALLED + STATES.index(state)


def of_code(code: int) -> State | None:
    """The state for which a call was not sent; None for every other result."""
    at = code - NOT_CALLED
    return cast(State, STATES[at]) if 0 <= at < len(STATES) else None


def _state(states: Mapping[str, str], car: str) -> State:
    return worst([states.get(car, NORMAL)])
