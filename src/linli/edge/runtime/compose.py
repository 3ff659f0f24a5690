"""The box as a list of parts, each given the few things it uses; started in this order, stopped in the other."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx

from linli.edge.cloud import BoxClock, CloudCaller, Identity
from linli.edge.components import shipped
from linli.edge.doors.driver import LanAddress
from linli.edge.doors.keeper import Doorkeeper, FaceWishes, LinkageReports
from linli.edge.doors.peers import Peers
from linli.edge.faces.room import FaceRoom
from linli.edge.foreign.confinement import close_home
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.framework.supervisor import Supervisor
from linli.edge.parking.ports import Lanes
from linli.edge.remote.agent import RemoteAgent
from linli.edge.remote.diagnosis import Doctor, Target
from linli.edge.remote.drivers import DriverDesk
from linli.edge.remote.duties import Duty
from linli.edge.remote.figures import Meter
from linli.edge.remote.logs import LogBook
from linli.edge.remote.shipping import LogShipper
from linli.edge.remote.video import video_duties
from linli.edge.runtime.algorithm_ports import AlgorithmPorts
from linli.edge.runtime.camera_alarms import CameraAlarms
from linli.edge.runtime.components import Components
from linli.edge.runtime.deployer import NOTHING, Deployer
from linli.edge.runtime.desired_rows import Wishes
from linli.edge.runtime.diagnosis import diagnose_by
from linli.edge.runtime.door_addresses import Peering, Settling
from linli.edge.runtime.doorkeeper import BoxDoorkeeper
from linli.edge.runtime.downlink import Downlink
from linli.edge.runtime.drain import RATE, Drain
from linli.edge.runtime.driver_list import installed_drivers
from linli.edge.runtime.heartbeat import Pulse
from linli.edge.runtime.intercom import Intercom
from linli.edge.runtime.lan import Lan, Ports
from linli.edge.runtime.lift_gateways import LiftGateways
from linli.edge.runtime.lift_journal import Journal
from linli.edge.runtime.lift_reports import LiftReports
from linli.edge.runtime.lift_under_way import LinkedCalls, UnderWay
from linli.edge.runtime.line import Line
from linli.edge.runtime.logs_sent import LogsSent
from linli.edge.runtime.machines import Machines
from linli.edge.runtime.network import DoorNaming
from linli.edge.runtime.parking import Parking
from linli.edge.runtime.parts import FaceModels, box_parts
from linli.edge.runtime.passage import Passage
from linli.edge.runtime.pictures import Pictures
from linli.edge.runtime.polling import Polling
from linli.edge.runtime.presence import Presence
from linli.edge.runtime.queue import Queue
from linli.edge.runtime.reconciler import Mender
from linli.edge.runtime.reports import Reports
from linli.edge.runtime.services import DoorServices
from linli.edge.runtime.signed_files import SignedFiles
from linli.edge.runtime.state import Running
from linli.edge.runtime.status import (
    STATUS,
    Status,
    cloud_section,
    drivers_section,
    heartbeat_of,
    identity_section,
    keep_written,
    protection_section,
    site_section,
    uplink_section,
)
from linli.edge.runtime.tables import STEPS
from linli.edge.runtime.timekeeper import Timekeeper
from linli.edge.runtime.trust import DriverTrust
from linli.edge.runtime.upkeep import Upkeep
from linli.edge.runtime.video_lines import GatewayLine
from linli.edge.runtime.way_peers import WayPeers
from linli.edge.services.keeping import moving
from linli.edge.store import Store
from linli.edge.video.room import VideoRoom
from linli.edge.video.services import CameraServices
from linli.kernel.clock import Clock
from linli.kernel.ids import Ids
from linli.kernel.telemetry import logger
from linli.vision.engine.ports import Engine
from linli.vision.engine.process import ProcessEngine

log = logger(__name__)
FILE: Final = "box.db"


class Box:
    """One box. `home` is its folder: identity, file, pictures, logs and installed drivers.

    `models` are those of faces, by default in `home`; `engine` stands in for what runs them.
    """

    def __init__(
        self,
        home: Path,
        identity: Identity,
        *,
        clock: Clock | None = None,
        engine: Engine | None = None,
        models: Path | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        rate: float = RATE,
        ports: Ports | None = None,
    ) -> None:
        """`ports`: the box's services on the LAN beside its drivers; None: none. `rate`: reports a second."""
        self.home = home
        self.identity = identity
        self.clock = clock or BoxClock()
        self.ids = Ids()
        self.logs = DeviceLogs(self.clock, home / "logs")
        self.store = Store(home / FILE, STEPS, self.clock)
        self.cloud = CloudCaller(identity, self.clock, self.ids, transport=transport)
        activated = identity.activated
        self.line = Line(activated.device, activated.mqtt)
        self._news = asyncio.Event()  # in the cloud: another deployment, other rules
        beat_now = asyncio.Event()

        # up: what devices report
        self.queue = Queue(self.store, self.clock)
        self.pictures = Pictures(home / "pictures", self.store, self.clock, self.ids)
        self.presence = Presence(activated.device, self.line)
        self.reports = Reports(self.queue, self.presence, self.clock)
        self.drain = Drain(
            activated.node.id, self.queue, self.pictures, self.presence, self.cloud, self.clock, rate=rate
        )

        # down: what is wanted of them
        machines = Machines()
        self.engine = engine or ProcessEngine(models or home / "models", home / "faces" / "index")
        self.faces = FaceRoom(
            engine=self.engine,
            store=self.store,
            folder=home / "faces" / "library",
            files=SignedFiles(self.cloud),
            clock=self.clock,
        )
        self.algorithm = AlgorithmPorts(self.engine)
        self.wishes = Wishes(self.store, self.clock)
        self.doorkeeper = BoxDoorkeeper(
            self.store,
            self.pictures,
            self.queue,
            self.clock,
            siblings=machines.siblings,
            line_up=lambda: self.line.up,
            faces=self.faces,
            person_of=lambda face: self.passage.rules.faces.get(face, ""),
            in_car=lambda device: self.passage.is_in_car(device),
        )
        self.way_peers = WayPeers(
            self.store, self.clock, lambda: self.passage.rules.site_key, ports.host if ports else None
        )
        self.doorkeeper.on_way = self.way_peers.counted
        under_way, journal = UnderWay(), Journal(self.store, self.clock)
        self.lift_reports = LiftReports(lambda rule: self.lift_gateways.linkage_of(rule), journal, under_way)
        self.peers = Peers(self.clock, tell=beat_now.set)
        self.peering = Peering(self.store, self.peers)
        self.parking = Parking(home, identity, self.store, self.cloud, self.clock, self.ids, self.logs)
        self.intercom = Intercom(identity, self.store, self.cloud, self.clock, self.ids, self.logs)
        services = self._services(ports)
        self.naming = DoorNaming(identity.serial_number, self.cloud.base_url, services)
        self.supervisor = Supervisor(
            installed_drivers(home / "drivers"),
            things=self.reports,
            clock=self.clock,
            ids=self.ids,
            logs=self.logs,
            services=services,
        )
        self.mender = Mender(
            self.wishes, self.supervisor, self.clock, self.presence.is_online, partial(self.logs.of, "box"),
            linked=LinkedCalls(self.supervisor, under_way),
        )  # fmt: skip
        self.lift_gateways = LiftGateways(
            self.wishes, self.mender, self.supervisor, self.clock, siblings=machines.siblings,
            is_online=self.presence.is_online, log_of=partial(self.logs.of, "box"), moved=beat_now.set,
            reports=self.lift_reports,
        )  # fmt: skip
        self.doors = DoorServices(self.wishes, self.mender, self.supervisor, self.reports, self.cloud.fetch)
        self.trusted = DriverTrust(home, identity)
        self.deployer = Deployer(
            self.store, self.supervisor, self.presence, self.wishes, self.cloud, home / "drivers", self.trusted,
            machines,
        )  # fmt: skip
        self.deployer.forget.append(self.faces.forget)
        self.passage = Passage(
            self.store, self.cloud, self.doors, self.clock, report=self.reports.event, siblings=machines.siblings,
            is_registered=lambda device: self.presence.key_of(device) is not None,
            gateways=self.lift_gateways, face_user=self.faces.user_of,
        )  # fmt: skip
        self.alarms = CameraAlarms(self.store, self.cloud, self.ids, self.logs)
        new_line = partial(GatewayLine, address=activated.mqtt)
        self.video = VideoRoom(self.store, self.clock, new_line, tell=self.alarms.tell)
        self.camera_services = CameraServices(self.video, self.clock)
        self.video.answers = self.camera_services.serve
        self.polling = Polling(self.deployer, self.presence, self.passage, self._news)
        self.time = Timekeeper(
            self.clock, self.store, self.line, activated.device, leapt=(self._news, beat_now)
        )

        # how it is, what it offers on the LAN, and looking at it from afar
        self.status = Status(
            self.clock,
            identity_section(identity, self.trusted),
            cloud_section(self.cloud, self.line),
            uplink_section(self.queue, self.drain, self.pictures),
            drivers_section(self.deployer, self.supervisor, self.presence),
            site_section(self.deployer),
            protection_section(self.supervisor, self.peers),
        )
        self.state = Running(
            home, activated.device, self.status, self.deployer, self.presence, self.reports, self.peers, self.line,
        )  # fmt: skip
        target = Target(
            cloud=self.cloud.base_url, mqtt_host=activated.mqtt.host, mqtt_port=activated.mqtt.port
        )
        doctor = Doctor(self.clock, home, target, self.supervisor.status)
        lan: Lan | None = None
        if ports is not None:
            lan = Lan(
                home, self.state, ports, clock=self.clock, logs=self.logs,
                gateway=self.state.listed, diagnose=diagnose_by(doctor), video=self.video,
                caller=(self.store, self.cloud, self.alarms.queue),
            )  # fmt: skip
        self.lan = lan
        self.parking.runs_apart = self.supervisor.runs_apart
        self.parking.connect(self.supervisor.call, lan.files.store if lan is not None else None)
        self.agent = RemoteAgent(
            cloud=self.cloud.base_url,
            headers=self.cloud.headers,
            doctor=doctor,
            logs=LogBook(self.logs),
            drivers=DriverDesk(self.supervisor),
            files=home,
            page_port=lambda kind: lan.page_port(kind) if lan is not None else 0,
        )
        self.agent.more |= video_duties(self.video)
        self.agent.more["peers.settle"] = Duty(Settling, self.peering.settle)
        self.downlink = Downlink(
            activated.device,
            self.line,
            self.presence,
            self.doors,
            refresh={
                "deployment": self.polling.refresh,
                "rules": self.polling.refresh,
                "parking": self.parking.rules.refresh,
                "lifts": self.lift_gateways.refresh,
                "tunnel": self.agent.wanted,
                "intercom": self.intercom.refresh,
                **(lan.refresh if lan is not None else {}),
            },
            on_time=self.time.answered,
            apps=self.parking.before(lan.answer) if lan is not None else None,
        )
        self._logs_sent = LogsSent(self.store)
        self.shipper = LogShipper(self.logs, self.cloud, keep=self._logs_sent.keep)
        self.meter = Meter(home)
        parts = box_parts(
            supervisor=self.supervisor,
            passage=self.passage,
            models=FaceModels(self.engine, self.faces),
            shipper=self.shipper,
            meter=self.meter,
            lan=lan,
            video=self.video,
            news=self._news,
        )
        if ports is not None:
            called = self.supervisor.call
            parts += [self.parking.part(ports), self.intercom.part(ports, services, called, self.wishes)]
        self.components = Components(shipped(), parts, self.supervisor.status)
        self.pulse = Pulse(
            self.cloud, self.meter, self.clock,
            beat=partial(
                heartbeat_of, self.status, self.reports, self.peers, self.components, self.lift_gateways.states
            ),
            heard=(self.time.heard, self.polling.heard),
            now=beat_now,
        )  # fmt: skip
        self._tasks: list[asyncio.Task[None]] = []

        # listeners
        self.reports.on_online.append(self.mender.came_online)
        self.reports.follow = self.passage.follow
        self.reports.on_report += [self.passage.on_report, self.lift_gateways.on_report, self.pulse.on_report]
        self.reports.on_report.append(self.parking.on_report)
        self.deployer.applied.append(lambda deployment: beat_now.set())
        self.deployer.applied += [self.algorithm.deployed, self.parking.deployed]
        self.deployer.applied.append(lambda deployment: self.lift_gateways.deployed())
        self.deployer.prepared.append(self.components.follow)
        self.deployer.prepared.append(lambda deployment: self.naming.follow(deployment, self.supervisor))
        if lan is not None:
            self.reports.on_report.append(lan.passes_on(self.presence.key_of))
            self.deployer.applied.append(lan.deployed)
            lan.parts.parking = self.parking.room

    def _services(self, ports: Ports | None) -> dict[type, object]:
        """The box's interface for drivers, beside its name."""
        lan: dict[type, object] = {}
        if ports is not None:
            lan = {LanAddress: LanAddress(ports.host), Lanes: self.parking.room}
        return {
            Doorkeeper: self.doorkeeper,
            FaceWishes: self.faces,
            Peers: self.peers,
            LinkageReports: self.lift_reports,
            **lan,
        }

    # life

    async def start(self) -> None:
        """Doors work when this returns; the cloud may still be away."""
        self._close_home()
        await asyncio.to_thread(moving.finish, self.home)
        await self.store.start()
        if moving.take_moved(self.home):
            await self.queue.skip_ahead()
        await asyncio.to_thread(moving.upgraded, self.home)
        await self.time.start()
        await self.queue.start()
        await self.pictures.start()
        await self.faces.start()
        if self.lan is not None:
            await self.lan.start()
        await self.peering.start()
        await self.lift_reports.start()
        await self.lift_gateways.start()
        await self.components.follow(NOTHING)
        await self.deployer.start()
        await self.mender.start()
        await self.line.start(self.downlink.take, self._connected)
        works: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "poll": self.polling.run,
            "upkeep": Upkeep(self.time, self.pictures).run,
            "status": partial(keep_written, self.home, self.status),
            "pulse": self.pulse.run,
            "peers": self.peering.run,
            "way-peers": self.way_peers.run,
            "logs": partial(self._logs_sent.ship, self.shipper),
            "algorithm": self.algorithm.run,
            "alarms": self.alarms.run,
            "components": self.components.run,
            "lift-rules": self.lift_gateways.run,
            "lift-reports": self.lift_reports.run,
        }
        for name, work in works.items():
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
        await self.downlink.stop()
        await self.lift_gateways.stop()
        await self.mender.stop()
        await self.supervisor.close()
        await self.components.stop()
        await self.camera_services.stop()
        if self.lan is not None:
            await self.lan.stop()
        await self.faces.stop()
        await self.algorithm.stop()
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
        self.parking.rules.news.set()
        await self.presence.connected()
        await self.drain.run(self.line)
