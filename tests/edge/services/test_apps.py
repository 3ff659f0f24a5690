"""An app on the site's LAN and apps in the cloud call each other through the box. Source: spec C 1 (C008), H 3.2, G5."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from linli.databus import scopes
from linli.edge.cloud import Identity
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.runtime.compose import Box
from linli.edge.runtime.lan import Ports
from linli.edge.services.interconnect import AppServices, DataRoute
from linli.kernel import tenancy
from linli.kernel.clock import SystemClock
from linli.protocols.edge_link import (
    Activated,
    CloudAddress,
    CommunityName,
    Deployment,
    DeviceKey,
    GatewayName,
    MqttAddress,
    NodeName,
    WantedComponent,
)
from linli.servicebus.service import ProviderForm, save_provider
from tests.campaigns.caller import Caller
from tests.edge.runtime.small_box import until
from tests.servicebus.conftest import Application, Bench, application, bench  # noqa: F401

MODEL = "iotx_parking_service_model"
AREA = f"/{MODEL}/parkingAreaInfoGet"


@pytest.fixture
def logs() -> DeviceLogs:
    return DeviceLogs(SystemClock())


@pytest.fixture
async def services(logs: DeviceLogs) -> AsyncIterator[AppServices]:
    services = AppServices(logs.of("apps"), seconds=0.5)
    yield services
    await services.close()


@pytest.fixture
async def box(bench: Bench, tmp_path: Path) -> AsyncIterator[Box]:  # noqa: F811
    """A running box whose gateway is the bench's device."""
    activated = Activated(
        node=NodeName(id="n1", name="jinanwangyuefu-01"),
        device=DeviceKey(
            product_key=bench.box.product_key, device_name=bench.box.device_name, device_secret=bench.box.device_secret
        ),
        mqtt=MqttAddress(host="127.0.0.1", port=bench.platform.mqtt_port),
        cloud=CloudAddress(base_url=f"http://127.0.0.1:{bench.platform.http.port}"),
    )  # fmt: skip
    identity = Identity(serial_number="SN-1", activated=activated, activated_ms=0)
    ports = Ports(host="127.0.0.1", files=(0, 0), console=0, mqtt=0, route=0)
    box = Box(tmp_path / "box", identity, ports=ports)
    await box.start()
    await until(lambda: box.line.up)
    wanted = Deployment(
        generation=1,
        community=CommunityName(id="1"),
        gateway=GatewayName(id="1", name="x"),
        components=[WantedComponent(code="collaboration")],
    )
    await box.components.follow(wanted)
    yield box
    await box.stop()


@pytest.fixture
async def route(bench: Bench, logs: DeviceLogs) -> AsyncIterator[DataRoute]:  # noqa: F811
    cloud = f"http://127.0.0.1:{bench.platform.http.port}"
    route = DataRoute(host="127.0.0.1", port=0, cloud=cloud, log=logs.of("apps"))
    await route.start()
    yield route
    await route.stop()


@pytest.mark.covers("C008")
async def test_a_cloud_app_calls_a_service_that_an_app_on_the_site_provides(
    bench: Bench, box: Box, application: Application  # noqa: F811
) -> None:  # fmt: skip
    assert box.lan is not None
    async with bench.platform.db.begin() as tx:
        await save_provider(
            bench.owner,
            tx,
            ProviderForm(
                model_id=MODEL, name="一体机", kind="edge", iot_id=bench.box.iot_id, timeout_ms=2000
            ),
            provider_no=None,
            known_models={MODEL},
        )
    application.behave = lambda path, asked: msgspec.json.encode(
        {"code": 200, "message": "success", "data": {"name": asked["params"]["areaId"]}, "id": asked["id"]}
    )
    box.lan.apps.deploy({MODEL: f"http://127.0.0.1:{application.port}/"})
    answer = await bench.caller.call(AREA, "1.0", {"parkingLotId": "p1", "areaId": "地面"})
    assert (answer.code, answer.data) == (200, {"name": "地面"})
    ((first, envelope, headers),) = application.calls
    assert first == f"POST {AREA} HTTP/1.1"
    assert headers["content-type"] == "application/octet-stream"
    assert envelope["params"] == {"parkingLotId": "p1", "areaId": "地面"}

    box.lan.apps.deploy({MODEL: "http://127.0.0.1:9"})
    gone = await bench.caller.call(AREA, "1.0", {"parkingLotId": "p1", "areaId": "a"})
    assert gone.code == 500
    assert "did not answer" in gone.body["message"]


@pytest.mark.covers("C008")
async def test_an_app_on_the_site_calls_a_cloud_app_and_reports_data_through_the_box(
    bench: Bench, box: Box, application: Application  # noqa: F811
) -> None:  # fmt: skip
    assert box.lan is not None
    async with bench.platform.db.begin() as tx:
        await save_provider(
            bench.owner,
            tx,
            ProviderForm(
                model_id=MODEL,
                name="云应用",
                kind="http",
                address=f"http://127.0.0.1:{application.port}",
                timeout_ms=2000,
            ),
            provider_no=None,
            known_models={MODEL},
        )
        await scopes.register_community(
            tx, tenant_id=bench.owner.tenant_id, community_id=101, scope_id="a124aaaaaaaaaaaa"
        )
        await tenancy.grant_community(bench.owner, tx, project_id=bench.project_id, community_id=101)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{box.lan.parts.route_port}", trust_env=False
    ) as lan:
        app = Caller(lan, bench.caller.app_key, bench.caller.secret)
        assert (await app.call(AREA, "1.0", {"parkingLotId": "p1", "areaId": "a1"})).ok
        fee = {
            "modelId": "iot_park_fee",
            "properties": {"orderNumber": "o1", "amount": 5.0, "plateNumber": "浙A5C393"},
        }
        # Without scopeId and appId, which may be left out on the edge.
        told = await app.call("/data/model/data/insert", "0.0.3", fee)
        assert told.ok, told
        stranger = Caller(lan, app.app_key, "0" * 32)
        assert (await stranger.call(AREA, "1.0", {"parkingLotId": "p1", "areaId": "a1"})).status in (
            400,
            401,
            403,
        )


async def test_the_route_leads_to_the_gateway_alone(bench: Bench, route: DataRoute) -> None:  # noqa: F811
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{route.port}", trust_env=False) as lan:
        signed = {"x-ca-key": "x"}
        for path in ("/api/console/session", "/edge/activate", "/", "/a/../api", "/files/x", "//api/console"):
            assert (await lan.post(path, headers=signed)).status_code in (400, 404)
        assert (await lan.get("/data/model/data/insert", headers=signed)).status_code == 404
        unsigned = await lan.post("/data/model/data/insert", content=b"{}")
        assert (unsigned.status_code, "x-ca-key" in unsigned.json()["message"]) == (401, True)


async def test_a_cut_line_is_told_to_the_app(logs: DeviceLogs) -> None:
    route = DataRoute(host="127.0.0.1", port=0, cloud="http://127.0.0.1:9", log=logs.of("apps"))
    await route.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{route.port}", trust_env=False) as lan:
        got = await lan.post("/data/model/data/insert", headers={"x-ca-key": "k"}, content=b"{}")
    assert (got.status_code, got.json()["code"]) == (503, 503)
    await route.stop()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"not json", 20004),
        (b"[]", 20004),
        (b'{"message":"no code"}', 20004),
        (b"x" * (2 * 1024 * 1024 + 1), 500),
    ],
)
async def test_apps_that_answer_no_envelope(
    services: AppServices, application: Application, said: bytes, code: int  # noqa: F811
) -> None:  # fmt: skip
    application.behave = lambda path, asked: said
    services.deploy({"m": f"http://127.0.0.1:{application.port}"})
    answer: dict[str, Any] = msgspec.json.decode(await services.answer("m", "read", b'{"id":"7"}'))
    assert (answer["id"], answer["code"]) == ("7", code)


async def test_names_that_would_leave_the_apps_own_place(services: AppServices) -> None:
    for model, method in (("..", "x"), ("m", "../x"), ("m", ""), ("m?", "x"), ("m", "x#y")):
        assert msgspec.json.decode(await services.answer(model, method, b"{"))["code"] == 20003


async def test_an_app_that_hangs_costs_the_caller_its_time_limit_only(
    services: AppServices, application: Application  # noqa: F811
) -> None:  # fmt: skip
    async def never(path: str, asked: dict[str, Any]) -> bytes:
        await asyncio.sleep(30)
        return b""

    application.behave = never
    services.deploy({"m": f"http://127.0.0.1:{application.port}"})
    assert msgspec.json.decode(await services.answer("m", "read", b"{}"))["code"] == 500
