"""Cars at lanes: camera, box and cloud on real sockets. Source: spec F 3.6, 5.13, 5.14, H 5.1."""

import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from linli.edge.drivers.plate_camera_push.simulator import JPEG
from tests.edge.parking.lane_town import LOT, LaneTown
from tests.edge.parking.site_box import tell_space
from tests.edge.runtime.small_box import until
from tests.servicebus.conftest import Bench, bench  # noqa: F401

pytestmark = pytest.mark.engines("sqlite")
IT = {"parkingLotId": LOT}
HOUR_MS = 3_600_000


@pytest.fixture
async def town(bench: Bench, tmp_path: Path) -> AsyncIterator[LaneTown]:  # noqa: F811
    town = await LaneTown(bench, tmp_path).build()
    await town.wake()
    yield town
    await town.stop()


@pytest.mark.covers("F-049", "F-055", "F-056", "H-01", "H-04", "C021")
async def test_a_guest_comes_in_pays_and_leaves(town: LaneTown) -> None:
    said = await town.entry.read("浙A12345")
    assert (said["info"], town.entry.barrier) == ("ok", "open")
    assert "浙A12345 请通行".encode("gbk") in town.entry.shown
    (came,) = await town.records("iot_park_pass_record", 1)
    assert (came["direction"], came["openType"], came["plateNumber"], came["typePermission"]) == (
        0,
        0,
        "浙A12345",
        2,
    )
    assert (came["plateColor"], came["plateType"], came["vehicleColor"], came["barrierId"]) == (
        1,
        1,
        3,
        "in1",
    )
    assert (came["areaId"], came["parkingLotId"], bool(came["recordId"])) == ("area1", LOT, True)
    assert await town.file(came, "iot_park_pass_record", "plateNumberImage") == JPEG

    code, entered = await town.ask("parkingLotVehicleInTime", **IT, plateNumber="浙A12345")
    assert (code, entered["vehicleInTime"]) == (200, came["eventTime"])
    _, lots = await town.ask("parkingLotInfoGet")
    assert lots[0]["unParkedCount"] == 676

    town.clock.ahead_ms = 2 * HOUR_MS + 60_000
    said = await town.way_out.read("浙A12345")
    assert (said["info"], town.way_out.barrier) == ("no", "close")
    assert "浙A12345 请缴费15元".encode("gbk") in town.way_out.shown
    await town.way_out.read("浙A12345")
    (due,) = await town.records("iot_park_fee", 1)
    assert (due["payStatus"], due["amount"], due["orderNumber"]) == (4, 15.0, came["orderNumber"])
    assert (due["inBarrierName"], due["outBarrierName"]) == ("北大门入口", "北大门出口")
    assert due["inImage"]
    assert due["outImage"]
    done = {**IT, "orderNumber": due["orderNumber"], "payStatus": 0}
    assert await town.ask("parkingLotVehicleOrderCompleted", **done) == (200, None)
    await until(lambda: town.way_out.barrier == "open")
    _, paid = await town.records("iot_park_fee", 2)
    assert (paid["payStatus"], paid["amount"]) == (0, 15.0)
    _, left = await town.records("iot_park_pass_record", 2)
    assert (left["direction"], left["orderNumber"], left["openType"]) == (1, due["orderNumber"], 0)
    assert (await town.ask("parkingLotVehicleInTime", **IT, plateNumber="浙A12345"))[0] == 502
    assert town.way_out.opened == 1


@pytest.mark.covers("F-045")
async def test_a_misread_plate_is_put_right_and_the_fee_with_it(town: LaneTown) -> None:
    await town.entry.read("浙A12345")
    town.clock.ahead_ms = HOUR_MS - 5 * 60_000
    said = await town.way_out.read("浙A12346")
    assert said["info"] == "no", "nobody saw it come in"
    _, unknown = await town.records("iot_park_pass_record", 2)
    assert (unknown["plateNumber"], unknown["openType"]) == ("浙A12346", 2)
    right = {**IT, "plateNumber": "浙A 12345", "recordId": unknown["recordId"]}
    assert await town.ask("parkingLotPlateNumberUpdate", **right) == (200, "")
    (due,) = await town.records("iot_park_fee", 1)
    assert (due["plateNumber"], due["payStatus"], due["amount"]) == ("浙A12345", 4, 5.0)
    done = {**IT, "orderNumber": due["orderNumber"], "payStatus": 2}
    assert (await town.ask("parkingLotVehicleOrderCompleted", **done))[0] == 200
    await until(lambda: town.way_out.barrier == "open")


@pytest.mark.covers("F-057")
async def test_locked_and_blacklisted_cars_are_kept_and_told(town: LaneTown) -> None:
    await town.entry.read("浙A12345")
    span = {"lockEffectiveDate": "2019-01-01 00:00:00", "lockExpiredDate": "2040-01-01 00:00:00"}
    assert (await town.ask("parkingLotVehicleLock", **IT, plateNumber="浙A12345", **span))[0] == 200
    assert (await town.way_out.read("浙A12345"))["info"] == "no"
    (locked,) = await town.records("iot_park_locked_detect", 1)
    assert (locked["direction"], locked["plateNumber"], locked["barrierId"]) == (1, "浙A12345", "out1")
    assert locked["plateNumberImage"]
    listed = {"plateNumber": ["浙B99999"], "type": "BLACKLIST", "areaId": ["area1"]}
    assert (await town.ask("parkingLotVehicleListAdd", **IT, **listed))[0] == 200
    assert (await town.entry.read("浙B99999"))["info"] == "no"
    (black,) = await town.records("iot_park_blacklist_detect", 1)
    assert (black["direction"], black["plateNumber"], black["barrierName"]) == (0, "浙B99999", "北大门入口")
    assert len(await town.records("iot_park_pass_record", 1)) == 1, "neither passed"


@pytest.mark.covers("F-058", "F-059")
async def test_spaces_vehicles_locks_and_lists_are_told_as_they_change(town: LaneTown) -> None:
    who = {**IT, "plateNumber": "浙A12345"}
    await town.ask("parkingLotVehicleAdd", **who, userName="王生", userId="330")
    span = {"effectiveDate": "2019-01-01 00:00:00", "expiryDate": "2040-01-01 00:00:00"}
    await town.ask("parkingVehiclePermissionAdd", **who, **span, barrierList=["in1"])
    lock = {"lockEffectiveDate": "2019-01-01 00:00:00", "lockExpiredDate": "2040-01-01 00:00:00"}
    await town.ask("parkingLotVehicleLock", **who, **lock)
    await town.ask("parkingLotVehicleDelete", **who)
    vehicles = await town.records("iot_park_vehicle_update", 3)
    assert [(row["typeOperation"], row["stateLocked"]) for row in vehicles] == [(0, 0), (1, 0), (2, 1)]
    file = json.loads(await town.file(vehicles[1], "iot_park_vehicle_update", "accessBarrierListFile"))
    assert file == {
        "PermissionList": [
            {"barrierId": "in1", "barrierName": "北大门入口", "StartExpireTime": span["effectiveDate"],
             "EndExpireTime": span["expiryDate"]}
        ]
    }  # fmt: skip
    (row,) = await town.records("iot_park_vehicle_lock_update", 1)
    assert (row["lockStartExpireTime"], row["lockEndExpireTime"]) == tuple(lock.values())
    for kind in ("whitelist", "blacklist"):
        listed = {**IT, "plateNumber": "浙A54321"}
        await town.ask("parkingLotVehicleListAdd", **listed, type=kind)
        await town.ask("parkingLotVehicleListRemove", **listed)
        rows = await town.records(f"iot_park_{kind}_update", 2)
        assert [(row["plateNumber"], row["type"]) for row in rows] == [("浙A54321", 0), ("浙A54321", 1)]
    for plate in ("浙A12345", "浙A12345", ""):
        await tell_space(town.box, "s1", plate)
    rows = await town.records("iot_park_parkinglot_update", 2)
    assert [(row["stateParked"], row["parkedNumber"], row["parkingSpace"]) for row in rows] == [
        (1, "浙A12345", "s1"), (0, "浙A12345", "s1"),
    ]  # fmt: skip


@pytest.mark.covers("F-044", "H-28")
async def test_a_barrier_is_opened_held_and_closed_from_the_cloud(town: LaneTown) -> None:
    for command, barrier, status in (
        ("keepOpen", "held", "open"),
        ("close", "close", "close"),
        ("open", "open", "open"),
    ):
        assert await town.ask("parkingBarrierOperate", barrierId="in1", command=command) == (200, None)
        await until(partial(town.entry.stands, barrier))
        _, shown = await town.ask("parkingBarrierInfoGet", **IT, barrierId="in1")
        assert shown["status"] == status
    rows = await town.records("iot_park_pass_record", 2)
    assert [row["openType"] for row in rows] == [1, 1], "what was opened by hand is told"
    await town.entry.stop()
    assert (await town.ask("parkingBarrierOperate", barrierId="in1", command="open"))[0] == 1004


async def test_permissions_whitelist_and_full_areas_at_the_lanes(town: LaneTown) -> None:
    it = {**IT, "plateNumber": "浙A12345"}
    span = {"effectiveDate": "2019-01-01 00:00:00", "expiryDate": "2040-01-01 00:00:00"}
    await town.ask("parkingLotVehicleAdd", **it)
    await town.ask("vehicleAreaPermissionAdd", **it, **span, areaIds=["area1"])
    await town.ask("parkingLotVehicleListAdd", **IT, plateNumber="浙A54321", type="whitelist")
    for plate, kind in (("浙A12345", 1), ("浙A54321", 3)):
        assert (await town.entry.read(plate))["info"] == "ok"
        town.clock.ahead_ms += 5 * HOUR_MS
        assert (await town.way_out.read(plate))["info"] == "ok"
        rows = await town.records("iot_park_pass_record", 2 if kind == 1 else 4)
        assert [row["typePermission"] for row in rows[-2:]] == [kind, kind]
    assert (await town.entry.read(""))["info"] == "no"
    assert (await town.entry.read("京A0006警"))["info"] == "ok"
