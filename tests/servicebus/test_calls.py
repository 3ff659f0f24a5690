"""Calls over the service bus with real sockets on both sides."""

import asyncio
import json
from typing import Any

import msgspec
import pytest

from linli.openapi import policies
from linli.protocols import mqtt
from linli.servicebus.queries import list_calls
from linli.servicebus.service import ProviderForm, save_model, save_provider
from tests.servicebus.conftest import Application, Bench
from tests.things.device import Device

LOT = "/iotx_parking_service_model/parkingAreaInfoGet"
LIST_ADD = "/iotx_parking_service_model/parkingLotVehicleListAdd"
METERS = {
    "id": "meterService", "version": "1.0", "title": "表计服务", "methods": [
        {"name": "read", "version": "1.0.0", "title": "读数",
         "input": [{"name": "meterId", "type": "string", "required": True},
                   {"name": "unit", "type": "string", "values": {"kWh": "", "m3": ""}}],
         "output": {"name": "data", "type": "object", "fields": [{"name": "total", "type": "float"}]}}]}  # fmt: skip
KNOWN = frozenset({"iotx_parking_service_model", "smartSecurityService", "meterService"})


async def serve_over_http(bench: Bench, application: Application, model: str, **more: Any) -> int:
    async with bench.platform.db.begin() as tx:
        return await save_provider(
            bench.owner,
            tx,
            ProviderForm(
                model_id=model,
                name="停车系统",
                kind="http",
                address=f"http://127.0.0.1:{application.port}/app",
                **more,
            ),
            provider_no=None,
            known_models=KNOWN,
        )


async def test_nobody_serves(bench: Bench) -> None:
    answer = await bench.caller.call(LOT, "1.0.0", {"parkingLotId": "p1", "areaId": "a1"})
    assert answer.status == 200
    assert answer.code == 20003
    assert answer.body["message"] == "gateway.not found backend router"
    assert answer.body["localizedMsg"] == "没有找到路由服务"


async def test_unknown_methods_and_versions_have_no_route(bench: Bench, application: Application) -> None:
    await serve_over_http(bench, application, "iotx_parking_service_model")
    for path, version in (
        (LOT, "9.9.9"),
        ("/iotx_parking_service_model/none", "1.0.0"),
        ("/none/read", "1.0"),
    ):
        assert (await bench.caller.call(path, version, {})).code == 20003
    assert not application.calls


@pytest.mark.parametrize("version", ["1.0.0", "1.0"])
async def test_a_call_reaches_the_application_and_its_answer_the_caller(
    bench: Bench, application: Application, version: str
) -> None:
    await serve_over_http(bench, application, "iotx_parking_service_model")
    application.behave = lambda path, envelope: json.dumps(
        {
            "code": 0,
            "message": None,
            "data": {"parkingLotId": envelope["params"]["parkingLotId"], "name": "地库"},
        }
    ).encode()
    answer = await bench.caller.call(LOT, version, {"parkingLotId": "p1", "areaId": "a1", "unknown": 1})
    assert answer.ok, answer
    assert answer.data == {"parkingLotId": "p1", "name": "地库"}
    (first, envelope, headers) = application.calls[0]
    assert first == "POST /app/iotx_parking_service_model/parkingAreaInfoGet HTTP/1.1"
    assert headers["content-type"] == "application/octet-stream"
    assert envelope["version"] == "1.0"
    assert envelope["request"] == {"apiVer": "1.0.0"}
    assert envelope["params"] == {"parkingLotId": "p1", "areaId": "a1"}
    assert envelope["id"]


async def test_a_lone_value_stands_in_its_list(bench: Bench, application: Application) -> None:
    await serve_over_http(bench, application, "iotx_parking_service_model")
    params = {"parkingLotId": "p1", "plateNumber": "浙A12345", "areaId": ["a", "b"], "type": "WHITELIST"}
    answer = await bench.caller.call(LIST_ADD, "1.0.0", params)
    assert answer.ok, answer
    assert application.calls[0][1]["params"]["plateNumber"] == ["浙A12345"]
    assert application.calls[0][1]["params"]["areaId"] == ["a", "b"]


@pytest.mark.parametrize(
    ("params", "code", "names"),
    [
        ({}, 460, "parkingLotId"),
        ({"parkingLotId": 5.5, "areaId": "a1"}, 400, "parkingLotId"),
        ([], 400, "params"),
    ],
)
async def test_bad_parameters_never_reach_the_application(
    bench: Bench, application: Application, params: Any, code: int, names: str
) -> None:
    await serve_over_http(bench, application, "iotx_parking_service_model")
    request = bench.caller.sign_body(
        LOT,
        msgspec.json.encode({"id": "1", "version": "1.0", "request": {"apiVer": "1.0.0"}, "params": params}),
    )
    answer = await bench.caller.send(request)
    assert answer.code == code, answer
    assert names in answer.body["message"]
    assert not application.calls


async def test_codes_of_the_application_go_to_the_caller(bench: Bench, application: Application) -> None:
    await serve_over_http(bench, application, "smartSecurityService")
    application.behave = lambda path, envelope: json.dumps(
        {"code": 1002, "message": "group exists", "localizedMsg": "人脸库已存在"}
    ).encode()
    params = {"productKey": bench.box.product_key, "deviceName": "box-1", "groupName": "黑名单"}
    answer = await bench.caller.call("/smartSecurityService/faceGroupCreate", "1.0.0", params)
    assert (answer.status, answer.code) == (200, 1002)
    assert answer.body["message"] == "group exists"
    assert answer.body["localizedMsg"] == "人脸库已存在"


@pytest.mark.parametrize(
    ("said", "code"),
    [(b"not json", 20004), (b"\xff\xfe", 20004), (b'{"code":200,"data":[}', 20004),
     (b"[]", 20004), (b'{"code":{}}', 20004)],
)  # fmt: skip
async def test_an_answer_that_is_none(bench: Bench, application: Application, said: bytes, code: int) -> None:
    await serve_over_http(bench, application, "iotx_parking_service_model")
    application.behave = lambda path, envelope: said
    answer = await bench.caller.call(LOT, "1.0.0", {"parkingLotId": "p1", "areaId": "a1"})
    assert answer.code == code
    assert answer.status == 200


async def test_an_application_that_fails_or_is_slow_or_gone(bench: Bench, application: Application) -> None:
    number = await serve_over_http(bench, application, "iotx_parking_service_model", timeout_ms=200)
    application.status = b"502 Bad Gateway"
    answer = await bench.caller.call(LOT, "1.0.0", {"parkingLotId": "p1", "areaId": "a1"})
    assert (answer.code, answer.body["message"]) == (500, "System Error")
    application.status = b"200 OK"

    async def late(path: str, envelope: Any) -> bytes:
        await asyncio.sleep(2)
        return b"{}"

    application.behave = late
    answer = await bench.caller.call(LOT, "1.0.0", {"parkingLotId": "p1", "areaId": "a1"})
    assert answer.code == 500
    async with bench.platform.db.begin() as tx:
        await save_provider(
            bench.owner,
            tx,
            ProviderForm(
                model_id="iotx_parking_service_model",
                name="停车系统",
                kind="http",
                address="http://127.0.0.1:1/app",
            ),
            provider_no=number,
            known_models=KNOWN,
        )
    answer = await bench.caller.call(LOT, "1.0.0", {"parkingLotId": "p1", "areaId": "a1"})
    assert answer.code == 500

    await bench.platform.service_bus.log.flush()
    rows = await list_calls(bench.owner, bench.platform.db, since_ms=0, before=2**62, most=10)
    assert [row.code for row in rows] == ["500", "500", "500"]
    assert "within 0.2 s" in rows[1].reason
    assert "502" in rows[2].reason
    assert rows[0].reason
    assert rows[0].app_key == bench.caller.app_key


async def test_calls_go_round_and_a_projects_own_providers_come_first(
    bench: Bench, application: Application
) -> None:
    model = "iotx_parking_service_model"
    for project in (None, bench.project_id, bench.project_id):
        await serve_over_http(bench, application, model, project_id=project)
    for _ in range(4):
        assert (await bench.caller.call(LOT, "1.0.0", {"parkingLotId": "p1", "areaId": "a1"})).ok
    await bench.platform.service_bus.log.flush()
    rows = await list_calls(bench.owner, bench.platform.db, since_ms=0, before=2**62, most=10)
    numbers = [row.provider_no for row in rows]
    assert len(set(numbers)) == 2, numbers
    assert sorted(numbers.count(number) for number in set(numbers)) == [2, 2]


async def test_other_tenants_see_neither_providers_nor_models(bench: Bench, application: Application) -> None:
    async with bench.platform.db.begin() as tx:
        await save_model(bench.owner, tx, document=json.dumps(METERS))
    await serve_over_http(bench, application, "iotx_parking_service_model")
    await serve_over_http(bench, application, "meterService")
    assert (await bench.caller.call("/meterService/read", "1.0.0", {"meterId": "m"})).ok
    assert (await bench.other.call("/meterService/read", "1.0.0", {"meterId": "m"})).code == 20003
    assert (await bench.other.call(LOT, "1.0.0", {"parkingLotId": "p1", "areaId": "a1"})).code == 20003
    assert len(application.calls) == 1


async def test_a_device_of_another_tenant_is_refused(bench: Bench, application: Application) -> None:
    await serve_over_http(bench, application, "smartSecurityService")
    params = {"productKey": bench.box.product_key, "deviceName": "nobody", "groupName": "x"}
    answer = await bench.caller.call("/smartSecurityService/faceGroupCreate", "1.0.0", params)
    assert answer.code == 403
    assert not application.calls


async def test_own_models_check_their_fields(bench: Bench, application: Application) -> None:
    async with bench.platform.db.begin() as tx:
        await save_model(bench.owner, tx, document=json.dumps(METERS))
    await serve_over_http(bench, application, "meterService")
    path = "/meterService/read"
    assert (await bench.caller.call(path, "1.0", {"meterId": "m", "unit": "kWh"})).ok
    refused = await bench.caller.call(path, "1.0.0", {"meterId": "m", "unit": "litre"})
    assert refused.code == 460
    assert "unit" in refused.body["message"]
    assert (await bench.caller.call(path, "1.0.0", {})).code == 460


@pytest.mark.covers("H-66")
async def test_a_key_without_the_grant_is_refused(bench: Bench, application: Application) -> None:
    await serve_over_http(bench, application, "iotx_parking_service_model")
    known = bench.platform.openapi.registry.services()
    async with bench.platform.db.begin() as tx:
        await policies.grant_services(
            bench.owner, tx, app_key=bench.caller.app_key, services=["smartSecurityService"], offered=known
        )
    answer = await bench.caller.call(LOT, "1.0.0", {"parkingLotId": "p1", "areaId": "a1"})
    assert (answer.code, answer.body["message"]) == (403, "request forbidden.")
    async with bench.platform.db.begin() as tx:
        await policies.grant_services(
            bench.owner,
            tx,
            app_key=bench.caller.app_key,
            services=["iotx_parking_service_model"],
            offered=known,
        )
    assert (await bench.caller.call(LOT, "1.0.0", {"parkingLotId": "p1", "areaId": "a1"})).ok


async def test_a_call_reaches_a_box_over_its_mqtt_connection(bench: Bench) -> None:
    async with bench.platform.db.begin() as tx:
        await save_provider(
            bench.owner,
            tx,
            ProviderForm(
                model_id="iotx_parking_service_model",
                name="一体机",
                kind="edge",
                iot_id=bench.box.iot_id,
                timeout_ms=2000,
            ),
            provider_no=None,
            known_models=KNOWN,
        )
    offline = await bench.caller.call(LOT, "1.0.0", {"parkingLotId": "p1", "areaId": "a1"})
    assert offline.code == 500

    box = await Device.connect(bench.platform.mqtt_port, bench.box)
    own = f"/{bench.box.product_key}/{bench.box.device_name}/user/servicebus"
    box.client.send(mqtt.Subscribe(7, ((f"/ext/rrpc/+{own}/#", 0),)))

    async def answer_one() -> None:
        asked = await box.next()
        assert asked.topic.endswith("/user/servicebus/iotx_parking_service_model/parkingAreaInfoGet")
        envelope = msgspec.json.decode(asked.payload)
        assert envelope["params"] == {"parkingLotId": "p1", "areaId": "a1"}
        said = {"code": 200, "message": "success", "data": {"name": "地面"}, "id": envelope["id"]}
        await box.publish(asked.topic, msgspec.json.encode(said))

    serving = asyncio.create_task(answer_one())
    async with asyncio.timeout(30):  # its subscription is on the way
        while not (
            answer := await bench.caller.call(LOT, "1.0.0", {"parkingLotId": "p1", "areaId": "a1"})
        ).ok:
            await asyncio.sleep(0.02)
    await serving
    assert answer.data == {"name": "地面"}
    await box.close()
