"""Two seats of the control room: one sees to a lane, and the other is refused in words until it takes over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from linli.domains.parking.claims.queries import BEAT_LOST_MS
from tests.console.conftest import Browser
from tests.domains.access.platform import until
from tests.domains.parking.conftest import GUEST, Lot
from tests.domains.parking.fees.test_stays import HOUR, STAYS, gate
from tests.domains.parking.test_exits import town
from tests.domains.parking.test_prepay import Town

__all__ = ["gate", "town"]
pytestmark = pytest.mark.engines("sqlite")
OPEN = {"action": "open", "reason": "放行"}


@asynccontextmanager
async def seat(lot: Lot) -> AsyncIterator[Browser]:
    """Another log-in of the same account: another seat."""
    async with Browser(lot.estate.parts) as browser:
        answer = await browser.sign_in()
        assert answer.status_code == 200, answer.text
        yield browser


@pytest.fixture
async def other(lot: Lot) -> AsyncIterator[Browser]:
    async with seat(lot) as browser:
        yield browser


def at(lot: Lot, tail: str = "claim", lane: int | None = None) -> str:
    return f"{lot.path}/lanes/{lane or lot.entrance}/{tail}"


async def claim(browser: Browser, lot: Lot, **body: str) -> int:
    return (await browser.post(at(lot), json=body)).status_code


async def claims(browser: Browser, lot: Lot) -> list[dict[str, Any]]:
    answer = await browser.get(f"{lot.path}/control-room")
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["claims"]
    return rows


@pytest.mark.engines("sqlite", "postgresql")
async def test_of_twenty_seats_that_claim_a_lane_at_once_one_has_it(lot: Lot) -> None:
    async with AsyncExitStack() as stack:
        seats = [await stack.enter_async_context(seat(lot)) for _ in range(20)]
        answers = await asyncio.gather(*(each.post(at(lot), json={}) for each in seats))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {
            "parking.lane_claimed"
        }
        mine = [(await claims(each, lot))[0]["mine"] for each in seats]
        assert mine == [answer.status_code == 200 for answer in answers]


@pytest.mark.engines("sqlite", "postgresql")
async def test_a_claim_ends_by_time_by_log_out_and_by_giving_it_back(lot: Lot, other: Browser) -> None:
    desk, clock = lot.estate.desk, lot.platform.clock
    (row,) = [(await desk.post(at(lot), json={})).json()]
    assert (row["laneId"], row["mine"], row["sinceMs"]) == (str(lot.entrance), True, clock.now_ms())
    assert await claim(other, lot) == 409
    await clock.advance(BEAT_LOST_MS - 1)
    assert (await desk.put(at(lot))).status_code == 204  # it is still there
    await clock.advance(BEAT_LOST_MS - 1)
    assert await claim(other, lot) == 409
    await clock.advance(1)
    assert await claims(desk, lot) == []
    assert await claim(other, lot) == 200
    late = await desk.put(at(lot))
    assert (late.status_code, late.json()["code"]) == (409, "parking.claim_over")
    await desk.delete(at(lot))  # another's: nothing happens
    assert [row["mine"] for row in await claims(desk, lot)] == [False]
    assert (await other.delete(at(lot))).status_code == 204
    assert await claim(other, lot) == 200
    assert (await other.delete("/session")).status_code == 204
    assert await claims(desk, lot) == []
    assert await claim(desk, lot) == 200


async def test_a_lane_is_taken_over_with_a_reason_that_the_history_keeps(lot: Lot, other: Browser) -> None:
    desk = lot.estate.desk
    assert await claim(desk, lot) == 200
    assert await claim(other, lot, reason="  ") == 409
    assert await claim(other, lot, reason="长" * 201) == 400
    assert await claim(other, lot, reason="交接班") == 200
    assert [row["mine"] for row in await claims(desk, lot)] == [False]
    where = {"kind": "parking_lane_claim", "target": str(lot.entrance)}
    rows = (await desk.get(f"{lot.estate.path}/history", params=where)).json()["data"]
    assert [(row["action"], row["reason"]) for row in rows] == [("taken_over", "交接班"), ("claimed", "")]


async def test_who_has_not_the_lane_moves_no_barrier_and_shows_nothing(lot: Lot, other: Browser) -> None:
    _, camera = await lot.lane(lot.entrance, "lane-1")
    desk = lot.estate.desk
    assert await claim(desk, lot) == 200
    for tail, body in (("gate", OPEN), ("lines", {"lines": ["请稍候"]}), ("recognise", None)):
        refused = await other.post(at(lot, tail), json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "parking.lane_claimed")
        assert "Another seat" in refused.json()["message"]
    assert camera.opened == 0
    shown = {"lines": ["请稍候"], "voice": "请倒车", "reason": "后车先行"}
    assert (await desk.post(at(lot, "lines"), json=shown)).is_success
    where = {"kind": "parking_lane_claim", "target": str(lot.entrance)}
    kept = (await desk.get(f"{lot.estate.path}/history", params=where)).json()["data"][0]
    assert (kept["action"], kept["reason"]) == ("shown", "后车先行")
    assert "请稍候 / 请倒车" in str(kept)
    moved = await desk.post(at(lot, "gate"), json=OPEN)
    assert moved.is_success, moved.text
    assert await claims(desk, lot) == []  # the car is through: done
    assert (await other.post(at(lot, "gate"), json=OPEN)).is_success


async def test_the_fee_before_a_claimed_exit_is_for_the_seat_that_has_it(town: Town) -> None:
    lot = town.lot
    await town.comes(GUEST)
    town.later(2 * HOUR)
    await town.leaves(GUEST)
    await until(lambda: town.exit.qr, 60)
    stay = (await town.stay(GUEST))["id"]
    async with seat(lot) as other:
        assert (await other.post(at(lot, lane=lot.exit), json={})).status_code == 200
        for path, body in (
            ("payments", {"fen": 900}),
            ("waivers", {"fen": 900, "reason": "误收"}),
            ("end", {"reason": "不在场"}),
        ):
            refused = await town.desk.post(f"{STAYS}/{stay}/{path}", json=body)
            assert (refused.status_code, refused.json()["code"]) == (409, "parking.lane_claimed")
        renamed = await town.desk.put(f"{STAYS}/{stay}/plate", json={"plate": "浙B00009"})
        assert renamed.status_code == 409
        assert (await other.post(f"{STAYS}/{stay}/payments", json={"fen": 900})).status_code == 204

        async def done() -> bool:
            return await claims(other, lot) == []

        await until(done, 60)  # the barrier opened for who paid


async def test_claims_of_spaces_that_are_no_lanes_and_of_wrong_bodies_are_refused(lot: Lot) -> None:
    desk = lot.estate.desk
    for lane in (lot.lot, 987654321):
        assert (await desk.post(at(lot, lane=lane), json={})).status_code == 404
    assert (await desk.post(at(lot), json={"reason": 5})).status_code == 400
    assert (await desk.post(at(lot), json={"seat": "x"})).status_code == 400
    assert (await desk.get("/communities/987654321/parking/control-room")).status_code == 404


async def test_a_door_station_that_stands_at_a_lane_is_the_lanes(lot: Lot) -> None:
    estate = lot.estate
    door, _ = await estate.new_door("STATION-1", "入口对讲", online=False)
    await estate.new_door("STATION-2", "单元门", online=False)
    path = f"{lot.path}/control-room"
    assert (await estate.desk.get(path)).json()["stations"] == []
    body = {"name": "入口对讲", "direction": "ENTRANCE", "spaceId": lot.entrance, "extInfo": ""}
    moved = await estate.desk.put(f"/doors/{door}", json=body)
    assert moved.is_success, moved.text
    rows = (await estate.desk.get(path)).json()["stations"]
    assert rows == [{"laneId": str(lot.entrance), "iotId": door, "name": "入口对讲"}]
