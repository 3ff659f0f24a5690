"""One process of Linli: its parts in the order of the house plan, started from the ground up, stopped from above."""

from functools import partial

from linli.app import events, life, rooms
from linli.app.addresses import DeviceAddresses
from linli.app.certificates import Certificates
from linli.app.condition import Condition
from linli.app.engines import face_engine_of, plate_engine_of
from linli.app.housekeeping import Housekeeping
from linli.app.http import Router
from linli.app.listeners import Listeners
from linli.app.live import LiveRelay
from linli.app.open_services import services_of
from linli.app.signed_in import SignedIn
from linli.app.sip import SipPort
from linli.app.site_intercom import site_maker
from linli.app.video import VideoPort
from linli.app.web import router_of
from linli.console.hub import Hub as LiveHub
from linli.databus import topics
from linli.databus.room import DataBus
from linli.delivery.expansion import Expansion
from linli.delivery.handlers import device_status
from linli.delivery.ports import Carriers
from linli.delivery.reconciler import Reconciler
from linli.domains.access.room import AccessRoom
from linli.domains.access.service.keys import DoorKeys
from linli.domains.accounts.sample_logins import SampleLogins
from linli.domains.boxes.devices.service.importer import EdgeImporter
from linli.domains.boxes.front.calls import Addresses
from linli.domains.boxes.lane_pay.pages import PREFIX as LANE_PAGES
from linli.domains.boxes.lane_pay.room import LanePay
from linli.domains.boxes.remote.room import RemoteRoom
from linli.domains.boxes.room import Boxes
from linli.domains.communities.queries.zones import CommunityZones
from linli.domains.communities.service.importer import LISTS, Importer
from linli.domains.communities.service.uploads import UploadPlace
from linli.domains.elevators import room as elevators
from linli.domains.elevators.robots.room import Robots
from linli.domains.elevators.service.visitor_lifts import HostLifts
from linli.domains.faces.room import FaceEngineRoom, FacesRoom
from linli.domains.intercom.places import sip_address_if_on
from linli.domains.intercom.room import IntercomDoors, register_derivation
from linli.domains.intercom.service.derived import Derivation
from linli.domains.intercom.site.calls import SiteRequests
from linli.domains.notices.service import Publisher
from linli.domains.notifications.room import NotificationsRoom
from linli.domains.parking.merchants.driver_codes import DriverCodes
from linli.domains.parking.merchants.pages import MerchantPages
from linli.domains.parking.prepay.links import ParkingLinks
from linli.domains.parking.room import Drivers, ParkingDevices
from linli.domains.payments.room import PaymentsRoom
from linli.domains.people.service import codes, messages
from linli.domains.people.service.sms_outbox import OutboxSms
from linli.domains.privacy.service.exports import ExportMaker
from linli.domains.sandbox.room import SandboxRoom
from linli.domains.sandbox.workshop import Workshop
from linli.domains.security.ports import Reach
from linli.domains.security.room import MODEL, SecurityRoom
from linli.domains.video.service import imports as camera_import
from linli.domains.visitors.room import VisitorsRoom
from linli.domains.visitors.service.links import PassLinks
from linli.kernel.clock import Clock, SystemClock
from linli.kernel.db import Database, open_database, partitions
from linli.kernel.disk import DiskGuard
from linli.kernel.http import Callers, HttpServer
from linli.kernel.ids import Ids
from linli.kernel.objects.choice import opened_store
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.processes import Processes
from linli.kernel.progress import Board
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi.assembly import OpenApi
from linli.ops.sms import HttpSms
from linli.ops.tls import Authority
from linli.protocols.edge_link import LOGS as EDGE_LOGS
from linli.servicebus.openapi import MorePlans
from linli.servicebus.room import service_bus
from linli.things.batches.work import BatchWork
from linli.things.configs.room import Configs
from linli.things.mqtt.limits import Limits as MqttLimits
from linli.things.mqtt.stored_sessions import DatabaseSessionStore
from linli.things.ota.room import Ota
from linli.things.room import Things


class Platform:
    """Everything that one process runs. `open`, then `start`; `stop` leaves nothing acknowledged undone."""

    def __init__(self, settings: Settings, db: Database, clock: Clock, kind: str = "serve") -> None:
        self.settings = settings
        self.db = db
        self.clock = clock
        self.ids = Ids()
        self.processes = Processes(db, clock, name=settings.process.name, kind=kind)
        self.secrets = Secrets.from_file(settings.data_path / "master.key")
        self.disk = DiskGuard(settings.data_path, settings.disk.reserve_mb * 1024 * 1024, clock)
        db.guard = self.disk
        self.callers = Callers(settings.http.trusted_proxies, clock)
        self.sample_logins = SampleLogins()
        self.objects = opened_store(settings, self.secrets.derived("signed urls"), clock)
        self.condition = Condition(settings, db, self.disk, self.objects)
        self.uploads = UploadPlace(self.objects, self.secrets.derived("upload tickets"))
        self.jobs = Jobs()
        self.board = Board(db, clock, me=self.processes.name, alive=self.processes.alive)
        self.importer = Importer(
            db, self.objects, self.ids, clock, self.secrets, (*LISTS, camera_import.KIND), self.board
        )
        self.importer.register(self.jobs, db.handlers)
        self.edge_importer = EdgeImporter(db, self.objects, self.ids, self.secrets, clock, self.board)
        self.edge_importer.register(self.jobs)
        Publisher(db).register(self.jobs)
        self.sms_outbox = OutboxSms(db, self.secrets, self.ids)
        sms = HttpSms(settings.sms) if settings.sms.reaches_phones else self.sms_outbox
        codes.register(self.jobs, sms, self.secrets, clock)
        messages.register(self.jobs, sms, clock)
        self.live = LiveHub()
        signed_in = SignedIn(settings, clock)
        self.edge_remote = RemoteRoom(
            db,
            self.ids,
            clock,
            process=self.processes.name,
            signed_in=signed_in.is_living,
            session_of=signed_in.session_of,
        )
        self.authority = Authority(settings.data_path / "tls")
        self.addresses = DeviceAddresses(settings, Certificates(settings, clock, self.authority))
        self._things(settings)
        sip = SipPort(
            settings,
            db,
            clock,
            self.secrets,
            self.condition,
            self.ids,
            self.processes,
            self.things.invoker,
            self.objects,
        )
        self.answering = sip.answering
        self.video = VideoPort(
            settings, db, clock, self.secrets, self.ids, self.callers, self.condition,
            process=self.processes.name,
        )  # fmt: skip
        self.listeners = Listeners(settings, clock, self.things, self.addresses, sip)
        self.condition.tls_fault = self.listeners.tls_fault
        self._delivery()
        self._access()
        self._faces()
        self.boxes = Boxes(
            db,
            clock,
            self.ids,
            self.secrets,
            self.objects,
            invoker=self.things.invoker,
            addresses=Addresses(
                settings.public_url, self.addresses.for_boxes, self.addresses.for_trusting_boxes
            ),
        )
        self.boxes.register(self.jobs, self.things.handlers)
        SiteRequests(db, clock, self.ids, site_maker(settings, self.addresses, self.secrets)).register(
            self.boxes.front
        )
        self.boxes.front.on_heartbeat.append(self.edge_remote.heartbeat)
        self.boxes.front.route("POST", EDGE_LOGS, self.edge_remote.take_lines)
        self._security(settings)
        links = PassLinks(self.secrets, settings.public_url)
        lifts = HostLifts(db, clock, self.things.invoker)
        self.visitors = VisitorsRoom(
            db, clock, self.ids, self.door_keys, links, sms, callers=self.callers, lifts=lifts
        )
        self.visitors.register(self.jobs)
        self.payments = PaymentsRoom(
            db,
            clock,
            self.ids,
            self.secrets,
            cashier=settings.payments.cashier,
            platform_url=settings.own_url,
        )
        self.payments.register(self.jobs)
        self.lane_pay = LanePay(db, clock, self.ids, self.secrets, collector=self.payments.collector)
        self.lane_pay.register(self.boxes.front)
        if self.payments.collector is not None:
            self.boxes.parking_calls.pay_url = f"{settings.public_url}{LANE_PAGES}"
        self.drivers = Drivers(
            db,
            clock,
            self.ids,
            ParkingLinks(self.secrets, settings.public_url),
            callers=self.callers,
            collector=self.payments.collector,
            invoker=self.things.invoker,
        )
        self.drivers.register(self.jobs)
        self.merchant_pages = MerchantPages(db, clock, self.ids, self.callers, self.drivers.links)
        self.driver_codes = DriverCodes(db, clock, self.ids, self.drivers.links, self.callers)
        ExportMaker(db, self.objects, settings.timezone).register(self.jobs)
        NotificationsRoom(db, self.secrets, settings, signed_in=signed_in.is_living).register(self.jobs)
        self._databus(settings)
        self._openapi(settings)
        self._tell_on()
        self.worker = Worker(db, clock, self.jobs, process=self.processes.name)
        self.housekeeping = Housekeeping(
            db, clock, settings.retention, self.objects, self.ids, process=self.processes.name
        )
        self.housekeeping.expire_faces = self.door_faces.handlers.expire_due
        self.housekeeping.tidy_security = self.security.tidy
        self.housekeeping.derive_intercom = self.intercom.bring_all_in_line
        self.processes.on_gone(partial(life.free_leases, self))

    @staticmethod
    async def open(settings: Settings, clock: Clock | None = None, *, kind: str = "serve") -> "Platform":
        """Open the database (it must be migrated) and put the parts together. `kind`: serve or work."""
        clock = clock or SystemClock()
        settings.data_path.mkdir(parents=True, exist_ok=True)
        db = await open_database(settings.database, clock=clock)
        await partitions.make_ahead(db, clock.now_ms())
        db.zones = CommunityZones()
        return Platform(settings, db, clock, kind)

    # the rooms

    def _things(self, settings: Settings) -> None:
        mqtt = settings.mqtt
        self.things = Things(
            self.db,
            self.clock,
            self.ids,
            self.secrets,
            topics_of=topics.may_subscribe,
            address=self.addresses.for_device,
            limits=MqttLimits(
                max_connections=mqtt.max_connections,
                connections_each=mqtt.connections_each,
                max_waiting=mqtt.max_waiting,
                waiting_each=mqtt.waiting_each,
                max_packet=mqtt.max_packet_bytes,
                # What comes from no address is the simulator, inside this process.
                proxies=frozenset({"", *settings.http.trusted_proxies}),
            ),
            sessions=DatabaseSessionStore(self.db, self.clock),
            processes=self.processes,
        )
        things = self.things
        Ota(self.db, things.switchboard, self.objects, self.clock).register(
            requests=things.requests, messages=things.handlers, work=self.jobs, events=self.db.handlers
        )
        BatchWork(self.db, self.ids, self.secrets).register(self.jobs)
        Configs(self.db, things.switchboard, self.objects, self.clock).register(
            requests=things.requests, work=self.jobs
        )

    def _delivery(self) -> None:
        self.carriers = Carriers()
        self.reconciler = Reconciler(self.db, self.clock, self.carriers, process=self.processes.name)
        Expansion(self.db, self.carriers).register(self.jobs)
        self.things.handlers.on_status(device_status)

    def _access(self) -> None:
        self.door_keys = DoorKeys(self.secrets)
        doors = self.door_faces = FacesRoom(self.db, self.objects, self.ids, self.clock)
        access = AccessRoom(self.db, self.clock, self.ids, self.door_keys, doors.owners)
        access.register_messages(self.things.handlers)
        access.register_events()
        access.register_devices(self.carriers, self.jobs, invoker=self.things.invoker, objects=self.objects)
        IntercomDoors(self.db, self.clock, self.ids, self.secrets).register_devices(
            self.carriers,
            self.jobs,
            self.things.handlers,
            invoker=self.things.invoker,
            objects=self.objects,
        )
        self.things.invoker.guards.append(elevators.guard(self.db))
        self.things.invoker.answerers.append(self.video.steering)
        elevators.register_devices(
            self.db, self.clock, self.ids, self.jobs, self.things.handlers, invoker=self.things.invoker
        )
        self.plate_engine = plate_engine_of(self.settings)
        self.plate_readings = ParkingDevices(self.db, self.clock, self.ids, self.secrets).register(
            self.carriers,
            self.jobs,
            self.things.handlers,
            invoker=self.things.invoker,
            objects=self.objects,
            plates=self.plate_engine,
        )
        self.robots = Robots(self.db, self.ids, self.clock, self.things.invoker, process=self.processes.name)
        self.robots.register(self.db.handlers, self.jobs)
        self.things.backend.guests.append(self.robots.guests)
        self.intercom = Derivation(self.db, self.ids, self.secrets, sip_address_if_on(self.settings))
        register_derivation(self.db.handlers, self.intercom)
        doors.register_events(self.jobs)
        doors.register_devices(
            self.carriers, self.jobs, self.things.handlers, invoker=self.things.invoker, secrets=self.secrets
        )

    def _faces(self) -> None:
        self.face_engine = face_engine_of(self.settings)
        self.faces = FaceEngineRoom(self.db, self.objects, self.face_engine)
        self.faces.register(self.jobs)

    def _security(self, settings: Settings) -> None:
        private = settings.pictures.allow_private, settings.webhooks.allow_private
        self.security = SecurityRoom(
            self.db, self.clock, self.ids, self.secrets, self.objects, engine=self.face_engine,
            asks=self.things.rrpc, reach=Reach(*private, self.video.picture), process=self.processes.name,
        )  # fmt: skip
        self.security.register(self.jobs, self.boxes.front)

    def _databus(self, settings: Settings) -> None:
        things = self.things
        self.databus = DataBus(
            self.db,
            self.clock,
            self.secrets,
            self.objects,
            settings,
            front=things.switchboard,
            devices=lambda: iter(things.fleet),
        )
        things.switchboard.on_app_ready.append(self.databus.app_ready)
        things.ingest.on_committed.append(self.databus.committed)
        things.ingest.in_commit.append(self.databus.in_commit)

    def _openapi(self, settings: Settings) -> None:
        self.service_bus = service_bus(self.db, self.clock, self.ids, settings, self.things.rrpc)
        self.service_bus.serve(MODEL, self.security.serve)
        self.openapi = OpenApi(
            rooms.registry(),
            db=self.db,
            clock=self.clock,
            ids=self.ids,
            secrets=self.secrets,
            settings=settings,
            processes=self._serving,
            services=services_of(self),
        )
        self.databus.open_streams(self.openapi.gateway)
        self.openapi.ask_further(MorePlans(self.service_bus, self.db))
        shop = Workshop(
            self.db, self.clock, self.ids, self.secrets, self.objects, self.door_keys, self.openapi
        )
        self.sandbox = SandboxRoom(shop, self.things.simulator, self.service_bus, process=self.processes.name)

    def _serving(self) -> int:
        """Processes that answer calls, this one with them."""
        return 1 + sum(process.kind == "serve" for process in self.processes.others())

    def _tell_on(self) -> None:
        events.to_rooms(self.db.handlers)
        events.to_subscribers(self.db.handlers)
        events.to_records(self.db.handlers, self.db)
        events.to_pages(self.db, self.live, self.objects)
        shown = events.LiveMessages(self.live, self.things.fleet.device)
        self.things.ingest.on_committed.append(shown)
        self.things.ingest.refusals.listeners.append(shown.refused)
        self.things.invoker.heard.append(shown.called)
        self.relay: LiveRelay | None = None
        if self.things.routing is not None:
            self.edge_remote.share(self.things.routing.mail)
            self.relay = LiveRelay(
                self.live, self.db.signals, self.processes, self.things.routing.mail, self.clock
            )

    # life

    async def start(self, *, listeners: bool = True) -> None:
        """Start every part, the listeners last. Raises OSError when a port is taken."""
        await life.start(self, listeners=listeners)

    async def drain(self) -> None:
        """Let balancers and devices go elsewhere before `stop`: /readyz fails, then connections end one by one."""
        await life.drain(self)

    def router(self) -> Router:
        """The application of this process's web server."""
        return router_of(self)

    async def stop(self) -> None:
        """Accept no new work, finish running work, write waiting rows. Also after a start that failed."""
        await life.stop(self)

    @property
    def http(self) -> HttpServer:
        """The web server of a platform that was started with its listeners."""
        return self.listeners.http

    @property
    def mqtt_port(self) -> int:
        return self.listeners.mqtt_port
