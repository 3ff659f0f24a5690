"""A guest who owes waits before the closed exit, pays by the code on its screen, and is let out once."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.domains.access.platform import until
from tests.domains.parking.conftest import GUEST
from tests.domains.parking.fees.test_stays import HOUR, STAYS, Gate, gate
from tests.domains.parking.test_prepay import Town

__all__ = ["gate"]
pytestmark = pytest.mark.engines("sqlite", "postgresql")


@pytest.fixture
async def town(gate: Gate) -> AsyncIterator[Town]:
    gate.exit.holds_guests, gate.exit.lane = True, replace(gate.exit.lane, direction="out")
    async with Town(gate.lot, (gate.entry, gate.exit)).open() as opened:
        await opened.published()
        await opened.hold()
        yield opened


async def opened(town: Town, times: int) -> None:
    await until(lambda: town.exit.opened == times, 60)


async def test_who_owes_waits_pays_by_the_screen_and_is_let_out_once(town: Town) -> None:
    await town.comes(GUEST)
    town.later(2 * HOUR)
    await town.leaves(GUEST)
    await until(lambda: town.exit.qr, 60)
    assert (town.exit.opened, (await town.stay(GUEST))["state"]) == (0, "inside")
    assert "9.00" in "".join([*town.exit.shown.values(), *town.exit.spoken])
    scanned = await town.phone.get(town.exit.qr)
    assert scanned.status_code == 303
    path = scanned.headers["location"]
    assert await town.due(path) == "9.00"
    await town.presses(await town.to_till(path))
    await opened(town, 1)

    async def left() -> bool:
        row = await town.stay(GUEST)
        return (row["state"], row["dueFen"]) == ("left", 0)

    await until(left, 60)

    async def noted() -> bool:  # after the barrier's answer
        orders = (await town.desk.get(f"{town.lot.path}/lanes/{town.lot.exit}")).json()["orders"]
        return [(row["action"], row["result"]) for row in orders] == [("open", "done")]

    await until(noted, 60)
    empty = await town.phone.get(town.exit.qr)
    assert (empty.status_code, "这里没有等待" in empty.text) == (200, True)
    await town.desk.post(f"{STAYS}/{(await town.stay(GUEST))['id']}/payments", json={"fen": 900})
    assert town.exit.opened == 1


async def test_who_paid_before_is_let_out_and_cash_lets_out_too(town: Town) -> None:
    for plate in (GUEST, "浙B00001"):
        await town.comes(plate)
    town.later(2 * HOUR)
    await town.presses(await town.to_till(await town.finds(GUEST)))
    await town.paid(GUEST, 900)
    await town.leaves(GUEST)
    await opened(town, 1)
    await town.leaves("浙B00001")
    await until(lambda: town.exit.qr, 60)
    at = f"{STAYS}/{(await town.stay('浙B00001'))['id']}/payments"
    assert (await town.desk.post(at, json={"fen": 900})).status_code == 204
    await opened(town, 2)


async def test_a_person_lets_out_and_the_fee_stays_owed(town: Town) -> None:
    await town.comes(GUEST)
    town.later(2 * HOUR)
    await town.leaves(GUEST)
    await until(lambda: town.exit.qr, 60)
    moved = await town.desk.post(
        f"{town.lot.path}/lanes/{town.lot.exit}/gate", json={"action": "open", "reason": "出口排队"}
    )
    assert moved.is_success, moved.text
    row = await town.stay(GUEST)
    assert (row["state"], row["dueFen"], town.exit.opened) == ("left", 900, 1)


async def test_a_lot_that_lets_all_out_notes_what_is_owed(town: Town) -> None:
    await town.hold(on=False)
    town.exit.holds_guests = False
    await town.comes(GUEST)
    town.later(2 * HOUR)
    await town.leaves(GUEST)
    row = await town.stay(GUEST)
    assert (row["state"], row["dueFen"], town.exit.opened) == ("left", 900, 1)
    nowhere = await town.desk.put(f"/parking-lots/{town.lot.deck}/exits", json={"holdsUnpaid": True})
    assert nowhere.status_code == 400
