"""A box's local console on a real port with parts of its own: what tests and their browser open."""

from pathlib import Path

from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.services.console import ConsoleDoor, LocalConsole, Parts
from linli.edge.services.console.door import new_code
from linli.edge.services.files import FileStore
from linli.edge.services.interconnect import AppServices, LocalBroker
from linli.edge.services.keeping.facts import facts_of
from linli.edge.services.keeping.standby import StandbyDoor
from linli.edge.services.network import NetworkFiles
from linli.edge.services.ports import DeviceView, DriverView, StrangerView, Summary
from linli.kernel.clock import Clock, SystemClock


class SiteState:
    """`BoxState` of a box with doors, as a test sets it."""

    def __init__(self, clock: Clock, *, doors: int = 3, active: bool = True) -> None:
        self.clock = clock
        self.active = active
        self.line_up = True
        self.doors = doors
        now = clock.now_ms()
        self.strange = [
            StrangerView(
                "HJSB-000205.1", "10.249.8.10", "10.249.8.77", "refused", now - 600_000, now - 30_000, 17
            )
        ]
        self.settled: list[tuple[str, str, bool]] = []
        self.activations: list[tuple[str, str, str]] = []
        self.started_ms = clock.now_ms() - 7_500_000

    def summary(self) -> Summary:
        if not self.active:
            return Summary(
                active=False, serial_number="LB-0F3A9C11D2E4", model="linli-edge", version="0.1.0",
                now_ms=self.clock.now_ms(), started_ms=self.started_ms,
            )  # fmt: skip
        drivers = [
            DriverView("door_device", "门禁设备官方协议", "2.10.0", "running", self.doors, self.doors - 1),
            DriverView("door_system", "门禁系统官方协议", "1.0.0", "waiting", 1, 0, 4, "port 10020 is taken"),
        ]
        return Summary(
            active=True, serial_number="LB-0F3A9C11D2E4", model="linli-edge", version="0.1.0",
            now_ms=self.clock.now_ms(), started_ms=self.started_ms, node_id="9007199254740993",
            node_name="jinanwangyuefu-01", cloud="https://linli.example.com", line_up=self.line_up,
            line_why="" if self.line_up else "connection refused", generation=12,
            backlog=0 if self.line_up else 1284, sent=90_812, clock_offset_ms=120, drivers=drivers,
        )  # fmt: skip

    def devices(self) -> list[DeviceView]:
        if not self.active:
            return []
        now = self.clock.now_ms()
        return [
            DeviceView(
                "a1door", f"HJSB-{n // 5 + 205:06}.{n % 5 + 1}", f"{n // 5 + 1} 栋东门", "door_device",
                "门禁设备官方协议", f"10.249.8.{n // 5 + 10}", n != 1, "", now - n * 61_000,
            )
            for n in range(self.doors)
        ]  # fmt: skip

    def strangers(self) -> list[StrangerView]:
        return [one for one in self.strange if self.active]

    def settle(self, device: str, peer: str, *, confirm: bool) -> bool:
        found = [one for one in self.strange if (one.device, one.peer) == (device, peer)]
        self.settled += [(one.device, one.peer, confirm) for one in found]
        self.strange = [one for one in self.strange if one not in found]
        return bool(found)

    async def activate(self, *, cloud: str, serial: str, code: str) -> None:
        self.activations.append((cloud, serial, code))
        self.active = True


class ConsoleBox:
    def __init__(
        self, folder: Path, *, clock: Clock | None = None, doors: int = 3, active: bool = True
    ) -> None:
        self.home, self.scripts = folder / "home", folder / "network-scripts"
        self.home.mkdir()
        self.scripts.mkdir()
        self.clock = clock or SystemClock()
        self.logs = DeviceLogs(self.clock)
        self.state = SiteState(self.clock, doors=doors, active=active)
        self.store = FileStore(self.home / "files", self.clock, quota_bytes=10**9, reserve_bytes=0)
        self.broker = LocalBroker(
            host="127.0.0.1", port=0, clock=self.clock, log=self.logs.of("interconnect")
        )
        self.apps = AppServices(self.logs.of("apps"))
        self.parts = Parts(
            self.home, self.state, self.logs, NetworkFiles.of_system(self.home, str(self.scripts)), self.store,
            self.broker, self.apps, StandbyDoor(self.home, lambda: facts_of(self.home), self.clock), 9103,
        )  # fmt: skip
        self.code = new_code(self.home / "console", self.clock.now_ms())
        self.console = LocalConsole(
            self.parts, ConsoleDoor(self.home / "console", self.clock), host="127.0.0.1", port=0
        )

    async def start(self) -> None:
        await self.store.start()
        await self.console.start()

    async def stop(self) -> None:
        await self.console.stop()
        await self.broker.close()
        await self.apps.close()
        await self.store.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.console.port}"
