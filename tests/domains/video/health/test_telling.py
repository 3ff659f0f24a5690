"""Rounds of looks, and who is told: an alarm for each finding that lasts, once, over by itself, none of muted ones."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select, update

from linli.domains.access.events import DoorAlarmed
from linli.domains.access.models import alarms as door_alarms
from linli.domains.video.doctor.steps import check
from linli.domains.video.health.looker import HealthLooker
from linli.domains.video.health.measures import clock_verdict, lost_verdict
from linli.domains.video.health_rows import MOST_SEEN_DAYS, Verdict
from linli.domains.video.models import camera_findings, camera_health, camera_views, gb_channels
from linli.domains.video.recording_rows import ERASED, PLAN, Gap, Plan, Segment
from linli.domains.video.service import health as service
from linli.domains.video.service import recording
from linli.domains.video.service.health_alarms import REST_MS
from linli.kernel.db import Command, Query, Tx
from linli.kernel.scope import Scope
from linli.sim import gb28181 as sim
from tests.domains.video.health.scenes import Scene
from tests.domains.video.health.test_looking import Filmed, daylight, filmed
from tests.domains.video.live.conftest import OTHER, House, channel
from tests.domains.video.live.test_recording import until

__all__ = ["daylight", "filmed"]
pytestmark = pytest.mark.usefixtures("daylight")
ALL = "this test's platform has one tenant"
COVERED = Scene(fill=120, noise=4)
DAY_MS = 86_400_000


async def alarms(house: House, **query: Any) -> list[tuple[str, str, bool]]:
    """(kind, name, whether it goes on), newest first."""
    answer = await house.desk.get("/door-alarms", params={"communityId": house.community, **query})
    assert answer.status_code == 200, answer.text
    return [(row["kind"], row["doorName"], row["overMs"] is None) for row in answer.json()["data"]]


def looker_of(house: House) -> HealthLooker:
    """One more, as another process or the same one after a restart has it: it looks as soon as it may."""
    room = house.platform
    return HealthLooker(room.video.desk, room.db, room.db.clock, room.ids, each_s=0.2, share=1.0)


@pytest.fixture
async def rounds(filmed: Filmed) -> AsyncIterator[HealthLooker]:
    await filmed.look()  # its reference
    looker = looker_of(filmed.house)
    looker.start()
    yield looker
    await looker.stop()


async def test_rounds_find_tell_once_and_end_it(filmed: Filmed, rounds: HealthLooker) -> None:
    house = filmed.house
    filmed.scene = COVERED
    (told,) = await until(lambda: alarms(house))
    assert told == ("view_covered", "北门枪机", True)
    await rounds.stop()
    again = looker_of(house)  # a restart: what was told stands in the database
    seen_ms = (await filmed.state())["lookedMs"]
    again.start()

    async def looked() -> bool:
        return bool((await filmed.state())["lookedMs"] > seen_ms + 1)

    await until(looked)
    assert await alarms(house) == [("view_covered", "北门枪机", True)]
    filmed.scene = Scene()

    async def over() -> bool:
        return await alarms(house) == [("view_covered", "北门枪机", False)]

    await until(over)
    await again.stop()


async def test_rounds_leave_out_what_is_off_or_away(house: House) -> None:
    await house.known()
    on, off, away = channel(), channel(OTHER, "乙"), channel("34020000001320000003", "丙")
    assert await house.recorder(on, off, away).start() == 200
    rows = {row["name"]: f"{house.at}/cameras/{row['id']}/health" for row in await house.listed(3)}
    assert (await house.desk.put(rows["乙"], json={"on": False})).status_code == 204
    gone = Command(update(gb_channels).where(gb_channels.c.name == "丙").values(online=0), unscoped=ALL)
    await house.platform.db.run(lambda tx: gone.run(tx))
    looker = looker_of(house)
    looker.start()

    async def looked() -> bool:
        return bool((await house.desk.get(rows["北门枪机"])).json()["lookedMs"])

    await until(looked)
    await looker.stop()
    for name in ("乙", "丙"):
        assert (await house.desk.get(rows[name])).json()["lookedMs"] == 0, name


async def test_a_finding_is_told_at_the_second_look_and_a_closed_one_not_again(filmed: Filmed) -> None:
    house = filmed.house
    await filmed.look()
    await filmed.look(COVERED)
    assert await alarms(house) == []
    await filmed.look(COVERED)
    assert len(await alarms(house, lasting=True)) == 1
    (row,) = (await house.desk.get("/door-alarms", params={"communityId": house.community})).json()["data"]
    assert (await house.desk.post(f"/door-alarms/{row['id']}/take")).status_code == 204
    closed = await house.desk.post(f"/door-alarms/{row['id']}/close", json={"outcome": "work", "note": ""})
    assert closed.status_code == 204, closed.text
    await filmed.look(COVERED)
    assert len(await alarms(house)) == 1
    await filmed.look(Scene())
    assert await alarms(house) == [("view_covered", "北门枪机", False)]
    for _ in range(2):
        await filmed.look(COVERED)
    assert [goes_on for _, _, goes_on in await alarms(house)] == [True, False]  # another finding


async def test_muted_ones_and_switched_off_cameras_tell_nobody(filmed: Filmed) -> None:
    house, desk, path = filmed.house, filmed.house.desk, filmed.path
    await filmed.look()
    for _ in range(2):
        await filmed.look(COVERED)
    assert (await desk.post(f"{path}/mute", json={"kind": "covered", "days": 7})).status_code == 204
    assert await alarms(house, lasting=True) == []
    await filmed.look(COVERED)
    assert await alarms(house, lasting=True) == []
    assert (await desk.post(f"{path}/mute", json={"kind": "covered", "days": 0})).status_code == 204
    await filmed.look(COVERED)
    assert len(await alarms(house, lasting=True)) == 1
    assert (await desk.put(path, json={"on": False})).status_code == 204
    assert await alarms(house, lasting=True) == []
    assert len(await alarms(house)) == 1  # heard again within the hour: the same alarm


async def test_a_picture_that_is_bad_by_turns_is_one_alarm_and_calls_once(filmed: Filmed) -> None:
    house = filmed.house
    called: list[bool] = []

    async def hear(tx: Tx, event: DoorAlarmed) -> None:
        called.append(event.new)

    house.platform.db.handlers.inline(DoorAlarmed, hear)
    await filmed.look()
    for _ in range(3):
        for _ in range(2):
            await filmed.look(COVERED)
        await filmed.look(Scene())
    (row,) = (await house.desk.get("/door-alarms", params={"communityId": house.community})).json()["data"]
    assert row["times"] == 3
    assert row["overMs"]
    assert sum(called) == 1
    back = update(door_alarms).values(over_ms=door_alarms.c.over_ms - REST_MS)
    await house.platform.db.run(Command(back, unscoped=ALL).run)
    for _ in range(2):
        await filmed.look(COVERED)
    assert [goes_on for _, _, goes_on in await alarms(house)] == [True, False]
    assert sum(called) == 2


async def test_the_right_view_ends_its_alarm(filmed: Filmed) -> None:
    await filmed.look()
    for _ in range(2):
        await filmed.look(Scene(shift=192))
    assert [kind for kind, _, _ in await alarms(filmed.house, lasting=True)] == ["view_moved"]
    assert (await filmed.house.desk.post(f"{filmed.path}/view")).status_code == 204
    assert await alarms(filmed.house, lasting=True) == []


async def test_what_nobody_looked_at_for_long_goes_with_its_alarm(filmed: Filmed) -> None:
    house = filmed.house
    await filmed.look()
    for _ in range(2):
        await filmed.look(COVERED)
    now_ms = house.platform.db.clock.now_ms()
    await house.platform.db.run(lambda tx: service.drop_old(tx, now_ms + (MOST_SEEN_DAYS - 1) * DAY_MS))
    assert len(await alarms(house, lasting=True)) == 1
    later_ms = now_ms + (MOST_SEEN_DAYS + 1) * DAY_MS
    await house.platform.db.run(lambda tx: service.drop_old(tx, later_ms))
    for table in (camera_findings, camera_health, camera_views):
        count = Query(select(func.count()).select_from(table), unscoped=ALL)
        assert await count.scalar(house.platform.db) == 0, table.name
    assert await alarms(house) == [("view_covered", "北门枪机", False)]


async def test_a_wrong_clock_is_told_and_asked_once_for_a_recorder(house: House) -> None:
    await house.known()
    device = house.recorder(channel(), faults=sim.Faults(clock_s=-3_600))
    assert await device.start() == 200
    (row,) = await house.listed()
    path = f"{house.at}/cameras/{row['id']}/health"
    for _ in range(2):
        assert (await house.desk.post(f"{path}/look")).status_code == 204
    state = (await house.desk.get(path)).json()
    (finding,) = [each for each in state["findings"] if each["kind"] == "clock"]
    assert "时钟差了 3" in finding["reason"]
    assert ("view_clock", "北门枪机", True) in await alarms(house)
    assert clock_verdict(check("clock", "good", "clock_good", seconds=2)) is None
    assert clock_verdict(check("clock", "unknown", "status_silent")) is None


async def test_lost_minutes_count_against_the_plan_of_a_day(house: House) -> None:
    path = await house.camera()
    iot_id = (await house.desk.get(path)).json()["iotId"]
    db, now_ms = house.platform.db, house.platform.db.clock.now_ms()
    scope = Scope.system((await tenant_of(house, iot_id)), "video")
    place = (scope.tenant, int(house.community), iot_id)
    minute = 60_000

    async def add(tx: Any) -> None:
        plan = Plan(iot_id, scope.tenant, int(house.community), PLAN, changed_ms=now_ms)
        await recording._write(tx, plan)
        begin = now_ms - 300 * minute
        file = Segment(1, *place, begin, begin + 240 * minute, 1, PLAN, "whole", 0)
        await recording.begin_segment(tx, file)
        await recording.begin_gap(
            tx, Gap(1, *place, begin - 30 * 1440 * minute, begin - 29 * 1440 * minute, "restarted")
        )
        await recording.begin_gap(
            tx, Gap(2, *place, begin + 240 * minute, begin + 249 * minute, "video.silent")
        )
        await recording.begin_gap(tx, Gap(3, *place, begin + 250 * minute, begin + 299 * minute, ERASED))

    await db.run(add)
    assert await lost_verdict(scope, db, iot_id, now_ms) is None  # nine minutes; what was erased was there
    await db.run(lambda tx: recording.begin_gap(tx, Gap(4, *place, now_ms - 51 * minute, 0, "video.silent")))
    verdict = await lost_verdict(scope, db, iot_id, now_ms)
    assert verdict == Verdict("lost", 99, {"minutes": 60, "share": 20})
    await db.run(
        lambda tx: recording._write(tx, Plan(iot_id, scope.tenant, int(house.community), changed_ms=now_ms))
    )
    assert await lost_verdict(scope, db, iot_id, now_ms) is None  # nobody wants a recording


async def tenant_of(house: House, iot_id: str) -> str:
    found = Query(select(gb_channels.c.tenant_id).where(gb_channels.c.iot_id == iot_id), unscoped=ALL)
    return str(await found.scalar(house.platform.db))
