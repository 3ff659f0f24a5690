"""The sample as data: its size, its invented people, its day."""

import random
from collections import Counter

from linli.demo import names, sample
from linli.demo.day import FIRST_MINUTE, LAST_MINUTE, Day, steps
from linli.domains.people.person_rules import is_phone


def test_it_is_always_the_same_and_as_large_as_announced() -> None:
    made = sample.make()
    assert made == sample.make()
    assert made != sample.make(seed=1)
    assert len(made.houses) == len({house.place for house in made.houses}) == 300
    assert len({house.place[0] for house in made.houses}) == 3
    assert len(made.residents) == sample.RESIDENTS
    assert (len(sample.doors()), len(sample.lifts()), len(sample.meters())) == (12, 3, 6)
    assert len({door.sn for door in sample.doors()}) == 12


def test_nobody_has_a_number_that_could_be_somebodys() -> None:
    phones = [one.phone for one in sample.make().residents if one.phone]
    assert len(set(phones)) == len(phones)
    assert all(is_phone(phone) and phone.startswith("1990000") for phone in phones)
    assert all(len(one.name) in (2, 3) for one in sample.make().residents)
    assert {names.phone(7), names.phone(9999)} == {"19900000007", "19900009999"}


def test_namesakes_never_share_a_house_and_only_empty_houses_are_empty() -> None:
    made = sample.make()
    assert max(Counter((one.place, one.name) for one in made.residents).values()) == 1
    lived_in = {one.place for one in made.residents}
    assert {house.place for house in made.houses if house.status != sample.EMPTY} == lived_in


def test_a_day_runs_warped_and_leaves_the_night_out() -> None:
    seconds = 0.0
    day = Day(60, lambda: seconds)
    assert (day.number, day.minute) == (0, 6 * 60 + 50)
    seconds = 60.0
    assert day.minute == 7 * 60 + 50
    assert day.seconds_until(0, 8 * 60 + 50) == 60
    assert day.seconds_until(0, 7 * 60) == -50
    seconds += (LAST_MINUTE - day.minute) + 1
    assert (day.number, day.minute) == (1, FIRST_MINUTE + 1)
    assert day.seconds_until(1, FIRST_MINUTE + 3) == 2


def test_consumption_follows_the_hour() -> None:
    seconds = 0.0
    day = Day(60, lambda: seconds)
    by_hour: dict[int, float] = {}
    for seconds in range(17 * 60):  # noqa: B007 - the day reads it
        by_hour.setdefault(int(day.minute // 60), day.load())
    assert by_hour[20] > by_hour[8] > by_hour[13] > 0
    assert max(by_hour.values()) <= 1


def test_residents_pass_every_second_or_two_at_the_usual_warp() -> None:
    ages = [one.age for one in sample.make().residents]
    plan = steps(ages, random.Random(1))
    assert plan == steps(ages, random.Random(1)) == sorted(plan)
    assert plan[0].minute >= FIRST_MINUTE
    assert plan[-1].minute < LAST_MINUTE
    real_seconds = (LAST_MINUTE - FIRST_MINUTE) * 60 / 30
    assert 0.5 < real_seconds / len(plan) < 2
    whereabouts: dict[int, str] = {}
    for step in plan:
        if step.errand == "home":
            assert whereabouts[step.person] in ("in", "out")  # an overlapping second way may have begun
        whereabouts[step.person] = step.errand
