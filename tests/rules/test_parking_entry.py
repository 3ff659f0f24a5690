"""Who passes a lane: every step of spec F 5.13 in its order, with what surrounds it."""

import pytest

from linli.rules.parking_entry import (
    LED_SITUATION,
    PARK_PASS,
    PARK_RECORD_V2,
    Arrival,
    Lane,
    Reason,
    Right,
    Standing,
    State,
    judge,
)

NOW = 1_800_000_000_000
HOUR = 3_600_000
IN = Lane("in", frozenset(("lane-1", "area-b2", "area-b1", "lot")))
OUT = Lane("out", IN.places)
OURS = "浙A12345"


def right(kind="ordinary", place="lane-1", starts=NOW - HOUR, ends=NOW + HOUR, plate=OURS):
    return Right(kind, plate, place, starts, ends)


def opened(lane, *rights, plate=OURS, now=NOW, **state):
    verdict = judge(Arrival(plate, now), lane, rights, State(**state))
    return verdict.open, verdict.reason, verdict.standing


@pytest.mark.parametrize("place", sorted(IN.places))
def test_a_right_at_any_place_around_the_lane_opens_it(place):
    assert opened(IN, right(place=place)) == (True, Reason.PERMISSION, Standing.ORDINARY)


@pytest.mark.parametrize(
    "stranger",
    [right(place="lane-2"), right(plate="浙A54321"), right(ends=NOW - 1), right(starts=NOW + 1)],
    ids=["other place", "other plate", "over", "not yet"],
)
def test_rights_that_do_not_count_here_and_now_leave_a_guest(stranger):
    assert opened(IN, stranger) == (True, Reason.GUEST, Standing.TEMPORARY)
    assert opened(IN, stranger, free=(0,)) == (False, Reason.FULL, Standing.TEMPORARY)


def test_both_ends_of_a_right_belong_to_it():
    assert opened(IN, right(starts=NOW, ends=NOW))[1] == Reason.PERMISSION
    assert opened(IN, right("whitelist", starts=None, ends=None))[1] == Reason.WHITELIST


def test_the_longest_right_tells_until_when():
    rights = [right(ends=NOW + 1), right(ends=NOW + 9, place="lot"), right(ends=NOW + 5)]
    assert judge(Arrival(OURS, NOW), IN, rights).until_ms == NOW + 9
    assert judge(Arrival(OURS, NOW), IN, [*rights, right(ends=None)]).until_ms is None


def test_blacklist_before_whitelist_before_permission():
    black, white = right("blacklist"), right("whitelist")
    assert opened(IN, right(), white, black) == (False, Reason.BLACKLIST, Standing.BLACKLIST)
    assert opened(OUT, right(), white, black)[1] == Reason.BLACKLIST
    assert opened(IN, right(), white) == (True, Reason.WHITELIST, Standing.WHITELIST)


def test_a_locked_car_does_not_leave_but_comes_in():
    locked = ((NOW - 1, NOW + 1),)
    assert opened(OUT, right("whitelist"), locked=locked) == (False, Reason.LOCKED, Standing.WHITELIST)
    assert opened(OUT, locked=((None, None),))[1] == Reason.LOCKED
    assert opened(OUT, right(), locked=((NOW + 1, None),))[1] == Reason.PERMISSION
    assert opened(IN, right(), locked=locked)[1] == Reason.PERMISSION


def test_a_full_lot_keeps_out_guests_alone():
    assert opened(IN, right(), free=(0, 0))[0]
    assert opened(IN, free=(7, 0))[1] == Reason.FULL
    assert opened(IN, free=(None, 3))[1] == Reason.GUEST
    assert opened(OUT, free=(0,))[0]


def test_of_several_cars_on_one_space_the_later_is_a_guest():
    assert opened(IN, right(), spaces=1, others_inside=0)[2] == Standing.ORDINARY
    assert opened(IN, right(), spaces=1, others_inside=1) == (True, Reason.SPACE_TAKEN, Standing.TEMPORARY)
    assert opened(IN, right(), spaces=1, others_inside=1, free=(0,))[1] == Reason.FULL
    assert opened(IN, right(), spaces=2, others_inside=1)[2] == Standing.ORDINARY


def test_a_fee_holds_guests_only():
    assert opened(OUT, fee_due=True) == (False, Reason.FEE_DUE, Standing.TEMPORARY)
    assert opened(OUT, right(), fee_due=True)[1] == Reason.PERMISSION


@pytest.mark.parametrize("plate", ["京A1234警", "沪X0012应急", "WJ京12345", "浙A99999"])
def test_emergency_services_pass_always(plate):
    state = {
        "free": (0,),
        "fee_due": True,
        "locked": ((None, None),),
        "emergency_plates": frozenset(("浙A99999",)),
    }
    for lane in (IN, OUT):
        assert opened(lane, right("blacklist", plate=plate), plate=plate, **state)[:2] == (
            True,
            Reason.EMERGENCY,
        )


def test_fire_opens_for_everybody():
    assert opened(OUT, right("blacklist"), fire=True, fee_due=True)[:2] == (True, Reason.FIRE)
    assert opened(OUT, plate="", fire=True) == (True, Reason.FIRE, Standing.NO_PLATE)


@pytest.mark.parametrize(
    ("plate", "reason"), [("", Reason.NO_PLATE), ("·", Reason.NO_PLATE), ("出租", Reason.NOT_A_PLATE)]
)
def test_what_is_no_plate_waits_for_a_person(plate, reason):
    verdict = judge(Arrival(plate, NOW), IN, [])
    assert (verdict.open, verdict.reason, verdict.plate, verdict.asks) == (False, reason, "", True)


def test_plates_are_compared_cleaned():
    assert opened(IN, right(plate="浙a·123 45"), plate="浙Ａ１２３４５")[1] == Reason.PERMISSION


def test_each_wire_has_a_number_for_each_standing():
    for numbers in (PARK_PASS, PARK_RECORD_V2, LED_SITUATION):
        assert set(numbers) == set(Standing)
