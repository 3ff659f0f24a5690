"""The last 24 hours of a lane: who passed, who was refused, what was forced, and when its device was away."""

from typing import Any

import pytest

from tests.domains.access.platform import until
from tests.domains.parking.conftest import GUEST, OURS, Lot

pytestmark = pytest.mark.engines("sqlite", "postgresql")
HOUR_MS = 3_600_000


async def day(lot: Lot, lane: int) -> dict[str, Any]:
    answer = await lot.estate.desk.get(f"{lot.path}/lanes/{lane}/day")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert len(body["hours"]) == 24
    assert body["endMs"] - body["beginMs"] == 24 * HOUR_MS
    assert body["beginMs"] % HOUR_MS == 0
    return body


async def counts(lot: Lot, lane: int, number: int = -1) -> tuple[int, int, int, int]:
    hour = (await day(lot, lane))["hours"][number]
    return hour["passed"], hour["refused"], hour["failed"], hour["forced"]


async def test_a_lane_shows_what_happened_hour_by_hour(lot: Lot) -> None:
    _, entrance = await lot.lane(lot.entrance, "lane-1")
    assert await counts(lot, lot.entrance) == (0, 0, 0, 0)
    wish = {"kind": "blacklist", "plate": OURS}
    listed = await lot.estate.desk.post(f"{lot.path}/vehicles", json=wish)
    assert listed.is_success, listed.text
    await until(lambda: len(entrance.permissions) == 1, 60)
    await entrance.see(GUEST)
    await entrance.see(OURS)
    await entrance.force_open()
    entrance.jammed = True
    order = {"action": "open", "reason": "放行"}
    assert not (await lot.estate.desk.post(f"{lot.path}/lanes/{lot.entrance}/gate", json=order)).is_success

    async def counted() -> bool:
        return await counts(lot, lot.entrance) == (1, 1, 1, 1)

    await until(counted, 60)
    assert await counts(lot, lot.ramp) == (0, 0, 0, 0)
    await lot.platform.clock.advance(3 * HOUR_MS)
    assert await counts(lot, lot.entrance, -4) == (1, 1, 1, 1)
    assert await counts(lot, lot.entrance) == (0, 0, 0, 0)


async def test_a_device_that_went_and_came_back_was_away_between(lot: Lot) -> None:
    _, entrance = await lot.lane(lot.entrance, "lane-1")
    clock = lot.platform.clock
    assert (await day(lot, lot.entrance))["away"] == []  # it came for the first time just now
    await entrance.stop()

    async def offline() -> bool:
        rows = (await lot.estate.desk.get(f"{lot.path}/lanes")).json()["lanes"]
        return not next(row["online"] for row in rows if row["id"] == str(lot.entrance))

    await until(offline, 60)
    await clock.advance(HOUR_MS)
    last = (await day(lot, lot.entrance))["away"][-1]
    assert (last["endMs"], last["endMs"] - last["beginMs"] >= HOUR_MS) == (clock.now_ms(), True)
    await entrance.start()
    await entrance.link.wait_online(60)

    async def back() -> bool:
        return not await offline()

    await until(back, 60)
    came_ms = clock.now_ms()
    await clock.advance(60_000)
    rows = (await day(lot, lot.entrance))["away"]
    assert next(row["endMs"] for row in rows if row["beginMs"] == last["beginMs"]) == came_ms


async def test_a_lane_of_nobody_is_not_there(lot: Lot) -> None:
    answer = await lot.estate.desk.get(f"{lot.path}/lanes/{lot.lot}/day")
    assert answer.status_code == 404, answer.text
