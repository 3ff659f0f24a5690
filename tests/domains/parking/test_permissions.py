"""Vehicles and lists by the open API: given, brought to lane cameras over MQTT, followed, read back, taken away."""

import pytest

from linli.protocols.vehicle_permissions import VehicleEntry
from tests.domains.access.platform import until
from tests.domains.parking.conftest import GUEST, OURS, Lot

pytestmark = pytest.mark.engines("sqlite")
FROM, UNTIL = "2026-01-01 00:00:00", "2027-01-01 00:00:00"
FROM_MS, UNTIL_MS = 1_767_196_800_000, 1_798_732_800_000
PERMISSION, LIST = "/vehicle/permission", "/vehicle/special/concerns"


@pytest.mark.covers("B080")
async def test_vehicles_get_rights_on_every_lane_of_a_space_and_are_followed(lot: Lot) -> None:
    _, entrance = await lot.lane(lot.entrance, "lane-1")
    ramp_id, ramp_triple = await lot.new_device("lane-2")
    await lot.ok("/toll/bind", iotId=ramp_id, spaceId=lot.ramp)
    dates = {"effectiveDate": FROM, "expiryDate": UNTIL}
    both = [
        {"spaceId": str(lot.lot), "plateNumber": "浙a·12345", **dates},
        {"spaceId": str(lot.entrance), "plateNumber": GUEST, **dates},
    ]
    await lot.ok(f"{PERMISSION}/add", permList=both)
    await until(lambda: len(entrance.permissions) == 2)
    assert entrance.permissions[OURS, 1] == VehicleEntry(OURS, 1, FROM_MS, UNTIL_MS)
    assert (await entrance.see(OURS)).open
    # The ramp's camera was never there: the lot's right waits for it, the entrance's is done.
    await lot.synced(lot.entrance)

    async def away() -> bool:
        return (await lot.statuses(lot.lot))[OURS] in ("deviceOffline", "transferTimeout", "toBeTransferred")

    await until(away)
    ramp = await lot.camera(ramp_triple)
    await until(lambda: (OURS, 1) in ramp.permissions)
    assert set(ramp.permissions) == {(OURS, 1)}
    await lot.synced(lot.lot)

    page = await lot.ok(
        f"{PERMISSION}/query", spaceIds=[str(lot.lot), str(lot.entrance)], plateNumbers=[OURS], pageNo=1,
        pageSize=10, status="transferred",
    )  # fmt: skip
    assert page == {
        "total": 1, "pageNo": 1, "pageSize": 10,
        "data": [{
            "plateNumber": OURS, "effectiveDate": FROM, "expiryDate": UNTIL, "spaceId": str(lot.lot),
            "spaceName": "地面停车场", "status": "transferred",
        }],
    }  # fmt: skip
    # An upsert on (space, plate) changes the dates.
    await lot.ok(
        f"{PERMISSION}/add", permList=[{**both[0], "expiryDate": "2027-06-01 00:00:00"}]
    )  # fmt: skip
    await until(lambda: entrance.permissions[OURS, 1].ends_ms == 1_811_779_200_000)
    await lot.ok(f"{PERMISSION}/delete", permList=[{"spaceId": str(lot.lot), "plateNumber": OURS}])
    await until(lambda: (OURS, 1) not in entrance.permissions and (OURS, 1) not in ramp.permissions)
    assert set(entrance.permissions) == {(GUEST, 1)}
    page = await lot.ok(f"{PERMISSION}/query", spaceIds=[str(lot.lot)], pageNo=1, pageSize=10)
    assert (page["total"], page["data"]) == (0, [])


@pytest.mark.covers("B081")
async def test_lists_of_a_space_are_kept_brought_to_its_lanes_and_followed(lot: Lot) -> None:
    _, camera = await lot.lane(lot.entrance, "lane-1")
    root = str(lot.estate.root)
    entries = [
        {"spaceId": root, "plateNumber": OURS, "type": "WHITELIST", "brand": "比亚迪", "color": 8},
        {"spaceId": str(lot.lot), "plateNumber": GUEST, "type": "BLACKLIST"},
    ]
    await lot.ok(f"{LIST}/add", permList=entries)
    await lot.synced(lot.estate.root, f"{LIST}/query", type="WHITELIST")
    await lot.synced(lot.lot, f"{LIST}/query", type="BLACKLIST")
    assert camera.permissions == {
        (OURS, 2): VehicleEntry(OURS, 2),
        (GUEST, 3): VehicleEntry(GUEST, 3),
    }
    assert [(await camera.see(plate)).open for plate in (OURS, GUEST)] == [True, False]
    page = await lot.ok(f"{LIST}/query", spaceIds=[root], type="WHITELIST", pageNo=1, pageSize=10)
    assert page["data"] == [
        {"plateNumber": OURS, "brand": "比亚迪", "color": 8, "spaceId": root, "status": "transferred"}
    ]
    # A plate is on one list of a space: the black list takes it off the white one.
    await lot.ok(f"{LIST}/add", permList=[{**entries[0], "type": "BLACKLIST"}])
    await until(lambda: set(camera.permissions) == {(OURS, 3), (GUEST, 3)})
    named = [{"spaceId": root, "plateNumber": OURS}, {"spaceId": str(lot.lot), "plateNumber": GUEST}]
    await lot.ok(f"{LIST}/delete", "1.0.1", permList=named)
    await until(lambda: not camera.permissions)


async def test_a_lane_that_comes_later_gets_what_holds_and_one_that_goes_loses_it(lot: Lot) -> None:
    dates = {"effectiveDate": FROM, "expiryDate": UNTIL}
    await lot.ok(f"{PERMISSION}/add", permList=[{"spaceId": lot.lot, "plateNumber": OURS, **dates}])
    assert await lot.statuses(lot.lot) == {OURS: "toBeTransferred"}
    iot_id, camera = await lot.lane(lot.ramp, "lane-1")
    await until(lambda: (OURS, 1) in camera.permissions)
    await lot.ok("/toll/unbind", iotId=iot_id)
    await until(lambda: not camera.permissions)


async def test_a_camera_says_what_it_holds_and_what_it_lost_comes_back(lot: Lot) -> None:
    _, camera = await lot.lane(lot.entrance, "lane-1")
    dates = {"effectiveDate": FROM, "expiryDate": UNTIL}
    plates = [OURS, GUEST]
    await lot.ok(
        f"{PERMISSION}/add",
        permList=[{"spaceId": lot.lot, "plateNumber": plate, **dates} for plate in plates],
    )
    await lot.synced(lot.lot)
    camera.permissions = {("京A00001", 2): VehicleEntry("京A00001", 2)}
    camera.link.cut()
    camera.link.mend()
    # At its return it is asked; it asks for a place to put its list, and puts it there.
    await until(lambda: set(camera.permissions) == {(OURS, 1), (GUEST, 1)})


async def test_faults_of_a_camera_show_and_are_tried_again(lot: Lot) -> None:
    _, camera = await lot.lane(lot.entrance, "lane-1")
    camera.refuse_files = True
    dates = {"effectiveDate": FROM, "expiryDate": UNTIL}
    await lot.ok(f"{PERMISSION}/add", permList=[{"spaceId": lot.lot, "plateNumber": OURS, **dates}])

    async def failed() -> bool:
        return await lot.statuses(lot.lot, status="unknownError") == {OURS: "unknownError"}

    await until(failed)
    camera.refuse_files, camera.busy_polls = False, 2
    for _ in range(30):
        await lot.platform.clock.advance(60_000)
        if (OURS, 1) in camera.permissions:
            break
    await until(lambda: (OURS, 1) in camera.permissions)

    async def done() -> bool:
        await lot.platform.clock.advance(1_000)
        return await lot.statuses(lot.lot) == {OURS: "transferred"}

    await until(done)


@pytest.mark.parametrize(
    ("tail", "version", "changed", "field"),
    [
        (f"{PERMISSION}/add", "1.0.0", {"plateNumber": "浙A1"}, "permList[0].plateNumber"),
        (f"{PERMISSION}/add", "1.0.0", {"effectiveDate": "2026-1-1"}, "permList[0].effectiveDate"),
        (f"{PERMISSION}/add", "1.0.0", {"expiryDate": "2025-01-01 00:00:00"}, "permList[0].expiryDate"),
        (f"{PERMISSION}/add", "1.0.0", {"spaceId": "99"}, "spaceId"),
        (f"{PERMISSION}/add", "1.0.0", {"spaceId": "../1"}, "permList[0].spaceId"),
        (f"{LIST}/add", "1.0.0", {"type": "GREYLIST"}, "permList[0].type"),
        (f"{LIST}/add", "1.0.0", {"type": "WHITELIST", "color": 12}, "permList[0].color"),
        (f"{LIST}/add", "1.0.0", {"type": "WHITELIST", "brand": "x" * 33}, "permList[0].brand"),
    ],
)
async def test_bad_input_is_named(lot: Lot, tail: str, version: str, changed: dict, field: str) -> None:
    fits = {"spaceId": str(lot.lot), "plateNumber": OURS, "effectiveDate": FROM, "expiryDate": UNTIL}
    answer = await lot.call(tail, version, permList=[fits | changed])
    # A space out of sight is answered as one of another owner, which names nothing.
    code = 403 if "spaceId" in changed else 460
    assert (answer["code"], code == 403 or field in answer["message"]) == (code, True), answer
    answer = await lot.call(tail, version, permList=[])
    assert (answer["code"], "permList" in answer["message"]) == (460, True)
    answer = await lot.call(tail, version, permList=[fits | {"type": "WHITELIST"}] * 501)
    assert (answer["code"], "500" in answer["message"]) == (460, True)
