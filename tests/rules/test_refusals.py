"""Why a door refused: by what it said and what was so then, one reason per kind of credential and code."""

from dataclasses import replace

import pytest

from linli.rules.refusals import Refusal, Window, explain_refusal

AT = 1_000_000_000
WINDOW = Window(given_ms=AT - 100, starts_ms=AT - 50, ends_ms=AT + 50)
CASE = Refusal(at_ms=AT, kind="card", code=203, owned=True, window=WINDOW)
KINDS = [("qr", 101, 102, 103), ("card", 201, 202, 203), ("ble", 301, 302, 303), ("face", 501, 502, 10000)]


@pytest.mark.parametrize(("kind", "early", "late", "unknown"), [*KINDS, ("pin", 10000, 10000, 10000)])
def test_each_kind_has_each_reason(kind: str, early: int, late: int, unknown: int) -> None:
    def why(code: int, window: Window | None, **changed: object) -> str:
        return explain_refusal(replace(CASE, kind=kind, code=code, window=window, **changed)).code  # type: ignore[arg-type]

    assert why(early, replace(WINDOW, starts_ms=AT + 1)) == "pass_early_until"
    assert why(late, replace(WINDOW, ends_ms=AT - 1)) == "pass_late_since"
    assert why(early, replace(WINDOW, schedule="* 0 * * 1")) == "pass_off_hours"
    assert why(unknown, None, owned=False) == f"pass_nobodys_{kind}"
    assert why(unknown, None) == "pass_elsewhere"
    assert why(unknown, replace(WINDOW, given_ms=AT + 1)) == "pass_not_given"
    assert why(unknown, replace(WINDOW, ended_ms=AT - 1, end_reason="moved_out")) == "pass_ended"
    assert why(unknown, replace(WINDOW, wanted=False)) == "pass_elsewhere"
    assert why(unknown, replace(WINDOW, has_it=False)) == "pass_undelivered"
    assert why(unknown, WINDOW) == "pass_refused_held"
    assert why(unknown, WINDOW, hold="denied") == "pass_denied"
    assert why(unknown, WINDOW, hold="frozen") == "pass_frozen"


@pytest.mark.parametrize(
    ("kind", "code", "reason"),
    [
        ("qr", 104, "pass_used_up"),
        ("qr", 102, "pass_picture_old"),
        ("qr", 101, "pass_clock_slow"),
        ("card", 201, "pass_clock_slow"),
        ("card", 202, "pass_clock_fast"),
        ("face", 502, "pass_clock_fast"),
        ("face", 503, "pass_no_faces"),
        ("face", 504, "pass_face_unclear"),
        ("face", 505, "pass_face_unlike"),
        ("face", 506, "pass_denied"),
        ("face", 507, "pass_face_slow"),
        ("card", 77, "pass_refused_held"),  # a number that no table has
    ],
)
def test_what_the_door_says_is_the_reason_where_the_window_was_open(
    kind: str, code: int, reason: str
) -> None:
    assert explain_refusal(replace(CASE, kind=kind, code=code)).code == reason


def test_a_window_that_nobody_knows_is_told_without_a_time() -> None:
    assert explain_refusal(replace(CASE, code=201, window=None)).code == "pass_early"
    assert explain_refusal(replace(CASE, code=202, window=None)).code == "pass_late"
