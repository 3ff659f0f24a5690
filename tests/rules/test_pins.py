"""PINs: what is too easy, how one is stored, when a keypad pauses."""

import pytest

from linli.rules import Keypad, check_pin, pin_digest, pin_problem
from linli.rules.pins import LONGEST_PAUSE_MS


@pytest.mark.parametrize(
    ("pin", "problem"),
    [
        ("271828", ""), ("31415926", ""), ("12345", "length"), ("314159265", "length"), ("12a456", "digits"),
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


def test_a_keypad_pauses_longer_each_time_and_forgets_when_it_opens() -> None:
    keypad, now, pauses = Keypad(), 0, []
    for _ in range(40):
        keypad = keypad.tried(False, now)
        if keypad.paused(now):
            pauses.append(keypad.paused_until_ms - now)
            now = keypad.paused_until_ms
    assert pauses == [60_000, 120_000, 240_000, 480_000] + [LONGEST_PAUSE_MS] * 4
    assert keypad.tried(True, now) == Keypad()


def test_refusals_of_pins_have_words_of_their_own() -> None:
    found = check_pin(None, now_ms=1)
    assert (found.code, found.message, found.opens) == (10000, "Password does not exist", False)
