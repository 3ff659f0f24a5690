"""A box with the three door drivers on real sockets of this machine, and simulated machines that come to it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

from linli.edge.doors.driver import DoorDriver, Wishes
from linli.edge.doors.identity import BoxIdentity
from linli.edge.doors.keeper import Doorkeeper, FaceWishes
from linli.edge.doors.simulator import SimulatedMachine
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.framework.discovery import discover
from linli.edge.framework.recorder import Collected
from linli.edge.framework.supervisor import Deployment, DeviceEntry, Supervisor
from linli.edge.photos import Photos
from linli.kernel.clock import ManualClock
from linli.kernel.ids import Ids
from linli.vision.engine.local import LocalEngine
from linli.vision.fake import FakePipeline
from tests.edge.doors.site import Site

HERE = "127.0.0.1"


class SiteBox:
    """`clock` moves by hand; sockets are real."""

    def __init__(
        self, folder: Path, *, wishes: Wishes | None = None, faces: FaceWishes | None = None, ids: Ids | None = None,
        clock: ManualClock | None = None, site: Site | None = None,
    ) -> None:  # fmt: skip
        self.clock = clock or ManualClock()
        self.ids = ids or Ids()
        self.things = Collected()
        self.logs = DeviceLogs(self.clock)
        photos = Photos(folder / "photos", self.ids)
        self.site = site or Site(self.clock, LocalEngine(FakePipeline()), photos)
        services: dict[type, object] = {
            Doorkeeper: self.site,
            BoxIdentity: BoxIdentity("edge-0001", HERE, "00-16-EA-00-00-01"),
        }
        if wishes is not None:
            services[Wishes] = wishes
        if faces is not None:
            services[FaceWishes] = faces
        self.services = services
        installed, broken = discover()
        assert broken == []
        self.supervisor = Supervisor(
            installed, things=self.things, clock=self.clock, ids=self.ids, logs=self.logs, services=services
        )
        self._machines: list[SimulatedMachine] = []

    async def deploy(self, driver: str, *devices: tuple[str, dict[str, Any]], **config: Any) -> int:
        """Run a driver; the port that it listens on."""
        entries = tuple(DeviceEntry("pk", name, custom) for name, custom in devices)
        config = {"host": HERE, "port": 0, **config}
        await self.supervisor.deploy(Deployment(driver, config, entries))
        (status,) = [one for one in self.supervisor.status() if one.driver == driver]
        assert status.why == ""
        return self.driver(driver).port

    def driver(self, name: str = "door_device") -> DoorDriver[Any]:
        return cast(DoorDriver[Any], self.supervisor.driver(name))

    async def machine(self, port: int = 0, **values: Any) -> SimulatedMachine:
        """A machine that serves but has not come yet. `port` is the box's; 0 where it is told later by `aim`."""
        values = {"sn": "123456789", "ip": HERE, "clock": self.clock, "ids": self.ids, **values}
        machine = SimulatedMachine(box=(HERE, port), **values)
        await machine.start()
        self._machines.append(machine)
        return machine

    async def door(self, **custom: Any) -> SimulatedMachine:
        """One machine with a device for each ability, `door.1` to `door.5`, connected both ways."""
        machine = await self.machine()
        port = await self.deploy("door_device", *five_devices(machine.port, **custom))
        machine.aim(HERE, port)
        await self.connect(machine)
        return machine

    async def connect(self, machine: SimulatedMachine, device: str = "door.1") -> None:
        before = len(self.things.states)
        await machine.connect()
        await until(lambda: len(self.things.states) > before)
        assert self.things.is_online(device)

    async def close(self) -> None:
        await self.supervisor.close()
        for machine in self._machines:
            await machine.close()

    def texts(self, device: str = "", driver: str = "door_device") -> list[str]:
        return [line.text for line in self.logs.of(driver, device).lines()]


def five_devices(port: int, **custom: Any) -> list[tuple[str, dict[str, Any]]]:
    kinds = ("face", "qrcode", "card", "bluetooth", "video")
    return [
        (f"door.{n}", {"ip": HERE, "port": port, "accessType": kind, **(custom if kind == "face" else {})})
        for n, kind in enumerate(kinds, 1)
    ]


@contextlib.asynccontextmanager
async def site_box(folder: Path, **values: Any) -> AsyncIterator[SiteBox]:
    box = SiteBox(folder, **values)
    try:
        yield box
    finally:
        await box.close()


async def until(condition: Any, seconds: float = 30) -> None:
    """Sockets need a moment; the box's own clock stands still."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def in_time(box: SiteBox, condition: Any, *, step_ms: int = 1000, most_ms: int = 600_000) -> None:
    """Let the box's clock run, slowly enough for what it starts on sockets, until something is so."""
    for _ in range(most_ms // step_ms):
        await asyncio.sleep(0.002)
        if condition():
            return
        await box.clock.advance(step_ms)
    raise AssertionError("it did not come in time")


async def raw(port: int, request: bytes, *, host: str = HERE) -> bytes:
    """Send bytes as they are and read until the peer closes."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    return answer


def post(path: str, body: bytes, kind: str = "application/json", extra: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: box\r\nContent-Type: {kind}\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
