"""Two brands of lane cameras in one car park, and the box that runs it replaced by another. Source: spec C 1, 9.2."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.cli import main
from linli.edge.cloud import save_identity
from linli.edge.drivers.dahua_itsapi.simulator import SimulatedDahua
from linli.edge.drivers.plate_camera_push.simulator import SimulatedCamera
from linli.edge.framework.supervisor import Deployment, DeviceEntry
from linli.edge.services import keeping
from linli.edge.services.keeping.facts import facts_of
from tests.edge.parking.site_box import LOT, ParkingBox
from tests.edge.runtime.small_box import until
from tests.servicebus.conftest import Bench, bench  # noqa: F401

pytestmark = pytest.mark.engines("sqlite")
HERE = "127.0.0.1"
PASSPHRASE = "a long passphrase"
CAR = {"parkingLotId": LOT, "plateNumber": "浙A12345"}


class Lanes:
    """In by one brand, out by the other."""

    def __init__(self) -> None:
        self.entry, self.way_out = SimulatedCamera("serial-in"), SimulatedDahua("lane-out")

    async def meet(self, box: ParkingBox) -> None:
        supervisor = box.box.supervisor
        entry = DeviceEntry("pk", "lane.in", {"serialNumber": self.entry.serial})
        way_out = DeviceEntry("pk", "lane.out", self.way_out.custom)
        here: dict[str, Any] = {"host": HERE, "port": 0}
        await supervisor.deploy(Deployment("plate_camera_push", {**here, "cometSeconds": 1}, (entry,)))
        await supervisor.deploy(Deployment("dahua_itsapi", here, (way_out,)))
        for camera, driver in ((self.entry, "plate_camera_push"), (self.way_out, "dahua_itsapi")):
            served: Any = supervisor.driver(driver)
            camera.box = (HERE, served.port)
        await self.way_out.live()
        await until(lambda: "lane.out" in box.box.presence.online)


@pytest.fixture
async def lanes() -> AsyncIterator[Lanes]:
    lanes = Lanes()
    await lanes.way_out.power()
    yield lanes
    await lanes.entry.close()
    await lanes.way_out.close()


async def test_a_car_passes_lanes_of_two_brands_and_a_replaced_box_knows_it(
    bench: Bench, lanes: Lanes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    monkeypatch.setenv("LINLI_EDGE_PASSPHRASE", PASSPHRASE)
    old = await ParkingBox(bench, tmp_path / "old").start()
    save_identity(tmp_path / "old", old.box.identity)
    await lanes.meet(old)
    assert (await lanes.entry.read("浙A12345"))["info"] == "ok"
    assert await lanes.way_out.read("浙B00000") == 200
    assert lanes.way_out.barrier == "close", "nobody saw it come in"
    assert (await old.ask("parkingLotVehicleInTime", **CAR))[0] == 200
    await lanes.way_out.stop()
    await old.stop()

    file, new = tmp_path / "box.linlibox", tmp_path / "new"
    keeping.back_up(tmp_path / "old", file, passphrase=PASSPHRASE, facts=facts_of(tmp_path / "old"), now_ms=1)
    new.mkdir()
    assert main(["edge", "restore", str(file), "--home", str(new)]) == 0
    replaced = await ParkingBox(bench, new).start()
    await lanes.meet(replaced)
    assert (await replaced.ask("parkingLotVehicleInTime", **CAR))[0] == 200
    assert await lanes.way_out.read("浙A12345") == 200
    await until(lambda: lanes.way_out.barrier == "open")
    assert (await replaced.ask("parkingLotVehicleInTime", **CAR))[0] == 502
    assert (await replaced.ask("parkingBarrierOperate", barrierId="out1", command="keepOpen"))[0] == 403
    assert (await replaced.ask("parkingBarrierOperate", barrierId="out1", command="close"))[0] == 200
    assert lanes.way_out.barrier == "close"
    await lanes.way_out.stop()
    await replaced.stop()
