"""PINs: what is too easy, how one is stored, when a keypad pauses."""

import pytest

from linli.rules import Keypad, check_pin, digits_needed, pin_digest, pin_problem
from linli.rules.pins import FORGIVEN_MS, LONGEST_PAUSE_MS, YEARS, years_to_guess


@pytest.mark.parametrize(
    ("pin", "problem"),
    [
        ("271828", ""), ("31415926", ""), ("12345", "length"), ("31415926535", "length"), ("12a456", "digits"),
        ("\uff11\uff12\uff13\uff14\uff15\uff16", "digits"), ("123456", "too_simple"), ("987654", "too_simple"),
        ("777777", "too_simple"), ("246802", "too_simple"), ("271271", "too_simple"), ("112211", "too_simple"),
    ],
)  # fmt: skip
def test_which_pins_are_taken(pin: str, problem: str) -> None:
    assert pin_problem(pin) == problem


def test_a_digest_depends_on_pin_and_salt_alone() -> None:
    assert pin_digest("271828", "a") == pin_digest("271828", "a")
    assert len({pin_digest("271828", "a"), pin_digest("271828", "b"), pin_digest("271829", "a")}) == 3
    assert len(pin_digest("271828", "a")) == 32


def test_a_keypad_pauses_longer_each_time_and_forgets_by_time_alone() -> None:
    keypad, now, pauses = Keypad(), 1_700_000_000_000, []
    for _ in range(40):
        keypad = keypad.tried(False, now)
        keypad = keypad.tried(True, now)  # somebody's own PIN in between
        if keypad.paused(now):
            pauses.append((keypad.paused_until_ms - now) // 60_000)
            now = keypad.paused_until_ms
    assert pauses[:5] == [1, 2, 4, 8, 16]
    assert set(pauses[5:]) <= {16, 32, 60}
    assert sum(pauses[-20:]) >= 20 * 30 - 32, "no more in the long run than one in half an hour"
    assert max(pauses) * 60_000 <= LONGEST_PAUSE_MS
    assert keypad.wrong(now) > 5
    assert keypad.wrong(now + 12 * FORGIVEN_MS) == 0
    assert Keypad().tried(True, now) == Keypad()


def test_four_mistakes_of_residents_make_no_pause() -> None:
    keypad, now = Keypad(), 1_700_000_000_000
    for _ in range(48):  # one mistake each half hour, all day
        keypad = keypad.tried(False, now)
        now += FORGIVEN_MS
        assert not keypad.paused(now)


def test_the_length_follows_the_holders() -> None:
    table = {1: 6, 18: 6, 19: 7, 188: 7, 189: 8, 1000: 8, 1883: 8, 1884: 9, 18_835: 9, 18_836: 10, 10**7: 10}
    assert {holders: digits_needed(holders) for holders in table} == table
    for holders in (1, 18, 188, 1000, 1883, 18_835):
        assert years_to_guess(digits_needed(holders), holders) >= YEARS
    assert pin_problem("271828", holders=18) == ""
    assert pin_problem("271828", holders=1000) == "short"
    assert pin_problem("31415926", holders=1000) == ""


def test_refusals_of_pins_have_words_of_their_own() -> None:
    found = check_pin(None, now_ms=1)
    assert (found.code, found.message, found.opens) == (10000, "Password does not exist", False)
