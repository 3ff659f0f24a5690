"""Which car is called while some do not run."""

import pytest

from linli.rules.lift_states import (
    EMERGENCY,
    FAULT,
    INSPECTION,
    NORMAL,
    OUT,
    OVERLOAD,
    STATES,
    WHOLE,
    Choice,
    choose,
    code_of,
    of_code,
    state_of,
)

CARS = {"X": ["1", "10", "roof"], "Y": ["1", "10"], "Z": []}


@pytest.mark.parametrize(
    ("states", "mode", "car", "floors", "chosen"),
    [
        ({}, "ALL", "", ["1"], Choice("")),
        ({}, "ALL", "X", ["1"], Choice("X")),
        ({"X": FAULT}, "ALL", "", ["1"], Choice("Y")),  # around it
        ({"X": FAULT}, "ALL", "", ["roof"], Choice("Z")),  # of Z no floors are known
        ({"X": FAULT}, "GROUP", "", ["1"], Choice("")),  # the controller knows its cars
        ({"X": FAULT}, "ALL", "X", ["1"], Choice("", FAULT)),
        ({"X": OVERLOAD}, "ALL", "X", ["1"], Choice("X")),
        ({"X": OVERLOAD, "Y": OUT, "Z": OUT}, "ALL", "", ["1"], Choice("X")),
        ({"X": OUT, "Y": INSPECTION, "Z": FAULT}, "ALL", "", ["1"], Choice("", FAULT)),
        ({WHOLE: EMERGENCY}, "GROUP", "", ["1"], Choice("", EMERGENCY)),
        ({WHOLE: OUT}, "ALL", "X", ["1"], Choice("", OUT)),
        ({"unheard": FAULT}, "ALL", "", ["1"], Choice("")),
    ],
)
def test_the_car_that_is_called(
    states: dict[str, str], mode: str, car: str, floors: list[str], chosen: Choice
) -> None:
    assert choose(states, CARS, mode=mode, car=car, floors=floors) == chosen


def test_a_lift_of_which_nothing_is_known_is_called() -> None:
    assert choose({}, {}, mode="", car="", floors=["1"]) == Choice("")


def test_codes_and_modes_name_states() -> None:
    assert [of_code(code_of(state)) for state in STATES] == list(STATES)
    assert [of_code(code) for code in (0, -1, 99, 500)] == [None] * 4
    assert [state_of(mode) for mode in (-1, 0, 4, 99)] == [NORMAL, NORMAL, FAULT, NORMAL]
