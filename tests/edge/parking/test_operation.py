"""A car park in operation: the driver's log, pictures, what the cloud asks and hears, silence, what comes late."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.databus import subscriptions
from linli.databus.subscription_rows import Filters
from linli.domains.boxes.parking import service as parking
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.edge.drivers.plate_camera_push.simulator import JPEG
from linli.kernel.pages import PageRequest
from linli.protocols.edge_link import PARKING_SILENT_MS
from linli.things.queries.devices import get_device
from linli.things.queries.history import events_of
from tests.edge.parking.lane_town import DRIVER, LOT, LaneTown
from tests.edge.parking.site_box import tell_space
from tests.edge.runtime.small_box import until
from tests.servicebus.conftest import Application, Bench, application, bench  # noqa: F401

pytestmark = pytest.mark.engines("sqlite")
IT = {"parkingLotId": LOT}
PAGE = {"pageNum": 1, "pageSize": 20}


@pytest.fixture
async def town(bench: Bench, tmp_path: Path) -> AsyncIterator[LaneTown]:  # noqa: F811
    town = await LaneTown(bench, tmp_path).build()
    await town.wake()
    yield town
    await town.stop()


@pytest.mark.covers("H-02", "H-03", "H-05")
async def test_the_drivers_log_proves_registration_events_and_services(town: LaneTown) -> None:
    scope, iot_id = town.bench.owner, town.iot_ids["lane.in"]

    def lines() -> str:
        return "\n".join(f"{line.text} {line.facts}" for line in town.box.logs.of(DRIVER, "lane.in").lines())

    async def online() -> bool:
        return bool((await get_device(scope, town.platform.db, iot_id=iot_id)).online)

    async with asyncio.timeout(30):
        while not await online():
            await asyncio.sleep(0.02)
    assert "registered, online" in lines()
    assert town.entry.serial in lines()

    assert town.box.lan is not None
    files = f"http://127.0.0.1:{town.box.lan.files.ports[0]}"
    url = await town.entry.upload(files, "lanes/in/1.jpg")
    assert (await town.entry.read("浙A12345", picture=b"", imagePath=url))["info"] == "ok"
    (came,) = await town.records("iot_park_pass_record", 1)
    assert await town.file(came, "iot_park_pass_record", "plateNumberImage") == JPEG
    assert "plate event" in lines()
    number = (await get_device(scope, town.platform.db, iot_id=iot_id)).device_no
    async with asyncio.timeout(30):
        while not (found := (await events_of(town.platform.db, device_no=number, page=PageRequest())).data):
            await asyncio.sleep(0.02)
    assert (found[0].identifier, "浙A12345" in found[0].body) == ("IntelligentAlarm", True)

    await town.platform.things.invoker.invoke(scope, iot_id, "TriggerRecognition", {})
    await until(lambda: town.entry.triggered == 1)
    assert "service call done" in lines()
    assert "浙A12345" not in lines(), "plates are masked"


@pytest.mark.covers("H-27", "H-29")
async def test_a_cloud_application_asks_and_manages_through_the_adapter(town: LaneTown) -> None:
    async def ok(method: str, **params: Any) -> Any:
        code, data = await town.ask(method, **params)
        assert code == 200, (method, code)
        return data

    assert [lot["name"] for lot in await ok("parkingLotInfoGet")] == ["户外停车场", "空地"]
    assert await ok("parkingLotFirstAreaIdsGet", **IT) == ["area1", "area3"]
    assert (await ok("parkingAreaInfoGet", **IT, areaId="area1"))["name"] == "区域a"
    assert await ok("parkingAreaParkspacesGet", **IT, areaId="area1") == ["s1", "s2"]
    assert (await ok("parkingAreaParkspaceGet", **IT, areaId="area1", parkingSpaceId="s1"))["name"] == "A-001"
    assert len(await ok("parkingLotBarriersInfoGet", **IT)) == 3
    car = {**IT, "plateNumber": "浙A12345"}
    span = {"effectiveDate": "2019-01-01 00:00:00", "expiryDate": "2040-01-01 00:00:00"}
    await ok("parkingLotVehicleAdd", **car, userName="王生")
    assert await ok("parkingLotVehicleListInfoGet", **IT, **PAGE) == ["浙A12345"]
    assert (await ok("parkingLotVehicleInfoGet", **car))["userName"] == "王生"
    await ok("parkingVehiclePermissionAdd", **car, **span, barrierList=["in1"])
    await ok("vehicleAreaPermissionAdd", **car, **span, areaIds=["area1"])
    assert len(await ok("vehicleBarrierPermissionGet", **car)) == 1
    await ok("vehicleBarrierPermissionDelete", **car, barrierId="in1")
    assert (await town.ask("vehicleBarrierPermissionGet", **car))[0] == 603
    for kind, opens in (("BLACKLIST", "no"), ("WHITELIST", "ok")):
        await ok("parkingLotVehicleListAdd", **IT, plateNumber=["浙B88888"], type=kind)
        assert (await town.entry.read("浙B88888"))["info"] == opens
        await ok("parkingLotVehicleListRemove", **IT, plateNumber="浙B88888")


@pytest.mark.covers("H-69")
async def test_a_heartbeat_each_half_minute_and_an_alarm_without(town: LaneTown) -> None:
    beats = await town.records("Heartbeat", 2)
    assert {beat["parkingLotId"] for beat in beats} == {LOT, "bare"}
    platform = town.platform
    hashed = await accounts.hash_password("correct horse battery")
    now_ms = platform.clock.now_ms()
    async with platform.db.begin() as tx:
        account = await accounts.create_account(
            tx,
            login="13800138000",
            password_hash=hashed,
            proven=True,
            name="王伟",
            ids=platform.ids,
            now_ms=now_ms,
        )
        await accounts.grant_role(
            tx,
            account_id=account,
            role=Role.TENANT_ADMIN,
            tenant_id=town.bench.owner.tenant,
            now_ms=now_ms,
        )
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{platform.http.port}/api/console", trust_env=False,
        headers={"x-linli-request": "1", "origin": f"http://127.0.0.1:{platform.http.port}"},
    ) as desk:  # fmt: skip
        signed = await desk.post(
            "/session", json={"login": "13800138000", "password": "correct horse battery"}
        )
        assert signed.status_code < 300, signed.text
        assert (await desk.get("/door-alarms")).json()["data"] == []
        async with platform.db.begin() as tx:
            later = platform.clock.now_ms() + PARKING_SILENT_MS - 30_000
            assert await parking.mark_silent(tx, ids=platform.ids, now_ms=later - 60_000) == 0
            assert await parking.mark_silent(tx, ids=platform.ids, now_ms=later + 60_000) == 2
        alarms = (await desk.get("/door-alarms")).json()["data"]
        assert {(alarm["kind"], alarm["doorName"], alarm["overMs"]) for alarm in alarms} == {
            ("lot_silent", "户外停车场", None), ("lot_silent", "空地", None),
        }  # fmt: skip
        # It is back: its next heartbeat ends them.
        await town.stop_box()
        await town.wake()
        async with asyncio.timeout(30):
            while any(row["overMs"] is None for row in (await desk.get("/door-alarms")).json()["data"]):
                await asyncio.sleep(0.05)


async def test_what_came_while_the_box_was_away_is_taken_once(town: LaneTown) -> None:
    await town.entry.read("浙B00001")
    await town.records("iot_park_pass_record", 1)
    await town.stop_box()
    town.entry.read_alone("浙A12345")
    await town.wake()
    kept = list(town.entry.kept)
    assert await town.entry.replay() == 1
    town.entry.kept = kept
    assert await town.entry.replay() == 1, "the camera lost the answer"
    town.entry.faults.twice = True
    assert (await town.entry.read("浙C00001"))["info"] == "ok"
    rows = await town.records("iot_park_pass_record", 3)
    assert [row["plateNumber"] for row in rows] == ["浙B00001", "浙A12345", "浙C00001"]
    assert rows[1]["eventTime"].startswith("2023-11-15"), "the camera's own time"
    _, lots = await town.ask("parkingLotInfoGet")
    assert lots[0]["unParkedCount"] == 674


@pytest.mark.covers("H-30")
async def test_a_subscriber_hears_of_passes_spaces_and_vehicles(
    town: LaneTown, application: Application  # noqa: F811
) -> None:  # fmt: skip
    models = ("iot_park_pass_record", "iot_park_parkinglot_update", "iot_park_vehicle_update")
    platform = town.platform
    async with platform.db.begin() as tx:
        await subscriptions.create_webhook(
            town.bench.owner, tx, app_key=town.bench.caller.app_key, name="停车应用",
            url=f"http://127.0.0.1:{application.port}/hook", filters=Filters(kinds=("data",), models=models),
            ids=platform.ids, secrets=platform.secrets,
        )  # fmt: skip
    await town.entry.read("浙A12345")
    await tell_space(town.box, "s1", "浙A12345")
    assert (await town.ask("parkingLotVehicleAdd", **IT, plateNumber="浙A12345"))[0] == 200

    def heard() -> set[str]:
        told = json.dumps([envelope for _, envelope, _ in application.calls])
        return {model for model in models if model in told}

    await until(lambda: heard() == set(models))
