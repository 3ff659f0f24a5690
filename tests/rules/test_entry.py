"""Why a door does not open: each cause alone, and which of several comes first."""

from dataclasses import replace

import pytest

from linli.rules.entry import STEPS, EntryFacts, Way, cause_of, explain

NOW = 1_000_000_000
GOOD = Way("qr", NOW - 10, NOW + 10, "transferred", ref="7")
FINE = EntryFacts(NOW, True, "living", (), (GOOD,), served=True, clock_off_ms=900)


def bad(**changed: object) -> tuple[Way, ...]:
    return (replace(GOOD, **changed),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "code", "action"),
    [
        ({}, "nothing_found", "show_again"),
        ({"person_known": False, "stay": "none", "ways": ()}, "person_unknown", "add_person"),
        ({"stay": "pending", "ways": ()}, "house_pending", "review"),
        ({"stay": "rejected", "ways": ()}, "house_rejected", "review"),
        ({"stay": "moved_out", "ways": ()}, "house_moved_out", "add_person"),
        ({"stay": "none"}, "nothing_found", "show_again"),  # a visitor with a code
        ({"rests": ("denied",)}, "rest_denied", "lift"),
        ({"rests": ("frozen",)}, "rest_frozen", "lift"),
        ({"ways": ()}, "credential_none", "give_key"),
        ({"ways": (), "served": False}, "credential_elsewhere", "serve"),
        ({"ways": (), "ended": "used_up"}, "ended_used_up", "give_key"),
        ({"ways": bad(starts_ms=NOW + 1)}, "window_early", "extend"),
        ({"ways": bad(ends_ms=NOW - 1)}, "window_late", "extend"),
        ({"ways": bad(scans_left=0)}, "scans_used_up", "extend"),
        ({"ways": bad(scans_left=1)}, "nothing_found", "show_again"),
        ({"ways": bad(status="toBeTransferred")}, "delivery_under_way", "redeliver"),
        ({"ways": bad(status="deviceOffline")}, "delivery_away", "redeliver"),
        ({"ways": bad(status="needManual")}, "delivery_failed", "redeliver"),
        ({"clock_off_ms": 121_000}, "clock_fast", "sync_clock"),
        ({"clock_off_ms": -600_000}, "clock_slow", "sync_clock"),
        ({"clock_off_ms": None}, "nothing_found", "show_again"),
        ({"online": False}, "nothing_found", "show_again"),  # it opens offline with what it holds
        ({"online": False, "ways": bad(status="deviceOffline")}, "delivery_away", "redeliver"),
        # The first in order is the cause.
        ({"rests": ("denied",), "ways": bad(ends_ms=0), "online": False}, "rest_denied", "lift"),
        # One good way in is enough.
        ({"ways": (*bad(ends_ms=NOW - 1), GOOD)}, "nothing_found", "show_again"),
        (
            {"ways": (*bad(ends_ms=NOW - 1, status="needManual"), *bad(scans_left=0))},
            "scans_used_up",
            "extend",
        ),
    ],
)
def test_the_first_cause_and_what_mends_it(changed: dict[str, object], code: str, action: str) -> None:
    findings = explain(replace(FINE, **changed))  # type: ignore[arg-type]
    cause = cause_of(findings)
    assert (cause.code, cause.action) == (code, action)
    steps = [one.step for one in findings]
    assert steps == sorted(steps, key=STEPS.index)


def test_a_failed_delivery_is_named_with_its_reason_and_number() -> None:
    way = replace(GOOD, status="needManual", reason="delivery.refused")
    cause = cause_of(explain(replace(FINE, ways=(way,))))
    assert cause.facts == {"ref": "7", "reason": "delivery.refused"}
