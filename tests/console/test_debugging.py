"""Online debugging as the pages use it: why a call fails, courses of properties, their export."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from linli.console.parts import Parts
from linli.things.mqtt.listen import listen
from linli.things.room import Things
from linli.things.service.devices import Triple
from tests.console.conftest import Browser
from tests.console.test_products import made
from tests.things.device import Device, until

MODEL = {
    "properties": [
        {
            "identifier": "Energy",
            "name": "电量",
            "dataType": {"type": "double", "specs": {"min": "0", "max": "1000", "unit": "kWh"}},
        },
        {"identifier": "Label", "name": "标签", "dataType": {"type": "text", "specs": {"length": "8"}}},
    ],
    "services": [
        {"identifier": "remoteOpen", "name": "开门", "callType": "sync"},
        {
            "identifier": "Reset",
            "name": "清零",
            "callType": "async",
            "inputData": [
                {
                    "identifier": "to",
                    "name": "到",
                    "dataType": {"type": "int", "specs": {"min": "0", "max": "9"}},
                }
            ],
        },
    ],
}


class Rig:
    """The things behind the console, and one device of a product that has MODEL."""

    def __init__(self, parts: Parts, things: Things, port: int) -> None:
        self.parts, self.things, self.port = parts, things, port
        self.triple = Triple("", "", "", "")
        self.at = ""

    async def add_device(self, browser: Browser, product_key: str) -> None:
        answer = await browser.post("/devices", json={"productKey": product_key})
        assert answer.status_code == 201, answer.text
        device = answer.json()
        self.triple = Triple(device["iotId"], product_key, device["deviceName"], device["deviceSecret"])
        self.at = f"/devices/{device['iotId']}"

    async def call(self, browser: Browser, identifier: str, **more: Any) -> dict[str, Any]:
        body = {"kind": "service", "identifier": identifier, **more}
        answer = await browser.post(f"{self.at}/debug/call", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def things(parts: Parts) -> AsyncIterator[tuple[Things, int]]:
    things = Things(parts.db, parts.clock, parts.ids, parts.secrets)
    await things.start()
    server = await listen(things.front.connection, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    things.simulator.address = lambda: ("127.0.0.1", port)
    parts.services.update(
        invoker=things.invoker, simulator=things.simulator, features=things.features, things=things
    )
    yield things, port
    server.close()
    await things.stop()


@pytest.fixture
async def rig(things: tuple[Things, int], administrator: Browser, parts: Parts) -> Rig:
    rig = Rig(parts, *things)
    product = await made(administrator, name="电表", categoryCode="community/people/qrcode")
    key = product["productKey"]
    saved = await administrator.put(f"/products/{key}/model/draft", json={"document": MODEL, "revision": 0})
    assert saved.status_code == 200, saved.text
    published = await administrator.post(
        f"/products/{key}/model/publish", json={"revision": saved.json()["revision"], "force": True}
    )
    assert published.status_code in (200, 201), published.text
    await rig.add_device(administrator, key)
    return rig


async def test_a_service_that_the_category_lacks_is_told_with_the_categories_that_have_it(
    rig: Rig, administrator: Browser
) -> None:
    said = await rig.call(administrator, "syncPermissions")
    why = said["why"]
    assert (said["ok"], why["cause"], why["told"]) == (False, "wrong_category", "device data format is error")
    assert "智慧社区/人员通行/二维码门禁" in why["facts"]["categories"]
    assert "wrong category" in why["text"]
    assert "right category" in why["todo"]
    assert (await rig.call(administrator, "nowhere"))["why"]["cause"] == "no_service"
    asked = await administrator.get(f"{rig.at}/debug/why-not", params={"identifier": "syncPermissions"})
    assert asked.json()["why"]["cause"] == "wrong_category"
    strange = {"identifier": "remoteOpen", "appKey": "20000009"}
    asked = await administrator.get(f"{rig.at}/debug/why-not", params=strange)
    assert asked.json()["why"]["cause"] == "other_project"


async def test_every_other_failure_has_its_cause_too(rig: Rig, administrator: Browser) -> None:
    assert (await rig.call(administrator, "remoteOpen"))["why"]["cause"] == "never_connected"
    device = await Device.connect(rig.port, rig.triple)
    outside = await rig.call(administrator, "Reset", args={"to": 77})
    assert (outside["why"]["cause"], outside["field"]) == ("bad_input", "args.to")

    device.answers["thing.service.remoteOpen"] = lambda params: {"code": 5001, "message": "jammed"}
    refused = (await rig.call(administrator, "remoteOpen"))["why"]
    assert (refused["cause"], refused["facts"]) == ("answered", {"code": 5001, "message": "jammed"})
    device.answers["thing.service.remoteOpen"] = lambda params: {"code": 404, "message": "?"}
    assert (await rig.call(administrator, "remoteOpen"))["why"]["cause"] == "unknown_to_device"
    device.answers["thing.service.remoteOpen"] = lambda params: {"data": {}}
    done = await rig.call(administrator, "remoteOpen")
    assert (done["ok"], done["why"]) == (True, None)

    def traced(call: dict[str, Any]) -> Any:
        return administrator.get("/trace", params={"id": call["messageId"]})

    hops = (await traced(done)).json()["hops"]
    assert [hop["step"] for hop in hops] == ["asked", "routed", "sent", "replied"]
    device.answers["thing.service.remoteOpen"] = lambda params: {"code": 5002, "message": "jammed again"}
    hops = (await traced(await rig.call(administrator, "remoteOpen"))).json()["hops"]
    assert (hops[-1]["state"], hops[-1]["facts"]["code"]) == ("failed", 5002)

    recorded = [
        (await administrator.get(f"{rig.at}/debug/calls/{row['id'].removeprefix('down-')}")).json()
        for row in (await administrator.get(f"{rig.at}/messages")).json()
        if row["direction"] == "down"
    ]
    causes = [(one["state"], one["why"] and one["why"]["cause"]) for one in recorded]
    assert sorted(causes, key=str) == [
        ("answered", None), ("offline", "offline"), ("refused", "answered"), ("refused", "answered"),
        ("refused", "unknown_to_device"),
    ]  # fmt: skip

    asked = {"kind": "set", "args": {"Nothing": 1}}
    said = (await administrator.post(f"{rig.at}/debug/call", json=asked)).json()
    assert (said["why"]["cause"], said["messageId"]) == ("bad_input", "")
    device.answers["thing.service.property.set"] = lambda params: {"data": {}}
    asked = {"kind": "set", "args": {"Energy": 12.5}}
    said = (await administrator.post(f"{rig.at}/debug/call", json=asked)).json()
    told = (await traced(said)).json()
    assert (told["kind"], told["title"], told["payload"]) == ("down", "set", '{"Energy":12.5}')
    await administrator.put(rig.at, json={"enabled": False})
    await device.close()


async def test_a_simulated_device_is_drawn_and_exported(rig: Rig, administrator: Browser) -> None:
    begun = await administrator.post(f"{rig.at}/simulator", json={"properties": ["Energy"]})
    assert begun.json()["running"], begun.text
    for value in (10.5, 12.0):
        act = {"kind": "property", "values": {"Energy": value}}
        assert (await administrator.post(f"{rig.at}/simulator/acts", json=act)).status_code == 204
        await asyncio.sleep(0.05)
    series = f"{rig.triple.iot_id}/Energy"
    high = rig.parts.clock.now_ms() + 1

    async def drawn() -> list[float]:
        answer = await administrator.get("/charts", params={"series": series, "toMs": high})
        assert answer.status_code == 200, answer.text
        (one,) = answer.json()["series"]
        assert (one["name"], one["unit"], one["detail"], one["step"]) == ("电量", "kWh", "points", False)
        found: list[float] = one["mean"]
        return found if len(found) == 2 else []

    assert await until(drawn) == [10.5, 12.0]
    text = (await administrator.get("/charts/export.csv", params={"series": series, "toMs": high})).text
    lines = text.lstrip("\ufeff").splitlines()
    assert lines[0] == "time,iotId,device,property,value,unit"
    assert [line.split(",")[3:] for line in lines[1:]] == [
        ["Energy", "10.5", "kWh"],
        ["Energy", "12.0", "kWh"],
    ]

    assert (await administrator.get(f"{rig.at}/simulator")).json()["running"]
    assert (await administrator.delete(f"{rig.at}/simulator")).status_code == 204
    assert not (await administrator.get(f"{rig.at}/simulator")).json()["running"]


async def test_what_cannot_be_drawn_is_refused(rig: Rig, administrator: Browser) -> None:
    iot_id = rig.triple.iot_id
    for series, status in (
        ("", 400), (f"{iot_id}/Label", 400), (f"{iot_id}/Nothing", 404), ("nobody/Energy", 404),
        (",".join(f"{iot_id}/P{n}" for n in range(9)), 400),
    ):  # fmt: skip
        assert (await administrator.get("/charts", params={"series": series})).status_code == status, series
    turned: dict[str, str | int] = {"series": f"{iot_id}/Energy", "fromMs": 5, "toMs": 4}
    assert (await administrator.get("/charts", params=turned)).status_code == 400
