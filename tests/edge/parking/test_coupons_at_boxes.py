"""Coupons of merchants at a box: they lower the fee there, hold with the line cut, and are settled once (ADR 0131)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from linli.edge.cloud import CloudRefused
from linli.protocols.edge_link import PARKING_COUPONS, CouponsAsked, ParkingCoupons
from tests.edge.parking.charged_town import tariff
from tests.edge.parking.pay_town import PLATE, PayTown
from tests.edge.runtime.small_box import until
from tests.servicebus.conftest import opened

pytestmark = pytest.mark.engines("sqlite")
HOUR_MS = 3_600_000


class Shop:
    """A merchant of the town, with its page in a browser."""

    def __init__(self, town: PayTown) -> None:
        self.town = town

    async def open(self) -> "Shop":
        made = await self.town.told("POST", f"{self.town.at}/parking/merchants", {"name": "面馆"})
        self.at = f"{self.town.at}/parking/merchants/{made['id']}"
        self.path = (await self.town.told("GET", self.at))["merchant"]["path"]
        signed = await self.town.phone.post(self.path, data={"pin": made["pin"]})
        assert signed.status_code == 303, signed.text
        self.cookie = {"cookie": signed.headers["set-cookie"].partition(";")[0]}
        return self

    async def offer(self, **fields: Any) -> str:
        ends_ms = self.town.platform.clock.now_ms() + 1000 * HOUR_MS
        body = {"kind": "fen", "value": 500, "validHours": 48, "endsMs": ends_ms, **fields}
        return str((await self.town.told("POST", f"{self.at}/offers", body))["id"])

    async def give(self, offer: str, plate: str) -> tuple[int, str]:
        form = {"offer": offer, "plate": plate}
        answer = await self.town.phone.post(self.path, data=form, headers=self.cookie)
        return answer.status_code, answer.text

    async def coupons(self) -> dict[str, tuple[str, int]]:
        rows = (await self.town.told("GET", f"{self.at}/coupons"))["data"]
        return {row["plate"]: (row["state"], row["offFen"]) for row in rows}

    async def reach(self, plate: str, state: str, off_fen: int = 0) -> None:
        async with asyncio.timeout(60):
            while (await self.coupons())[plate] != (state, off_fen):
                await asyncio.sleep(0.05)

    async def spent(self) -> int:
        return sum(row["spentFen"] for row in (await self.town.told("GET", self.at))["offers"])

    async def on_box(self, plate: str) -> None:
        """Until the box may use one of this plate."""
        sql = "SELECT 1 FROM parking_coupons WHERE plate = ? AND here = 1"
        async with asyncio.timeout(60):
            while await self.town.box.store.read(lambda db: db.execute(sql, (plate,)).fetchone()) is None:
                await asyncio.sleep(0.05)


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[PayTown]:
    async with opened(database_url, tmp_path, cashier=True) as bench:
        town = PayTown(bench, tmp_path)
        town.with_lot()
        async with town.with_phone():
            await town.build()
            await town.open_desk()
            await town.publish(tariff(500), 900)
            await town.wake()
            await town.held()
            yield town
            await town.stop()


async def test_a_coupon_lowers_the_fee_with_the_line_cut_and_is_settled_once(town: PayTown) -> None:
    shop = await Shop(town).open()
    offer = await shop.offer(value=500, limitCount=2)
    await town.owes(PLATE, "浙B22222")
    assert (await shop.give(offer, PLATE))[0] == 303
    await shop.on_box(PLATE)
    await town.cut()
    receipt, _ = await town.pays(await town.asked_at_exit())
    assert (await town.shows(receipt))["resCode"] == 0
    await until(lambda: town.way_out.barrier == "open", 60)
    assert await shop.coupons() == {PLATE: ("inside", 0)}
    await town.stop_box()
    town.wire.cut = False
    await town.wake()
    await shop.reach(PLATE, "used", 500)
    assert await shop.spent() == 500
    (paid,) = await town.rows("orders", 1, status="paid")
    assert (paid["plate"], paid["fen"]) == (PLATE, 400)
    coupon = [line for line in paid["lines"] if line["kind"] == "coupon"]
    assert [(line["fen"], line["coupon"], line["value"]) for line in coupon] == [(-500, "fen", 500)]
    assert sum(line["fen"] for line in paid["lines"]) == 400
    (charge,) = await town.charges()
    assert (charge["fen"], charge["refundedFen"]) == (400, 0)
    # The same plate again has none any more.
    await town.owes(PLATE)
    assert (await town.way_out.read(PLATE))["info"] == "no"
    (due,) = await town.rows("orders", 1, status="unpaid", q=PLATE)
    assert due["fen"] == 900


async def test_a_car_that_waits_at_the_exit_is_let_out_by_a_coupon_and_refusals_have_words(
    town: PayTown,
) -> None:
    shop = await Shop(town).open()
    whole = await shop.offer(kind="whole", value=0, limitCount=1)
    some = await shop.offer(value=300)
    # Before it comes: a merchant is not told whether a car is inside, and the coupon waits for it.
    assert (await shop.give(some, "浙C33333"))[0] == 303
    await town.owes(PLATE, "浙B22222", "浙C33333")
    await shop.on_box("浙C33333")
    assert (await town.way_out.read("浙B22222"))["info"] == "no"
    assert (await shop.give(whole, "浙B22222"))[0] == 303
    await until(lambda: town.way_out.barrier == "open", 60)
    await shop.reach("浙B22222", "used", 900)
    (free,) = await town.rows("orders", 1, status="paid")
    assert (free["plate"], free["fen"], sum(line["fen"] for line in free["lines"])) == ("浙B22222", 0, 0)
    status, words = await shop.give(whole, PLATE)
    assert (status, "优惠" in words) == (409, True)
    assert (await shop.give(some, "hello"))[0] == 400
    status, words = await shop.give(some, "浙C33333")
    assert (status, "优惠" in words) == (409, True)
    await town.told("DELETE", f"{shop.at}/offers/{some}")
    assert (await shop.give(some, PLATE))[0] == 409
    # The order that comes back is the lower one.
    assert (await town.way_out.read("浙C33333"))["info"] == "no"
    (due,) = await town.rows("orders", 1, status="unpaid", q="浙C33333")
    assert due["fen"] == 600
    at = f"{town.at}/edge-parking/orders/{due['nodeId']}/{due['number']}/settle"
    await town.told("POST", at, {"status": "paid_here"})
    await shop.reach("浙C33333", "used", 300)
    assert await shop.spent() == 1_200


async def test_who_pays_by_a_code_from_before_the_coupon_gets_the_rest_back(town: PayTown) -> None:
    shop = await Shop(town).open()
    offer = await shop.offer(value=500)
    await town.owes(PLATE)
    before = await town.asked_at_exit()
    assert (await shop.give(offer, PLATE))[0] == 303
    async with asyncio.timeout(60):
        while (now := (await town.code())[0]) == before:
            await asyncio.sleep(0.05)
    assert now != before
    await town.pays_at_till(before)
    await until(lambda: town.way_out.barrier == "open", 60)
    await town.charges(1, refunded=500)
    (paid,) = await town.rows("orders", 1, status="paid")
    assert paid["fen"] == 400
    await shop.reach(PLATE, "used", 500)


async def test_a_box_that_names_what_is_no_space_or_coupon_gets_nothing(town: PayTown) -> None:
    shop = await Shop(town).open()
    assert (await shop.give(await shop.offer(), "浙C33333"))[0] == 303
    for space in ("", "-1", "1.5", "9" * 19, "1" * 20, "1" * 19 + "x" * 40, "٣", str(town.house)):
        asked = CouponsAsked(spaces=[space], holds=["", "x" * 64, "9" * 19, "-1"])
        answer = msgspec.json.decode(await town.box.cloud.post(PARKING_COUPONS, asked), type=ParkingCoupons)
        assert answer.coupons == [], space
    for body in ({"spaces": "1"}, {"spaces": ["1"] * 51}, {"holds": ["1"] * 5_001}, {"have": "x" * 65}, []):
        with pytest.raises(CloudRefused):
            await town.box.cloud.post(PARKING_COUPONS, body)
    assert await shop.coupons() == {"浙C33333": ("given", 0)}
