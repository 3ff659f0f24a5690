"""Lists, snapshots, topology and tags over the open API; who was told a secret; a database that cannot serve."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import bindparam, update

from linli.kernel.audit import secret_reads_of
from linli.kernel.clock import ManualClock
from linli.kernel.db import INT, Command, Tx
from linli.kernel.errors import Unavailable
from linli.kernel.scope import Scope
from linli.things import tags
from linli.things.models import devices as device_table
from linli.things.queries.devices import get_device
from linli.things.service import devices, products
from linli.things.service.devices import Triple
from tests.things.conftest import DOOR_TSL
from tests.things.openapi.house import SPAN, DeviceHouse, Door

LIST, SNAPSHOT = ("/app/thing/list", "1.0.4"), ("/app/thing/properties/batch/get", "1.0.1")
TOPO, PROP = ("/app/thing/topo/get", "1.0.0"), ("/app/thing/prop/get", "1.0.1")
INFO, INFOS = ("/app/thing/info/get", "1.0.3"), ("/app/thing/info/list/get", "1.4.1")
PAGE = {"pageNo": 1, "pageSize": 10}


async def ask(door: Door, method: tuple[str, str], params: Any) -> dict[str, Any]:
    """A call without the door's own id."""
    return await door.partner.call(*method, params)


async def rows(door: Door, params: Any, method: tuple[str, str] = LIST) -> list[str]:
    told = await ask(door, method, params)
    assert told["code"] == 200, told
    return [row["deviceName"] for row in told["data"]["data"]]


async def add(
    house: DeviceHouse, door: Door, name: str, *, gateway_no: int | None = None, **product: Any
) -> Triple:
    """One more device of the partner's project, of a product of its own."""
    scope = Scope.system(door.partner.tenant_id)
    async with house.db.begin() as tx:
        made = await products.create_product(
            scope,
            tx,
            values=products.ProductValues(name=f"{name} 产品", tsl=DOOR_TSL, **product),
            ids=house.ids,
            secrets=house.secrets,
        )
        triple = await devices.create_device(
            scope,
            tx,
            values=devices.DeviceValues(
                product_key=made.product_key, device_name=name, project_id=door.partner.project_id
            ),
            ids=house.ids,
            secrets=house.secrets,
        )
        if gateway_no is not None:
            await _join(tx, triple.iot_id, gateway_no)
    return triple


async def _join(tx: Tx, iot_id: str, gateway_no: int) -> None:
    """As a gateway does with `thing/topo/add`."""
    command = Command(
        update(device_table)
        .where(device_table.c.iot_id == bindparam("of_device"))
        .values(gateway_no=bindparam("no", type_=INT)),
        unscoped="a test",
    )
    await command.run(tx, of_device=iot_id, no=gateway_no)


async def number_of(house: DeviceHouse, door: Door) -> int:
    return (await get_device(door.partner.owner, house.db, iot_id=door.triple.iot_id)).device_no


@pytest.mark.covers("API-12")
async def test_devices_are_listed_by_tags_products_and_categories(
    house: DeviceHouse, door: Door, strange_door: Door, clock: ManualClock
) -> None:
    names = {"category_code": "community/people/face", "category_name": "智慧社区/人员通行/人脸门禁"}
    await clock.advance(1000)
    face = await add(house, door, "face-01", **names)
    async with house.db.begin() as tx:
        await tags.set_tags(
            door.partner.owner, tx, iot_id=face.iot_id, tags={"color": "red", "owner": "yinlong"}
        )
    assert await rows(door, PAGE) == ["face-01", "lobby-01"]
    assert await rows(door, {}) == ["face-01", "lobby-01"]
    assert await rows(door, {"pageNo": "2", "pageSize": "1"}) == ["lobby-01"]
    red = {"key": "color", "value": "red"}
    for found in (
        {"tagList": [red]}, {"tagList": [red, {"key": "owner", "value": "yinlong"}]},
        {"productKeyList": ["a1nobody000", face.product_key]}, {"categoryKeyList": ["community/people/face"]},
        {"categoryKeyList": ["face"], "tagList": [red], "productKeyList": [face.product_key]},
    ):  # fmt: skip
        assert await rows(door, found) == ["face-01"], found
    for nothing in (
        {"tagList": [red, {"key": "owner", "value": "other"}]}, {"categoryKeyList": ["people"]},
        {"productKeyList": [strange_door.triple.product_key]},
        {"categoryKeyList": ["face"], "productKeyList": [door.triple.product_key]},
    ):  # fmt: skip
        assert await rows(door, nothing) == [], nothing
    assert await rows(door, {"appId": door.partner.app_key, "lpInstanceId": "x"}) == ["face-01", "lobby-01"]
    told = await ask(door, LIST, {"appId": "nobody"})
    assert (told["code"], told["message"], told["localizedMsg"]) == (40063, "app not exist", "应用不存在")
    assert await ask(door, LIST, {"appId": strange_door.partner.app_key}) == told
    for wrong, code in (
        ({"pageSize": 201}, 460), ({"pageSize": 0}, 460), ({"pageNo": "x"}, 400), ({"tagList": [{}]}, 460),
        ({"tagList": "red"}, 400), ({"tagList": [red] * 11}, 460), ({"productKeyList": ["x"] * 101}, 460),
    ):  # fmt: skip
        assert (await ask(door, LIST, wrong))["code"] == code, wrong


@pytest.mark.covers("API-01")
async def test_a_products_devices_are_read_with_their_values(
    house: DeviceHouse, door: Door, strange_door: Door, clock: ManualClock
) -> None:
    device = await door.online()
    await device.post({"Temperature": 21.5, "Geo": {"lon": 120.5}})
    at = clock.now_ms()
    told = await ask(door, SNAPSHOT, {"productKey": door.triple.product_key, **PAGE})
    page = told["data"]
    assert (page["total"], page["pageNo"], page["pageSize"]) == (1, 1, 10)
    [row] = page["data"]
    shown = row["rangeQueryDTO"]
    assert [(one["identifier"], one["dataType"], one["unit"]) for one in shown] == [
        ("Temperature", "float", "°C"), ("LightSwitch", "bool", ""), ("Label", "text", ""),
        ("Geo", "struct", ""), ("RSAPublicKey", "text", ""),
    ]  # fmt: skip
    assert shown[1] == {"identifier": "LightSwitch", "name": "LightSwitch", "dataType": "bool", "unit": ""}
    batch = shown[0].pop("batchId")
    assert shown[0] == {
        "identifier": "Temperature", "name": "Temperature", "dataType": "float", "unit": "°C",
        "iotId": door.triple.iot_id, "attribute": "Temperature", "value": 21.5, "gmtModified": at, "group": 0,
    }  # fmt: skip
    assert (shown[3]["value"], shown[3]["batchId"]) == ({"lon": 120.5}, batch)
    empty = await ask(door, SNAPSHOT, {"productKey": "a1nobody000", **PAGE})
    assert empty["data"] == {"total": 0, **PAGE, "data": []}
    assert await ask(door, SNAPSHOT, {"productKey": strange_door.triple.product_key, **PAGE}) == empty
    assert (await ask(door, SNAPSHOT, PAGE))["code"] == 460
    assert (await ask(door, SNAPSHOT, {"productKey": 1, **PAGE}))["code"] == 400


@pytest.mark.covers("API-08")
async def test_a_gateway_tells_its_sub_devices(house: DeviceHouse, door: Door, strange_door: Door) -> None:
    number = await number_of(house, door)
    for n in range(3):
        sub = await add(house, door, f"sub-{n}", gateway_no=number)
    told = await door.data(*TOPO, pageNo=1, pageSize=2)
    assert (told["total"], told["pageNo"], told["pageSize"]) == (3, 1, 2)
    assert [one["deviceName"] for one in told["data"]] == ["sub-2", "sub-1"]
    assert told["data"][0] == {
        "iotId": sub.iot_id, "deviceName": "sub-2", "deviceSecret": sub.device_secret,
        "productKey": sub.product_key,
    }  # fmt: skip
    [read] = await secret_reads_of(door.partner.owner, house.db, kind="device", target=sub.iot_id)
    assert read.caller == f"app:{door.partner.app_key}"
    assert (await door.data(*TOPO, pageNo=2, pageSize=2))["data"][0]["deviceName"] == "sub-0"
    absent = await ask(door, TOPO, {"iotId": "nobody", **PAGE})
    assert absent["code"] == 403
    assert await ask(door, TOPO, {"iotId": strange_door.triple.iot_id, **PAGE}) == absent
    assert (await ask(door, TOPO, PAGE))["code"] == 460
    assert (await door.call(*TOPO, pageNo=1, pageSize="many"))["code"] == 400
    assert (await door.call(*TOPO, pageNo=1, pageSize=201))["code"] == 460


@pytest.mark.covers("API-09", "CAT-01", "CAT-02", "CAT-03")
async def test_tags_stand_beside_the_code_and_in_data(
    house: DeviceHouse, door: Door, strange_door: Door
) -> None:
    """V-19 (3.4.2.3.txt:48-56, 397)."""
    names = {"category_code": "community/people/aio", "category_name": "智慧社区/人员通行/门禁一体机"}
    triple = await add(house, door, "aio-0001", capabilities=["face", "qrcode"], **names)
    told = await ask(door, PROP, {"iotId": triple.iot_id})
    assert told["props"] == told["data"]
    assert msgspec.json.decode(told["props"]) == {
        "CategoryCode": "community/people/aio", "CategoryName": "智慧社区/人员通行/门禁一体机",
        "Capability": ["face", "qrcode"],
    }  # fmt: skip
    assert (await door.call(*PROP))["props"] == "{}"
    absent = await ask(door, PROP, {"iotId": "nobody"})
    assert (absent["code"], "props" in absent) == (403, False)
    assert await ask(door, PROP, {"iotId": strange_door.triple.iot_id}) == absent
    assert (await ask(door, PROP, {"iotId": 1}))["code"] == 400


async def test_each_secret_that_is_told_is_noted(house: DeviceHouse, door: Door, strange_door: Door) -> None:
    own, foreign = door.triple.iot_id, strange_door.triple.iot_id
    await door.data(*INFO)
    await ask(door, INFOS, {"iotIds": [own, foreign]})
    await ask(door, INFO, {"iotId": foreign})
    owner = door.partner.owner
    reads = await secret_reads_of(owner, house.db, kind="device", target=own)
    assert [read.caller for read in reads] == [f"app:{door.partner.app_key}"] * 2
    assert await secret_reads_of(strange_door.partner.owner, house.db, kind="device", target=foreign) == []
    assert await secret_reads_of(strange_door.partner.owner, house.db, kind="device", target=own) == []


@pytest.mark.covers("API-03")
async def test_info_of_an_apps_devices(house: DeviceHouse, door: Door, strange_door: Door) -> None:
    await add(house, door, "face-01")
    told = await ask(door, INFOS, {"appId": door.partner.app_key})
    assert [row["name"] for row in told["data"]] == ["face-01", "lobby-01"]
    assert (await ask(door, INFOS, {"appId": strange_door.partner.app_key}))["code"] == 40063


BUSY = [
    ("/app/thing/status/get", "1.0.3", {}),
    ("/app/thing/status/batch/get", "1.0.3", {"productKey": "a1", "deviceNames": ["x"]}),
    ("/app/thing/properties/get", "1.0.4", {}),
    ("/app/thing/properties/set", "1.0.3", {"items": {"LightSwitch": 1}}),
    ("/app/thing/service/invoke", "1.0.3", {"identifier": "remoteOpen", "args": {}}),
    ("/app/thing/service/data/get", "1.0.3", {"identifier": "remoteOpen"} | SPAN),
    ("/app/thing/event/timeline/get", "1.0.3", {"identifier": "passEvent", "eventType": ""} | SPAN),
    ("/app/thing/list", "1.0.4", {}),
]


@pytest.mark.parametrize("path, version, params", BUSY, ids=[path for path, _, _ in BUSY])
async def test_a_database_that_cannot_serve_is_told_by_the_apis_own_code(
    house: DeviceHouse, door: Door, monkeypatch: pytest.MonkeyPatch, path: str, version: str, params: Any
) -> None:
    await door.call(path, version, **params)  # the key is known now

    async def fails(*_: Any, **__: Any) -> Any:
        raise Unavailable()

    for name in ("fetch_row", "fetch_rows"):
        monkeypatch.setattr(type(house.db), name, fails)
    told = await door.call(path, version, **params)
    if path == "/app/thing/list":
        expected: tuple[Any, ...] = (40061, "query device error", "查询设备错误")
    else:
        expected = (400, "request error.", "系统繁忙")
    assert (told["code"], told["message"], told["localizedMsg"]) == expected


async def test_a_tenant_that_is_gone_is_told_so(house: DeviceHouse, door: Door) -> None:
    await ask(door, LIST, {})
    await house.db.run_script([f"DELETE FROM tenants WHERE id = '{door.partner.tenant_id}'"])
    told = await ask(door, LIST, {})
    assert (told["code"], told["message"], told["localizedMsg"]) == (
        40106, "saas tenant not exist", "saas租户不存在",
    )  # fmt: skip


async def test_a_timeline_reaches_thirty_days_back(
    house: DeviceHouse, door: Door, clock: ManualClock
) -> None:
    device = await door.online()
    day = 86_400_000
    now = clock.now_ms()
    for age in (31, 29):
        await device.post({"Temperature": {"value": age, "time": now - age * day}})
        await device.event("tamper", {"value": {}, "time": now - age * day})
    series = ("/app/thing/property/timeline/get", "1.0.4")
    page = await door.data(*series, identifier="Temperature", **SPAN)
    assert [item["data"] for item in page["items"]] == [29]
    events = ("/app/thing/event/timeline/get", "1.0.3")
    page = await door.data(*events, identifier="tamper", eventType="alert", **SPAN)
    assert [item["timestamp"] for item in page["items"]] == [now - 29 * day]
    page = await door.data(*series, identifier="Temperature", **SPAN | {"start": "-9", "end": now - 30 * day})
    assert page == {"timestamp": now - 30 * day, "items": []}
