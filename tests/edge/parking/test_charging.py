"""One tariff and one set of rights everywhere: the cloud's, kept and carried out by the box, with the line cut too."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.edge.parking.charged_town import ChargedTown, by_kind, tariff
from tests.edge.parking.lane_town import LOT
from tests.edge.runtime.small_box import until
from tests.servicebus.conftest import Bench, bench  # noqa: F401

pytestmark = pytest.mark.engines("sqlite")
HOUR_MS = 3_600_000
IT = {"parkingLotId": LOT}


@pytest.fixture
async def town(bench: Bench, tmp_path: Path) -> AsyncIterator[ChargedTown]:  # noqa: F811
    town = ChargedTown(bench, tmp_path).with_lot(emergencyPlates=["浙A00001"])
    await town.build()
    await town.open_desk()
    await town.publish(tariff(500), 900)
    await town.wake()
    await town.held()
    yield town
    await town.stop()


async def test_a_stay_keeps_the_tariff_it_began_under_and_its_lines_sum_to_the_fee(town: ChargedTown) -> None:
    assert (await town.entry.read("浙A12345"))["info"] == "ok"
    await town.publish(tariff(700), 1_100)
    await town.held()
    assert (await town.entry.read("浙B12345"))["info"] == "ok"
    town.clock.ahead_ms = 2 * HOUR_MS - 60_000
    # The line is cut: the box decides and charges on, and tells afterwards, once.
    town.wire.cut = True
    await town.box.line.stop()
    for plate in ("浙A12345", "浙B12345"):
        assert (await town.way_out.read(plate))["info"] == "no"
    assert (await town.desk.get(f"{town.at}/edge-parking/orders")).json()["data"] == []
    town.wire.cut = False
    dues = {row["plate"]: row for row in await town.rows("orders", 2, status="unpaid")}
    assert {plate: (row["fen"], row["version"], row["basis"]) for plate, row in dues.items()} == {
        "浙A12345": (900, 1, "tariff"), "浙B12345": (1_100, 2, "tariff"),
    }  # fmt: skip
    for row in dues.values():
        assert sum(line["fen"] for line in row["lines"]) == row["fen"]
        # After midnight a line of its own begins, so the hour of this run must not matter.
        assert {kind: count for kind, (count, _) in by_kind(row["lines"]).items()} == {
            "first": 1,
            "further": 2,
        }


async def test_rights_of_the_cloud_hold_at_the_box_each_with_its_reason(town: ChargedTown) -> None:
    now = town.platform.clock.now_ms()
    lot = str(town.lot_space)
    for kind, plate in (("whitelist", "浙A22222"), ("blacklist", "浙A33333")):
        right = {"kind": kind, "plate": plate, "spaceIds": [lot]}
        await town.told("POST", f"{town.at}/parking/vehicles", right)
    guest = {"name": "李访", "phone": "13800138001", "plate": "浙A44444"}
    visit = {"houseId": town.house, "startsMs": now - HOUR_MS, "endsMs": now + 3 * HOUR_MS, "guests": [guest]}
    await town.held()
    before = town.box.parking.room.given.rules.version
    await town.told("POST", f"{town.at}/visits", visit)
    await until(lambda: town.box.parking.room.given.rules.version != before)
    await town.held()
    said = {}
    for plate in ("浙A22222", "浙A33333", "浙A44444", "浙A00001", "京A0006警", "浙A55555"):
        said[plate] = (await town.entry.read(plate))["info"]
    assert said == {
        "浙A22222": "ok", "浙A33333": "no", "浙A44444": "ok", "浙A00001": "ok", "京A0006警": "ok", "浙A55555": "ok",
    }  # fmt: skip
    cars = await town.rows("cars", 6)
    assert {car["plate"]: car["reason"] for car in cars} == {
        "浙A22222": "whitelist", "浙A33333": "blacklist", "浙A44444": "permission",
        "浙A00001": "emergency", "京A0006警": "emergency",
        "浙A55555": "guest",
    }  # fmt: skip
    town.clock.ahead_ms = 5 * HOUR_MS - 60_000
    assert (await town.way_out.read("浙A22222"))["info"] == "ok", "what is on the whitelist pays nothing"
    assert (await town.way_out.read("浙A44444"))["info"] == "no", "its visit is over"
    (due,) = await town.rows("orders", 1)
    assert {kind: fen for kind, (_, fen) in by_kind(due["lines"]).items()} == {
        "pass": 0, "first": 500, "further": 400,
    }  # fmt: skip


async def test_the_second_car_of_one_space_is_a_guest_and_pays(town: ChargedTown) -> None:
    span = {"effectiveDate": "2019-01-01 00:00:00", "expiryDate": "2040-01-01 00:00:00"}
    space = {**IT, "areaId": "area1", "parkingSpaceId": "s1", "ownerId": "U1"}
    assert (await town.ask("parkingAreaParkspaceUpdate", **space))[0] == 200
    for plate in ("浙A11111", "浙A22222"):
        car = {**IT, "plateNumber": plate}
        assert (await town.ask("parkingLotVehicleAdd", **car, userId="U1"))[0] == 200
        assert (await town.ask("vehicleAreaPermissionAdd", **car, **span, areaIds=["area1"]))[0] == 200
        assert (await town.entry.read(plate))["info"] == "ok"
    inner: Any = town.cameras["lane.inner"]
    assert (await inner.read("浙A11111"))["info"] == "ok", "an area within, by the right around it"
    assert (await inner.read("浙A22222"))["info"] == "no", "its one space is taken"
    assert [car["reason"] for car in await town.rows("cars", 4)] == [
        "permission", "space_taken", "permission", "full",
    ]  # fmt: skip
    town.clock.ahead_ms = 2 * HOUR_MS - 60_000
    assert (await town.way_out.read("浙A11111"))["info"] == "ok"
    assert (await town.way_out.read("浙A22222"))["info"] == "no"
    (due,) = await town.rows("orders", 1)
    assert (due["plate"], due["fen"], due["status"]) == ("浙A22222", 900, "unpaid")


async def test_every_barrier_goes_up_at_a_fire_and_closes_when_a_person_says_so(town: ChargedTown) -> None:
    assert (await town.entry.read("浙A12345"))["info"] == "ok"
    await town.box.reports.event("lane.in", "FireAlarm", {})
    for camera in town.cameras.values():
        await until(partial(camera.stands, "held"))
    town.clock.ahead_ms = 2 * HOUR_MS - 60_000
    assert (await town.way_out.read("浙A12345"))["info"] == "ok"
    (order,) = await town.rows("orders", 1)
    assert (order["status"], order["fen"], order["waivedFen"], order["reason"]) == ("free", 0, 900, "fire")
    town.clock.ahead_ms = 0
    async with asyncio.timeout(60):
        while not (shown := await town.told("GET", f"{town.at}/edge-parking"))["fire"]:
            await asyncio.sleep(0.05)
    assert [lot["rules"] for lot in shown["lots"] if lot["name"] == "空地"] == ["own"]
    await town.told("POST", f"{town.at}/edge-parking/end-fire")
    for camera in town.cameras.values():
        await until(partial(camera.stands, "close"))
