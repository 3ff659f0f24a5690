"""An installer at a lane, and an operator whose box broke: brands mixed in one car park, all from the console."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.edge.drivers.dahua_itsapi.simulator import SimulatedDahua
from linli.edge.drivers.plate_camera_push.simulator import SimulatedCamera
from linli.edge.framework.errors import DriverFailed
from tests.edge.parking.charged_town import ChargedTown, tariff
from tests.edge.parking.lane_town import CAMERAS, DRIVER, HERE
from tests.edge.runtime.small_box import until
from tests.servicebus.conftest import Bench, bench  # noqa: F401

pytestmark = pytest.mark.engines("sqlite")
HOUR_MS = 3_600_000
MODEL = "LE-A-B002-SC001"


class MixedTown(ChargedTown):
    """In by one brand, out by another."""

    serials = CAMERAS

    def driver_of(self, name: str) -> str:
        return "dahua_itsapi" if name == "lane.out" else DRIVER

    def custom_of(self, name: str) -> dict[str, Any]:
        return self.cameras[name].custom if name == "lane.out" else super().custom_of(name)


@pytest.fixture
async def town(bench: Bench, tmp_path: Path) -> AsyncIterator[MixedTown]:  # noqa: F811
    town = MixedTown(bench, tmp_path)
    town.with_lot()
    dahua = SimulatedDahua("lane-out")
    town.cameras["lane.out"] = dahua
    await dahua.power()
    await town.build()
    await town.open_desk()
    await town.publish(tariff(500), 900)
    await town.wake()
    await town.held()
    yield town
    await town.stop()


async def _pass(town: MixedTown, plate: str) -> None:
    """In by the one brand, out by the other, within the free minutes."""
    assert (await town.entry.read(plate))["info"] == "ok"
    assert await town.way_out.read(plate) == 200
    await until(lambda: town.way_out.barrier == "open")
    town.way_out.barrier = "close"


@pytest.mark.covers("C022")
async def test_a_box_of_mixed_brands_is_replaced_from_the_console(town: MixedTown) -> None:
    await _pass(town, "浙A11111")
    await town.rows("orders", 1)
    await town.stop_box()  # broken
    other = {"serialNumber": "SN-20261201-02", "model": "LE-B-C005-SX001"}
    refused = await town.desk.post(f"/edge/nodes/{town.node_id}/replace", json=other)
    assert refused.status_code == 409, "another model"
    await town.told("POST", f"/edge/nodes/{town.node_id}/replace", {**other, "model": MODEL})
    new = town.folder / "new"
    await town.activate(new, "1" * 32)
    await town.told("POST", f"/edge/gateways/{town.gateway_id}/deployments", {"force": True})
    await town.wake(new)
    await town.held()
    shown = await town.told("GET", f"/edge/nodes/{town.node_id}")
    assert shown["serialNumber"] == "SN-20261201-02"
    town.entry.number = town.way_out.number = 40
    await _pass(town, "浙A22222")
    orders = await town.rows("orders", 2)
    assert [(row["plate"], row["basis"], row["version"]) for row in orders] == [
        ("浙A11111", "tariff", 1), ("浙A22222", "tariff", 1),
    ]  # fmt: skip


async def meet(town: MixedTown, name: str) -> None:
    """The driver runs with a device; cameras of its protocol know its port, which is another after each start."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(DriverFailed):
                driver: Any = town.box.supervisor.driver(DRIVER)
                if name in driver._lanes:
                    break
            await asyncio.sleep(0.05)
    for camera in town.cameras.values():
        if isinstance(camera, SimulatedCamera):
            camera.box = (HERE, driver.port)


@pytest.mark.covers("H-06")
async def test_an_installer_sets_a_camera_up_changes_it_and_finds_what_is_wrong(town: MixedTown) -> None:
    """Its form is checked, its parameters are changed and brought, its fault is named by the check and the log."""
    protocol = f"/edge/protocols/{town.protocol_ids[DRIVER]}"

    async def deploy() -> None:
        await town.told("POST", f"/edge/gateways/{town.gateway_id}/deployments", {})

    device = {"productKey": town.product_key, "deviceName": "lane.new", "alias": "新车道"}
    bad = await town.desk.post(
        f"{protocol}/devices", json={"devices": [{**device, "custom": {"display": "loud"}}]}
    )
    assert bad.status_code == 400
    assert "display" in bad.text
    wrong = {"serialNumber": "a-typing-error", "display": "none"}
    await town.told("POST", f"{protocol}/devices", {"devices": [{**device, "custom": wrong}]})
    await deploy()
    await meet(town, "lane.new")
    camera = SimulatedCamera("real-serial-1")
    town.cameras["lane.new"] = camera
    await meet(town, "lane.new")
    await camera.start()

    # What is wrong: the check says that it was never heard of, the box's log whose call was refused.
    listed = (await town.told("GET", f"{protocol}/devices"))["data"]
    (row,) = (one for one in listed if one["deviceName"] == "lane.new")
    check = await town.told("POST", f"/devices/{row['iotId']}/edge-check")
    assert check["steps"]
    async with asyncio.timeout(60):
        while True:
            lines = (await town.told("GET", f"/edge/nodes/{town.node_id}/logs?driver={DRIVER}"))["lines"]
            told = " ".join(str(line) for line in lines)
            if "real-serial-1 is not deployed on this box" in told:
                break
            await asyncio.sleep(0.05)

    # Put right, with other parameters: it comes online, and its display is fed.
    right = {"serialNumber": "real-serial-1", "display": "gbk"}
    await town.told("PUT", f"{protocol}/devices/{row['id']}", {"alias": "新车道", "custom": right})
    await deploy()
    async with asyncio.timeout(60):
        while "lane.new" not in town.box.presence.online:
            await meet(town, "lane.new")
            await asyncio.sleep(0.05)
    await camera.read("浙A12345")
    assert "请联系岗亭".encode("gbk") in camera.shown
