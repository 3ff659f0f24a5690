"""The driver of pushing lane cameras against simulated cameras on real sockets: the bench, hostile pushes, replays."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.edge.bench.runner import certify_simulator
from linli.edge.drivers.plate_camera_push import driver, mapping
from linli.edge.drivers.plate_camera_push.simulator import SimulatedCamera
from linli.edge.framework import DeviceOffline
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.framework.discovery import OWN, discover
from linli.edge.framework.recorder import Collected
from linli.edge.framework.supervisor import Deployment, DeviceEntry, Supervisor
from linli.kernel.clock import SystemClock
from linli.kernel.ids import Ids
from tests.edge.runtime.small_box import until

DRIVER = "plate_camera_push"


async def test_it_passes_the_bench(tmp_path: Path) -> None:
    installed, _ = discover([OWN])
    report = await certify_simulator(installed[DRIVER], scratch=tmp_path)
    assert report.passed, [(case.id, case.why) for case in report.cases if case.outcome != "passed"]


class Bed:
    def __init__(self) -> None:
        self.things = Collected()
        installed, _ = discover([OWN])
        self.logs = DeviceLogs(SystemClock(), None)
        self.supervisor = Supervisor(
            installed, things=self.things, clock=SystemClock(), ids=Ids(), logs=self.logs
        )
        self.cameras = {name: SimulatedCamera(f"serial-{name}") for name in ("a", "b")}

    async def start(self) -> None:
        entries = tuple(
            DeviceEntry("pk", name, {"serialNumber": each.serial}) for name, each in self.cameras.items()
        )
        config = {"host": "127.0.0.1", "port": 0, "silentSeconds": 5, "cometSeconds": 1}
        await self.supervisor.deploy(Deployment(DRIVER, config, entries))
        served: Any = self.supervisor.driver(DRIVER)
        for camera in self.cameras.values():
            camera.box = ("127.0.0.1", served.port)

    async def stop(self) -> None:
        for camera in self.cameras.values():
            await camera.close()
        await self.supervisor.close()

    def lines(self, device: str = "") -> list[str]:
        return [f"{line.text} {line.facts}" for line in self.logs.of(DRIVER, device).lines()]


@pytest.fixture
async def bed() -> AsyncIterator[Bed]:
    bed = Bed()
    await bed.start()
    yield bed
    await bed.stop()


async def test_hostile_pushes_are_refused_and_logged_and_other_lanes_work_on(bed: Bed) -> None:
    bad, good = bed.cameras["a"], bed.cameras["b"]
    bad.faults.serial = "nobody-knows-me"
    assert await bad.read("浙A12345") == {"status": 403}
    assert await bad.register() == 403
    bad.faults.serial = ""
    assert await bad.send(b"x" * (8 * 1024 * 1024 + 1)) == {"status": 413}
    for body in (
        b"",
        b"{",
        b"[]",
        b'{"AlarmInfoPlate":1}',
        b"\xff",
        b"[" * 100_000,
        b'{"AlarmInfoPlate":{}}',
    ):
        assert await bad.send(body) == {"status": 400}
    assert any("403" in line and "not deployed" in line for line in bed.lines())
    bad.faults.broken_picture = True
    assert "info" in await bad.read("浙A12345"), "the car is not kept waiting"
    assert (await good.read("浙B54321"))["content"] == "retransfer_stop"
    assert [event["plateNumber"] for event in bed.things.events_of("b", "IntelligentAlarm")] == ["浙B54321"]
    assert all("浙A12345" not in line for line in bed.lines("a")), "plates are masked"


def test_a_printed_push_is_read() -> None:
    """As the makers' text prints it."""
    push = mapping.read_push(
        json.dumps({"AlarmInfoPlate": {
            "channel": 0, "deviceName": "R5-V1.0", "ipaddr": "192.168.55.131", "serialno": "fe71e106-57263272",
            "result": {"PlateResult": {
                "carColor": 255, "colorType": 4, "confidence": 96, "direction": 0, "imageFile": "", "isoffline": 0,
                "license": "粤Z9065澳", "plateid": 21085, "triggerType": 4, "type": 14,
                "timeStamp": {"Timeval": {"sec": 1686299994, "usec": 687772}},
                "gioouts": [{"ctrltype": 0, "ionum": "0"}],
            }},
        }}).encode()
    )  # fmt: skip
    assert (push.serial, push.plate, push.source) == (
        "fe71e106-57263272", "粤Z9065澳", "fe71e106-57263272:21085:1686299994",
    )  # fmt: skip
    assert (push.plate_color, push.plate_type, push.car_color, push.offline, push.opened) == (
        4,
        9003,
        0,
        False,
        False,
    )
    form = b'------x\r\nContent-Disposition: form-data; name="serialno"\r\n\r\nfcb68a83-ee8409dd\r\n'
    assert mapping.read_registration(form) == "fcb68a83-ee8409dd"


async def test_a_command_is_not_taken_as_done_when_the_camera_hung_up(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = bed.cameras["a"]
    await camera.start()
    while not bed.things.is_online("a"):
        await asyncio.sleep(0.01)
    await bed.supervisor.call("a", "OperateGate", {"command": "open"})
    await until(lambda: camera.barrier == "open")
    await bed.supervisor.call("a", "OperatGate", {"OperatType": 2})
    await until(lambda: camera.barrier == "held")
    await bed.supervisor.call("a", "NoticeBroadcast", {"text": "欢迎光临"})
    await until(lambda: camera.voices == ["欢迎光临"])
    await camera.stop()
    monkeypatch.setattr(driver, "TOLD_SECONDS", 0.3)
    with pytest.raises(DeviceOffline):
        await bed.supervisor.call("a", "OperateGate", {"command": "close"})
    assert camera.barrier == "held"
