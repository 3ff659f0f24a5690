"""The replies that the vendor's manual prints, rebuilt on rows with the printed values. Spec D 9, V-01..V-12.

`batchId` is derived here and not stored, so only its shape is compared. Lines name the source: 3.4.txt.
"""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, select, update

from linli.kernel.clock import ManualClock
from linli.kernel.db import INT, Command, Query
from linli.kernel.db.partitions import day_of, make_ahead
from linli.kernel.scope import Scope
from linli.things.models import devices as device_table
from linli.things.models import latest_values, points, product_properties, service_calls, thing_events
from linli.things.queries.devices import get_device
from linli.things.service import devices, products
from tests.openapi.house import Partner
from tests.things.conftest import field
from tests.things.openapi.house import DeviceHouse

LIGHT = (
    "LightStatus bool  工作状态|LightAdjustLevel int % 调光等级|LightVolt float V 工作电压|"
    "LightCurrent float A 工作电流|ActivePower float W 有功功率值|PowerRatio float pF 功率因数|"
    "PowerConsumption float kW·h 用电量|DrainVoltage float V 漏电压|TiltValue int ° 倾斜角度值|"
    "ErrorPowerThreshold int W 故障功率门限|ErrorCurrentThreshold float A 故障电流门限|"
    "TiltThreshold int ° 倾斜阈值|UnderVoltThreshold int V 欠压阈值|OverCurrentThreshold int A 过流阈值|"
    "OverVoltThreshold int V 过压阈值|LightErrorEnable bool  灯具故障使能|OverCurrentEnable bool  过流告警使能|"
    "OverVoltEnable bool  过压告警使能|UnderVoltEnable bool  欠压告警使能|LeakageEnable bool  漏电告警使能|"
    "OverTiltEnable bool  倾斜告警使能|LampError bool  灯具故障告警|OverCurrentError bool  过流告警|"
    "OverVoltError bool  过压告警|UnderVoltError bool  欠压告警|OverTiltError bool  倾斜告警|"
    "LeakageError bool  漏电告警|GeoLocation struct  地理位置"
)
"""Identifier, type, unit and name of the street light's properties, in order (V-01)."""
BATCH = re.compile(r"[0-9a-f]{32}")
_place = Command(
    update(device_table)
    .where(device_table.c.iot_id == bindparam("of_device"))
    .values(
        created_ms=bindparam("created", type_=INT),
        modified_ms=bindparam("modified", type_=INT),
        active_ms=bindparam("active", type_=INT),
        last_online_ms=bindparam("last_on", type_=INT),
        last_offline_ms=bindparam("last_off", type_=INT),
        online=bindparam("on", type_=INT),
    ),
    unscoped="a test",
)

_property_no = Query(
    select(product_properties.c.property_no).where(
        product_properties.c.product_no == bindparam("product_no", type_=INT),
        product_properties.c.identifier == bindparam("identifier"),
    )
)


def ms(text: str) -> int:
    """Of an ISO 8601 text."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


class Printed:
    """A partner with one device whose facts are those of a printed reply."""

    def __init__(self, house: DeviceHouse, partner: Partner) -> None:
        self.house, self.partner = house, partner
        self.device: Any = None

    async def add(
        self, *, iot_id: str, key: str, name: str, product: str = "p", tsl: Any = None, secret: str = "s"
    ) -> "Printed":
        owner, house = Scope.system(self.partner.tenant_id), self.house
        async with house.db.begin() as tx:
            await products.create_product(
                owner,
                tx,
                values=products.ProductValues(name=product, product_key=key, tsl=tsl),
                ids=house.ids,
                secrets=house.secrets,
            )
            await devices.create_device(
                owner,
                tx,
                values=devices.DeviceValues(
                    product_key=key,
                    device_name=name,
                    iot_id=iot_id,
                    device_secret=secret,
                    project_id=self.partner.project_id,
                ),
                ids=house.ids,
                secrets=house.secrets,
            )
        self.device = await get_device(owner, house.db, iot_id=iot_id)
        return self

    async def stands(
        self, created: int, *, active: int | None = None, last_on: int | None = None,
        last_off: int | None = None, on: int = 0,
    ) -> None:  # fmt: skip
        async with self.house.db.begin() as tx:
            await _place.run(
                tx, of_device=self.device.iot_id, created=created, modified=created, active=active,
                last_on=last_on, last_off=last_off, on=on,
            )  # fmt: skip

    async def property_no(self, identifier: str) -> int:
        binds = {"product_no": self.device.product_no, "identifier": identifier}
        return int(await _property_no.scalar(self.house.db, **binds))

    async def insert(self, table: Any, *rows: dict[str, Any]) -> None:
        await make_ahead(self.house.db, rows[0]["day"] * 86_400_000)
        async with self.house.db.begin() as tx:
            await tx.insert_many(table, [{"device_no": self.device.device_no, **row} for row in rows])

    async def data(self, path: str, version: str, **params: Any) -> Any:
        told = await self.partner.call(path, version, params)
        assert (told["code"], told["message"]) == (200, "success"), told
        return told.get("data")


@pytest.fixture
async def printed(house: DeviceHouse) -> Printed:
    await make_ahead(house.db, house.clock.now_ms())
    return Printed(house, await house.new_partner("printed"))


@pytest.mark.covers("API-01")
async def test_v01_snapshots(printed: Printed) -> None:
    """3.4.txt:178-374."""
    model = {"properties": []}
    for line in LIGHT.split("|"):
        identifier, kind, unit, name = line.split(" ")
        item = field(identifier, kind, **({"unit": unit} if unit else {}))
        if kind == "bool":
            item["dataType"]["specs"] = {"0": "0", "1": "1"}
        if kind == "struct":
            item["dataType"]["specs"] = [field("Longitude", "double")]
        model["properties"].append(item | {"name": name})
    iot_id = "mIwfRzXY9wLpRFz5RfJJ000101"
    await printed.add(
        iot_id=iot_id, key="a17nEF9qLYJ", name="mIwfRzXY9wLpRFz5RfJJ", product="studio体验产品", tsl=model
    )
    seen = ms("2019-12-12T12:13:35.164Z")
    await printed.stands(ms("2019-12-04T09:00:27.000Z"), active=seen, last_on=seen, last_off=seen + 1)
    page = await printed.data(
        "/app/thing/properties/batch/get", "1.0.1", productKey="a17nEF9qLYJ", pageNo=1, pageSize=20
    )
    assert (page["total"], page["pageNo"], page["pageSize"]) == (1, 1, 20)
    [row] = page["data"]
    shown = row.pop("rangeQueryDTO")
    assert "|".join(f"{p['identifier']} {p['dataType']} {p['unit']} {p['name']}" for p in shown) == LIGHT
    assert all(set(one) == {"identifier", "dataType", "unit", "name"} for one in shown)
    assert row == {
        "iotId": iot_id, "productKey": "a17nEF9qLYJ", "deviceName": "mIwfRzXY9wLpRFz5RfJJ",
        "productName": "studio体验产品", "nodeType": 0, "status": "OFFLINE", "childDeviceCount": 0,
        "activeTime": "2019-12-12 20:13:35", "utcActiveTime": "2019-12-12T12:13:35.164Z",
        "lastOnlineTime": "2019-12-12 20:13:35", "utcLastOnlineTime": "2019-12-12T12:13:35.164Z",
        "createTime": "2019-12-04 17:00:27", "utcCreateTime": "2019-12-04T09:00:27.000Z",
    }  # fmt: skip


@pytest.mark.covers("API-03", "API-12")
async def test_v03_v10_info_list_and_list(printed: Printed) -> None:
    """3.4.txt:647-665, 1762-1784: the same device."""
    iot_id, secret = "ErMmUJAE6nRduVjQ7wi9000101", "7pRFl0XfRmFldKk4NzfGng3y3B3t1mF5"
    await printed.add(iot_id=iot_id, key="a1QcurjTB1h", name="wjgT_0034", product="授权设备", secret=secret)
    await printed.stands(
        1564971320000,
        active=1576214088740,
        last_on=ms("2019-12-13T05:17:54.315Z"),
        last_off=1576214090000,
        on=1,
    )
    [info] = await printed.data("/app/thing/info/list/get", "1.4.1", iotIds=[iot_id])
    assert info == {
        "gmtModified": 1564971320000, "activeTime": 1576214088740, "deviceKey": "ErMmUJAE6nRduVjQ7wi9",
        "productKey": "a1QcurjTB1h", "statusLast": 3, "gmtCreate": 1564971320000, "deviceSecret": secret,
        "iotId": iot_id, "name": "wjgT_0034", "thingType": "DEVICE", "region": "cn-hangzhou",
        "rbacTenantId": printed.partner.tenant_id, "status": 1,
    }  # fmt: skip
    page = await printed.data("/app/thing/list", "1.0.4")
    assert page == {
        "total": 1, "pageNo": 1, "pageSize": 20,
        "data": [{
            "activeTime": "2019-12-13 13:14:48", "productKey": "a1QcurjTB1h", "nodeType": 0,
            "deviceName": "wjgT_0034", "utcCreateTime": "2019-08-05T02:15:20.000Z", "productName": "授权设备",
            "utcActiveTime": "2019-12-13T05:14:48.740Z", "utcLastOnlineTime": "2019-12-13T05:17:54.315Z",
            "iotId": iot_id, "createTime": "2019-08-05 10:15:20", "lastOnlineTime": "2019-12-13 13:17:54",
            "status": "ONLINE", "childDeviceCount": 0,
        }],
    }  # fmt: skip


@pytest.mark.covers("API-04", "API-07", "API-11")
async def test_v04_v07_v09_info_and_states(printed: Printed) -> None:
    """3.4.txt:785-804, 1190-1197, 1612-1619."""
    iot_id, secret = "1g84blz9FRQOrlqB0OT1000101", "683c84dc5eb88705bd5cf4fbf65f6802"
    name = "apigatewaydevice"
    await printed.add(iot_id=iot_id, key="a1jemBywtIo", name=name, product="apigatewaytest", secret=secret)
    await printed.stands(1607334316000)
    info = await printed.data("/app/thing/info/get", "1.0.3", iotId=iot_id)
    assert info == {
        "gmtModified": 1607334316000, "gmtCreate": 1607334316000, "deviceKey": "1g84blz9FRQOrlqB0OT1",
        "productKey": "a1jemBywtIo", "statusLast": 0, "productName": "apigatewaytest", "iotId": iot_id,
        "deviceSecret": secret, "name": name, "nickname": name, "thingType": "DEVICE", "region": "cn-hangzhou",
        "rbacTenantId": printed.partner.tenant_id, "status": 0,
    }  # fmt: skip
    states = await printed.data(
        "/app/thing/status/batch/get", "1.0.3", productKey="a1jemBywtIo", deviceNames=[name]
    )
    assert states == [{"deviceName": name, "status": 0}]
    await printed.stands(1607334316000, active=1607334317000, last_on=1607334317000, on=1)
    state = await printed.data("/app/thing/status/get", "1.0.3", productKey="a1jemBywtIo", deviceName=name)
    assert state == {"deviceName": name, "status": 1}


V05: list[dict[str, Any]] = [
    {"identifier": "CurtainOperation", "dataType": {"specs": {"0": "关窗帘", "1": "开", "2": "暂停"}, "type": "enum"},
     "name": "模式", "accessMode": "rw", "required": False},
    {"identifier": "PowerSwitch", "dataType": {"specs": {"0": "关", "1": "开"}, "type": "bool"},
     "name": "电源开关", "accessMode": "rw", "required": False},
    {"identifier": "CurtainPosition",
     "dataType": {"specs": {"unit": "%", "min": "0", "unitName": "百分比", "max": "100", "step": "1"}, "type": "int"},
     "name": "位置", "accessMode": "rw", "required": False},
    {"identifier": "LocalTimer", "dataType": {"specs": {"item": {"specs": [
        {"identifier": "Timer", "dataType": {"specs": {"length": "255"}, "type": "text"}, "name": "定时时间"},
        {"identifier": "Enable", "dataType": {"specs": {"0": "关", "1": "开"}, "type": "bool"}, "name": "启用"},
        {"identifier": "IsValid", "dataType": {"specs": {"0": "无效", "1": "有效"}, "type": "bool"},
         "name": "可执行"},
        {"identifier": "Targets", "dataType": {"specs": {"length": "2048"}, "type": "text"}, "name": "定时动作"},
    ], "type": "struct"}, "size": "109"}, "type": "array"}, "name": "本地定时", "accessMode": "rw",
     "required": True,
     "desc": "用于为设备配置本地控制，其中前三个参数必选，其它参数自主填写，用于表示该产品哪些功能作为"
             "“可被本地控制的功能”，这些参数请和设备的标准功能保持一致。"},
]  # fmt: skip


@pytest.mark.covers("API-05")
async def test_v05_thing_model(printed: Printed) -> None:
    """3.4.txt:896-940, its generated members by spec D 3.5."""
    await printed.add(
        iot_id="xixi0000000000000000000101", key="a1PHv5Xn2xX", name="xixi", tsl={"properties": V05}
    )
    told = json.loads(await printed.data("/app/thing/dsl/get", "1.0.1", iotId=printed.device.iot_id))
    brief = [{key: item[key] for key in ("identifier", "dataType", "name")} for item in V05]
    assert told == {
        "schema": "https://iotx-tsl.oss-ap-southeast-1.aliyuncs.com/schema.json",
        "profile": {"productKey": "a1PHv5Xn2xX", "deviceName": "xixi"},
        "link": "/sys/a1PHv5Xn2xX/xixi/thing/",
        "properties": V05,
        "services": [
            {"identifier": "set", "method": "thing.service.property.set", "name": "set", "required": True,
             "callType": "async", "desc": "属性设置", "inputData": brief, "outputData": []},
            {"identifier": "get", "method": "thing.service.property.get", "name": "get", "required": True,
             "callType": "async", "desc": "属性获取", "inputData": [item["identifier"] for item in V05],
             "outputData": brief},
        ],
        "events": [
            {"identifier": "post", "method": "thing.event.property.post", "name": "post", "type": "info",
             "required": True, "desc": "属性上报", "outputData": brief},
        ],
    }  # fmt: skip


@pytest.mark.covers("API-13")
async def test_v11_present_values(printed: Printed) -> None:
    """3.4.txt:1906-1925: the newest first."""
    iot_id = "1g84blz9FRQOrlqB0OT1000101"
    tsl = {"properties": [field("Speed", "int"), field("Humidity", "int")]}
    await printed.add(iot_id=iot_id, key="a1jemBywtIo", name="apigatewaydevice", tsl=tsl)
    async with printed.house.db.begin() as tx:
        for seq, (identifier, ts, value) in enumerate(
            [("Humidity", 1607338094175, 8), ("Speed", 1607338053955, 70)]
        ):
            await tx.insert(latest_values, {
                "device_no": printed.device.device_no, "property_no": await printed.property_no(identifier),
                "ts": ts, "seq": seq, "number": value,
            })  # fmt: skip
    rows = await printed.data("/app/thing/properties/get", "1.0.4", iotId=iot_id)
    assert all(BATCH.fullmatch(row.pop("batchId")) for row in rows)
    assert rows == [
        {"iotId": iot_id, "gmtModified": 1607338094175, "attribute": "Humidity", "value": 8},
        {"iotId": iot_id, "gmtModified": 1607338053955, "attribute": "Speed", "value": 70},
    ]


@pytest.mark.covers("API-14", "API-15")
async def test_v12_set_and_invoke(printed: Printed) -> None:
    """3.4.txt:2025, 2126."""
    tsl = {
        "properties": [field("Speed", "int")],
        "services": [{
            "identifier": "SyncFile", "name": "SyncFile", "callType": "sync",
            "outputData": [field("SyncFileStatus", "int")],
        }],
    }  # fmt: skip
    await printed.add(
        iot_id="1g84blz9FRQOrlqB0OT1000101", key="a1jemBywtIo", name="apigatewaydevice", tsl=tsl
    )
    triple = devices.Triple(printed.device.iot_id, "a1jemBywtIo", "apigatewaydevice", "s")
    device = await printed.house.front.connect(triple)
    device.answers["thing.service.SyncFile"] = lambda _: {"data": {"SyncFileStatus": 0}}
    told = await printed.partner.call(
        "/app/thing/properties/set", "1.0.3", {"iotId": triple.iot_id, "items": {"Speed": 1}}
    )
    assert (told["code"], told["message"], "data" in told) == (200, "success", False)
    data = await printed.data(
        "/app/thing/service/invoke", "1.0.3", iotId=triple.iot_id, identifier="SyncFile", args={}
    )
    assert data.pop("messageId").isdigit()
    assert data == {"data": {"SyncFileStatus": 0}}


class TestOfTheirDay:
    """Timelines reach thirty days back, so these are read in December 2020, as the manual's author did."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock(now_ms=1607338100000)

    @pytest.mark.covers("API-02")
    async def test_v02_property_timeline(self, printed: Printed) -> None:
        """3.4.txt:504-524."""
        at = (1604801094028, 1604808221032)
        tsl = {"properties": [field("Humidity", "float")]}
        await printed.add(
            iot_id="1g84blz9FRQOrlqB0OT1000101", key="a1jemBywtIo", name="apigatewaydevice", tsl=tsl
        )
        number = await printed.property_no("Humidity")
        rows = [{"property_no": number, "ts": ts, "seq": ts, "day": day_of(ts), "value": 48.2} for ts in at]
        await printed.insert(points, *rows)
        page = await printed.data(
            "/app/thing/property/timeline/get", "1.0.4", iotId=printed.device.iot_id, identifier="Humidity",
            start=at[0], end=at[1] + 9, pageSize=10, ordered=True,
        )  # fmt: skip
        batches = [item.pop("batchId") for item in page["items"]]
        assert all(BATCH.fullmatch(batch) for batch in batches)
        assert page == {
            "timestamp": 1604808221032,
            "items": [{"data": 48.2, "property": "Humidity", "timestamp": ts} for ts in at],
        }

    @pytest.mark.covers("API-06")
    async def test_v06_service_records(self, printed: Printed) -> None:
        """3.4.txt:1060-1083."""
        at = 1605786348669
        tsl = {
            "services": [{"identifier": "testServiceSync", "name": "testServiceSyncName", "callType": "sync"}]
        }
        await printed.add(
            iot_id="1gHTxTa1NdKXl6wGE3jx000000", key="a1jemBywtIo", name="apigatewaydevice", tsl=tsl
        )
        given = {
            "structArgs": {
                "structchildINT62005ae": 50, "structchildDOUBLE6d967d2": 50.22,
                "structchildDATEaec2a80": "1605786342845", "structchildBOOLa05d374": 0,
                "structchildFLOAT76c6d83": 50.11, "structchildTEXT710c059": "xiaoyuershi",
                "structchildENUMe811671": 1,
            },
            "enumArgs": 1, "boolArgs": 0, "floatArgs": 50.11, "intArgs": 10, "dateArgs": "1605786342845",
            "doubleArgs": 50.22, "arrayArgs": [1, 2, 3], "textArgs": "你好helloworld",
        }  # fmt: skip
        reply = {"code": 200, "data": given, "id": "Akeg8vmMdQ", "message": "success", "version": "1.0"}
        await printed.insert(service_calls, {
            "call_no": 1, "day": day_of(at), "identifier": "testServiceSync", "call_type": "sync", "caller": "app:1",
            "input": json.dumps(given), "output": json.dumps(reply), "state": "answered", "called_ms": at,
            "answered_ms": at + 5,
        })  # fmt: skip
        page = await printed.data(
            "/app/thing/service/data/get", "1.0.3", iotId=printed.device.iot_id, identifier="testServiceSync",
            start=str(at - 9), end=str(at + 9), pageSize=10, ordered="true",
        )  # fmt: skip
        [row] = page.pop("list")
        assert page == {"nextTime": 1605786348670, "nextValid": False}
        assert (row["identifier"], row["name"], row["time"]) == ("testServiceSync", "testServiceSyncName", at)
        assert (json.loads(row["inputData"]), json.loads(row["outputData"])) == (given, reply)

    @pytest.mark.covers("API-10")
    async def test_v08_event_timeline(self, printed: Printed) -> None:
        """3.4.txt:1485-1504."""
        at = 1605775253666
        tsl = {"events": [{"identifier": "testAlertEvent", "name": "testAlertEventName", "type": "alert"}]}
        iot_id = "1gHTxTa1NdKXl6wGE3jx000000"
        await printed.add(iot_id=iot_id, key="a1jemBywtIo", name="apigatewaydevice", tsl=tsl)
        await printed.insert(thing_events, {
            "identifier": "testAlertEvent", "ts": at, "seq": 1, "day": day_of(at), "type": "alert",
            "body": '{"boolArgs":0,"floatArgs":1.23,"intArgs":4}',
        })  # fmt: skip
        page = await printed.data(
            "/app/thing/event/timeline/get", "1.0.3", iotId=iot_id, identifier="testAlertEvent", eventType="alert",
            start=at, end=at, pageSize=10, ordered=False,
        )  # fmt: skip
        assert BATCH.fullmatch(page["items"][0].pop("batchId"))
        assert page == {
            "timestamp": at,
            "items": [{
                "eventBody": {"boolArgs": 0, "floatArgs": 1.23, "intArgs": 4}, "eventCode": "testAlertEvent",
                "eventName": "testAlertEventName", "eventType": "alert", "iotId": iot_id, "timestamp": at,
            }],
        }  # fmt: skip
