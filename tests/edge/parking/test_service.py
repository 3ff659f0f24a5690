"""The parking domain service of a real box: each method, each code, over the service bus and on port 10060.

Source: spec F 3.5, 8.2, 9.8.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.edge.parking.methods import METHODS, OPERATE
from linli.servicebus import documents
from tests.edge.parking.site_box import LOT, MODEL, ParkingBox
from tests.servicebus.conftest import Bench, bench  # noqa: F401

pytestmark = pytest.mark.engines("sqlite")
PLATE = "京N TR666"
SPAN = {"effectiveDate": "2019-01-01 00:00:00", "expiryDate": "2040-01-01 00:00:00"}


@pytest.fixture
async def site(bench: Bench, tmp_path: Path) -> AsyncIterator[ParkingBox]:  # noqa: F811
    box = await ParkingBox(bench, tmp_path / "box").start()
    yield box
    await box.stop()


def test_every_method_of_the_model_is_served() -> None:
    model = documents.built_in()[MODEL]
    assert {method.name for method in model.methods} == {*METHODS, OPERATE}
    assert len(model.methods) == 36


@pytest.mark.covers("F-041", "F-042", "F-043")
async def test_lots_areas_and_barriers_are_told_to_the_cloud_and_on_the_lan(site: ParkingBox) -> None:
    code, lots = await site.ask("parkingLotInfoGet")
    assert code == 200
    first = {"name": "户外停车场", "parkingLotId": LOT, "totalCount": 677, "unParkedCount": 677}
    assert lots[0] == first
    assert [lot["parkingLotId"] for lot in lots] == [LOT, "bare"]
    said = await site.post("parkingLotInfoGet", {})
    assert (said["id"], said["code"], said["data"][0]) == ("UniqueRequestId", 200, first)
    assert await site.ask("parkingLotFirstAreaIdsGet", parkingLotId=LOT) == (200, ["area1", "area3"])
    code, area = await site.ask("parkingAreaInfoGet", parkingLotId=LOT, areaId="area1")
    assert area == {
        "name": "区域a", "areaId": "area1", "parentAreaId": LOT, "subAreaList": ["area2"], "unParkedCount": 67,
        "totalCount": 67,
    }  # fmt: skip
    inner = await site.ask("parkingAreaInfoGet", parkingLotId=LOT, areaId="area2")
    assert (inner[1]["parentAreaId"], inner[1]["subAreaList"]) == ("area1", [])
    code, barriers = await site.ask("parkingLotBarriersInfoGet", parkingLotId=LOT)
    assert [(one["barrierId"], one["barrierName"], one["direction"]) for one in barriers] == [
        ("in1", "北大门入口", "IN"), ("out1", "北大门出口", "OUT"), ("in2", "内场入口", "IN"),
    ]  # fmt: skip
    code, barriers = await site.ask("parkingAreaBarriersInfoGet", parkingLotId=LOT, areaId="area2")
    (barrier,) = barriers
    assert (barrier["barriereName"], barrier["barrierName"]) == ("内场入口", "内场入口")
    code, barrier = await site.ask("parkingBarrierInfoGet", parkingLotId=LOT, barrierId="out1")
    assert barrier == {
        "areaId": "area1", "barrierId": "out1", "status": "close", "direction": "out", "barrierName": "北大门出口",
    }  # fmt: skip


@pytest.mark.covers("F-046")
async def test_spaces_are_listed_read_and_changed_field_by_field(site: ParkingBox) -> None:
    at = {"parkingLotId": LOT, "areaId": "area1"}
    assert await site.ask("parkingAreaParkspacesGet", **at) == (200, ["s1", "s2"])
    given = {
        "type": "guest", "isSold": "TRUE", "property": "GUARD", "ownerPhone": "18967533306", "ownerName": "产权人姓名",
        "ownerId": "122345666", "userName": "用户姓名",
    }  # fmt: skip
    assert (await site.post("parkingAreaParkspaceUpdate", {**at, "parkingSpaceId": "s1", **given}))[
        "code"
    ] == 200
    assert await site.ask("parkingAreaParkspaceUpdate", **at, parkingSpaceId="s1", ownerName="老王") == (
        200,
        None,
    )
    _code, space = await site.ask("parkingAreaParkspaceGet", **at, parkingSpaceId="s1")
    assert space == {
        "parkingSpaceId": "s1", "parkingLotId": LOT, "name": "A-001", "type": "guest", "isSold": True,
        "property": "guard", "ownerPhone": "18967533306", "ownerName": "老王", "ownerId": "122345666",
        "isParking": False, "plateNumber": "",
    }  # fmt: skip
    await site.space("s1", PLATE)
    _code, space = await site.ask("parkingAreaParkspaceGet", **at, parkingSpaceId="s1")
    assert (space["isParking"], space["plateNumber"]) == (True, PLATE)


@pytest.mark.covers("F-047", "F-048")
async def test_vehicles_are_kept_and_locked_for_a_period(site: ParkingBox) -> None:
    it = {"parkingLotId": LOT, "plateNumber": PLATE}
    who = {"userName": "王生", "userPhone": "13888888888", "userId": "10xxxxxxxxxxxx9876X"}
    assert await site.ask("parkingLotVehicleAdd", **it, **who) == (200, None)
    assert (await site.ask("parkingLotVehicleAdd", parkingLotId=LOT, plateNumber="京NTR666"))[0] == 504
    assert await site.ask("parkingLotVehicleUpdate", **it, userPhone="13900000000") == (200, None)
    _code, vehicle = await site.ask("parkingLotVehicleInfoGet", **it)
    assert vehicle == {**it, **who, "userPhone": "13900000000", "parkingSpaceId": ""}
    page = {"pageNum": 1, "pageSize": 20}
    assert await site.ask("parkingLotVehicleListInfoGet", parkingLotId=LOT, **page) == (200, [PLATE])
    lock = {"lockEffectiveDate": "2019-01-01 00:00:00", "lockExpiredDate": "2021-12-31 23:59:59"}
    assert (await site.ask("parkingLotVehicleLockGet", **it))[0] == 503
    assert (await site.ask("parkingLotVehicleLock", **it, **lock))[0] == 200
    assert await site.ask("parkingLotVehicleLockGet", **it) == (200, lock)
    assert await site.ask("parkingLotVehicleUnlock", **it) == (200, None)
    assert (await site.ask("parkingLotVehicleUnlock", **it))[0] == 503
    # As an example of the source has it.
    gone = await site.post("parkingLotVehicleDelete", {"parkingLotId": LOT, "licenseNumber": PLATE})
    assert (gone["code"], gone["data"]) == (200, None)
    assert (await site.ask("parkingLotVehicleInfoGet", **it))[0] == 502


@pytest.mark.covers("F-050", "F-051", "F-052")
async def test_permissions_at_barriers_and_for_areas(site: ParkingBox) -> None:
    it = {"parkingLotId": LOT, "plateNumber": "京N12345"}
    page = {"pageNum": 1, "pageSize": 20}
    assert (await site.ask("parkingVehiclePermissionAdd", **it, **SPAN, barrierList=["in1"]))[0] == 502
    await site.ask("parkingLotVehicleAdd", **it)
    same = {"effectiveDate": "2019-01-01 00:00:00", "expiryDate": "2019-01-01 00:00:00"}
    assert await site.ask("parkingVehiclePermissionAdd", **it, **same, barrierList=["in1", "out1"]) == (
        200,
        None,
    )
    _code, rows = await site.ask("vehicleBarrierPermissionGet", **it)
    assert rows == [{"plateNumber": "京N12345", **same, "barrierId": one} for one in ("in1", "out1")]
    slashes = {name: value.replace("-", "/") for name, value in SPAN.items()}
    assert (await site.ask("vehicleBarrierPermissionUpdate", **it, **slashes))[0] == 200
    assert await site.ask("vehicleBarrierPermissionDelete", **it, barrierId="out1") == (200, "")
    _code, rows = await site.ask("vehicleBarrierPermissionInfoGet", parkingLotId=LOT, barrierId="in1", **page)
    assert rows == [{"plateNumber": "京N12345", **SPAN, "parkingLotId": LOT, "barrierId": "in1"}]
    gone = await site.ask("vehicleBarrierPermissionInfoGet", parkingLotId=LOT, barrierId="out1", **page)
    assert gone[0] == 605
    assert (await site.ask("vehicleAreaPermissionGet", **it))[0] == 603
    assert (await site.ask("vehicleAreaPermissionAdd", **it, **SPAN, areaIds=["area3"]))[0] == 301
    assert await site.ask("vehicleAreaPermissionAdd", **it, **SPAN, areaIds=["area1"]) == (200, None)
    assert await site.ask("vehicleAreaPermissionGet", **it) == (
        200, {"plateNumber": "京N12345", **SPAN, "areaId": "area1"},
    )  # fmt: skip
    assert (await site.ask("vehicleAreaPermissionUpdate", **it, **same))[0] == 200
    _code, rows = await site.ask("vehicleListAreaPermissionGet", parkingLotId=LOT, **page)
    assert rows == [{"plateNumber": "京N12345", **same, "parkingLotId": LOT, "areaId": "area1"}]
    assert (await site.ask("vehicleListAreaPermissionGet", parkingLotId=LOT, areaId="area2", **page))[
        0
    ] == 604
    assert await site.ask("vehicleAreaPermissionDelete", **it, areaId="area1") == (200, "")


@pytest.mark.covers("F-053")
async def test_lists_of_a_lot_and_of_areas(site: ParkingBox) -> None:
    lot = {"parkingLotId": LOT}
    added = {"plateNumber": ["京N12345", "浙A54321"], "areaId": ["area1"], "type": "WHITELIST", **SPAN}
    assert (await site.ask("parkingLotVehicleListAdd", **lot, **added))[0] == 200
    assert (await site.ask("parkingLotVehicleListAdd", **lot, plateNumber="浙A99999", type="blacklist"))[
        0
    ] == 200
    both = {"plateNumber": ["浙A00001", "京N 12345"], "areaId": ["area1"], "type": "BLACKLIST"}
    assert (await site.ask("parkingLotVehicleListAdd", **lot, **both))[0] == 702
    assert (await site.ask("parkingLotVehicleInListGet", **lot, plateNumber="浙A00001"))[0] == 701, (
        "none of it"
    )
    assert await site.ask("parkingLotVehicleInListGet", **lot, plateNumber="京N12345", areaId="area1") == (
        200, {"plateNumber": "京N12345", "areaId": "area1", "type": "whitelist", **SPAN},
    )  # fmt: skip
    page = {"pageNum": 1, "pageSize": 20}
    _code, rows = await site.ask("parkingLotVehicleListGet", **lot, **page, type="blacklist")
    assert [(row["plateNumber"], row["areaId"], row["effectiveDate"]) for row in rows] == [
        ("浙A99999", "", "")
    ]
    _code, rows = await site.ask("parkingLotVehicleListGet", **lot, **page, areaId="area1", type="whitelist")
    assert len(rows) == 2
    it = {**lot, "plateNumber": "京N12345", "areaId": ["area1"]}
    assert await site.ask("parkingLotVehicleListRemove", **it) == (200, None)
    assert (await site.ask("parkingLotVehicleListRemove", **it))[0] == 701


@pytest.mark.covers("F-054")
async def test_orders_are_added_and_closed_in_each_way(site: ParkingBox) -> None:
    order = {
        "parkingLotId": LOT, "plateNumber": "京N12345", "inBarrierGateId": "in1", "inTime": "2020-01-02 00:00:00",
        "outBarrierGateId": "out1", "outTime": "2020-01-02T08:30:00Z",
    }  # fmt: skip
    numbers = []
    for _ in range(4):
        code, data = await site.ask("parkingLotVehicleOrderAdd", **order, payStatus=4)
        assert code == 200
        numbers.append(data["orderNumber"])
    for status, number in enumerate(numbers):
        done = {"parkingLotId": LOT, "orderNumber": number, "areaId": "area1", "payStatus": status}
        assert await site.ask("parkingLotVehicleOrderCompleted", **done) == (200, None)
        assert (await site.ask("parkingLotVehicleOrderCompleted", **done))[0] == 200, "twice is once"
    # As an example of the source has it: orderStatus, outTIme.
    odd = {**order, "orderStatus": 0, "outTIme": "2020-01-02 00:00:00", "outTime": None}
    assert (await site.post("parkingLotVehicleOrderAdd", odd))["code"] == 200
    assert (
        await site.ask(
            "parkingLotVehicleOrderAdd", **{**order, "outTime": "2019-12-31 00:00:00"}, payStatus=4
        )
    )[0] == 607


CODES: list[tuple[int, str, dict[str, Any]]] = [
    (102, "parkingLotFirstAreaIdsGet", {"parkingLotId": "none"}),
    (201, "parkingLotFirstAreaIdsGet", {"parkingLotId": "bare"}),
    (301, "parkingLotBarriersInfoGet", {"parkingLotId": "bare"}),
    (202, "parkingAreaInfoGet", {"areaId": "none"}),
    (301, "parkingAreaBarriersInfoGet", {"areaId": "area3"}),
    (401, "parkingAreaParkspacesGet", {"areaId": "area2"}),
    (302, "parkingBarrierInfoGet", {"barrierId": "none"}),
    (302, "parkingBarrierOperate", {"barrierId": "none", "command": "open"}),
    (1004, "parkingBarrierOperate", {"barrierId": "in2", "command": "open"}),
    (1004, "parkingBarrierOperate", {"barrierId": "in1", "command": "open"}),
    (1002, "parkingBarrierOperate", {"barrierId": "in1", "command": "explode"}),
    (402, "parkingAreaParkspaceGet", {"areaId": "area1", "parkingSpaceId": "none"}),
    (1002, "parkingAreaParkspaceUpdate", {"areaId": "area1", "parkingSpaceId": "s1", "isSold": "perhaps"}),
    (1002, "parkingAreaParkspaceUpdate", {"areaId": "area1", "parkingSpaceId": "s1", "ownerName": "王" * 65}),
    (501, "parkingLotVehicleListInfoGet", {"pageNum": 1, "pageSize": 20}),
    (1002, "parkingLotVehicleListInfoGet", {"pageNum": 1, "pageSize": 101}),
    (1002, "parkingLotVehicleListInfoGet", {"pageNum": 0, "pageSize": 20}),
    (502, "parkingLotVehicleUpdate", {"plateNumber": PLATE}),
    (502, "parkingLotVehicleLockGet", {"plateNumber": PLATE}),
    (606, "parkingLotVehicleLock", {"plateNumber": PLATE, "lockEffectiveDate": "soon", "lockExpiredDate": "later"}),
    (502, "parkingLotVehicleInTime", {"plateNumber": PLATE}),
    (607, "parkingVehiclePermissionAdd", {"plateNumber": PLATE, "barrierList": ["in1"], "effectiveDate":
        "2020-01-01 00:00:00", "expiryDate": "2019-01-01 00:00:00"}),
    (302, "parkingVehiclePermissionAdd", {"plateNumber": PLATE, "barrierList": ["none"], **SPAN}),
    (1002, "parkingVehiclePermissionAdd", {"plateNumber": PLATE, "barrierList": [""], **SPAN}),
    (202, "vehicleAreaPermissionAdd", {"plateNumber": PLATE, "areaIds": ["none"], **SPAN}),
    (502, "vehicleBarrierPermissionUpdate", {"plateNumber": PLATE, **SPAN}),
    (1002, "parkingLotVehicleListAdd", {"plateNumber": [PLATE], "type": "greylist"}),
    (701, "parkingLotVehicleListRemove", {"plateNumber": PLATE}),
    (501, "parkingLotVehicleListGet", {"pageNum": 1, "pageSize": 20}),
    (103, "parkingLotVehicleOrderCompleted", {"orderNumber": "none", "payStatus": 0}),
    (1002, "parkingLotVehicleOrderCompleted", {"orderNumber": "none", "payStatus": 4}),
    (601, "parkingLotPlateNumberUpdate", {"plateNumber": "浙A54321", "recordId": "none"}),
    (1002, "parkingLotVehicleAdd", {"plateNumber": "  "}),
    (1002, "parkingLotVehicleAdd", {"plateNumber": 7}),
    (20003, "parkingFly", {}),
]  # fmt: skip


async def test_every_refusal_has_its_code_on_the_lan_and_names_the_field(site: ParkingBox) -> None:
    for code, method, params in CODES:
        said = await site.post(method, {"parkingLotId": LOT, **params})
        assert said["code"] == code, (method, params, said)
        assert said["message"]
        assert said["localizedMsg"]
        assert said["data"] is None
    said = await site.post("parkingLotVehicleAdd", {"parkingLotId": LOT})
    assert "plateNumber" in said["message"]
    assert "plateNumber不能为空" in said["localizedMsg"]
    for broken in (b"", b"{", b"[]", b'{"params":[]}', b"\xff\xfe", b"[" * 100_000):
        assert (await site.post("parkingLotInfoGet", broken))["code"] == 1002


async def test_a_refusal_reaches_the_cloud_with_its_code_and_words(site: ParkingBox) -> None:
    answer = await site.bench.caller.call(
        f"/{MODEL}/parkingAreaInfoGet", "1.0.0", {"parkingLotId": LOT, "areaId": "x"}
    )
    assert (answer.code, answer.body["localizedMsg"]) == (202, "停车区域ID不存在：x")
    stranger = await site.bench.other.call(f"/{MODEL}/parkingLotInfoGet", "1.0.0", {})
    assert stranger.code != 200, "another company's box is not asked"


async def test_no_lots_are_there_before_the_site_is_set_up_and_a_bad_one_is_told(
    bench: Bench, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    box = await ParkingBox(bench, tmp_path / "box").start({"lots": []})
    assert (await box.ask("parkingLotInfoGet"))[0] == 101
    await box.stop()
    twice = {"barrierId": "b", "areaId": "a", "direction": "IN"}
    bad = {"lots": [{"parkingLotId": "l", "areas": [{"areaId": "a"}], "barriers": [twice, twice]}]}
    again = await ParkingBox(bench, tmp_path / "box").start(bad)
    (health,) = (one for one in again.box.components.health() if one.code == "passage_vehicle")
    assert (health.state, "barrierId b stands twice" in health.why) == ("failed", True)
    await again.stop()
