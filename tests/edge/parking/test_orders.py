"""A person at the desk manages a box's car park: vehicles, orders with filters, lines, free, export, and events."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.edge.parking.charged_town import ChargedTown, by_kind, tariff
from tests.edge.parking.lane_town import LOT
from tests.edge.runtime.small_box import until
from tests.servicebus.conftest import Bench, bench  # noqa: F401

pytestmark = pytest.mark.engines("sqlite")
HOUR_MS = 3_600_000


@pytest.fixture
async def town(bench: Bench, tmp_path: Path) -> AsyncIterator[ChargedTown]:  # noqa: F811
    town = ChargedTown(bench, tmp_path).with_lot()
    await town.build()
    await town.open_desk()
    await town.publish(tariff(500), 900)
    await town.wake()
    await town.held()
    yield town
    await town.stop()


@pytest.mark.covers("H-07")
async def test_orders_vehicles_and_events_are_managed_from_the_cloud(town: ChargedTown) -> None:
    # Vehicles: on the domain service, and by the console's white list.
    car = {"parkingLotId": LOT, "plateNumber": "浙A99999"}
    assert (await town.ask("parkingLotVehicleAdd", **car, userName="王生"))[0] == 200
    assert (await town.ask("parkingLotVehicleInfoGet", **car))[1]["userName"] == "王生"
    listed = {"kind": "whitelist", "plate": "浙A99999", "spaceIds": [str(town.lot_space)]}
    await town.told("POST", f"{town.at}/parking/vehicles", listed)
    await town.held()
    for plate in ("浙A11111", "浙A22222", "浙A33333", "浙A99999"):
        assert (await town.entry.read(plate))["info"] == "ok"
    town.clock.ahead_ms = 2 * HOUR_MS - 60_000
    assert (await town.way_out.read("浙A99999"))["info"] == "ok"

    # Orders: an unpaid one with its lines, filtered and paged; free for a reason opens for the car that waits.
    assert (await town.way_out.read("浙A11111"))["info"] == "no"
    (due,) = await town.rows("orders", 1, status="unpaid")
    assert (due["plate"], due["fen"], due["lotName"], due["basis"]) == (
        "浙A11111",
        900,
        "户外停车场",
        "tariff",
    )
    assert by_kind(due["lines"]) == {"first": (1, 500), "further": (2, 400)}
    await _hides_amounts(town, due)
    await town.rows("cars", 1, opened="false")
    (need,) = (await town.desk.get(f"{town.at}/edge-parking/attention")).json()
    assert (need["why"], need["way"], need["plate"]) == ("fee_due", "out", "浙A11111")
    assert (need["nodeId"], need["orderNumber"]) == (due["nodeId"], due["number"])
    at = f"{town.at}/edge-parking/orders"
    settle = f"{at}/{due['nodeId']}/{due['number']}/settle"
    blank = await town.desk.post(settle, json={"status": "free", "reason": " "})
    assert (blank.status_code, blank.json()["field"]) == (400, "reason")
    await town.told("POST", settle, {"status": "free", "reason": "业主的客人"})
    await until(lambda: town.way_out.barrier == "open")
    (free,) = await town.rows("orders", 1, status="free")
    assert (free["fen"], free["waivedFen"], free["reason"]) == (0, 900, "业主的客人")
    await town.rows("cars", 6, opened="true")
    assert (await town.desk.get(f"{town.at}/edge-parking/attention")).json() == []
    again = await town.desk.post(settle, json={"status": "paid_here"})
    assert (again.status_code, again.json()["code"]) == (409, "edge.order_refused")

    assert (await town.way_out.read("浙A22222"))["info"] == "no"
    (due,) = await town.rows("orders", 1, status="unpaid")
    await town.told("POST", f"{at}/{due['nodeId']}/{due['number']}/settle", {"status": "paid_here"})
    (paid,) = await town.rows("orders", 1, status="paid_here")
    assert (paid["plate"], paid["fen"]) == ("浙A22222", 900)
    assert (await town.way_out.read("浙A33333"))["info"] == "no"
    await town.rows("orders", 3)
    page = (await town.desk.get(at, params={"pageSize": 2, "pageNo": 2})).json()
    assert (page["total"], len(page["data"])) == (3, 1)
    assert [row["plate"] for row in await town.rows("orders", 1, q="A3333")] == ["浙A33333"]

    file = await town.desk.get(f"{at}/export.csv", params={"status": "free"})
    head, line = file.text.lstrip("\ufeff").strip().splitlines()
    assert head.startswith("车牌,车场,入口,入场时间")
    assert line.startswith("浙A11111,户外停车场,北大门入口,")
    assert "900" not in line
    assert "9.00" in line
    assert line.endswith("免费,收费标准 v1,业主的客人")

    # Events: each car, and why; and the data model's records of the same passes.
    kept_out = await town.rows("cars", 3, opened="false")
    assert [row["reason"] for row in kept_out] == ["fee_due"] * 3
    passed = [(row["plate"], row["way"], row["reason"]) for row in await town.rows("cars", 7, opened="true")]
    assert passed[4:] == [
        ("浙A99999", "out", "whitelist"), ("浙A11111", "out", "settled"), ("浙A22222", "out", "settled"),
    ]  # fmt: skip
    assert len(await town.records("iot_park_pass_record", 7)) == 7


async def _hides_amounts(town: ChargedTown, due: dict[str, Any]) -> None:
    """What orders and cars of boxes cost is for who takes fees."""
    at = f"{town.at}/edge-parking"
    cars = (await town.desk.get(f"{at}/cars")).json()["data"]
    clerk = await town.open_clerk("vehicles.use")
    one = f"{at}/orders/{due['nodeId']}/{due['number']}"
    (listed,) = (await clerk.get(f"{at}/orders", params={"status": "unpaid"})).json()["data"]
    for order in (listed, (await clerk.get(one)).json()):
        assert (order["plate"], order["fen"], order["waivedFen"], order["lines"]) == (
            due["plate"], None, None, [],
        )  # fmt: skip
    hidden = (await clerk.get(f"{at}/cars")).json()["data"]
    assert {row["fen"] for row in hidden} == {None}
    assert [row["id"] for row in hidden] == [row["id"] for row in cars]
    file = await clerk.get(f"{at}/orders/export.csv", params={"status": "unpaid"})
    assert due["plate"] in file.text
    assert "9.00" not in file.text
    assert (await clerk.get(f"{one}/charges")).status_code == 403
    await clerk.aclose()
