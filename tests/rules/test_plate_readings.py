"""The grammar of plates over what a reader saw, and votes over pictures of one pass."""

from typing import NamedTuple

import pytest

from linli.rules.plate_readings import SURE, Reading, read, vote


class Way(NamedTuple):
    text: str
    probability: float


class Place(NamedTuple):
    texts: tuple[Way, ...]
    color: str = ""


def place(*texts: tuple[str, float], color: str = "") -> Place:
    return Place(tuple(Way(*text) for text in texts), color)


def test_only_what_is_a_plate_counts() -> None:
    sign, plate = place(("东门入口", 0.99), ("2026", 0.9)), place(("A12345", 0.5), ("浙A12345", 0.4))
    assert read([sign, plate]) == Reading("浙A12345", 0.4, "")
    assert read([sign]) is None
    assert read([]) is None
    assert read([place(("浙A12345", 0.001))]) is None


@pytest.mark.parametrize(
    ("text", "color", "fits"),
    [
        ("浙A12345", "blue", True),
        ("浙A12345", "yellow", True),
        ("浙A12345", "green", False),  # one character of a new-energy plate was lost
        ("浙AD12345", "green", True),
        ("浙AD12345", "blue", False),
        ("DF94018", "green", False),  # an army plate that has lost its province
        ("DF94018", "white", True),
        ("粤Z1234港", "black", True),
        ("浙A1234警", "white", True),
        ("浙A1234警", "blue", False),
        ("民航A1234", "green", True),
    ],
)
def test_a_ground_of_another_colour_makes_a_plate_doubtful(text: str, color: str, fits: bool) -> None:
    reading = read([place((text, 0.95), color=color)])
    assert (reading is not None and reading.confidence >= SURE) == fits


def test_a_second_plate_elsewhere_takes_from_the_first() -> None:
    two_cars = [place(("浙A12345", 0.97)), place(("沪B67890", 0.9))]
    reading = read(two_cars)
    assert reading is not None
    assert (reading.plate, reading.confidence < 0.1) == ("浙A12345", True)
    twice = read([place(("浙A12345", 0.97)), place(("浙A12345", 0.6))])
    assert twice == Reading("浙A12345", 0.97, "")


def test_pictures_of_one_pass_agree_or_take_from_each_other() -> None:
    one, other = Reading("浙A12345", 0.7, "blue"), Reading("浙A12845", 0.6, "blue")
    alone = vote([one, None])
    assert alone == one
    both = vote([one, one])
    assert both is not None
    assert 0.7 < both.confidence < 1 - 0.3 * 0.3
    split = vote([one, other])
    assert split is not None
    assert (split.plate, split.confidence < 0.4) == ("浙A12345", True)
    two_to_one = vote([one, one, other])
    assert two_to_one is not None
    assert (two_to_one.plate, two_to_one.confidence < SURE) == ("浙A12345", True)
    assert vote([None]) is None
    assert vote([]) is None
