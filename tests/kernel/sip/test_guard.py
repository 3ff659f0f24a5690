"""Who floods or guesses is slowed, and only they."""

from linli.kernel.sip.guard import (
    BURST,
    FIRST_REST_MS,
    MOST_ADDRESSES,
    MOST_WRONG,
    PER_SECOND,
    WINDOW_MS,
    Guard,
)


def test_a_flood_is_cut_and_named_and_the_others_go_on() -> None:
    guard = Guard()
    assert sum(guard.allowed("192.0.2.1", 0) for _ in range(BURST * 2)) == BURST
    assert guard.allowed("192.0.2.2", 0)
    assert "192.0.2.1" in guard.notice(0)
    assert "192.0.2.2" not in guard.notice(0)
    assert sum(guard.allowed("192.0.2.1", 1000) for _ in range(BURST)) == PER_SECOND
    assert guard.notice(10 * FIRST_REST_MS) == ""


def test_guessing_rests_longer_each_time() -> None:
    guard, now_ms = Guard(), 0
    for times in (1, 2, 4):
        for _ in range(MOST_WRONG):
            assert guard.may_try("192.0.2.1", now_ms)
            guard.wrong("192.0.2.1", now_ms)
        assert not guard.may_try("192.0.2.1", now_ms + FIRST_REST_MS * times - 1)
        now_ms += FIRST_REST_MS * times
    assert guard.may_try("192.0.2.2", 0)


def test_a_forgotten_password_now_and_then_is_no_guessing() -> None:
    guard = Guard()
    for number in range(MOST_WRONG * 3):
        guard.wrong("192.0.2.1", number * WINDOW_MS // 5)
        assert guard.may_try("192.0.2.1", number * WINDOW_MS // 5)


def test_what_is_remembered_is_bounded() -> None:
    guard = Guard()
    for number in range(MOST_ADDRESSES + 100):
        guard.allowed(str(number), 0)
    assert len(guard._visitors) == MOST_ADDRESSES


def test_addresses_of_one_line_count_together() -> None:
    guard = Guard()
    for number in range(MOST_WRONG):
        guard.wrong(f"2001:db8:1:2::{number:x}", 0)
    assert not guard.may_try("2001:db8:1:2:ffff::1", 1)
    assert guard.may_try("2001:db8:1:3::1", 1)
    assert "2001:db8:1:2::/64" in guard.notice(1)
    guard.scanner("::ffff:192.0.2.1", "friendly-scanner", 0)
    assert not guard.may_try("192.0.2.1", 1)
