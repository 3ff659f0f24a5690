"""The vendor's public API client, unmodified, calls every device and project method of spec D; a door on the vendor's
device SDK stands behind them. Also the services of spec B 3.15, by the device's own thing model.
"""

import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from linli.sim import models
from tests.real.door import SdkDoor
from tests.real.line import LINES, Line, serving
from tests.real.partner import Partner
from tests.real.platform import Installation, running


@pytest.fixture(scope="module", params=LINES)
def linli(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with running(
        tmp_path_factory.mktemp("device-apis") / "data", more=serving(request.param)
    ) as installation:
        yield installation


def test_the_public_client_calls_every_device_and_project_method(linli: Installation, tmp_path: Path) -> None:
    tsl = tmp_path / "smart_door.json"
    tsl.write_text(models.tsl("smart_door"), "utf-8")
    tenant = linli.admin("create-tenant", f"物业 {uuid.uuid4().hex[:6]}")["tenantId"]
    made = linli.admin("create-project", "集成", "--tenant", tenant)
    host = f"127.0.0.1:{linli.http_port}"
    parent = Partner(host, made["appKey"], made["appSecret"])

    now = int(time.time() * 1000)
    project = parent.ok(
        "/open/project/univisal/create", "1.0.0",
        {"name": "数字社区", "clientName": "甲方", "startTime": now, "endTime": now + 86_400_000},
    )  # fmt: skip
    page = parent.ok("/open/project/univisal/query", "1.0.0", {"pageNo": 1, "pageSize": 10})
    assert {row["projectId"] for row in page["dataList"]} == {made["projectId"], project}
    assert parent.ok("/open/project/univisal/get", "1.0.0", {"projectId": project})["name"] == "数字社区"
    [solution] = parent.ok("/open/solution/basicinfo/query", "1.0.0", {"pageNo": 1, "pageSize": 1})[
        "dataList"
    ]
    assert solution["solutionName"] == "智慧社区"
    app = parent.ok("/open/project/defaultapp/get", "1.0.0", {"projectId": project})
    partner = Partner(host, app["defaultAppKey"], app["defaultAppSecret"])

    product = linli.admin("create-product", "多功能门禁", "--tenant", tenant, "--tsl", str(tsl))
    triple = linli.admin("create-device", product["productKey"], "--name", "lobby-01")
    iot_id, key = triple["iotId"], triple["productKey"]
    partner.ok("/project/device/bind", "1.0.0", {"projectId": project, "iotIds": [iot_id]})
    door = SdkDoor(Line.to(linli), triple, tsl)
    try:
        door.wait_ready()
        _calls(partner, iot_id, key, door)
    finally:
        door.close()
    partner.ok("/project/device/unbind", "1.0.0", {"projectId": project, "iotIds": [iot_id]})
    assert partner.call("/app/thing/info/get", "1.0.3", {"iotId": iot_id}).code == 40062


def _calls(partner: Partner, iot_id: str, key: str, door: SdkDoor) -> None:
    def ok(path: str, version: str, **params: Any) -> Any:
        return partner.ok(path, version, {"iotId": iot_id, **params})

    named = {"productKey": key, "deviceName": "lobby-01"}
    assert ok("/app/thing/info/get", "1.0.3")["name"] == "lobby-01"
    assert partner.ok("/app/thing/info/list/get", "1.4.1", {"iotIds": [iot_id]})[0]["iotId"] == iot_id
    assert partner.ok("/app/thing/status/get", "1.0.3", named) == {"deviceName": "lobby-01", "status": 1}
    batch = {"productKey": key, "deviceNames": ["lobby-01"]}
    assert partner.ok("/app/thing/status/batch/get", "1.0.3", batch)[0]["status"] == 1
    assert json.loads(ok("/app/thing/dsl/get", "1.0.1"))["profile"] == named
    assert ok("/app/thing/topo/get", "1.0.0", pageNo=1, pageSize=10)["total"] == 0
    tags = partner.call("/app/thing/prop/get", "1.0.1", {"iotId": iot_id})
    assert (tags.code, tags.body["props"]) == (200, tags.data)
    [row] = partner.ok("/app/thing/list", "1.0.4", {"productKeyList": [key]})["data"]
    assert (row["iotId"], row["status"]) == (iot_id, "ONLINE")

    ok("/app/thing/properties/set", "1.0.3", items={"RSAPublicKey": ""})
    told = ok("/app/thing/service/invoke", "1.0.3", identifier="remoteOpen", args={})
    assert told["messageId"].isdigit()
    for version in ("1.0.1", "1.0.2"):
        ok("/cloud/thing/service/invoke", version, identifier="remoteOpen", args={}, **named)
    assert door.opened == 3
    span = {"start": 0, "end": int(time.time() * 1000) + 60_000, "pageSize": 10, "ordered": True}
    records = ok("/app/thing/service/data/get", "1.0.3", identifier="remoteOpen", **span)
    assert len(records["list"]) == 3

    code, _ = door.kit.thing_post_property({"RSAPublicKey": "key"})
    assert code == 0
    assert _until(lambda: ok("/app/thing/properties/get", "1.0.4"))[0]["value"] == "key"
    assert ok("/cloud/thing/properties/get", "1.0.2")[0]["attribute"] == "RSAPublicKey"
    series = ok("/app/thing/property/timeline/get", "1.0.4", identifier="RSAPublicKey", **span)
    assert [item["data"] for item in series["items"]] == ["key"]
    snapshot = {"productKey": key, "pageNo": 1, "pageSize": 10}
    [device] = partner.ok("/app/thing/properties/batch/get", "1.0.1", snapshot)["data"]
    assert "key" in [one.get("value") for one in device["rangeQueryDTO"]]
    door.kit.thing_trigger_event(
        ("passEvent", {"code": 0, "message": "", "type": "qr", "content": "", "extInfo": ""})
    )
    timeline = {"identifier": "passEvent", "eventType": "info", **span}
    events = _until(lambda: ok("/app/thing/event/timeline/get", "1.0.3", **timeline)["items"])
    assert events[0]["eventCode"] == "passEvent"


def _until(ask: Any, seconds: float = 60) -> Any:
    """The first answer that is not empty."""
    deadline = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found
