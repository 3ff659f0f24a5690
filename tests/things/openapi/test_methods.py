"""The device APIs, signed and called as partners do, about a device on a real socket."""

from typing import Any

import msgspec
import pytest

from linli import tsl
from linli.kernel.clock import ManualClock
from linli.kernel.scope import Scope
from linli.things.service import devices
from tests.things.conftest import DOOR_TSL
from tests.things.device import until
from tests.things.openapi.house import SPAN, DeviceHouse, Door

CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("/app/thing/info/get", "1.0.3", {}),
    ("/app/thing/status/get", "1.0.3", {}),
    ("/app/thing/dsl/get", "1.0.1", {}),
    ("/app/thing/properties/get", "1.0.4", {}),
    ("/cloud/thing/properties/get", "1.0.2", {}),
    ("/app/thing/property/timeline/get", "1.0.4", {"identifier": "Temperature"} | SPAN),
    ("/app/thing/event/timeline/get", "1.0.3", {"identifier": "passEvent", "eventType": "info"} | SPAN),
    ("/app/thing/service/data/get", "1.0.3", {"identifier": "remoteOpen"} | SPAN),
    ("/app/thing/properties/set", "1.0.3", {"items": {"LightSwitch": 1}}),
    ("/app/thing/service/invoke", "1.0.3", {"identifier": "remoteOpen", "args": {}}),
    ("/cloud/thing/service/invoke", "1.0.1", {"identifier": "remoteOpen", "args": {}}),
    ("/cloud/thing/service/invoke", "1.0.2", {"identifier": "remoteOpen", "args": {}}),
]


@pytest.mark.parametrize("path, version, params", CALLS, ids=[f"{p} {v}" for p, v, _ in CALLS])
async def test_a_device_is_addressed_in_both_ways_and_a_foreign_one_is_not_there(
    door: Door, strange_door: Door, path: str, version: str, params: dict[str, Any]
) -> None:
    device = await door.online()
    device.answers = dict.fromkeys(("thing.service.remoteOpen", "thing.service.property.set"), lambda _: {})
    call = door.partner.call
    names = {"productKey": door.triple.product_key, "deviceName": door.triple.device_name}
    foreign = {"productKey": strange_door.triple.product_key, "deviceName": strange_door.triple.device_name}
    assert (await call(path, version, params | {"iotId": door.triple.iot_id}))["code"] == 200
    assert (await call(path, version, params | names))["code"] == 200
    assert (await call(path, version, params | names | {"iotId": door.triple.iot_id}))["code"] == 200

    absent = await call(path, version, params | {"iotId": "nobody"})
    assert absent["code"] == (40062 if path == "/app/thing/info/get" else 403)
    assert await call(path, version, params | {"iotId": strange_door.triple.iot_id}) == absent
    assert await call(path, version, params | foreign) == absent
    assert (await call(path, version, params))["code"] == 460
    assert (await call(path, version, params | {"productKey": door.triple.product_key}))["code"] == 460
    assert (await call(path, version, params | foreign | {"iotId": door.triple.iot_id}))["code"] == 460
    assert (await call(path, version, params | {"iotId": {}}))["code"] == 400
    assert (await call(path, "9.9.9", params))["code"] == 20003


@pytest.mark.covers("API-04")
async def test_info(door: Door, clock: ManualClock) -> None:
    info = await door.data("/app/thing/info/get", "1.0.3")
    created = clock.now_ms()
    assert info == {
        "iotId": door.triple.iot_id, "productKey": door.triple.product_key, "name": "lobby-01",
        "deviceSecret": door.triple.device_secret, "deviceKey": door.triple.iot_id[:20], "nickname": "lobby-01",
        "thingType": "DEVICE", "region": "cn-hangzhou", "rbacTenantId": door.partner.tenant_id, "status": 0,
        "statusLast": 0, "gmtCreate": created, "gmtModified": created, "productName": "门禁产品",
    }  # fmt: skip
    await clock.advance(1000)
    device = await door.online()
    await device.post({"LightSwitch": 1})
    info = await door.data("/app/thing/info/get", "1.0.3")
    assert (info["status"], info["statusLast"], info["activeTime"]) == (1, 0, created + 1000)
    told = await door.call("/app/thing/info/get", "1.0.3", iotId="nobody")
    assert (told["code"], told["message"], told["localizedMsg"]) == (
        40062, "not authorization query device", "没有权限查询设备",
    )  # fmt: skip


@pytest.mark.covers("API-03")
async def test_info_of_several(door: Door, strange_door: Door) -> None:
    path, version = "/app/thing/info/list/get", "1.4.1"
    own, foreign = door.triple.iot_id, strange_door.triple.iot_id
    call = door.partner.call
    assert [
        d["iotId"] for d in (await call(path, version, {"iotIds": [foreign, own, "nobody"]}))["data"]
    ] == [own]
    named = {"productKey": door.triple.product_key, "deviceName": ["nobody", "lobby-01"]}
    assert [d["iotId"] for d in (await call(path, version, named))["data"]] == [own]
    wrong: list[dict[str, Any]] = [{}, {"deviceName": ["lobby-01"]}, {"iotIds": ["x"] * 201}]
    for params in wrong:
        assert (await call(path, version, params))["code"] == 460


@pytest.mark.covers("API-07", "API-11")
async def test_status_follows_the_connection(door: Door, house: DeviceHouse) -> None:
    async def status() -> Any:
        return (await door.data("/app/thing/status/get", "1.0.3"))["status"]

    assert await door.data("/app/thing/status/get", "1.0.3") == {"deviceName": "lobby-01", "status": 0}
    device = await door.online()
    await device.post({"LightSwitch": 1})
    assert await status() == 1
    await device.close()

    async def gone() -> bool:
        return bool(await status() == 3)

    await until(gone)
    async with house.db.begin() as tx:
        await devices.enable_device(
            Scope.system(door.partner.tenant_id), tx, iot_id=door.triple.iot_id, enabled=False
        )
    assert await status() == 8
    batch = {"productKey": door.triple.product_key, "deviceNames": ["nobody", "lobby-01"]}
    told = await door.partner.call("/app/thing/status/batch/get", "1.0.3", batch)
    assert told["data"] == [{"deviceName": "lobby-01", "status": 8}]
    batch["deviceNames"] = ["x"] * 11
    assert (await door.partner.call("/app/thing/status/batch/get", "1.0.3", batch))["code"] == 460


@pytest.mark.covers("API-05")
async def test_the_thing_model_is_a_json_string(door: Door) -> None:
    text = await door.data("/app/thing/dsl/get", "1.0.1")
    document = msgspec.json.decode(text)
    assert document["profile"] == {
        "productKey": door.triple.product_key, "deviceName": "lobby-01",
    }  # fmt: skip
    assert [service["identifier"] for service in document["services"]][:2] == ["set", "get"]
    assert tsl.parse_json(text) == tsl.parse(DOOR_TSL)


@pytest.mark.covers("API-13")
async def test_present_values_have_their_json_types(door: Door, clock: ManualClock) -> None:
    device = await door.online()
    assert await door.data("/app/thing/properties/get", "1.0.4") == []
    await device.post({"Label": "大堂", "Geo": {"lon": 120.5}, "LightSwitch": 1})
    first = clock.now_ms()
    await clock.advance(10)
    await device.post({"Temperature": 20})
    rows = await door.data("/app/thing/properties/get", "1.0.4")
    assert [(row["attribute"], row["value"], row["gmtModified"]) for row in rows] == [
        ("Temperature", 20.0, first + 10), ("LightSwitch", 1, first), ("Label", "大堂", first),
        ("Geo", {"lon": 120.5}, first),
    ]  # fmt: skip
    batches = [row["batchId"] for row in rows]
    assert {len(batch) for batch in batches} == {32}
    assert batches[0] != batches[1] == batches[2] == batches[3]
    assert await door.data("/cloud/thing/properties/get", "1.0.2") == rows


@pytest.mark.covers("API-02")
async def test_the_series_of_a_property_is_read_page_by_page(door: Door, clock: ManualClock) -> None:
    device = await door.online()
    begun = clock.now_ms()
    for n in range(5):
        await device.post({"Temperature": n, "Geo": {"lon": n}})
        await clock.advance(1000)
    path, version = "/app/thing/property/timeline/get", "1.0.4"
    asked = {"identifier": "Temperature", "start": begun, "end": begun + 3000, "pageSize": 2, "ordered": True}
    page = await door.data(path, version, **asked)
    assert [(i["data"], i["property"], i["timestamp"]) for i in page["items"]] == [
        (0, "Temperature", begun), (1, "Temperature", begun + 1000),
    ]  # fmt: skip
    assert page["timestamp"] == begun + 1000
    page = await door.data(path, version, **asked | {"start": page["timestamp"] + 1})
    assert [item["data"] for item in page["items"]] == [2, 3]
    page = await door.data(path, version, **asked | {"start": page["timestamp"] + 1})
    assert page == {"timestamp": begun + 3000, "items": []}
    page = await door.data(path, version, **asked | {"ordered": "false", "start": str(begun)})
    assert [item["data"] for item in page["items"]] == [3, 2]
    page = await door.data(path, version, **asked | {"identifier": "Geo"})
    assert [item["data"] for item in page["items"]] == [{"lon": 0.0}, {"lon": 1.0}]
    assert (await door.data(path, version, **asked | {"identifier": "nobody"}))["items"] == []
    wrong: list[tuple[dict[str, Any], int]] = [
        ({"pageSize": 0}, 460), ({"pageSize": 2001}, 460), ({"pageSize": "x"}, 400), ({"start": {}}, 400),
    ]  # fmt: skip
    for params, code in wrong:
        assert (await door.call(path, version, **asked | params))["code"] == code


@pytest.mark.covers("API-10")
async def test_the_series_of_an_event(door: Door, clock: ManualClock) -> None:
    device = await door.online()
    at = clock.now_ms()
    await device.event("passEvent", {"code": 0, "type": "face"})
    await clock.advance(1000)
    await device.event("passEvent", {"value": {"code": 102}, "time": clock.now_ms() - 1})
    path, version = "/app/thing/event/timeline/get", "1.0.3"
    page = await door.data(path, version, identifier="passEvent", eventType="info", **SPAN)
    batches = [item.pop("batchId") for item in page["items"]]
    assert len(set(batches)) == 2
    facts = {"iotId": door.triple.iot_id, "eventCode": "passEvent", "eventName": "通行", "eventType": "info"}
    assert page == {
        "timestamp": at + 999,
        "items": [
            facts | {"timestamp": at, "eventBody": {"code": 0, "type": "face"}},
            facts | {"timestamp": at + 999, "eventBody": {"code": 102}},
        ],
    }
    page = await door.data(path, version, identifier="passEvent", eventType="alert", **SPAN)
    assert page == {"timestamp": 2**53, "items": []}
    page = await door.data(path, version, identifier="passEvent", eventType="", **SPAN | {"ordered": False})
    assert [item["timestamp"] for item in page["items"]] == [at + 999, at]
    assert (await door.call(path, version, identifier="passEvent", eventType="warn", **SPAN))["code"] == 460


@pytest.mark.covers("API-06", "API-15")
async def test_services_are_called_and_remembered(door: Door, clock: ManualClock) -> None:
    device = await door.online()
    device.answers["thing.service.CloudCallElevator"] = lambda params: {"data": {"code": params["Floor"]}}
    path, version = "/app/thing/service/invoke", "1.0.3"
    told = []
    for floor in (1, 2, 3):
        told.append(await door.data(path, version, identifier="CloudCallElevator", args={"Floor": floor}))
        await clock.advance(1000)
    assert [answer["data"] for answer in told] == [{"code": 1}, {"code": 2}, {"code": 3}]
    records = "/app/thing/service/data/get"
    asked = {"identifier": "CloudCallElevator", **SPAN, "pageSize": 2}
    as_text = {key: str(value).lower() for key, value in SPAN.items()}  # as the contract types them
    page = await door.data(records, "1.0.3", **asked | as_text | {"pageSize": 2})
    assert [msgspec.json.decode(item["inputData"]) for item in page["list"]] == [{"Floor": 1}, {"Floor": 2}]
    reply = msgspec.json.decode(page["list"][0]["outputData"])
    assert reply == {"id": told[0]["messageId"], "code": 200, "data": {"code": 1}, "message": "success"}
    assert (page["list"][0]["name"], page["nextValid"]) == ("呼梯", True)
    page = await door.data(records, "1.0.3", **asked | {"start": page["nextTime"]})
    assert [msgspec.json.decode(item["inputData"]) for item in page["list"]] == [{"Floor": 3}]
    assert page["nextValid"] is False

    told = await door.data(path, version, identifier="syncPermissions", args={"permissionUrl": "u"})
    assert list(told) == ["messageId"]


async def test_a_call_that_comes_to_nothing_says_why(door: Door) -> None:
    path, version = "/cloud/thing/service/invoke", "1.0.2"
    told = await door.call(path, version, identifier="remoteOpen", args={})
    assert told["code"] == 20004
    assert told["message"].endswith("is offline; nothing was sent.")
    assert "不在线" in told["localizedMsg"]
    device = await door.online()
    device.answers["thing.service.remoteOpen"] = lambda params: {"code": 5001, "message": "jammed"}
    told = await door.call(path, version, identifier="remoteOpen", args={})
    assert (told["code"], told["message"]) == (500, "The device answered with code 5001: jammed")
    assert told["returnType"] == "IoT_PROTOCOL"
    for wrong in (
        {"identifier": "nobody", "args": {}},
        {"identifier": "CloudCallElevator", "args": {"Floor": 99}},
    ):
        assert (await door.call(path, version, **wrong))["code"] == 460
    device.answers["thing.service.remoteOpen"] = lambda params: {"data": None}
    assert (await door.call(path, version, identifier="remoteOpen", args={}))["code"] == 200


@pytest.mark.covers("API-14")
async def test_properties_are_set(door: Door) -> None:
    path, version = "/app/thing/properties/set", "1.0.3"
    assert (await door.call(path, version, items={"LightSwitch": 1}))["code"] == 20004
    device = await door.online()
    assert await door.data(path, version, items={"LightSwitch": 1}) is None
    sent = await device.next()
    assert sent.topic == device.topic("thing/service/property/set")
    assert msgspec.json.decode(sent.payload)["params"] == {"LightSwitch": 1}
    wrong: list[dict[str, Any]] = [
        {},
        {"Nobody": 1},
        {"Geo": {"lon": 1}},
        {"Temperature": 99},
        {"LightSwitch": "1"},
    ]
    for items in wrong:
        assert (await door.call(path, version, items=items))["code"] == 460
