"""The box as a list of parts, each given the few things it uses; started in this order, stopped in the other."""

import asyncio
import contextlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx

from linli.edge.cloud import BoxClock, CloudCaller, CloudRefused, CloudUnreachable, Identity
from linli.edge.doors.driver import LanAddress
from linli.edge.doors.identity import BoxIdentity
from linli.edge.doors.keeper import Doorkeeper, FaceWishes
from linli.edge.doors.peers import Peers
from linli.edge.faces import steps as face_tables
from linli.edge.faces.room import FaceRoom
from linli.edge.foreign.confinement import close_home
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.framework.supervisor import Supervisor
from linli.edge.remote.agent import RemoteAgent
from linli.edge.remote.diagnosis import Doctor, Target
from linli.edge.remote.drivers import DriverDesk
from linli.edge.remote.duties import Duty
from linli.edge.remote.figures import Meter
from linli.edge.remote.logs import LogBook
from linli.edge.remote.shipping import LogShipper
from linli.edge.runtime import deployer, desired_rows, doorkeeper, pictures, queue
from linli.edge.runtime.deployer import Deployer, keep, kept
from linli.edge.runtime.desired_rows import Wishes
from linli.edge.runtime.diagnosis import told_by
from linli.edge.runtime.door_addresses import Peering, Settling
from linli.edge.runtime.doorkeeper import BoxDoorkeeper
from linli.edge.runtime.downlink import Downlink
from linli.edge.runtime.drain import Drain
from linli.edge.runtime.driver_list import installed_drivers
from linli.edge.runtime.heartbeat import Pulse
from linli.edge.runtime.lan import Lan, Ports
from linli.edge.runtime.line import Line
from linli.edge.runtime.network import box_identity
from linli.edge.runtime.passage import Passage
from linli.edge.runtime.pictures import Pictures
from linli.edge.runtime.presence import Presence
from linli.edge.runtime.queue import Queue
from linli.edge.runtime.reconciler import Mender
from linli.edge.runtime.reports import Reports
from linli.edge.runtime.services import DoorServices
from linli.edge.runtime.signed_files import SignedFiles
from linli.edge.runtime.state import Running
from linli.edge.runtime.status import STATUS, heartbeat_of, keep_written, status_of
from linli.edge.runtime.timekeeper import Timekeeper
from linli.edge.runtime.trust import DriverTrust
from linli.edge.services.keeping import moving
from linli.edge.store import Step, Store
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import Deployment, HeartbeatAnswer, Refresh
from linli.vision.engine.ports import Engine
from linli.vision.engine.process import ProcessEngine

log = logger(__name__)

POLL_S: Final = 300.0
CLOCK_S: Final = 600.0
TIDY_S: Final = 3600.0
FILE: Final = "box.db"
_LOGS_SENT: Final = "logs_sent"

STEPS: Final[tuple[Step, ...]] = (
    *deployer.STEPS,
    *queue.STEPS,
    *pictures.STEPS,
    *desired_rows.STEPS,
    *doorkeeper.STEPS,
    *face_tables.STEPS,
)
"""Of the file's tables, room by room; a new one goes to the end."""


class Box:
    """One appliance. `home` is its folder: identity, file, pictures, logs and installed drivers.

    `models` are those of faces, by default in `home`; `engine` stands in for what runs them.
    """

    def __init__(
        self, home: Path, identity: Identity, *, clock: Clock | None = None, ids: Ids | None = None,
        engine: Engine | None = None, models: Path | None = None, transport: httpx.AsyncBaseTransport | None = None,
        drivers: Mapping[str, Any] | None = None, rate: float | None = None, ports: Ports | None = None,
    ) -> None:  # fmt: skip
        """`ports`: what the box offers on the LAN besides its drivers; None: nothing."""
        self.home = home
        self.identity = identity
        self._ports = ports
        self.clock = clock or BoxClock()
        self.ids = ids or Ids()
        self.logs = DeviceLogs(self.clock, home / "logs")
        self.store = Store(home / FILE, STEPS, self.clock)
        self.cloud = CloudCaller(identity, self.clock, self.ids, transport=transport)
        activated = identity.activated

        # up: what devices report
        self.queue = Queue(self.store, self.clock)
        self.pictures = Pictures(home / "pictures", self.store, self.clock, self.ids)
        self.presence = Presence(activated.device)
        self.reports = Reports(self.queue, self.presence, self.clock)
        self.drain = Drain(
            activated.node.id, self.queue, self.pictures, self.presence, self.cloud, self.clock
        )
        if rate is not None:
            self.drain.rate = rate

        # down: what is wanted of them
        self.engine = engine or ProcessEngine(models or home / "models", home / "faces" / "index")
        self.faces = FaceRoom(
            engine=self.engine, store=self.store, folder=home / "faces" / "library",
            files=SignedFiles(self.cloud), clock=self.clock,
        )  # fmt: skip
        self.wishes = Wishes(self.store, self.clock)
        self.doorkeeper = BoxDoorkeeper(
            self.store, self.pictures, self.queue, self.clock, siblings=self._siblings,
            line_up=lambda: self.line.up, faces=self.faces,
        )  # fmt: skip
        self.peers = Peers(self.clock)
        self.peering = Peering(self.store, self.peers)
        self.supervisor = Supervisor(
            drivers if drivers is not None else installed_drivers(home / "drivers"),
            things=self.reports, clock=self.clock, ids=self.ids, logs=self.logs, services=self._services(),
        )  # fmt: skip
        self.mender = Mender(
            self.wishes, self.supervisor, self.clock, lambda device: device in self.presence.online,
            lambda device: self.logs.of("box", device),
        )  # fmt: skip
        self.reports.on_online.append(self.mender.came_online)
        self.doors = DoorServices(self.wishes, self.mender, self.supervisor, self.reports, self.cloud.fetch)
        self.downlink = Downlink(activated.device, self.presence, self.doors)
        self.line = Line(activated.device, activated.mqtt, self.downlink.take, self._connected)
        self.presence.line = self.downlink.line = self.line
        self.time = Timekeeper(self.clock, self.store, self.line, activated.device, self._leapt)
        self.downlink.on_time = self.time.told
        self.trusted = DriverTrust(home, identity)
        self.deployer = Deployer(
            self.store,
            self.supervisor,
            self.presence,
            self.wishes,
            self.cloud,
            home / "drivers",
            self.trusted,
        )
        self.deployer.applied.append(self._deployed)
        self.deployer.forget.append(self.faces.forget)
        self.passage = Passage(
            self.store, self.cloud, self.doors, self.clock, report=self.reports.event, siblings=self._siblings,
            known=lambda device: self.presence.key_of(device) is not None,
        )  # fmt: skip
        self.reports.told.append(self.passage.told)
        self.downlink.refresh["deployment"] = self.downlink.refresh["rules"] = self._refresh

        # what it offers on the LAN
        self.state = Running(self)
        self.lan = self._lan(ports) if ports is not None else None
        self.downlink.apps = self.lan.apps.answer if self.lan is not None else None

        # how it is, and looking at it from afar
        self.pulse = Pulse(self.cloud, Meter(home), self.clock, partial(heartbeat_of, self), self._heard)
        self.reports.told.append(self._came_or_went)
        self.peers.tell = self.pulse.now.set
        self.agent = self._remote()
        self.downlink.refresh["tunnel"] = self._tunnel
        self.shipper = LogShipper(self.logs, self.cloud, keep=self._keep_logs_sent)
        self._news = asyncio.Event()
        self._lan_news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def _siblings(self, device: str) -> tuple[str, ...]:
        return self.deployer.siblings(device)

    def _services(self) -> dict[type, object]:
        """What drivers may ask of the box. The address may change with a deployment, the object does not."""
        named = box_identity(self.identity.serial_number, self.cloud.base_url, {})
        found: dict[type, object] = {
            Doorkeeper: self.doorkeeper, BoxIdentity: named, FaceWishes: self.faces, Peers: self.peers,
        }  # fmt: skip
        if self._ports is not None:
            found[LanAddress] = LanAddress(self._ports.host)
        return found

    def _remote(self) -> RemoteAgent:
        mqtt = self.identity.activated.mqtt
        target = Target(cloud=self.cloud.base_url, mqtt_host=mqtt.host, mqtt_port=mqtt.port)
        doctor = Doctor(self.clock, self.home, target, self.supervisor.status)
        if self.lan is not None:
            self.lan.parts.diagnose = told_by(doctor)
        agent = RemoteAgent(
            cloud=self.cloud.base_url, headers=self.cloud.headers,
            doctor=doctor, logs=LogBook(self.logs),
            drivers=DriverDesk(self.supervisor), files=self.home,
            console_port=lambda: self.lan.console_port if self.lan is not None else 0,
        )  # fmt: skip
        agent.more["peers.settle"] = Duty(Settling, self.peering.settle)
        return agent

    def _lan(self, ports: Ports) -> Lan:
        lan = Lan(
            self.home, self.state, ports, clock=self.clock, logs=self.logs, cloud=self.cloud.base_url,
            gateway=self.state.listed,
        )  # fmt: skip

        def told(kind: str, device: str, name: str, values: Mapping[str, Any], at_ms: int) -> None:
            key = self.presence.key_of(device)
            if key is not None:
                lan.told(key.product_key, kind, device, name, values, at_ms)

        self.reports.told.append(told)
        return lan

    # life

    async def start(self) -> None:
        """Doors work when this returns; the cloud may still be away."""
        self._close_home()
        await asyncio.to_thread(moving.finish, self.home)
        await self.store.start()
        if moving.take_moved(self.home):
            await self.queue.skip_ahead()
        await self.time.start()
        await self.queue.start()
        await self.pictures.start()
        if isinstance(self.engine, ProcessEngine):
            await self.engine.start()
        await self.faces.start()
        if self.lan is not None:
            await self.lan.start()
        await self.passage.start()
        await self.peering.start()
        await self.deployer.start()
        await self.mender.start()
        await self.line.start()
        for name, work in (
            ("poll", self._poll),
            ("minutes", self._minutes),
            ("status", partial(keep_written, self)),
            ("pulse", self.pulse.run),
            ("peers", self.peering.run),
            ("lan", self._keep_lan),
            ("logs", self._ship_logs),
        ):
            self._tasks.append(asyncio.create_task(work(), name=f"box-{name}"))
        log.info("the box runs: node %s, %d reports wait", self.identity.node_id, self.queue.backlog)

    def _close_home(self) -> None:
        try:
            close_home(self.home)
        except OSError as error:
            log.error("the box's folder %s stays open to other users of this machine: %s", self.home, error)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.agent.stop()
        if self.lan is not None:
            await self.lan.stop()
        await self.downlink.stop()
        await self.passage.stop()
        await self.mender.stop()
        await self.supervisor.close()
        await self.faces.stop()
        if isinstance(self.engine, ProcessEngine):
            await self.engine.stop()
        await self.line.stop()
        await self.cloud.close()
        await self.peering.stop()
        await self.store.stop()
        (self.home / STATUS).unlink(missing_ok=True)

    # the line

    async def _connected(self) -> None:
        """At each connection, as long as it lasts."""
        self.time.ask()
        if self.lan is not None:
            self.line.subscribe(self.downlink.app_calls)
        self._news.set()
        await self.presence.connected()
        await self.drain.run(self.line)

    def _leapt(self) -> None:
        """Ask again for what was refused because it was signed by the wrong time."""
        self._news.set()
        self.pulse.now.set()

    async def _refresh(self, wanted: Refresh) -> dict[str, Any]:
        """The cloud has another deployment or other rules: the answer does not wait until they hold."""
        self._news.set()
        return {}

    async def _tunnel(self, wanted: Refresh) -> dict[str, Any]:
        self.agent.refresh({"ticket": wanted.ticket, "kind": wanted.kind})
        return {}

    async def _poll(self) -> None:
        """Fetch the deployment when there is news, and now and then in case news was lost."""
        while True:
            self._news.clear()
            try:
                await self.deployer.refresh()
                self.presence.forgive()
            except (CloudUnreachable, CloudRefused) as error:
                log.info("the deployment is not fetched: %s", error)
            except LinliError as error:
                log.error("the deployment is not kept: %s", error)
            await self.passage.refresh()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._news.wait()

    async def _keep_lan(self) -> None:
        """Bring the LAN in line with each deployment, the kept one first."""
        while self.lan is not None:
            self._lan_news.clear()
            if self.deployer.current is not None:
                await self.lan.deployed(self.deployer.current)
            await self._lan_news.wait()

    async def _ship_logs(self) -> None:
        sent = await kept(self.store, _LOGS_SENT)
        await self.shipper.run(int(sent) if sent else 0)

    async def _keep_logs_sent(self, at_ms: int) -> None:
        await keep(self.store, _LOGS_SENT, str(at_ms).encode())

    def _deployed(self, deployment: Deployment) -> None:
        self._lan_news.set()
        self.pulse.now.set()
        self.shipper.switch(deployment.settings.get("log") is True)
        groups = deployment.settings.get("roomGroups")
        self.doorkeeper.groups = groups if isinstance(groups, dict) else {}
        rate = deployment.settings.get("uplinkRate")
        if isinstance(rate, int | float) and 1 <= rate <= 10_000:
            self.drain.rate = float(rate)

    async def _minutes(self) -> None:
        """What is done now and then."""
        passed = 0
        while True:
            with contextlib.suppress(LinliError):
                await self.time.keep()
                if passed % int(TIDY_S) == 0:
                    await self.pictures.tidy()
            if passed % int(CLOCK_S) == 0:
                self.time.ask()
            passed += 60
            await asyncio.sleep(60)

    # how it is

    def _came_or_went(self, kind: str, device: str, name: str, values: Mapping[str, Any], at_ms: int) -> None:
        """The cloud is told soon why a device is away; that it is away it knows by the log-out."""
        if kind == "offline":
            self.pulse.now.set()

    def _heard(self, answer: HeartbeatAnswer, took_ms: int) -> None:
        if isinstance(self.clock, BoxClock):
            self.clock.told(answer.time, took_ms)
        if (
            answer.generation
            and self.deployer.current
            and answer.generation > self.deployer.current.generation
        ):
            self._news.set()

    def status(self) -> dict[str, Any]:
        """For the local console; holds no secret."""
        return status_of(self)
