"""Merchants give coupons by their own page; each is used once, at the fee of one stay, and settled by month."""

import asyncio
import base64
import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from linli.domains.parking.coupons import at_boxes, queries
from linli.domains.parking.merchants.driver_codes import DriverCodes
from linli.domains.parking.merchants.pages import MerchantPages
from linli.domains.parking.prepay.links import ParkingLinks
from linli.domains.people.rights import Role
from linli.kernel.http import Callers, HttpServer
from linli.kernel.scope import Scope
from tests.browser.qr_picture import text_of
from tests.domains.access.test_search import staff
from tests.domains.parking.fees.test_stays import GUEST, HOUR, STAYS, Gate, gate

__all__ = ("gate",)
pytestmark = pytest.mark.engines("sqlite")
OTHER = "浙A00002"


class Shop:
    """A merchant of the gate's community, and its page in a browser without an account."""

    def __init__(self, gate: Gate, made: dict[str, Any], web: httpx.AsyncClient, links: ParkingLinks) -> None:
        self.gate, self.id, self.pin, self.web, self.links = gate, made["id"], made["pin"], web, links
        self.at = f"{gate.lot.estate.path}/parking/merchants/{self.id}"
        self.path = ""

    async def offer(self, **fields: Any) -> str:
        ends = self.gate.lot.platform.clock.now_ms() + 1000 * HOUR
        body = {"kind": "fen", "value": 300, "validHours": 48, "endsMs": ends, **fields}
        made = await self.gate.desk.post(f"{self.at}/offers", json=body)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    async def view(self) -> Any:
        return (await self.gate.desk.get(self.at)).json()

    async def sign_in(self) -> None:
        answer = await self.web.post(self.path, data={"pin": self.pin})
        assert answer.status_code == 303, answer.text
        self.web.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]

    async def give(self, offer: str, plate: str) -> int:
        return (await self.web.post(self.path, data={"offer": offer, "plate": plate})).status_code

    async def given(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await self.gate.desk.get(f"{self.at}/coupons")).json()["data"]
        return rows


@pytest.fixture
async def shop(gate: Gate) -> AsyncIterator[Shop]:
    platform = gate.lot.platform
    made = await gate.desk.post(f"{gate.lot.estate.path}/parking/merchants", json={"name": "面馆"})
    assert made.status_code == 201, made.text
    callers, links = Callers((), platform.clock), ParkingLinks(platform.secrets, "")
    shops = MerchantPages(platform.db, platform.clock, platform.ids, callers, links)
    codes = DriverCodes(platform.db, platform.clock, platform.ids, links, callers)

    async def route(scope: Any, receive: Any, send: Any) -> None:
        await (codes if scope["path"].startswith("/coupon/") else shops)(scope, receive, send)

    server = HttpServer(route)
    await server.start()
    base = links.base_url = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(base_url=base, headers={"accept-language": "en"}, trust_env=False) as web:
        shop = Shop(gate, made.json(), web, links)
        shop.path = (await shop.view())["merchant"]["path"]
        yield shop
    await server.stop()


async def test_by_https_the_merchant_s_cookie_never_travels_in_the_open(shop: Shop) -> None:
    pin = {"pin": shop.pin}
    assert "Secure" not in (await shop.web.post(shop.path, data=pin)).headers["set-cookie"]
    shop.links.base_url = "https://linli.example"
    cookie = (await shop.web.post(shop.path, data=pin)).headers["set-cookie"]
    assert cookie.split("; ")[-1] == "Secure"


async def test_a_coupon_stands_in_the_fee_and_is_used_once(gate: Gate, shop: Shop) -> None:
    await gate.published()
    offer = await shop.offer(value=300)
    await gate.comes(GUEST)
    gate.later(2 * HOUR)
    assert await shop.give(offer, GUEST) == 403  # the PIN was not typed yet
    await shop.sign_in()
    assert await shop.give(offer, "hello") == 400
    assert await shop.give(offer, GUEST) == 303
    page = (await shop.web.get(f"{shop.path}?given")).text
    assert "Given. It counts at the exit by itself." in page
    assert GUEST in page
    stay = await gate.stay(GUEST)
    view = (await gate.desk.get(f"{STAYS}/{stay['id']}")).json()
    assert (view["stay"]["dueFen"], view["fee"]["lines"][-1]["coupon"]) == (
        600,
        {"kind": "fen", "value": 300},
    )
    assert sum(line["fen"] for line in view["fee"]["lines"]) == view["fee"]["fen"] == 600
    assert await shop.give(offer, GUEST) == 409  # it does not stand beside another
    assert (await gate.desk.post(f"{STAYS}/{stay['id']}/payments", json={"fen": 600})).status_code == 204
    await gate.leaves(GUEST)
    assert (await gate.stay(GUEST))["dueFen"] == 0
    (coupon,) = await shop.given()
    assert (coupon["state"], coupon["offFen"], coupon["stayId"]) == ("used", 300, stay["id"])
    gate.later(HOUR)
    await gate.comes(GUEST)
    gate.later(2 * HOUR)
    (again,) = await gate.stays(plate=GUEST, state="inside")
    assert again["dueFen"] > 0
    assert (await shop.view())["offers"][0]["spentFen"] == 300
    assert "Used, 3.00 yuan off" in (await shop.web.get(shop.path)).text


async def test_a_coupon_waits_for_the_next_stay_and_goes_beside_those_that_stack(
    gate: Gate, shop: Shop
) -> None:
    await gate.published()
    await shop.sign_in()
    minutes = await shop.offer(kind="minutes", value=60, stacks=True)
    percent = await shop.offer(kind="percent", value=50, stacks=True)
    alone = await shop.offer(kind="whole", value=0)
    assert await shop.give(minutes, GUEST) == 303
    assert await shop.give(percent, GUEST) == 303
    assert await shop.give(alone, GUEST) == 409
    assert await shop.give(alone, OTHER) == 303
    await gate.comes(GUEST)
    await gate.comes(OTHER)
    gate.later(2 * HOUR)
    await gate.leaves(GUEST)
    await gate.leaves(OTHER)
    left, free = await gate.stay(GUEST), await gate.stay(OTHER)
    assert free["fen"] == 0
    off = {row["kind"]: row["offFen"] for row in await shop.given()}
    assert off["whole"] == 900
    assert off["minutes"] > 0
    assert off["minutes"] + off["percent"] + left["fen"] == 900


async def test_a_coupon_follows_its_plate_and_one_that_takes_nothing_off_stays_good(
    gate: Gate, shop: Shop
) -> None:
    await gate.published()
    await shop.sign_in()
    offer = await shop.offer(validHours=1)
    await gate.comes("浙A00008")
    assert await shop.give(offer, OTHER) == 303
    stay = await gate.stay("浙A00008")
    assert (await gate.desk.put(f"{STAYS}/{stay['id']}/plate", json={"plate": OTHER})).status_code == 200
    assert [row["stayId"] for row in await shop.given()] == [stay["id"]]
    await gate.leaves(OTHER)  # within the free minutes
    assert [(row["state"], row["stayId"]) for row in await shop.given()] == [("given", "")]
    gate.later(2 * HOUR)
    await gate.comes(OTHER)
    assert [row["state"] for row in await shop.given()] == ["void"]


@pytest.mark.engines("sqlite", "postgresql")
async def test_of_fifty_who_ask_for_the_last_coupon_one_has_it(gate: Gate, shop: Shop) -> None:
    await shop.sign_in()
    last = await shop.offer(limitCount=1)
    answers = await asyncio.gather(*(shop.give(last, f"浙A{number:05}") for number in range(50)))
    assert sorted(answers) == [303] + [409] * 49
    assert len(await shop.given()) == 1


async def test_a_budget_of_money_ends_an_offer(gate: Gate, shop: Shop) -> None:
    await gate.published()
    await shop.sign_in()
    offer = await shop.offer(value=500, limitFen=400)
    assert await shop.give(offer, GUEST) == 303
    await gate.comes(GUEST)
    gate.later(2 * HOUR)
    await gate.leaves(GUEST)
    assert await shop.give(offer, OTHER) == 409
    assert not (await shop.view())["offers"][0]["isOpen"]
    assert "There is no coupon to give now" in (await shop.web.get(shop.path)).text


async def test_the_month_is_settled_by_what_was_used(gate: Gate, shop: Shop) -> None:
    await gate.published()
    await shop.sign_in()
    offer = await shop.offer()
    for plate in (GUEST, OTHER):
        assert await shop.give(offer, plate) == 303
    await gate.comes(GUEST)
    gate.later(2 * HOUR)
    await gate.leaves(GUEST)
    used = (await shop.given())[-1]
    month = datetime.fromtimestamp(used["usedMs"] / 1000, ZoneInfo("Asia/Shanghai")).strftime("%Y-%m")
    statement = (await gate.desk.get(f"{shop.at}/statement", params={"month": month})).json()
    assert statement == {"month": month, "coupons": 1, "offFen": 300}
    empty = (await gate.desk.get(f"{shop.at}/statement", params={"month": "2020-01"})).json()
    assert (empty["coupons"], empty["offFen"]) == (0, 0)
    wrong = await gate.desk.get(f"{shop.at}/statement", params={"month": "2026-13"})
    assert wrong.status_code == 400
    answer = await gate.desk.get(f"{shop.at}/statement.csv", params={"month": month, "language": "en"})
    (line,) = csv.DictReader(io.StringIO(answer.text))
    assert (line["Plate"], line["Coupon"], line["Taken off (yuan)"]) == (GUEST, "3.00 yuan off", "3.00")


async def test_wrong_pins_are_counted_and_a_new_one_ends_the_old(gate: Gate, shop: Shop) -> None:
    await shop.sign_in()
    renewed = (await gate.desk.post(f"{shop.at}/pin")).json()["pin"]
    assert 'name="pin"' in (await shop.web.get(shop.path)).text
    wrong = "000000" if renewed != "000000" else "000001"
    answers = [(await shop.web.post(shop.path, data={"pin": wrong})).status_code for _ in range(11)]
    assert answers[0] == 403
    assert answers[-1] == 429
    assert (await gate.desk.delete(shop.at)).status_code == 204
    assert (await shop.web.get(shop.path)).status_code == 404
    assert (await shop.web.get("/shop/nothing")).status_code == 404
    for body in (b"\xff", b"a" * 5000, b"pin=%00"):
        assert (await shop.web.post("/shop/nothing", content=body)).status_code == 404


async def test_merchants_are_for_who_manages_fees(gate: Gate, shop: Shop) -> None:
    for body, field in (
        ({"kind": "percent", "value": 101}, "value"),
        ({"kind": "whole", "value": 1}, "value"),
        ({"kind": "fen", "value": 0}, "value"),
        ({"kind": "fen", "value": 1, "endsMs": 1}, "endsMs"),
    ):
        ends = gate.lot.platform.clock.now_ms() + HOUR
        answer = await gate.desk.post(f"{shop.at}/offers", json={"endsMs": ends, **body})
        assert (answer.status_code, answer.json()["field"]) == (400, field)
    async with staff(gate.lot.estate, Role.STAFF, community_id=gate.lot.estate.community) as guard:
        assert (await guard.get(f"{gate.lot.estate.path}/parking/merchants")).status_code == 403
    offer = await shop.offer()
    assert (await gate.desk.delete(f"{shop.at}/offers/{offer}")).status_code == 204
    await shop.sign_in()
    assert await shop.give(offer, GUEST) == 409


async def test_a_driver_scans_the_merchants_screen_and_gets_one_coupon(gate: Gate, shop: Shop) -> None:
    await gate.published()
    offer = await shop.offer(value=300, stacks=True, limitCount=2)
    hidden = await shop.web.get(f"{shop.path}?show={offer}")
    assert "base64" not in hidden.text  # the PIN first
    await shop.sign_in()
    assert f"{shop.path}?show={offer}" in (await shop.web.get(shop.path)).text

    async def code() -> str:
        page = (await shop.web.get(f"{shop.path}?show={offer}")).text
        drawn = base64.b64decode(page.partition("base64,")[2].partition('"')[0]).decode()
        return "/coupon/" + text_of(drawn).partition("/coupon/")[2]

    driver = httpx.AsyncClient(base_url=shop.web.base_url, headers={"accept-language": "en"}, trust_env=False)
    await gate.comes(GUEST)
    link = await code()
    assert (await driver.head(link)).status_code == 404  # a preview takes nothing
    scanned = await driver.get(link)
    assert scanned.status_code == 303
    claim = scanned.headers["location"]
    assert (await driver.get(link)).status_code == 409  # a photograph of it
    assert "3.00 yuan off" in (await driver.get(claim)).text
    assert (await driver.post(claim, data={"plate": "hello"})).status_code == 400
    answers = await asyncio.gather(*(driver.post(claim, data={"plate": GUEST}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    other = await driver.post(claim, data={"plate": OTHER})
    assert (other.status_code, len(await shop.given())) == (409, 1)
    again = (await driver.get(await code())).headers["location"]
    assert (await driver.post(again, data={"plate": GUEST})).status_code == 409  # one of a kind for a stay
    assert "Given." in (await driver.post(again, data={"plate": OTHER})).text
    last = (await driver.get(await code())).headers["location"]
    assert (await driver.post(last, data={"plate": "浙A00003"})).status_code == 409  # all were given
    late = await code()
    gate.later(62_000)
    assert (await driver.get(late)).status_code == 404
    gate.later(300_000)
    for gone in (last, f"{late[:-1]}_", "/coupon/x", "/coupon/4.1.1.1-x"):
        assert (await driver.post(gone, data={"plate": OTHER})).status_code == 404
    assert (await driver.put(last)).status_code == 405
    await driver.aclose()


async def test_a_coupon_that_is_left_to_a_box_counts_at_no_other_place_and_is_settled_once(
    gate: Gate, shop: Shop
) -> None:
    await gate.published()
    await shop.sign_in()
    assert await shop.give(await shop.offer(value=300), GUEST) == 303
    platform, here = gate.lot.platform, gate.lot.estate.community
    merchant = await queries.of_code(platform.db, shop.path.rpartition("/")[2])
    assert merchant is not None
    scope, now_ms = Scope.system(merchant.tenant_id, "boxes"), platform.clock.now_ms()
    number = (await shop.given())[0]["id"]

    async def asks(box: int, *wanted: str, community: int = here) -> list[tuple[str, int | None]]:
        async with platform.db.begin() as tx:
            rows = await at_boxes.leave(
                scope, tx, community_id=community, box_id=box, lot_ids=[gate.lot.lot], wanted=wanted, now_ms=now_ms
            )  # fmt: skip
        return [(str(row.coupon_id), row.box_id) for row in rows]

    async def settles(off_fen: int, community: int = here, of: Scope = scope) -> bool:
        async with platform.db.begin() as tx:
            return await at_boxes.settle(
                of, tx, community_id=community, box_id=1, coupon_id=int(number), off_fen=off_fen, now_ms=now_ms
            )  # fmt: skip

    assert await asks(1, number, "7", community=here + 1) == []
    assert await asks(1) == [(number, None)]
    assert await asks(1, number) == await asks(1, number) == [(number, 1)]
    assert await asks(2, number) == []
    await gate.comes(GUEST)
    stay = await gate.stay(GUEST)
    assert not (await gate.desk.get(f"{STAYS}/{stay['id']}")).json()["fee"]["lines"]
    assert await asks(1) == [(number, None)], "what it names no more is free"
    assert await asks(2, number) == [(number, 2)]
    assert not await settles(300, community=here + 1)
    assert not await settles(300, of=Scope.system("another", "boxes"))
    assert await settles(300)
    assert not await settles(300)
    (row,) = await shop.given()
    assert (row["state"], row["offFen"]) == ("used", 300)
    assert (await shop.view())["offers"][0]["spentFen"] == 300
    assert await asks(2, number) == []
