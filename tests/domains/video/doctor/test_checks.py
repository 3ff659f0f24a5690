"""The steps of a camera's way, judged from facts alone; each cause has words in both languages."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from linli.domains.video.doctor import checks, picture_checks
from linli.domains.video.doctor.attempts import Attempt
from linli.domains.video.doctor.checks import Recorded, Seen, checks_of
from linli.domains.video.doctor.memory import Catalogue
from linli.domains.video.doctor.visits import Visits
from linli.domains.video.live import site_checks, trials
from linli.domains.video.rows import GbChannel, GbDevice
from linli.media.cameras.wire import Facts
from linli.protocols.camera_check import CAUSES
from linli.protocols.h26x import Shape

NOW = 10_000_000
DEVICE = GbDevice(
    1, "t", 2, "34020000001180000001", "录像机", "", "udp", "p", "", "", "online", "udp", "10.0.0.9", 5060, "", "", 0,
    NOW - 1_000_000, NOW - 2_000_000, 0,
)  # fmt: skip
CHANNEL = GbChannel(7, "t", 2, 1, "34020000001320000001", "枪机", "", "", 1, 1, "iot", NOW - 900_000)
GOOD = Catalogue(NOW - 950_000, 1, 1, 0)


def judged(**more: Any) -> dict[str, tuple[str, str]]:
    facts: dict[str, Any] = {
        "device": DEVICE, "port": 5060, "here": True, "visits": Visits(alive_ms=NOW - 30_000, alive_each_ms=60_000),
        "like": None, "catalogue": GOOD, "channel": CHANNEL, "attempt": None, "recorded": None,
        "began_ms": NOW - 1_500_000, "rests_ms": 0, "now_ms": NOW, "steady_ms": 500_000,
    }  # fmt: skip
    return {step.step: (step.state, step.cause) for step in checks_of(Seen(**(facts | more)))}


def attempt(*facts: Facts, **more: Any) -> Attempt:
    """Asked a minute ago and agreed; a report each second, the last one now."""
    row = Attempt(
        NOW - 60_000, False, port=30_012, ssrc=1, camera="10.0.0.9", answered_ms=NOW - 59_000, status=200
    )
    for name, value in more.items():
        setattr(row, name, value)
    for number, each in enumerate(facts, 1):
        row.measure(each, NOW - 58_000, 500_000 - 1_000 * (len(facts) - number))
    return row


def flowing(*, lost: int = 0, **more: Any) -> list[Facts]:
    return [
        Facts(packets=100 * n, octets=100_000 * n, lost=lost * n, pictures=25 * n, keys=n, **more)
        for n in range(1, 5)
    ]


@pytest.mark.parametrize(
    ("visits", "more", "expected"),
    [
        (Visits(alive_ms=NOW - 30_000), {}, ("good", "keepalive")),
        (Visits(alive_ms=NOW - 125_000, alive_each_ms=60_000), {}, ("bad", "keepalive_late")),
        (Visits(alive_ms=NOW - 125_000, alive_each_ms=90_000), {}, ("good", "keepalive_each")),
        (Visits(alive_ms=NOW - 1_000, fault="ERROR"), {}, ("warn", "keepalive_fault")),
        (Visits(), {}, ("warn", "no_keepalive")),
        (Visits(), {"began_ms": NOW - 5_000}, ("unknown", "keepalive_due")),
        (Visits(), {"here": False}, ("unknown", "waits")),
    ],
)
def test_keepalives(visits: Visits, more: dict[str, Any], expected: tuple[str, str]) -> None:
    assert judged(visits=visits, **more)["alive"] == expected


@pytest.mark.parametrize(
    ("catalogue", "channel", "expected"),
    [
        (None, CHANNEL, ("unknown", "catalogue_unknown")),
        (Catalogue(NOW, 0, 0, 403), CHANNEL, ("bad", "catalogue_refused")),
        (Catalogue(NOW, 3, 8, 0), CHANNEL, ("warn", "catalogue_partial")),
        (Catalogue(NOW, 3, 3, 0), CHANNEL, ("bad", "catalogue_lacks")),
        (GOOD, CHANNEL._replace(online=0), ("bad", "catalogue_off")),
        (GOOD, CHANNEL, ("good", "catalogue_whole")),
        (GOOD, None, ("good", "catalogue_whole")),
    ],
)
def test_catalogues(
    catalogue: Catalogue | None, channel: GbChannel | None, expected: tuple[str, str]
) -> None:
    assert judged(catalogue=catalogue, channel=channel)["catalogue"] == expected


@pytest.mark.parametrize(
    ("asked", "step", "expected"),
    [
        (attempt(status=0, answered_ms=0), "asked", ("bad", "invite_silent")),
        (attempt(status=0, began_ms=NOW - 1_000), "asked", ("unknown", "invite_waits")),
        (attempt(status=408), "asked", ("bad", "invite_timeout")),
        (attempt(status=488), "asked", ("bad", "invite_media")),
        (attempt(), "media", ("bad", "no_rtp")),
        (attempt(way="passive"), "media", ("bad", "no_connection")),
        (attempt(hung_up=True, ended_ms=NOW - 58_000), "media", ("bad", "hung_up")),
        (attempt(answered_ms=NOW - 1_000), "media", ("unknown", "media_waits")),
        (attempt(Facts(strangers=9, stranger="10.0.0.8")), "media", ("bad", "stranger")),
        (attempt(*flowing()), "media", ("good", "media_good")),
        (attempt(*flowing(lost=1)), "media", ("warn", "lossy")),
        (attempt(*flowing(h265=True)), "codec", ("bad", "h265")),
        (attempt(*flowing(foreign=True)), "codec", ("bad", "not_ps")),
        (attempt(*flowing(), shape=Shape(640, 480, "avc1.42c00d")), "codec", ("good", "h264")),
        (attempt(Facts(packets=9)), "playing", ("bad", "no_key")),
        (attempt(*flowing(key_gap=75 * 90_000)), "playing", ("warn", "long_gap")),
        (attempt(*flowing(key_gap=90_000, since_key=9 * 90_000)), "playing", ("warn", "longer_gap")),
        (attempt(*flowing(key_gap=90_000)), "playing", ("good", "plays_whole")),
        (attempt(*flowing()), "playing", ("good", "plays_at")),
    ],
)
def test_pictures(asked: Attempt, step: str, expected: tuple[str, str]) -> None:
    assert judged(attempt=asked)[step] == expected


def test_what_stopped_is_named_and_rates_are_of_the_last_seconds() -> None:
    asked = attempt(*flowing())
    assert judged(attempt=asked, steady_ms=506_000)["media"] == ("bad", "media_stopped")
    rates = asked.rates()
    assert rates is not None
    assert (rates.fps, rates.kbits, rates.lost) == (25.0, 800, 0.0)
    (long,) = [
        step
        for step in picture_checks.picture_checks(
            attempt(*flowing(key_gap=75 * 90_000)), here=True, now_ms=NOW, steady_ms=500_000
        )
        if step.step == "playing"
    ]
    assert long.facts == {"seconds": "75"}


def test_a_camera_outside_that_was_told_an_inner_address_is_noted() -> None:
    outside = attempt(camera="8.8.8.8", to_host="172.17.0.2")
    for asked, notes in ((outside, ["private_host"]), (attempt(to_host="172.17.0.2"), [])):
        steps = picture_checks.picture_checks(asked, here=True, now_ms=NOW, steady_ms=0)
        assert [cause for cause, _ in steps[1].notes] == notes


@pytest.mark.parametrize("cause", ["disk_full", "quota", "video.no_packets"])
def test_recordings(cause: str) -> None:
    assert judged(recorded=Recorded("away", cause))["recording"] == ("bad", cause)
    assert judged(recorded=Recorded("recording"))["recording"] == ("good", "recording")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_each_cause_has_words(language: str) -> None:
    named = (
        set(CAUSES)
        | set(picture_checks._STATUSES.values())
        | {"disk_full", "quota", "interrupted", "restarted", "private_host"}
    )
    for module in (checks, picture_checks, trials, site_checks):
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check":
                cause = node.args[2] if len(node.args) > 2 else None
                if isinstance(cause, ast.Constant):
                    named.add(str(cause.value))
    file = Path(str(checks.__file__)).parent.parent / "strings" / f"{language}.json"
    words = json.loads(file.read_text("utf-8"))
    assert not {cause for cause in named if f"doctor.{cause}" not in words}
