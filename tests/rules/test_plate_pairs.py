"""Exits whose plates were misread, and the vehicles inside that they may be of."""

import pytest

from linli.rules.plate_pairs import FAR, Candidate, distance, pair
from tests.campaigns.plate_pairs import campaign, learned

INSIDE = [Candidate(1, "浙A12345", 2), Candidate(2, "浙A1234B", 2), Candidate(3, "苏E9K777", 2)]


def test_the_only_vehicle_that_comes_near_is_taken() -> None:
    answer = pair("苏E9K7T7", 2, INSIDE)
    assert (answer.sure, [near.candidate.stay_id for near in answer.nearest]) == (True, [3])


def test_of_two_that_come_near_a_person_chooses() -> None:
    answer = pair("浙A1234S", 2, [*INSIDE, Candidate(4, "浙AI2345", 2)])
    assert not pair("浙A12348", 2, [Candidate(1, "浙A1234B"), Candidate(2, "浙A1234B")]).sure
    assert answer.nearest[0].candidate.stay_id == 1


def test_another_colour_of_the_plate_makes_it_unlikely() -> None:
    same, other = Candidate(1, "浙A1234B", 2), Candidate(2, "浙A1234S", 5)
    answer = pair("浙A12348", 2, [other, same])
    assert answer.sure
    assert answer.nearest[0].candidate is same


def test_nothing_that_is_far_is_named() -> None:
    assert pair("京Q00000", None, INSIDE) == (False, ())
    assert pair("", None, INSIDE) == (False, ())
    assert pair("浙A1", None, INSIDE) == (False, ())


@pytest.mark.parametrize("reading", ["浙A1234", "浙A123455", "A12345"])
def test_one_character_may_be_missing_or_too_many(reading: str) -> None:
    assert 0 < distance("浙A12345", reading) <= FAR


def test_a_cameras_habit_becomes_cheap_and_what_it_never_does_dear() -> None:
    habits = learned([("浙A12345", "沪A12345")] * 30)
    assert habits.cost("浙", "沪") < 0.2 < habits.cost("浙", "苏")
    assert habits.cost("浙", "浙") == 0


def test_most_exits_are_paired_and_hardly_any_wrongly() -> None:
    """A fifth of `linli soak plate_pairs`, which has twenty car parks of a thousand exits."""
    answers = [campaign(exits=400, inside=400, seed=seed, errors=0.08) for seed in (1, 2)]
    for answer in answers:
        assert answer["equal"] < 0.6
        assert answer["right"] >= 0.95
        assert answer["wrong"] <= 0.003


def test_a_full_car_park_is_searched_fast() -> None:
    answer = campaign(exits=20, inside=2_000, seed=1)
    assert answer["right"] > 0.9
