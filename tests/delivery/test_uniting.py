"""What a device should hold for several grants with windows and schedules, and when that changes."""

from datetime import datetime
from itertools import pairwise

import msgspec

from linli.delivery.schemas import Content, Support
from linli.delivery.service.uniting import LINGER_MS, unite
from linli.rules.schedules import holds, zone_named

OFFICE, EVENING = "* * 8-17 ? * MON-FRI", "* * 18-21 ? * *"
FAR = 4_102_415_999_000


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone_named("")).timestamp() * 1000)


NOW = at("2026-11-24T14:00")  # Tuesday


def support(grant_id: int, starts: int, ends: int, schedule: str = "") -> Support:
    return Support(
        grant_id=grant_id,
        device="door",
        credential="A",
        tenant_id="t",
        community_id=1,
        subject="who",
        starts_ms=starts,
        ends_ms=ends,
        content=f'{{"n":{grant_id}}}',
        schedule=schedule,
    )


def held(supports: list[Support], now: int = NOW, *, keeps: bool = True) -> tuple[Content, int | None]:
    text, recheck = unite(supports, now, keeps_schedules=keeps)
    return msgspec.json.decode(text, type=Content), recheck


def test_without_a_schedule_the_text_is_what_it_always_was() -> None:
    text, _ = unite([support(1, 0, FAR)], NOW)
    assert text == '{"starts_ms":0,"ends_ms":4102415999000,"subject":"who","body":{"n":1}}'


def test_a_device_that_keeps_schedules_is_told_once() -> None:
    content, recheck = held([support(1, 0, FAR, OFFICE)])
    assert (content.starts_ms, content.ends_ms, content.cron, recheck) == (0, FAR, OFFICE, FAR + 1)
    assert unite([support(1, 0, FAR, OFFICE)], at("2026-11-28T03:00"))[0] == unite(
        [support(1, 0, FAR, OFFICE)], NOW
    )[0]  # fmt: skip


def test_a_device_that_does_not_gets_one_stretch_after_the_other() -> None:
    one, now, seen = [support(1, 0, FAR, OFFICE)], NOW, []
    for _ in range(5):
        content, recheck = held(one, now, keeps=False)
        assert (content.cron, content.schedule) == ("", OFFICE)
        assert recheck == content.ends_ms + 1
        assert holds(OFFICE, content.starts_ms)
        assert not holds(OFFICE, content.starts_ms - 1)
        assert not holds(OFFICE, recheck)
        seen.append(content.starts_ms)
        now = recheck
    assert seen == [at(f"2026-11-{day}T08:00") for day in (24, 25, 26, 27, 30)]


def test_stretches_stay_inside_the_window() -> None:
    one = [support(1, at("2026-11-24T09:30"), at("2026-11-25T10:00"), OFFICE)]
    first, recheck = held(one, keeps=False)
    assert (first.starts_ms, recheck) == (at("2026-11-24T09:30"), at("2026-11-24T18:00"))
    second, recheck = held(one, at("2026-11-24T18:00"), keeps=False)
    assert (second.starts_ms, second.ends_ms) == (at("2026-11-25T08:00"), at("2026-11-25T10:00"))
    # Over: the door goes on saying "expired" for a day, then forgets it.
    last, recheck = held(one, at("2026-11-25T10:01"), keeps=False)
    assert (last.ends_ms, recheck) == (at("2026-11-25T10:00"), at("2026-11-25T10:00") + LINGER_MS + 1)
    assert unite(one, at("2026-11-26T10:01"), keeps_schedules=False) == ("", None)


def test_grants_with_other_hours_hold_in_either() -> None:
    content, _ = held([support(1, 0, FAR, OFFICE), support(2, 0, FAR, EVENING)])
    assert (content.cron, msgspec.json.decode(content.body)) == (
        "* * 8-21 ? * MON-FRI;* * 18-21 ? * SAT-SUN", {"n": 2},
    )  # fmt: skip
    content, _ = held([support(1, 0, FAR, OFFICE), support(2, 0, FAR)])
    assert content.cron == ""


def test_hours_change_where_a_grant_begins_or_ends() -> None:
    edge = at("2026-11-27T00:00")
    grants = [support(1, 0, FAR, OFFICE), support(2, NOW, edge - 1)]
    first, recheck = held(grants)
    assert (first.starts_ms, first.ends_ms, first.cron) == (NOW, edge - 1, "")
    assert recheck == edge
    then, recheck = held(grants, edge)
    assert (then.starts_ms, then.ends_ms, then.cron, recheck) == (edge, FAR, OFFICE, FAR + 1)


def test_no_moment_is_left_out_or_given_away() -> None:
    """Followed through its rechecks, what the device holds opens exactly when some grant does."""
    grants = [
        support(1, NOW, at("2026-12-02T11:00"), OFFICE),
        support(2, at("2026-11-26T07:00"), at("2026-11-29T12:00"), EVENING),
        support(3, at("2026-12-01T00:00"), at("2026-12-01T23:59")),
    ]
    for keeps in (True, False):
        moments, now = [], NOW
        contents = []
        while now < at("2026-12-03T00:00"):
            content, recheck = held(grants, now, keeps=keeps)
            contents.append(content)
            moments.append(now)
            assert recheck is not None
            assert recheck > now
            now = recheck
        for (start, after), content in zip(pairwise([*moments, now]), contents, strict=True):
            for minute in range(start, min(after, at("2026-12-03T00:00")), 600_000):
                opens = content.starts_ms <= minute <= content.ends_ms and holds(content.cron, minute)
                wanted = any(g.starts_ms <= minute <= g.ends_ms and holds(g.schedule, minute) for g in grants)
                assert opens is wanted, datetime.fromtimestamp(minute / 1000, zone_named(""))
