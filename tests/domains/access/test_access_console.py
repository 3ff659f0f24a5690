"""The console's door routes over HTTP, signed in, with a simulated door behind them."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import openpyxl
import pytest

from linli.app.events import to_pages
from linli.console.hub import Hub
from linli.console.parts import Parts
from linli.console.sources import SERVICES
from linli.databus.scopes import register_community
from linli.domains.access.pass_details import capture_key, temperature_c
from linli.domains.access.queries.card_holders import CardNumbers
from linli.domains.accounts import setup_code
from linli.domains.people.queries.person_names import PersonNames
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.sim.door import SimulatedDoor
from linli.sim.link import Triple
from linli.things.service import products
from tests.console.conftest import SETUP, Browser
from tests.domains.access.conftest import TSL
from tests.domains.access.platform import LOOPBACK, AccessPlatform, until
from tests.openapi import sample_methods
from tests.openapi.house import Targets

PERSON = "50acopfd3a94900494085ed2699e052432c34452"
HOUR = 3_600_000
DAY = 24 * HOUR


@dataclass
class Desk:
    """A signed-in administrator whose tenant has community 1."""

    platform: AccessPlatform
    browser: Browser
    product_key: str

    async def register(self, sn: str, name: str, **changed: object) -> dict[str, str]:
        wanted = {"communityId": 1, "sn": sn, "name": name, "productKey": self.product_key} | changed
        answer = await self.browser.post("/doors", json=wanted)
        assert answer.status_code == 201, answer.text
        told: dict[str, str] = answer.json()
        return told

    async def connect(self, told: dict[str, str]) -> SimulatedDoor:
        triple = Triple(told["productKey"], told["deviceName"], told["deviceSecret"])
        door = SimulatedDoor(triple, LOOPBACK, self.platform.mqtt_port, now_ms=self.platform.clock.now_ms)
        self.platform.doors.append(door)
        await door.start()
        await door.link.wait_online()
        return door

    async def give(self, *iot_ids: str, **changed: object) -> httpx.Response:
        wanted = {
            "communityId": 1,
            "personId": PERSON,
            "name": "王先生",
            "iotIds": list(iot_ids),
            "endsMs": self.platform.clock.now_ms() + HOUR,
        }
        return await self.browser.post("/qr-codes", json=wanted | changed)


@pytest.fixture
async def desk(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Desk]:
    database.clock = clock
    secrets = Secrets.random()
    platform = AccessPlatform(
        database, clock, ids, secrets, Settings(), Targets(), sample_methods, folder=tmp_path / "files"
    )
    await platform.start()
    services = dict.fromkeys(SERVICES) | {"invoker": platform.things.invoker, "door_keys": platform.keys}
    services["card_holders"] = CardNumbers()
    services["subject_names"] = PersonNames()
    parts = Parts(
        db=database, clock=clock, ids=ids, secrets=secrets, objects=platform.store,
        settings=msgspec.structs.replace(Settings(), data_dir=str(tmp_path)), services=services,
    )  # fmt: skip
    try:
        async with Browser(parts) as browser:
            answer = await browser.post(
                "/setup", json={**SETUP, "code": setup_code.ensure(setup_code.file_of(parts.settings))}
            )
            assert answer.status_code == 201, answer.text
            tenant_id = (await browser.get("/session")).json()["tenant"]["id"]
            async with database.begin() as tx:
                await register_community(tx, tenant_id=tenant_id, community_id=1, scope_id=ids.scope_id())
                product = await products.create_product(
                    Scope.system(tenant_id),
                    tx,
                    values=products.ProductValues(name="门", tsl=TSL),
                    ids=ids,
                    secrets=secrets,
                )
            yield Desk(platform, browser, product.product_key)
    finally:
        await platform.stop()


@pytest.mark.covers("EP-18", "DOOR-01")
async def test_a_door_is_registered_connected_and_opened_with_a_reason(desk: Desk) -> None:
    told = await desk.register("SN-0001", "北门")
    iot_id = told["iotId"]
    door = await desk.connect(told)
    await until(lambda: door.public_key)

    async def ready() -> bool:
        row = (await desk.browser.get("/doors", params={"communityId": 1})).json()["data"][0]
        return bool(row["online"] and row["keyHeld"])

    await until(ready)
    answer = await desk.browser.post(f"/doors/{iot_id}/open", json={"reason": "快递"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["tookMs"] >= 0
    assert door.opened == 1
    detail = (await desk.browser.get(f"/doors/{iot_id}")).json()
    assert [(one["reason"], one["result"]) for one in detail["opens"]] == [("快递", "opened")]
    assert (detail["name"], detail["sn"], detail["direction"]) == ("北门", "SN-0001", "ENTRANCE")
    assert (await desk.browser.post(f"/doors/{iot_id}/open", json={"reason": " "})).status_code == 400
    door.link.cut()

    async def gone() -> bool:
        return not (await desk.browser.get(f"/doors/{iot_id}")).json()["online"]

    await until(gone)
    answer = await desk.browser.post(f"/doors/{iot_id}/open", json={"reason": "再试"})
    assert (answer.status_code, answer.json()["code"]) == (503, "device.offline")


async def test_a_right_is_given_shown_used_and_taken_back(desk: Desk) -> None:
    told = await desk.register("SN-0001", "北门")
    iot_id = told["iotId"]
    door = await desk.connect(told)
    answer = await desk.give(iot_id, "nowhere", maxScans=3)
    assert answer.status_code == 201, answer.text
    code, ref = answer.json()["qrCode"], answer.json()["ref"]
    assert code not in ref
    problems = {one["iotId"]: one["problem"] for one in answer.json()["doors"]}
    assert problems[iot_id] == ""
    assert problems["nowhere"]
    await until(lambda: code in door.permissions.qr and door.public_key)
    expires = desk.platform.clock.now_ms() + HOUR
    picture = await desk.browser.post(
        f"/qr-codes/{ref}/picture", json={"communityId": 1, "personId": PERSON, "expiresMs": expires}
    )
    assert door.scan(picture.json()["text"]).opens

    async def told_pass() -> bool:
        return bool((await desk.browser.get("/passes", params={"result": "passed"})).json()["total"])

    await until(told_pass)
    (row,) = (await desk.browser.get("/passes", params={"communityId": 1, "q": "王"})).json()["data"]
    assert (row["personName"], row["personId"], row["kind"], row["passed"]) == (
        "王先生",
        PERSON,
        "QRCODE",
        True,
    )
    assert (row["doorName"], row["remaining"], row["code"]) == ("北门", 2, 0)
    (right,) = (await desk.browser.get("/qr-codes", params={"iotId": iot_id})).json()["data"]
    assert (right["ref"], right["qrCode"]) == (ref, f"…{code[-4:]}")
    assert (right["personName"], right["used"], right["live"]) == ("王先生", 1, True)
    told = await desk.browser.get("/communities/1/history", params={"kind": "credentials", "target": "*"})
    (looked,) = [one for one in told.json()["data"] if one["action"] == "code_shown"]
    assert {one["field"]: one["after"] for one in looked["fields"]} == {"person": PERSON, "end": code[-4:]}
    assert (await desk.browser.delete(f"/qr-codes/{code}/doors/{iot_id}")).status_code == 400
    counts = (await desk.browser.get(f"/doors/{iot_id}")).json()
    assert counts["failed"] == 0
    assert (await desk.browser.delete(f"/qr-codes/{ref}/doors/{iot_id}")).status_code == 204
    await until(lambda: code not in door.permissions.qr)
    assert (await desk.browser.get("/qr-codes")).json()["total"] == 0
    (right,) = (await desk.browser.get("/qr-codes", params={"ended": True})).json()["data"]
    assert (right["live"], right["endReason"]) == (False, "removed")


async def test_doors_are_found_described_and_removed(desk: Desk) -> None:
    north, south = (
        await desk.register("SN-0001", "北门"),
        await desk.register("SN-0002", "南门", direction="EXIT"),
    )

    async def names(**params: Any) -> list[str]:
        page = (await desk.browser.get("/doors", params={"communityId": 1} | params)).json()
        assert page["total"] == len(page["data"])
        return [row["name"] for row in page["data"]]

    assert await names() == ["北门", "南门"]
    assert await names(q="sn-0002") == ["南门"]
    assert await names(state="online") == []
    assert await names(state="offline", q="北") == ["北门"]
    assert await names(communityId=2) == []
    body = {"name": "西门", "direction": "EXIT", "extInfo": "x"}
    assert (await desk.browser.put(f"/doors/{north['iotId']}", json=body)).status_code == 204
    assert (await desk.browser.delete(f"/doors/{south['iotId']}")).status_code == 204
    assert await names() == ["西门"]
    for call in (
        desk.browser.get("/doors/nowhere"),
        desk.browser.put("/doors/nowhere", json=body),
        desk.browser.delete("/doors/nowhere"),
        desk.browser.post("/doors/nowhere/open", json={"reason": "x"}),
    ):
        assert (await call).status_code == 404


async def test_serial_numbers_are_listed_before_their_doors_come(desk: Desk) -> None:
    lines = "".join(f",SN-{n},door-{n},{desk.product_key}\n" for n in range(3))
    files = {"file": ("sn.csv", f"vpcInstanceId,snCode,deviceName,productKey\n{lines}".encode())}
    answer = await desk.browser.post("/serials/import", files=files)
    assert answer.json()["added"] == 3
    answer = await desk.browser.post("/doors", json={"communityId": 1, "sn": "SN-1", "name": "门"})
    assert (answer.status_code, answer.json()["code"]) == (404, "access.sn_unknown")
    answer = await desk.browser.post("/doors", json={"communityId": 1, "sn": "SN-9", "name": "门"})
    assert answer.status_code == 404


async def test_live_rows_are_the_lists_rows(desk: Desk) -> None:
    hub = Hub()
    to_pages(desk.platform.db, hub, desk.platform.store)
    tenant_id = (await desk.browser.get("/session")).json()["tenant"]["id"]
    scope = Scope(tenant_id, Caller("staff", "1"), frozenset({1}))
    live = hub.subscribe({"pass": scope, "delivery": scope}, account_id=1)
    told = await desk.register("SN-0001", "北门")
    first = await live.next(30)
    assert first is not None
    assert msgspec.json.decode(first.body)["status"] == "toBeTransferred"
    door = await desk.connect(told)
    door.swipe("unknown card")
    seen: dict[str, dict[str, Any]] = {}
    while "pass" not in seen or seen.get("delivery", {}).get("status") != "transferred":
        event = await live.next(30)
        assert event is not None
        seen[event.topic] = msgspec.json.decode(event.body)
    assert seen["pass"]["credential"] == "…card"  # whoever watches: a stream is told to all alike
    (listed,) = (await desk.browser.get("/passes")).json()["data"]
    assert {**listed, "credential": "…card"} == seen["pass"]
    (row,) = (await desk.browser.get("/deliveries")).json()["data"]
    assert {**row, "deviceOnline": True} == {**seen["delivery"], "deviceOnline": True}


async def _pass_records(desk: Desk, count: int) -> list[dict[str, Any]]:
    async def there() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await desk.browser.get("/passes")).json()["data"]
        return rows if len(rows) == count else []

    await until(there)
    return await there()


async def test_passes_are_filtered_and_taken_away(desk: Desk) -> None:
    north, south = await desk.register("SN-0001", "北门"), await desk.register("SN-0002", "=南门")
    doors = [await desk.connect(told) for told in (north, south)]
    assert (await desk.give(north["iotId"])).status_code == 201
    await until(lambda: doors[0].permissions.qr)
    code = next(iter(doors[0].permissions.qr))
    doors[0].public_key = None  # an older door, which reads codes in clear
    doors[0].scan(code)
    doors[1].swipe("0123456789")
    rows = await _pass_records(desk, 2)
    assert {row["credential"] for row in rows} == {code[-4:], "0123456789"}
    assert {(row["pictureUrl"], row["temperature"]) for row in rows} == {("", None)}

    async def found(**asked: object) -> list[str]:
        answer = await desk.browser.get("/passes", params={"communityId": 1, **asked})
        assert answer.status_code == 200, answer.text
        return sorted(row["doorName"] for row in answer.json()["data"])

    both = f"{north['iotId']},{south['iotId']}"
    assert await found(iotId=both) == ["=南门", "北门"]
    assert await found(iotId=south["iotId"]) == ["=南门"]
    assert await found(credential="0123456789") == ["=南门"]
    assert await found(q="6789") == ["=南门"]
    assert await found(q="0123456789") == ["=南门"]
    assert await found(q=code[-4:]) == ["北门"]
    for guess in ("345", "56789", code[:4], code[-5:]):  # what lists do not show is not found by trying
        assert await found(q=guess) == []
    assert await found(kind="QRCODE") == ["北门"]
    assert await found(personId=PERSON, result="passed") == ["北门"]
    assert await found(to=1) == []
    answer = await desk.browser.get("/passes", params={"iotId": ",".join(f"x{n}" for n in range(101))})
    assert (answer.status_code, answer.json()["field"]) == (400, "iotId")

    query = {"communityId": 1, "language": "en"}
    lines = list(
        csv.DictReader(io.StringIO((await desk.browser.get("/passes/export.csv", params=query)).text))
    )
    assert [line["Door"] for line in lines] == [
        {"=南门": "'=南门"}.get(row["doorName"], row["doorName"]) for row in rows
    ]
    by_kind = {line["Credential type"]: line for line in lines}
    assert by_kind["QR code"]["Person"] == "王先生"
    assert by_kind["Card"]["Result"] == "This door does not know the card"
    assert code not in str(lines)
    book = await desk.browser.get("/passes/export.xlsx", params={**query, "kind": "CARD"})
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][5:10] == ["'=南门", None, "Card", "0123456789", "In"]
    assert sheet.max_row == 2
    other = await desk.browser.get("/passes/export.csv", params={"communityId": 99})
    assert len(other.text.splitlines()) == 1


def test_what_a_door_says_besides_is_read_with_care() -> None:
    key = "t1/captures/iot1/abc.jpg"
    assert capture_key("t1", "iot1", msgspec.json.encode({"captureImg": key}).decode()) == key
    for other in ("t1/captures/iot2/abc.jpg", "t1/captures/iot1/../iot2/abc.jpg", 7, None):
        assert capture_key("t1", "iot1", msgspec.json.encode({"captureImg": other}).decode()) == ""
    told = {"36.5": 36.5, "37.25": 37.2, "60": None, "warm": None, "nan": None, "": None}
    for text, degrees in told.items():
        assert temperature_c(msgspec.json.encode({"temperature": text}).decode()) == degrees
    assert temperature_c('{"temperature": 36.61}') == 36.6
    assert temperature_c('{"temperature": true}') is None
    assert temperature_c("[1]") is None
    assert temperature_c("") is None


async def test_a_door_says_what_it_holds_of_each_kind_and_how_wrong_its_clock_is(desk: Desk) -> None:
    told = await desk.register("SN-0001", "北门")
    iot_id, clock = told["iotId"], desk.platform.clock
    (row,) = (await desk.browser.get("/doors")).json()["data"]
    assert (row["kinds"], row["clockOffMs"], row["clockWrong"]) == ([], None, False)
    triple = Triple(told["productKey"], told["deviceName"], told["deviceSecret"])
    fast = SimulatedDoor(triple, LOOPBACK, desk.platform.mqtt_port, now_ms=lambda: clock.now_ms() + 3 * HOUR)
    desk.platform.doors.append(fast)
    await fast.start()

    async def measured() -> bool:
        return (await desk.browser.get(f"/doors/{iot_id}")).json()["clockWrong"] is True

    await until(measured)
    assert (await desk.browser.get(f"/doors/{iot_id}")).json()["clockOffMs"] == 3 * HOUR
    why = (await desk.browser.get(f"/doors/{iot_id}/why", params={"personId": PERSON})).json()
    assert [one["code"] for one in why["findings"] if one["step"] == "clock"] == ["clock_fast"]
    assert (await desk.give(iot_id)).status_code == 201

    async def held() -> bool:
        found = (await desk.browser.get("/doors", params={"q": "SN-0001"})).json()["data"]
        return bool(found[0]["kinds"] == [{"kind": "qr", "held": 1, "waiting": 0, "failed": 0}])

    await until(held)


async def test_a_door_that_never_asks_for_the_time_shows_its_clock_by_its_passes(desk: Desk) -> None:
    told = await desk.register("SN-0001", "北门")
    triple = Triple(told["productKey"], told["deviceName"], told["deviceSecret"])
    clock = desk.platform.clock
    slow = SimulatedDoor(triple, LOOPBACK, desk.platform.mqtt_port, now_ms=lambda: clock.now_ms() - 2 * DAY)
    slow.link.on_online = None
    desk.platform.doors.append(slow)
    await slow.start()
    slow.swipe("0123456789")
    await _pass_records(desk, 1)
    (row,) = (await desk.browser.get("/doors")).json()["data"]
    assert row["clockWrong"]
    assert -2 * DAY - 1000 <= row["clockOffMs"] <= -2 * DAY
