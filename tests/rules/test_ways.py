"""One use of a counted pass is a way: gate, door and lift once each within a time."""

import random

import pytest

from linli.rules.ways import LIFT, MOST_PLACES, WAY_MS, Way, step, walked

CAR = f"{LIFT}unit"
MINUTE = 60_000


def kinds(passes: list[tuple[int, str]], most: int) -> list[str]:
    """What each of these is, in this order."""
    way, said = Way(), []
    for at_ms, point in passes:
        taken = step(way, point, most=most, now_ms=at_ms)
        way = taken.way
        said.append(taken.kind)
    return said


@pytest.mark.parametrize(
    ("passes", "most", "said"),
    [
        pytest.param([(0, "gate"), (1, "unit"), (2, CAR)], 1, ["new", "on", "on"], id="one way"),
        pytest.param([(0, "gate"), (1, "gate")], 1, ["new", "used_up"], id="the same place again"),
        pytest.param([(0, "gate"), (1, "gate"), (2, "unit")], 2, ["new", "new", "on"], id="it begins a new way"),
        pytest.param([(0, "gate"), (WAY_MS - 1, "unit")], 1, ["new", "on"], id="to the last moment"),
        pytest.param([(0, "gate"), (WAY_MS, "unit")], 1, ["new", "used_up"], id="and no longer"),
        pytest.param(
            [(0, "gate"), (MINUTE, CAR), (3 * WAY_MS, CAR)], 1, ["new", "on", "down"], id="down costs nothing"
        ),
        pytest.param(
            [(0, "gate"), (1, CAR), (2, CAR), (3, "gate")], 1, ["new", "on", "again", "used_up"],
            id="the button missed",
        ),
        pytest.param(
            [(0, "gate"), (1, CAR), (WAY_MS, "gate"), (WAY_MS + 1, CAR)], 2, ["new", "on", "new", "on"],
            id="up again on the next way",
        ),
        pytest.param([(WAY_MS, "gate"), (0, "unit")], 1, ["new", "used_up"], id="a clock set back lasts no longer"),
    ],
)  # fmt: skip
def test_ways(passes: list[tuple[int, str]], most: int, said: list[str]) -> None:
    assert kinds(passes, most) == said


def test_who_has_the_same_passes_counts_the_same_in_whatever_order() -> None:
    draw = random.Random(7)
    for _ in range(300):
        passes = [
            (draw.randrange(4 * WAY_MS), draw.choice(("gate", "unit", "garage", CAR))) for _ in range(8)
        ]
        told = passes * 2
        draw.shuffle(told)
        assert walked(set(told)) == walked(passes)


def test_no_more_opens_than_uses_allow() -> None:
    """Against a count by hand: each place opens at most once for each use, a lift's car inwards as well."""
    draw = random.Random(11)
    for _ in range(300):
        most, at, way = draw.randint(1, 4), 0, Way()
        opened: dict[str, int] = {}
        for _ in range(40):
            at += draw.randrange(WAY_MS)
            point = draw.choice(("gate", "unit", CAR))
            taken = step(way, point, most=most, now_ms=at)
            way = taken.way
            if taken.kind in ("new", "on"):
                opened[point] = opened.get(point, 0) + 1
        assert all(count <= most for count in opened.values())
        assert way.used <= most


def test_a_way_is_bounded() -> None:
    assert kinds([(at, str(at)) for at in range(MOST_PLACES + 1)], 1)[-1] == "used_up"
