"""What a box offers on its LAN, put together: files, local MQTT, ways for apps, and its own page.

None of it can stop the doors: a port that is taken is logged, and the rest runs.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.runtime.reports import ReportListener
from linli.edge.services.console import ConsoleDoor, LocalConsole, Parts
from linli.edge.services.files import FileService, FileStore
from linli.edge.services.interconnect import AppServices, DataRoute, LocalBroker, LocalEvents
from linli.edge.services.keeping.facts import facts_of
from linli.edge.services.keeping.standby import StandbyDoor
from linli.edge.services.network import NetworkFiles, Trial
from linli.edge.services.ports import BoxState, DiagnosisView
from linli.kernel.clock import Clock
from linli.kernel.telemetry import logger
from linli.protocols.edge_bus import ListedGateway
from linli.protocols.edge_link import Deployment, DeviceKey, Interconnect

log = logger(__name__)

FILES_BYTES: Final = 8 * 1024**3
APPS: Final = "apps.json"
"""In the box's folder: the address of the application that serves a service model, by model."""


class Ports(msgspec.Struct, frozen=True, kw_only=True):
    """Where a box listens. 0: any free port, for tests. `files` is inside and outside (spec H 3.1)."""

    host: str = "0.0.0.0"
    files: tuple[int, ...] = (9102, 32012)
    console: int = 9110
    mqtt: int = 1883
    route: int = 9103
    scripts: str = ""
    """A folder that stands for the system's network files, for tests; empty: the system's own."""


class Lan:
    """`cloud` is empty before activation: then there is the page, and nothing for apps."""

    def __init__(
        self,
        home: Path,
        state: BoxState,
        ports: Ports,
        *,
        clock: Clock,
        logs: DeviceLogs,
        cloud: str = "",
        gateway: Callable[[], ListedGateway] = lambda: ListedGateway(product_key="", device_name=""),
        diagnose: Callable[[str], Awaitable[DiagnosisView]],
    ) -> None:
        """`diagnose`: find what is wrong, in words of a language."""
        self._home = home
        host = ports.host
        network = NetworkFiles.of_system(home, ports.scripts)
        self.files = FileService(
            FileStore(home / "files", clock, quota_bytes=FILES_BYTES),
            host=host,
            ports=ports.files,
            log=logs.of("files"),
        )
        self.broker = LocalBroker(host=host, port=ports.mqtt, clock=clock, log=logs.of("interconnect"))
        self.events = LocalEvents(self.broker, clock, gateway)
        self.apps = AppServices(logs.of("apps"))
        self.route = (
            DataRoute(host=host, port=ports.route, cloud=cloud, log=logs.of("apps")) if cloud else None
        )
        standby = StandbyDoor(home, lambda: facts_of(home), clock, network)
        self.parts = Parts(
            home=home,
            state=state,
            logs=logs,
            network=network,
            trial=None if ports.scripts else Trial(home, network, clock),
            files=self.files.store,
            broker=self.broker,
            apps=self.apps,
            standby=standby,
            diagnose=diagnose,
        )
        self.console = LocalConsole(
            self.parts, ConsoleDoor(home / "console", clock), host=host, port=ports.console
        )
        self._stops: list[Callable[[], Awaitable[None]]] = []
        self._wanted: Deployment | None = None
        self._news = asyncio.Event()

    async def start(self) -> None:
        trial = self.parts.trial
        if trial is not None and trial.unfinished and self.parts.network.writable:
            trial.aside(trial.resume)
        await self._begin("file service", self.files.start, self.files.stop)
        if self.route is not None and await self._begin("data route", self.route.start, self.route.stop):
            self.parts.route_port = self.route.port
        await self._begin("local console", self.console.start, self.console.stop)

    async def stop(self) -> None:
        if self.parts.trial is not None:
            await asyncio.to_thread(self.parts.trial.stop)
        for stop in reversed(self._stops):
            await stop()
        self._stops.clear()
        await self.broker.close()
        await self.apps.close()

    @property
    def console_port(self) -> int:
        """0: it does not run."""
        return self.console.port if self.console.stop in self._stops else 0

    def deployed(self, deployment: Deployment) -> None:
        """Have `run` bring the LAN in line with it."""
        self._wanted = deployment
        self._news.set()

    async def run(self) -> None:
        """Bring the LAN in line with each deployment, the kept one first."""
        while True:
            await self._news.wait()
            self._news.clear()
            if self._wanted is not None:
                await self._follow(self._wanted)

    async def _follow(self, deployment: Deployment) -> None:
        """What the cloud wants of the LAN: local MQTT with its words, and where apps are."""
        await self._interconnect(deployment.interconnect)
        named = deployment.settings.get("serviceApps")
        self.apps.deploy(_addresses(named) | _addresses(self._own_apps()))

    async def _interconnect(self, wanted: Interconnect) -> None:
        if not (wanted.on and wanted.user and wanted.password):
            await self.broker.close()
            return
        try:
            await self.broker.open(wanted.user, wanted.password)
        except OSError as error:
            log.error("local MQTT does not run: %s", error)

    def _own_apps(self) -> object:
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            return msgspec.json.decode((self._home / APPS).read_bytes())
        return {}

    async def _begin(
        self, name: str, start: Callable[[], Awaitable[None]], stop: Callable[[], Awaitable[None]]
    ) -> bool:
        try:
            await start()
        except OSError as error:
            log.error("the %s does not run: %s", name, error)
            return False
        self._stops.append(stop)
        return True

    def passes_on(self, key_of: Callable[[str], DeviceKey | None]) -> ReportListener:
        """A `Reports.on_report` that passes reports on to apps. `key_of`: None for a device that is not deployed."""

        def on_report(kind: str, device: str, name: str, values: Mapping[str, Any], at_ms: int) -> None:
            key = key_of(device)
            if key is None:
                return
            if kind == "property":
                self.events.property(key.product_key, device, values, at_ms)
            elif kind == "event":
                self.events.event(key.product_key, device, name, values, at_ms)
            else:
                self.events.status(key.product_key, device, online=kind == "online", at_ms=at_ms)

        return on_report


def _addresses(named: object) -> dict[str, str]:
    """Service models with their apps' addresses; what is none is left out."""
    if not isinstance(named, dict):
        return {}
    return {
        model: address
        for model, address in named.items()
        if isinstance(model, str) and isinstance(address, str) and address.startswith(("http://", "https://"))
    }
