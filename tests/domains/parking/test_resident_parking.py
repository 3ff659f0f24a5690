"""Residents on their phones: their own cars inside, why a fee is what it is, paying it, and nobody else's cars."""

import pytest

from linli.domains.access.times import write_time
from linli.domains.parking.fees.retention import forget_plates
from linli.domains.parking.prepay import resident
from linli.domains.payments.charges.retention import forget_links
from tests.domains.access.estate import NEIGHBOUR_PHONE
from tests.domains.access.platform import until
from tests.domains.parking.conftest import GUEST, OURS
from tests.domains.parking.fees.test_stays import HOUR, STAYS, Gate, gate
from tests.domains.parking.test_prepay import Town, town

__all__ = ["gate", "town"]
pytestmark = pytest.mark.engines("sqlite")
MINUTE = 60_000


def _at(gate: Gate) -> str:
    return f"/communities/{gate.lot.estate.community}/parking"


def _cars(gate: Gate) -> str:
    return f"/communities/{gate.lot.estate.community}/vehicles"


async def test_a_resident_sees_why_and_pays_from_the_phone(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.published()
    async with town.lot.estate.phone() as phone:
        empty = (await phone.get(_at(town))).json()
        assert (empty["cars"], empty["inside"], empty["owing"]) == ([], [], [])
        assert (await phone.post(_cars(town), json={"plate": OURS})).is_success
        await town.comes(OURS)
        town.later(2 * HOUR)
        view = (await phone.get(_at(town))).json()
        (car,), (stay,) = view["cars"], view["inside"]
        assert (car["plate"], car["passes"], view["takesPayments"]) == (OURS, [], True)
        assert (stay["plate"], stay["dueFen"], stay["state"]) == (OURS, 900, "inside")
        assert [(line["kind"], line["fen"]) for line in stay["fee"]["lines"]] == [
            ("first", 500),
            ("further", 400),
        ]
        pay = f"{_at(town)}/stays/{stay['id']}/payment"
        wrong = await phone.post(pay, json={"payerKey": "x"})
        assert (wrong.status_code, "payerKey" in wrong.text) == (400, True)
        opened = [await phone.post(pay, json={"payerKey": "a" * 32}) for _ in range(2)]
        assert [answer.status_code for answer in opened] == [201, 201]
        till = opened[0].json()["url"]
        assert opened[1].json()["url"] == till  # who asks twice has one charge
        assert "¥9.00" in (await town.phone.get(till)).text
        assert await town.presses(till) == "/m/parking?back"
        await town.paid(OURS, 900)
        (paid,) = (await phone.get(_at(town))).json()["inside"]
        assert (paid["dueFen"], paid["paidFen"], paid["leaveByMs"] is not None) == (0, 900, True)
        nothing = await phone.post(pay, json={"payerKey": "b" * 32})
        assert (nothing.status_code, nothing.json()["code"]) == (409, "stay.nothing_due")
        town.later(40 * MINUTE)
        await town.leaves(OURS)
        owes = (await phone.get(_at(town))).json()
        assert (owes["inside"], [row["dueFen"] for row in owes["owing"]]) == ([], [400])
        await town.presses((await phone.post(pay, json={"payerKey": "c" * 32})).json()["url"])
        await town.paid(OURS, 900, 400)
        (past,) = (await phone.get(f"{_at(town)}/stays")).json()
        assert (past["state"], past["fee"]["fen"], past["paidFen"], past["dueFen"]) == (
            "left",
            1_300,
            1_300,
            0,
        )
        monkeypatch.setattr(resident, "KEPT_MS", HOUR)
        assert (await phone.get(f"{_at(town)}/stays")).json() == []


async def test_other_homes_cars_are_never_there(town: Town) -> None:
    await town.published()
    await town.comes(GUEST)
    async with town.lot.estate.phone() as phone, town.lot.estate.phone(NEIGHBOUR_PHONE) as neighbour:
        town.later(HOUR)
        assert (await phone.post(_cars(town), json={"plate": OURS})).is_success
        await town.comes(OURS)
        town.later(2 * HOUR)
        (stay,) = (await phone.get(_at(town))).json()["inside"]
        theirs = (await neighbour.get(_at(town))).json()
        assert (theirs["cars"], theirs["inside"], theirs["owing"]) == ([], [], [])
        pay = f"{_at(town)}/stays/{stay['id']}/payment"
        answer = await neighbour.post(pay, json={"payerKey": "a" * 32})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        # A plate that stood here before somebody registered it, also by renaming an older car.
        assert (await neighbour.post(_cars(town), json={"plate": "浙B99999"})).is_success
        town.later(MINUTE)
        (car,) = (await neighbour.get(_cars(town))).json()
        renamed = await neighbour.put(f"{_cars(town)}/{car['id']}", json={"plate": GUEST, "brand": ""})
        assert renamed.is_success, renamed.text
        assert (await neighbour.get(_at(town))).json()["inside"] == []
        assert (await phone.get("/communities/999999/parking")).status_code == 404


async def test_passes_with_their_end_and_nobody_who_takes_payments(gate: Gate) -> None:
    async with Town(gate.lot, (gate.entry, gate.exit)).open(cashier=False) as town:
        await town.published()
        now = town.lot.platform.clock.now_ms()
        permission = {
            "spaceId": str(town.lot.lot), "plateNumber": OURS,
            "effectiveDate": write_time(now - HOUR, "Asia/Shanghai"),
            "expiryDate": write_time(now + HOUR, "Asia/Shanghai"),
        }  # fmt: skip
        await town.lot.ok("/vehicle/permission/add", permList=[permission])
        async with town.lot.estate.phone() as phone:
            assert (await phone.post(_cars(town), json={"plate": OURS})).is_success
            (car,) = (await phone.get(_at(town))).json()["cars"]
            (one,) = car["passes"]
            assert (one["place"] != "", one["endsMs"] // 1000) == (True, (now + HOUR) // 1000)
            await town.comes(OURS)

            async def inside() -> bool:
                return bool((await phone.get(_at(town))).json()["inside"])

            await until(inside, 60)
            town.later(3 * HOUR)
            view = (await phone.get(_at(town))).json()
            assert (view["cars"][0]["passes"], view["takesPayments"]) == ([], False)
            (stay,) = view["inside"]
            assert {line["kind"] for line in stay["fee"]["lines"]} > {"pass"}
            answer = await phone.post(f"{_at(town)}/stays/{stay['id']}/payment", json={"payerKey": "a" * 32})
            assert (answer.status_code, answer.json()["code"]) == (409, "payment.no_provider")


async def test_after_its_time_money_stays_and_plates_go(town: Town) -> None:
    await town.published()
    await town.comes(GUEST)
    await town.comes(OURS)
    town.later(2 * HOUR)
    till = await town.to_till(await town.finds(GUEST))
    await town.to_till(await town.finds(OURS))  # opened, never paid
    await town.presses(till)
    await town.paid(GUEST, 900)
    await town.leaves(GUEST)
    stay = await town.stay(GUEST)
    db, now = town.lot.platform.db, town.lot.platform.clock.now_ms()
    for ms in (now, now + 200 * 24 * HOUR):
        await forget_plates(db, now_ms=ms, days=180)
        await forget_links(db, now_ms=ms, days=180)
        after = (await town.desk.get(f"{STAYS}/{stay['id']}")).json()
        is_over = ms > now
        assert (after["stay"]["plate"], after["stay"]["paidFen"]) == ("" if is_over else GUEST, 900)
        listed = (await town.desk.get(f"{town.lot.estate.path}/charges")).json()["data"]
        assert [row["fen"] for row in listed if row["state"] == "paid"] == [900]
        assert len(listed) == (1 if is_over else 2)
    assert (await town.stay(OURS))["state"] == "inside"  # who still stands there keeps the plate
