"""Drivers pay on their phones: by plate, at the stand-in provider's page, with its signed notices over HTTP."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from linli.domains.parking.prepay.links import ParkingLinks
from linli.domains.parking.room import Drivers
from linli.domains.payments.charges.collector import Collecting
from linli.domains.payments.room import PaymentsRoom
from linli.kernel.http import ASGIApp, Callers, HttpServer
from tests.domains.access.platform import until
from tests.domains.parking.conftest import GUEST
from tests.domains.parking.fees.test_stays import HOUR, STAYS, Gate, gate

__all__ = ["gate"]
pytestmark = pytest.mark.engines("sqlite")
MINUTE = 60_000


class Town(Gate):
    """The lot with its lanes, and what drivers reach without log-in."""

    url: str
    links: ParkingLinks
    phone: httpx.AsyncClient

    @asynccontextmanager
    async def open(self, *, cashier: bool = True) -> AsyncIterator["Town"]:
        platform = self.lot.platform
        money = PaymentsRoom(
            platform.db, platform.clock, platform.ids, platform.secrets, cashier=cashier, platform_url=""
        )
        money.register(platform.jobs)
        self.lot.estate.parts.services["payments"] = Collecting(money.collector)
        links = self.links = ParkingLinks(platform.secrets, "")
        drivers = Drivers(
            platform.db, platform.clock, platform.ids, links, callers=Callers([], platform.clock),
            collector=money.collector, invoker=platform.things.invoker,
        )  # fmt: skip

        drivers.register(platform.jobs)

        async def route(scope: Any, receive: Any, send: Any) -> None:
            apps: dict[str, ASGIApp] = {
                **money.prefixes(),
                "/park": drivers.pages,
                "/ticket": drivers.tickets,
            }
            await apps[max((name for name in apps if scope["path"].startswith(name)), key=len)](
                scope, receive, send
            )

        server = HttpServer(route)
        await server.start()
        self.url = links.base_url = f"http://127.0.0.1:{server.port}"
        if money.cashier is not None:
            money.cashier.platform_url = self.url
        self.page = links.lot_url(self.lot.lot)
        try:
            async with httpx.AsyncClient(
                base_url=self.url, trust_env=False, headers={"accept-language": "zh-CN"}
            ) as self.phone:
                yield self
        finally:
            await server.stop(grace_seconds=1)

    async def hold(self, *, on: bool = True) -> None:
        answer = await self.desk.put(f"/parking-lots/{self.lot.lot}/exits", json={"holdsUnpaid": on})
        assert answer.status_code == 204, answer.text

    async def asks(self, plate: str, **fields: str) -> httpx.Response:
        return await self.phone.post(self.page, data={"province": plate[0], "rest": plate[1:], **fields})

    async def finds(self, plate: str) -> str:
        """The path of the stay's page."""
        answer = await self.asks(plate)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def due(self, path: str) -> str:
        page = await self.phone.get(path)
        assert page.status_code == 200, page.text
        shown = re.search(r'data-testid="due">¥([0-9.]+)<', page.text)
        assert shown, page.text
        return shown[1]

    async def to_till(self, path: str, key: str = "") -> str:
        """From the stay's page to the provider's; its path."""
        page = (await self.phone.get(path)).text
        keys = re.search(r'name="key" value="([0-9a-f]{32})"', page)
        assert keys, page
        answer = await self.phone.post(path, data={"key": key or keys[1]})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def presses(self, till: str, action: str = "pay") -> str:
        answer = await self.phone.post(till, data={"action": action})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def view(self, plate: str) -> dict[str, Any]:
        answer = await self.desk.get(f"{STAYS}/{(await self.stay(plate))['id']}")
        view: dict[str, Any] = answer.json()
        return view

    async def paid(self, plate: str, *fen: int) -> None:
        """Wait until the stay was paid by these amounts."""

        async def taken() -> bool:
            return [payment["fen"] for payment in (await self.view(plate))["payments"]] == list(fen)

        await until(taken, 60)


@pytest.fixture
async def town(gate: Gate) -> AsyncIterator[Town]:
    async with Town(gate.lot, (gate.entry, gate.exit)).open() as opened:
        yield opened


async def test_a_driver_pays_by_plate_and_again_when_the_fee_grew(town: Town) -> None:
    await town.published()
    await town.comes(GUEST)
    town.later(2 * HOUR)
    form = await town.phone.get(town.page)
    assert (form.status_code, form.text.count('type="radio"')) == (200, 31)
    path = await town.finds(GUEST)
    page = (await town.phone.get(path)).text
    assert ("支付 9.00 元" in page, "首 60 分钟" in page) == (True, True)
    english = (await town.phone.get(path, headers={"accept-language": "en"})).text
    assert "Why this fee" in english

    till = await town.to_till(path)
    assert "¥9.00" in (await town.phone.get(till)).text
    back = await town.presses(till, "fail")
    waiting = (await town.phone.get(back)).text
    assert ("等待支付结果" in waiting, 'http-equiv="refresh"' in waiting, "支付 9.00 元" in waiting) == (
        True,
    ) * 3
    await town.presses(till)
    await town.paid(GUEST, 900)
    done = (await town.phone.get(back)).text
    assert re.search(r"请在 \d\d:\d\d 前离场", done)
    assert "refresh" not in done
    town.later(20 * MINUTE)
    assert await town.due(path) == "2.00"
    await town.presses(await town.to_till(path))
    await town.paid(GUEST, 900, 200)
    await town.leaves(GUEST)
    assert (await town.stay(GUEST))["dueFen"] == 0
    assert "车辆已离场" in (await town.phone.get(path)).text
    view = await town.view(GUEST)
    assert [payment["method"] for payment in view["payments"]] == ["online", "online"]


async def test_plates_cannot_be_guessed(town: Town) -> None:
    await town.published()
    await town.comes(GUEST)
    free = await town.asks(GUEST)  # within the free minutes
    none = await town.asks("浙B00001")
    unknown = free.text.replace("AD12345", "B00001").replace('value="沪" checked', 'value="沪"')
    assert none.text.replace('value="浙" checked', 'value="浙"') == unknown
    assert (free.status_code, none.status_code) == (200, 200)
    half = await town.asks("浙B")
    assert (half.status_code, "车牌号码不完整" in half.text) == (400, True)

    town.later(2 * HOUR)
    path = await town.finds(GUEST)
    page = (await town.phone.get(path)).text
    assert not re.search(r"\d{4}-\d\d-\d\d|<img", page)
    answers = [await town.asks(f"浙B{number:05}") for number in range(25)]
    assert [answer.status_code for answer in answers].count(429) >= 5
    assert "秒后重试" in answers[-1].text
    town.later(11 * MINUTE)
    tries = [(await town.asks(GUEST)).status_code for _ in range(11)]
    assert (tries[0], tries[-1]) == (303, 429)
    for wrong in ("/park/x", "/park/1.1-x", f"{path[:-1]}_", town.page[:-1]):
        assert (await town.phone.get(wrong)).status_code == 404
    town.later(3 * HOUR)  # the link of a stay ends
    assert (await town.phone.get(path)).status_code == 404
    assert (await town.phone.put(town.page)).status_code == 405


async def test_two_who_pay_one_stay_get_the_second_back(town: Town) -> None:
    await town.published()
    await town.comes(GUEST)
    town.later(2 * HOUR)
    path = await town.finds(GUEST)
    keys = [f"{number:032x}" for number in range(10)]
    tills = await asyncio.gather(*(town.to_till(path, key) for key in [*keys, *keys[:2]]))
    assert len(set(tills)) == 10  # who asks twice has one charge
    await asyncio.gather(*(town.presses(till) for till in set(tills)))
    await town.paid(GUEST, 900)

    async def back() -> bool:
        answer = await town.desk.get(f"{town.lot.estate.path}/charges")
        rows = answer.json()["data"]
        states = [(row["state"], row["refundedFen"]) for row in rows]
        return sorted(states) == [("paid", 0), *[("paid", 900)] * 9] and all(
            refund["state"] == "done" for row in rows for refund in row["refunds"]
        )

    await until(back, 60)
    cash = await town.desk.post(
        f"{STAYS}/{(await town.stay(GUEST))['id']}/payments", json={"fen": 900, "method": "cash"}
    )
    assert cash.json()["code"] == "stay.nothing_due"


async def test_what_a_person_gives_back_is_not_owed_again(town: Town) -> None:
    await town.published()
    await town.comes(GUEST)
    town.later(2 * HOUR)
    await town.presses(await town.to_till(await town.finds(GUEST)))
    await town.paid(GUEST, 900)
    (charge,) = (await town.desk.get(f"{town.lot.estate.path}/charges")).json()["data"]
    of_stay = f"{town.lot.estate.path}/charges/of-stay/{charge['stayId']}"
    assert (await town.desk.get(of_stay)).json() == [charge]
    only = {"chargeId": charge["id"]}
    assert (await town.desk.get(f"{town.lot.estate.path}/charges", params=only)).json()["data"] == [charge]
    assert (await town.desk.get(f"{town.lot.estate.path}/charges", params={"chargeId": 1})).json()[
        "data"
    ] == []
    at = f"{town.lot.estate.path}/charges/{charge['id']}/refunds"
    for body, status in (
        ({"fen": 901, "reason": "多收"}, 409),
        ({"fen": 300, "reason": " "}, 400),
        ({"fen": 0, "reason": "多收"}, 400),
        ({"fen": 300, "reason": "多收"}, 201),
        ({"fen": 601, "reason": "多收"}, 409),
    ):
        assert (await town.desk.post(at, json=body)).status_code == status, body
    await town.paid(GUEST, 900, -300, 300)
    view = await town.view(GUEST)
    assert (view["stay"]["dueFen"], [row["method"] for row in view["payments"]]) == (
        0,
        ["online", "given_back", "waived"],
    )

    async def balanced() -> bool:
        statement = (await town.desk.get("/payment-statement")).json()
        return (statement["paidFen"], statement["refundedFen"], statement["differences"]) == (900, 300, [])

    await until(balanced, 60)
    view = (await town.desk.get("/payment-statement")).json()
    assert (view["matched"], [day["paidFen"] for day in view["days"]]) == (2, [900])
    sheet = await town.desk.get("/payment-statement/export.csv", params={"language": "zh-CN"})
    lines = sheet.text.strip().splitlines()
    assert (len(lines), "一致" in lines[1], "-3.00" in sheet.text) == (3, True, True)
    book = await town.desk.get("/payment-statement/export.xlsx")
    assert load_workbook(BytesIO(book.content)).active.max_row == 3
    long = await town.desk.get("/payment-statement", params={"sinceMs": 1})
    assert (long.status_code, long.json()["field"]) == (400, "sinceMs")
    for tail in ("charges/1/settle", "refunds/1/ask-again"):
        assert (await town.desk.post(f"/payment-statement/{tail}")).status_code == 404
    again = await town.desk.post(f"/payment-statement/charges/{charge['id']}/settle")
    assert again.status_code == 204, again.text
    await town.paid(GUEST, 900, -300, 300)  # it was counted already


async def test_without_a_provider_the_page_says_where_to_pay(gate: Gate) -> None:
    async with Town(gate.lot, (gate.entry, gate.exit)).open(cashier=False) as town:
        await town.published()
        await town.comes(GUEST)
        town.later(2 * HOUR)
        path = await town.finds(GUEST)
        page = (await town.phone.get(path)).text
        assert ("请到岗亭缴费" in page, "<button" in page) == (True, False)
        assert (await town.phone.post(path, data={"key": "0" * 32})).status_code == 200
