"""Pushes that are none, at a whole box: refused, logged, and other lanes go on. Source: ADR 0107, 0121."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from linli.edge.drivers.plate_camera_push.simulator import JPEG
from tests.campaigns.lane_fuzz import fuzz
from tests.edge.parking.site_box import ParkingBox
from tests.edge.parking.three_brands import ThreeBrands, hostile
from tests.edge.runtime.small_box import until
from tests.servicebus.conftest import Bench, bench  # noqa: F401

pytestmark = pytest.mark.engines("sqlite")
MOST = 8 * 1024 * 1024


@pytest.fixture
async def box(bench: Bench, tmp_path: Path) -> AsyncIterator[ParkingBox]:  # noqa: F811
    box = await ParkingBox(bench, tmp_path / "box").start()
    yield box
    await box.stop()


@pytest.fixture
async def brands(box: ParkingBox) -> AsyncIterator[ThreeBrands]:
    brands = ThreeBrands()
    await brands.meet(box)
    yield brands
    await brands.close()


async def test_hostile_pushes_are_refused_and_logged_and_other_lanes_go_on(
    box: ParkingBox, brands: ThreeBrands
) -> None:
    for what, camera, path, body, kind, right in hostile(brands):
        assert await brands.send(camera, path, body, kind) in right, what
    for camera, path in ((brands.push, "/plate"), (brands.hikvision, "/isapi")):
        assert b" 413 " in await brands.announce(camera, path, MOST + 1)
        assert await brands.send(camera, path, b"x" * (MOST + 1)) in (0, 413)
    brands.hikvision.pushes_with = "another"
    assert await brands.hikvision.read("浙A00002") == 401
    brands.hikvision.pushes_with = brands.hikvision.password
    for driver, said in (
        ("plate_camera_push", "nobody-1 is not deployed"),
        ("hikvision_isapi", "00:00:00:00:00:09 is not deployed"),
        ("dahua_itsapi", "the device number x is not deployed"),
    ):
        lines = " ".join(f"{line.text} {line.facts}" for line in box.box.logs.of(driver, "").lines())
        assert said in lines

    # A broken picture stops no car, what is pushed twice counts once, and the way out opens.
    brands.push.faults.broken_picture = True
    assert (await brands.push.read("浙A12345", picture=JPEG))["info"] == "ok"
    assert await brands.hikvision.read("浙A12345") == 200
    await until(lambda: brands.hikvision.barrier == "open")
    assert (await box.ask("parkingLotInfoGet"))[1][0]["unParkedCount"] == 677
    brands.push.faults.broken_picture, brands.push.faults.twice = False, True
    assert (await brands.push.read("浙B12345"))["info"] == "ok"
    assert await brands.hikvision.read("浙B12345") == 200
    assert await brands.hikvision.read("浙B12345", again=True) == 200
    assert (await box.ask("parkingLotInfoGet"))[1][0]["unParkedCount"] == 677
    found = await fuzz(box, brands, count=240, seed=7)
    assert found["wrong"] == []
    assert found["sent"] == 240
