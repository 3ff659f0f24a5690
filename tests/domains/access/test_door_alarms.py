"""Alarms of doors: raised, said again, over; cards that a door refuses by itself; openings in a call of the intercom."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import bindparam, update

from linli.domains.access.events import DoorAlarmed
from linli.domains.access.models import cards as access_cards
from linli.domains.access.queries.alarms import AlarmFilter, list_alarms
from linli.domains.access.queries.passes import PassFilter, list_passes
from linli.domains.access.rows import DoorAlarm, Pass
from linli.domains.access.service import alarm_handling, cards, doors
from linli.domains.access.service.alarms import purge_alarms
from linli.domains.access.service.cards import CardWish
from linli.kernel.db import Command, Tx
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Caller
from tests.domains.access.conftest import PERSON, Site

DAY = 86_400_000
_window = Command(
    update(access_cards).values(starts_ms=bindparam("starts"), ends_ms=bindparam("ends")),
    unscoped="the only card of the test",
)
FORCED, FORCED_OVER, HELD, HELD_OVER = 4, 5, 6, 7


async def new_door(site: Site) -> str:
    iot_id = await site.new_device("gate-1")
    async with site.db.begin() as tx:
        new = doors.NewDoor(community_id=1, name="北门", iot_id=iot_id)
        await doors.register_door(site.app, tx, new=new, keys=site.keys, now_ms=site.now)
    return iot_id


async def alarmed(site: Site, iot_id: str, kind: int, **more: Any) -> None:
    await site.tell(iot_id, "event", "alarmEvent", {"alarmType": kind, "alarm": "…", **more})


async def alarms(site: Site, **where: Any) -> list[DoorAlarm]:
    return (await list_alarms(site.app, site.db, where=AlarmFilter(**where), page=PageRequest())).data


async def passes(site: Site) -> list[Pass]:
    found = await list_passes(site.app, site.db, where=PassFilter(community_id=1), page=PageRequest())
    return found.data


async def test_an_alarm_is_one_row_until_the_door_says_that_it_is_over(site: Site) -> None:
    iot_id = await new_door(site)
    heard: list[DoorAlarmed] = []

    async def hear(tx: Tx, event: DoorAlarmed) -> None:
        heard.append(event)

    site.db.handlers.inline(DoorAlarmed, hear)
    began = site.now
    await alarmed(site, iot_id, FORCED)
    await site.clock.advance(5_000)
    await alarmed(site, iot_id, FORCED)
    await alarmed(site, iot_id, HELD)
    (held, forced) = await alarms(site, community_id=1, lasting=True)
    assert (forced.kind, forced.times, forced.raised_ms, forced.last_ms) == ("forced", 2, began, site.now)
    assert (held.kind, held.times, held.door_name) == ("held", 1, "北门")
    await site.clock.advance(1_000)
    await alarmed(site, iot_id, FORCED_OVER)
    await alarmed(site, iot_id, FORCED_OVER)
    assert [one.kind for one in await alarms(site, lasting=True)] == ["held"]
    (over,) = await alarms(site, lasting=False, iot_id=iot_id)
    assert over.over_ms == site.now
    await alarmed(site, iot_id, FORCED)
    assert len(await alarms(site, kinds=("forced",))) == 2
    told = [(one.kind, one.new, one.over_ms is None) for one in heard]
    assert told == [
        ("forced", True, True), ("forced", False, True), ("held", True, True), ("forced", False, False),
        ("forced", True, True),
    ]  # fmt: skip


async def test_a_fever_names_nobody_and_is_over_at_once(site: Site) -> None:
    iot_id = await new_door(site)
    await site.tell(iot_id, "event", "FeverAlarm", {"content": "face-of-somebody", "temperature": 38.24})
    await site.tell(iot_id, "event", "FeverAlarm", {"content": "face-of-somebody"})
    await site.tell(iot_id, "event", "TamperAlarm", {})
    await site.tell(iot_id, "event", "DoorHeldOpen", {"seconds": 60})
    found = await alarms(site)
    assert [(one.kind, one.temperature) for one in reversed(found)] == [
        ("fever", 38.2), ("fever", None), ("tamper", None), ("held", None),
    ]  # fmt: skip
    assert all(one.over_ms == one.raised_ms for one in found)
    assert "somebody" not in str(found)


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [(-2 * DAY, -DAY, 202), (DAY, 2 * DAY, 201), (-DAY, DAY, 203), (None, None, 203)],
)
async def test_a_card_that_a_door_refuses_is_a_refused_try_with_its_reason(
    site: Site, starts: int | None, ends: int | None, code: int
) -> None:
    """The door says which card it was and no more: the reason is found in what is known of the card."""
    iot_id = await new_door(site)
    if ends is not None and starts is not None:
        await site.person()
        now = site.now
        async with site.db.begin() as tx:
            wish = CardWish(iot_id, "0012345678", PERSON, now + 10 * DAY)
            await cards.grant_cards(site.app, tx, wishes=[wish], keys=site.keys, now_ms=now)
            await _window.run(tx, starts=now + starts, ends=now + ends)
    await alarmed(site, iot_id, 2, cardId="0012345678")
    (refused,) = await passes(site)
    assert (refused.type, refused.code, refused.credential) == ("CARD", code, "0012345678")
    assert refused.identity_id == (PERSON if ends is not None else "")
    assert await alarms(site) == []
    await alarmed(site, iot_id, 3, cardId="77")
    assert [(one.type, one.code) for one in (await passes(site))[:1]] == [("BleCARD", 303)]


async def test_openings_in_a_call_are_passes_and_ordinary_ones_are_not_counted_twice(site: Site) -> None:
    iot_id = await new_door(site)
    for source, number in ((0, "MNUtFSr9soldjp34IxYCBz"), (1, "18012345678"), (-1, "")):
        extra = '{"roomId":"1-9-3-1202"}'
        values = {"sourceType": source, "number": number, "extInfo": extra}
        await site.tell(iot_id, "event", "doorOpenEvent", values)
    by_phone, by_call = await passes(site)
    assert (by_call.type, by_call.code, by_call.credential) == ("CALL", 0, "MNUtFSr9soldjp34IxYCBz")
    assert (by_phone.type, by_phone.credential) == ("CALL", "180****5678")


async def test_alarms_end_with_their_door_and_go_after_their_time(site: Site) -> None:
    iot_id = await new_door(site)
    await alarmed(site, iot_id, FORCED)
    async with site.db.begin() as tx:
        door = await doors.adopt_doors(site.app, tx, iot_ids=[iot_id], keys=site.keys, now_ms=site.now)
        await doors.forget_door(site.app, tx, door=door[iot_id])
    (over,) = await alarms(site)
    assert over.over_ms == site.now
    await alarmed(site, await site.new_device("in-no-community"), FORCED)
    assert len(await alarms(site)) == 1
    await purge_alarms(site.db, now_ms=site.now + 179 * DAY, days=180)
    assert len(await alarms(site)) == 1
    await purge_alarms(site.db, now_ms=site.now + 181 * DAY, days=180)
    assert await alarms(site) == []


async def test_an_alarm_of_another_device_goes_on_until_a_person_closes_it(site: Site) -> None:
    lift = await site.new_device("lift-1", community_id=1)
    await site.tell(lift, "event", "Trapped", {"floor": 7})
    await site.tell(lift, "event", "Trapped", {"floor": 7})
    (trapped,) = await alarms(site, lasting=True)
    assert (trapped.kind, trapped.times, trapped.door_name, trapped.iot_id) == ("trapped", 2, "lift-1", lift)
    await site.clock.advance(60_000)
    guard = replace(site.app, caller=Caller("staff", "1"))
    async with site.db.begin() as tx:
        await alarm_handling.close(guard, tx, trapped.id, outcome="real", note="", now_ms=site.now)
    (closed,) = await alarms(site)
    assert (closed.over_ms, closed.handling) == (site.now, "closed")
    async with site.db.begin() as tx:
        await alarm_handling.reopen(guard, tx, trapped.id, now_ms=site.now)
    assert (await alarms(site))[0].over_ms is None


async def test_what_is_in_no_community_raises_no_alarm(site: Site) -> None:
    await site.tell(await site.new_device("lift-2"), "event", "Trapped", {"floor": 1})
    assert await alarms(site) == []
