"""A box that works: its gateway device on MQTT, its agent, and a driver with one device. For tests of both ends."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from linli.edge.doors.peers import Peers
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.framework.discovery import discover
from linli.edge.framework.recorder import Collected
from linli.edge.framework.supervisor import Deployment, DeviceEntry, Supervisor
from linli.edge.remote.agent import RemoteAgent
from linli.edge.remote.diagnosis import Doctor, Target
from linli.edge.remote.drivers import DriverDesk
from linli.edge.remote.duties import Duty
from linli.edge.remote.figures import Meter
from linli.edge.remote.logs import LogBook
from linli.edge.runtime.door_addresses import Settling
from linli.kernel.clock import Clock
from linli.kernel.ids import Ids
from linli.protocols.edge_link import DriverHealth, Heartbeat
from linli.sim.link import DeviceLink, Triple
from tests.edge.framework.folders import write_driver

DRIVER = "door_device"


class WorkingBox:
    def __init__(
        self,
        home: Path,
        clock: Clock,
        triple: Triple,
        *,
        cloud: str,
        mqtt_port: int,
        devices: tuple[str, ...],
    ) -> None:
        write_driver(home / "drivers", DRIVER)
        self.home = home
        self.console_port = 0
        """Of its own page; a test that has one says so."""
        self.logs = DeviceLogs(clock, home / "logs")
        self.things = Collected()
        self.supervisor = Supervisor(
            discover([home / "drivers"])[0], things=self.things, clock=clock, ids=Ids(), logs=self.logs
        )
        self._deployment = Deployment(
            DRIVER, {}, tuple(DeviceEntry("pk", name, {"ip": "127.0.0.1"}) for name in devices)
        )
        target = Target(cloud, "127.0.0.1", mqtt_port, internet="127.0.0.1")
        self.agent = RemoteAgent(
            cloud=cloud, headers=lambda method, path: {}, doctor=Doctor(clock, home, target, self.supervisor.status),
            logs=LogBook(self.logs), drivers=DriverDesk(self.supervisor), files=home,
            page_port=lambda kind: self.console_port,
        )  # fmt: skip
        self.peers = Peers(clock)
        self.agent.more["peers.settle"] = Duty(Settling, self._settle)
        self.link = DeviceLink(triple, "127.0.0.1", mqtt_port)
        self.link.on_service("edgeRefresh", self._refresh)
        self._meter = Meter(home)

    async def _settle(self, asked: Settling) -> dict[str, bool]:
        """Of an incident that is there whenever somebody asks."""
        self.peers.note(asked.device, "127.0.0.1", "", asked.peer, "refused")
        return {"confirmed": self.peers.settle(asked.device, asked.peer, confirm=asked.confirm)}

    async def _refresh(self, told: Any) -> dict[str, Any]:
        if told.get("what") == "tunnel":
            self.agent.refresh(told)
        return {}

    def beat(self, **more: Any) -> Heartbeat:
        now = self._meter.read()
        drivers = [
            DriverHealth(id=one.driver, state=one.state.value, version=one.version, devices=len(one.devices),
                         online=len(one.devices))
            for one in self.supervisor.status()
        ]  # fmt: skip
        said: dict[str, Any] = {
            "version": "0.1.0", "booted_ms": 1_700_000_000_000, "cpu": now.cpu, "memory": now.memory,
            "disk": now.disk, "load": now.load, "drivers": drivers, "addresses": ["10.249.24.2"],
        }  # fmt: skip
        return Heartbeat(**(said | more))

    async def start(self) -> None:
        await self.supervisor.deploy(self._deployment)
        await self.link.start()
        await self.link.wait_online()

    async def stop(self) -> None:
        await self.agent.stop()
        await self.link.stop()
        await self.supervisor.close()


@asynccontextmanager
async def working_box(*args: Any, **kwargs: Any) -> AsyncIterator[WorkingBox]:
    box = WorkingBox(*args, **kwargs)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(box.stop)
        await box.start()
        yield box
