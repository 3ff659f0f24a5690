"""The bench of adapters, by adapters that do well and that do not."""

from pathlib import Path

import pytest

from linli.edge.bench.adapters import AdapterBench
from linli.edge.events.kit import Adapter
from linli.edge.events.simulated import SimulatedBrand
from linli.kernel.clock import SystemClock
from linli.protocols.edge_link import SecurityCamera
from tests.domains.security.conftest import jpeg

HERE = "127.0.0.1"
CAMERAS = [
    SecurityCamera(product_key="pk", device_name="cam-1", manufacture="TIANDY", ip="192.168.1.2", port=3000),
    SecurityCamera(
        product_key="pk",
        device_name="cam-2",
        manufacture="TIANDY",
        device_type=3,
        ip="192.168.1.4",
        channel=0,
    ),
]


@pytest.mark.parametrize(
    ("codes", "failed"),
    [
        ({}, []),
        ({"face/search": 808, "deviceManage/getStatus": 805}, ["status", "face"]),
        ({"alarmDeploy/setRule": 200}, ["arming"]),
    ],
)
async def test_each_case_is_judged_by_itself(
    tmp_path: Path, codes: dict[str, int], failed: list[str]
) -> None:
    bench = AdapterBench(CAMERAS, jpeg(b"face"), host=HERE, port=0)
    brand = SimulatedBrand("TIANDY")
    brand.faults.codes = dict(codes)
    async with bench.open():
        adapter = Adapter(
            brand, tmp_path / "adapter", SystemClock(), ip=HERE, app=f"http://{HERE}:{bench.port}"
        )
        await adapter.start()
        try:
            await adapter.ready.wait()
            outcomes = await bench.run()
        finally:
            await adapter.stop()
    assert [outcome.case for outcome in outcomes if not outcome.passed] == failed, outcomes


async def test_an_adapter_that_never_comes_fails_at_once(tmp_path: Path) -> None:
    bench = AdapterBench(CAMERAS, b"", host=HERE, port=0, wait_s=0.1)
    async with bench.open():
        (outcome,) = await bench.run()
    assert (outcome.case, outcome.passed, outcome.why) == ("log_in", False, "nothing came in time")
