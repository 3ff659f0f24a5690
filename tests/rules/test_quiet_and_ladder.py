"""When nobody is to be disturbed, and whom a call tries."""

import pytest

from linli.rules import ladder, quiet


@pytest.mark.parametrize(
    ("weekday", "minute", "expected"),
    [(0, 1379, False), (0, 1380, True), (1, 419, True), (1, 420, False), (1, 1400, False), (0, 60, False)],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(weekday: int, minute: int, expected: bool) -> None:
    assert quiet.holds(from_minute=1380, to_minute=420, days=1, weekday=weekday, minute=minute) is expected


def test_a_sunday_night_goes_on_on_monday() -> None:
    assert quiet.holds(from_minute=1380, to_minute=420, days=64, weekday=0, minute=0)
    assert quiet.holds(from_minute=600, to_minute=660, days=64, weekday=6, minute=600)
    assert not quiet.holds(from_minute=600, to_minute=660, days=64, weekday=6, minute=660)


def test_skipping_is_stricter_than_silence() -> None:
    assert [quiet.stricter(*pair) for pair in (("", ""), ("silent", ""), ("silent", "skip"))] == [
        "", "silent", "skip",
    ]  # fmt: skip


def test_steps_are_written_and_read() -> None:
    chosen = (ladder.Step("desk", 10), ladder.Step("family", 20), ladder.Step("indoor", 15, False))
    text = ladder.write_steps(chosen)
    assert text == "desk:10,family:20,-indoor:15"
    assert ladder.read_steps(text) == (
        *chosen,
        ladder.Step("neighbour", 20),
        ladder.Step("phone", 40, on=False),
    )
    assert ladder.read_steps("") == ladder.USUAL
    assert ladder.read_steps("desk:x,other:1") == ladder.USUAL


def test_what_is_wrong_with_steps_is_named() -> None:
    usual = list(ladder.USUAL)
    assert ladder.fault_of(usual) is None
    assert ladder.fault_of(usual[1:]) == ("steps", "ladder_steps")
    assert ladder.fault_of([usual[0]._replace(seconds=4), *usual[1:]]) == ("steps[0].seconds", "range")
    off = [step._replace(on=step.name not in (ladder.INDOOR, ladder.FAMILY)) for step in usual]
    assert ladder.fault_of(off) == ("steps", "ladder_home")
