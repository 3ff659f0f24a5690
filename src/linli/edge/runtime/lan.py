"""The services of a box on its LAN: files, local MQTT, ways for apps, and its own page.

None of it can stop the doors: a port that is taken is logged, and the rest runs.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from linli.edge import components
from linli.edge.events.reports import ReportQueue
from linli.edge.events.room import CloudLine, EventRoom
from linli.edge.events.service import MODEL
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.runtime.components import Params, Part, always, installed, named
from linli.edge.runtime.reports import ReportListener
from linli.edge.runtime.video import VideoPage
from linli.edge.services.cellular import CellularKeeper
from linli.edge.services.console import ConsoleDoor, LocalConsole, Parts
from linli.edge.services.files import FileService, FileStore
from linli.edge.services.interconnect import AppServices, DataRoute, LocalBroker, LocalEvents
from linli.edge.services.keeping.facts import facts_of
from linli.edge.services.keeping.standby import StandbyDoor
from linli.edge.services.network import NetworkFiles, Trial
from linli.edge.services.network.helped import HelpedHand, ModemWriter
from linli.edge.services.ports import BoxState, DiagnosisView
from linli.edge.store import Store
from linli.edge.video.room import VideoRoom
from linli.kernel.clock import Clock
from linli.kernel.ids import Ids
from linli.kernel.telemetry import logger
from linli.protocols.edge_bus import ListedGateway
from linli.protocols.edge_link import (
    SECURITY_NEWS,
    Deployment,
    DeviceKey,
    PageWord,
    Refresh,
    WantedComponent,
)

log = logger(__name__)

FILES_BYTES: Final = 8 * 1024**3
_FILES: Final = "file service"
_PAGE: Final = "local console"
APPS: Final = "apps.json"
"""In the box's folder: the address of the application that serves a service model, by model."""


class Ports(msgspec.Struct, frozen=True, kw_only=True):
    """Where a box listens. 0: any free port, for tests. `files` is inside and outside (spec H 3.1)."""

    host: str = "0.0.0.0"
    files: tuple[int, ...] = (9102, 32012)
    console: int = 9110
    mqtt: int = 1883
    route: int = 9103
    video: int = 8080
    """The page of the video component, while that runs."""
    events: int = 5080
    parking: int = 10060
    sip: int = 6050
    scripts: str = ""
    """A folder that stands for the system's network files, for tests; empty: the system's own."""


class Lan:
    """Before activation there is no `caller`: then there is the page, and nothing for apps."""

    def __init__(
        self,
        home: Path,
        state: BoxState,
        ports: Ports,
        *,
        clock: Clock,
        logs: DeviceLogs,
        gateway: Callable[[], ListedGateway] = lambda: ListedGateway(product_key="", device_name=""),
        diagnose: Callable[[str], Awaitable[DiagnosisView]],
        video: VideoRoom | None = None,
        caller: tuple[Store, CloudLine, ReportQueue] | None = None,
    ) -> None:
        """`diagnose`: find what is wrong, in words of a language. `caller`: the box's file, its signed calls, and
        the queue of alarms."""
        self._home = home
        host = ports.host
        cloud = caller[1].base_url if caller is not None else ""
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
        self.events_api: EventRoom | None = None
        if caller is not None:
            self.events_api = EventRoom(*caller, clock, Ids(), logs, host=host, port=ports.events)
        self.route: DataRoute | None = None
        """While the component that it is of (云边协同) runs."""
        self._new_route = partial(DataRoute, host=host, port=ports.route, cloud=cloud, log=logs.of("apps"))
        helped = None if ports.scripts else HelpedHand(cloud)
        self._modem_writer = ModemWriter(network, Trial(home, network, clock), helped)
        standby = StandbyDoor(home, lambda: facts_of(home), clock, network)
        self.parts = Parts(
            home=home,
            state=state,
            logs=logs,
            network=network,
            trial=None if ports.scripts else Trial(home, network, clock),
            helped=helped,
            cellular=None if ports.scripts else CellularKeeper(home, self._modem_writer, clock),
            files=self.files.store,
            broker=self.broker,
            apps=self.apps,
            standby=standby,
            diagnose=diagnose,
            video=video,
        )
        self.door = ConsoleDoor(home / "console", clock)
        self.console = LocalConsole(self.parts, self.door, host=host, port=ports.console)
        self.video_page = VideoPage(
            lambda: LocalConsole(self.parts, self.door, host=host, port=ports.video, first="video")
        )
        self._stops: list[Callable[[], Awaitable[None]]] = []
        self._cellular: asyncio.Task[None] | None = None
        self._faults: dict[str, str] = {}

    async def start(self) -> None:
        trial = self.parts.trial
        if trial is not None and trial.unfinished and self.parts.network.writable:
            trial.aside(trial.resume)
        if self.parts.cellular is not None:
            self._cellular = asyncio.create_task(self.parts.cellular.run(), name="box-cellular")
            self._cellular.add_done_callback(_ended)
        await self._begin(_FILES, self.files.start, self.files.stop)
        await self._begin(_PAGE, self.console.start, self.console.stop)

    async def stop(self) -> None:
        if self.parts.trial is not None:
            await asyncio.to_thread(self.parts.trial.stop)
        if self._cellular is not None:
            self._cellular.cancel()
            self._modem_writer.stop()
            await asyncio.wait((self._cellular,))
        for stop in reversed(self._stops):
            await stop()
        self._stops.clear()
        await self.apps.close()

    @property
    def console_port(self) -> int:
        """0: it does not run."""
        return self.console.port if self.console.stop in self._stops else 0

    def page_port(self, kind: str) -> int:
        """Of the box's own page (`http`) or of its video component's (`video`); 0: it does not run."""
        return self.video_page.port if kind == "video" else self.console_port

    def deployed(self, deployment: Deployment) -> None:
        """Where apps are, and whose word opens the page."""
        self.apps.deploy(_addresses(self._own_apps()))
        self.door.follow(_page_word(deployment))

    def components(self) -> list[Part]:
        """The LAN services that are reported as components of the box."""
        return [
            Part(
                components.COLLABORATION,
                installed(components.COLLABORATION),
                self._start_route,
                self._stop_route,
            ),
            Part(
                components.COLLABORATION_VEHICLE,
                named(components.COLLABORATION_VEHICLE),
                self._start_route,
                self._stop_route,
            ),
            Part(components.INTERCONNECT, _interconnect, self._open_broker, self.broker.close),
            *self._security(),
            Part(components.FILES, always, failing=lambda: self._faults.get(_FILES, "")),
            Part(components.BACKUP, always, failing=lambda: self._faults.get(_PAGE, "")),
        ]

    def _security(self) -> list[Part]:
        room = self.events_api
        if room is None:
            return []
        return [Part(components.SECURITY, named(components.SECURITY), room.start, room.stop)]

    @property
    def refresh(self) -> dict[str, Callable[[Refresh], Awaitable[Mapping[str, Any]]]]:
        """What the cloud may ask to be fetched, by its name."""
        return {} if self.events_api is None else {SECURITY_NEWS: self.events_api.refresh}

    async def answer(self, model: str, method: str, envelope: bytes) -> bytes:
        """A service call of the cloud: for an app on the LAN, or for smart security where no app serves it."""
        room = self.events_api
        if model == MODEL and room is not None and room.port and MODEL not in self.apps.addresses:
            return await room.answer(method, envelope)
        return await self.apps.answer(model, method, envelope)

    async def _start_route(self, params: Params) -> None:
        route = self._new_route()
        await route.start()
        self.route, self.parts.route_port = route, route.port

    async def _stop_route(self) -> None:
        route, self.route, self.parts.route_port = self.route, None, 0
        if route is not None:
            await route.stop()

    async def _open_broker(self, params: Params) -> None:
        await self.broker.open(params["user"], params["password"])

    def _own_apps(self) -> object:
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            return msgspec.json.decode((self._home / APPS).read_bytes())
        return {}

    async def _begin(
        self, name: str, start: Callable[[], Awaitable[None]], stop: Callable[[], Awaitable[None]]
    ) -> None:
        try:
            await start()
        except OSError as error:
            log.error("the %s does not run: %s", name, error)
            self._faults[name] = str(error)
            return
        self._stops.append(stop)

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


def _ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("the modem is not looked after any more", exc_info=error)


def _interconnect(deployment: Deployment) -> WantedComponent | None:
    """Switched on at the gateway (网关互联), with its words."""
    wanted = deployment.interconnect
    if not (wanted.on and wanted.user and wanted.password):
        return None
    return WantedComponent(
        code=components.INTERCONNECT, params={"user": wanted.user, "password": wanted.password}
    )


def _page_word(deployment: Deployment) -> PageWord | None:
    """None: the page has a password of its own, made and kept on the box (账号由本地管理)."""
    if deployment.settings.local_accounts is not False:
        return None
    try:
        return msgspec.convert(deployment.settings.page_password, PageWord | None)
    except msgspec.ValidationError as error:
        log.error("the page's password of the cloud cannot be read: %s", error)
        return None


def _addresses(named: object) -> dict[str, str]:
    """Service models with their apps' addresses; invalid entries are left out."""
    if not isinstance(named, dict):
        return {}
    return {
        model: address
        for model, address in named.items()
        if isinstance(model, str) and isinstance(address, str) and address.startswith(("http://", "https://"))
    }
