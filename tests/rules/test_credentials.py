"""Who may pass: the published outcomes, the order of the checks, the edges of windows, scans used up."""

import json
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from linli.rules import UNLIMITED, Decision, PassCode, check_ble_card, check_card, check_qr

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())


@dataclass(frozen=True)
class Held:
    starts_ms: int = 1_000_000
    ends_ms: int = 2_000_000
    max_scans: int = UNLIMITED
    schedule: str = ""
    zone: str = ""


@pytest.mark.parametrize("case", VECTORS["cases"], ids=itemgetter("name"))
def test_published_outcomes(case: dict[str, Any]) -> None:
    now_ms = int(datetime.fromisoformat(case["now"]).timestamp() * 1000)
    right = Held(**VECTORS["right"]) if case.get("held", True) else None
    expires_s = VECTORS["picture_expires_s"][case["picture"]]
    decision = check_qr(right, used=0, now_ms=now_ms, picture_expires_s=expires_s)
    assert decision.code == case["code"]
    assert decision.opens == (case["code"] == 0)


@pytest.mark.parametrize(
    ("now_ms", "code"),
    [
        (999_999, PassCode.QR_NOT_EFFECTIVE),
        (1_000_000, PassCode.SUCCESS),
        (2_000_000, PassCode.SUCCESS),
        (2_000_001, PassCode.QR_EXPIRED),
    ],
)
def test_both_ends_of_the_window_belong_to_it(now_ms: int, code: PassCode) -> None:
    assert check_qr(Held(), used=0, now_ms=now_ms).code is code


@pytest.mark.parametrize(("now_ms", "opens"), [(1_500_999, True), (1_501_000, False)])
def test_a_picture_is_good_during_its_last_second(now_ms: int, opens: bool) -> None:
    assert check_qr(Held(), used=0, now_ms=now_ms, picture_expires_s=1500).opens is opens


def test_the_first_failing_check_names_the_reason() -> None:
    used_up = Held(max_scans=1)
    assert check_qr(None, used=0, now_ms=9_000_000, picture_expires_s=1).code is PassCode.QR_EXPIRED
    assert check_qr(None, used=0, now_ms=9_000_000).code is PassCode.QR_UNKNOWN
    assert check_qr(used_up, used=1, now_ms=0).code is PassCode.QR_NOT_EFFECTIVE
    assert check_qr(used_up, used=1, now_ms=9_000_000).code is PassCode.QR_EXPIRED
    assert check_qr(used_up, used=1, now_ms=1_500_000).code is PassCode.QR_USED_UP


def test_scans_count_down_to_none() -> None:
    right = Held(max_scans=2)
    decisions = [check_qr(right, used=used, now_ms=1_500_000) for used in range(4)]
    assert [(decision.code, decision.remaining) for decision in decisions] == [
        (PassCode.SUCCESS, 1),
        (PassCode.SUCCESS, 0),
        (PassCode.QR_USED_UP, 0),
        (PassCode.QR_USED_UP, 0),
    ]
    assert check_qr(Held(), used=10**9, now_ms=1_500_000) == Decision(PassCode.SUCCESS, UNLIMITED)


@pytest.mark.parametrize(("check", "first"), [(check_card, 201), (check_ble_card, 301)])
def test_cards(check: Any, first: int) -> None:
    assert check(Held(), now_ms=999_999).code == first
    assert check(Held(), now_ms=2_000_001).code == first + 1
    assert check(None, now_ms=1_500_000).code == first + 2
    assert check(Held(), now_ms=1_000_000) == Decision(PassCode.SUCCESS)


def test_messages_are_the_ones_on_the_wire() -> None:
    assert PassCode.QR_USED_UP.message == "QR code have be used up"
    assert check_qr(None, used=0, now_ms=0).message == "QR code does not exist"
    assert all(code.message for code in PassCode)
    assert PassCode.of(999) is PassCode.UNKNOWN_ERROR
