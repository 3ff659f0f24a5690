"""Lanes that need a person come first, each with why; they leave the list when the cause is over."""

from typing import Any

import pytest

from linli.domains.parking.attention import RECENT_MS
from tests.domains.access.platform import until
from tests.domains.parking.conftest import GUEST, OURS, Lot
from tests.domains.parking.fees.test_stays import HOUR, STAYS, gate
from tests.domains.parking.test_exits import town
from tests.domains.parking.test_prepay import Town
from tests.domains.parking.test_tickets import Lanes
from tests.domains.parking.test_tickets import town as ticket_town

__all__ = ["gate", "ticket_town", "town"]
pytestmark = pytest.mark.engines("sqlite", "postgresql")


async def needs(lot: Lot) -> list[dict[str, Any]]:
    answer = await lot.estate.desk.get(f"{lot.path}/attention")
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()
    return rows


async def causes(lot: Lot) -> list[tuple[str, str]]:
    return [(row["laneId"], row["why"]) for row in await needs(lot)]


async def test_who_owes_before_a_closed_exit_is_shown_until_a_person_lets_it_out(town: Town) -> None:
    lot, at = town.lot, str(town.lot.exit)
    assert await causes(lot) == []
    await town.comes(GUEST)
    town.later(2 * HOUR)
    await town.leaves(GUEST)
    await until(lambda: town.exit.qr, 60)
    (row,) = [need for need in await needs(lot) if need["laneId"] == at]
    assert (row["why"], row["plate"]) == ("fee_due", GUEST)
    # It owes nothing any more, and the barrier hangs.
    town.exit.jammed = True
    paid = await town.desk.post(f"{STAYS}/{(await town.stay(GUEST))['id']}/payments", json={"fen": 900})
    assert paid.status_code == 204, paid.text

    async def tried() -> bool:
        orders = (await town.desk.get(f"{lot.path}/lanes/{at}")).json()["orders"]
        return [(row["action"], row["result"]) for row in orders] == [("open", "device.refused")]

    await until(tried, 60)
    (row,) = [need for need in await needs(lot) if need["laneId"] == at]
    assert (row["why"], row["plate"]) == ("paid_shut", GUEST)
    town.exit.jammed = False
    order = {"action": "open", "reason": "道闸卡住"}
    moved = await town.desk.post(f"{lot.path}/lanes/{at}/gate", json=order)
    assert moved.is_success, moved.text
    assert [lane for lane, _ in await causes(lot)].count(at) == 0


async def test_cars_without_plate_forced_barriers_and_devices_that_are_gone(lot: Lot) -> None:
    _, entrance = await lot.lane(lot.entrance, "lane-1")
    _, ramp = await lot.lane(lot.ramp, "lane-2")
    assert await causes(lot) == []
    await entrance.see("无车牌")
    await ramp.force_open()

    async def both() -> bool:
        return await causes(lot) == [
            (str(lot.entrance), "no_plate"),
            (str(lot.ramp), "opened_by_force"),
        ]

    await until(both, 60)
    # A person moved the barrier, or another car came: no more to do there.
    order = {"action": "open", "reason": "无牌车"}
    moved = await lot.estate.desk.post(f"{lot.path}/lanes/{lot.entrance}/gate", json=order)
    assert moved.is_success, moved.text
    assert await causes(lot) == [(str(lot.ramp), "opened_by_force")]
    await ramp.see(OURS)

    async def calm() -> bool:
        return await causes(lot) == []

    await until(calm, 60)
    await lot.platform.clock.advance(1_000)
    await entrance.see("无车牌")
    await until(lambda: entrance.link.unsent == 0, 60)
    await entrance.stop()

    async def gone() -> bool:
        return await causes(lot) == [(str(lot.entrance), "no_plate"), (str(lot.entrance), "offline")]

    await until(gone, 60)
    await lot.platform.clock.advance(RECENT_MS + 1)
    assert (str(lot.entrance), "no_plate") not in await causes(lot)


async def test_a_barrier_that_refuses_while_a_car_stands_there_is_a_cause(ticket_town: Lanes) -> None:
    town = ticket_town
    lot, at = town.lot, str(town.lot.entrance)
    await town.without_plate(town.entry)
    town.entry.jammed = True
    order = {"action": "open", "reason": "无牌车"}
    moved = await town.desk.post(f"{lot.path}/lanes/{at}/gate", json=order)
    assert not moved.is_success, moved.text
    assert (at, "refused_open") in await causes(lot)
    # Its driver takes a ticket: the car is inside for the platform, and still stands before the barrier.
    assert (await town.takes()).status_code == 303

    async def shut() -> bool:
        return (at, "ticket_shut") in await causes(lot)

    await until(shut, 60)
    assert (at, "refused_open") not in await causes(lot)
    town.entry.jammed = False
    moved = await town.desk.post(f"{lot.path}/lanes/{at}/gate", json=order)
    assert moved.is_success, moved.text
    assert [lane for lane, _ in await causes(lot)].count(at) == 0


async def test_a_community_that_is_not_there_has_no_list(lot: Lot) -> None:
    assert (await lot.estate.desk.get("/communities/987654321/parking/attention")).status_code == 404
