"""One process of Linli: its parts in the order of the house plan, started from the ground up, stopped from above."""

import asyncio
import ssl
from pathlib import Path
from typing import cast

from linli.app import events, rooms
from linli.app.files import PREFIX as FILES
from linli.app.files import Files
from linli.app.housekeeping import Housekeeping
from linli.app.http import Health, Router, metrics_app, private
from linli.app.live import LiveRelay
from linli.console import access, sessions
from linli.console.app import PREFIX as CONSOLE
from linli.console.app import console_app
from linli.console.hub import Hub as LiveHub
from linli.console.pages import RESIDENT_PAGES, STAFF_PAGES, Pages
from linli.console.parts import Parts
from linli.console.resident.app import PREFIX as RESIDENT
from linli.console.resident.app import resident_app
from linli.databus import topics
from linli.databus.amqp.auth import PREFIX as RABBIT_AUTH
from linli.databus.room import DataBus
from linli.databus.sse.http import PREFIX as EVENT_STREAMS
from linli.databus.sse.tickets import Tickets
from linli.delivery.expansion import Expansion
from linli.delivery.handlers import device_status
from linli.delivery.ports import Carriers
from linli.delivery.reconciler import Reconciler
from linli.delivery.service.transitions import wake_worker as wake_reconciler
from linli.delivery.store import free_leases as free_devices
from linli.delivery.store import free_leases_of as free_devices_of
from linli.domains.access.room import AccessRoom
from linli.domains.access.service.keys import DoorKeys
from linli.domains.appliances.devices.service.importer import EdgeImporter
from linli.domains.appliances.front.app import PREFIX as EDGE
from linli.domains.appliances.front.calls import Addresses
from linli.domains.appliances.remote.box_page import PREFIX as BOX_PAGE
from linli.domains.appliances.remote.room import RemoteRoom
from linli.domains.appliances.room import Appliances
from linli.domains.communities.queries.zones import CommunityZones
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.communities.service.importer import LISTS, Importer
from linli.domains.communities.service.token_targets import CommunityTargets
from linli.domains.communities.service.uploads import SavedFaces, UploadPlace
from linli.domains.communities.uploads_http import UploadForm
from linli.domains.faces.ports import DevicePlaces
from linli.domains.faces.room import FaceEngineRoom, FacesRoom
from linli.domains.faces.service.pictures import Fetcher
from linli.domains.faces.service.search import FaceSearch
from linli.domains.notices.service import Publisher
from linli.domains.notifications.room import NotificationsRoom
from linli.domains.overview.queries import MapPlaces
from linli.domains.people.ports import FaceUploads, Houses
from linli.domains.people.service import codes, messages
from linli.domains.people.service.sms_outbox import OutboxSms
from linli.domains.privacy.service.exports import ExportMaker
from linli.domains.sandbox.room import SandboxRoom
from linli.domains.sandbox.workshop import Workshop
from linli.domains.video.service import imports as camera_import
from linli.domains.visitors.room import VisitorsRoom
from linli.domains.visitors.service.links import PassLinks
from linli.kernel import outbox, telemetry
from linli.kernel.clock import Clock, SystemClock
from linli.kernel.db import Database, Reader, partitions
from linli.kernel.disk import DiskGuard
from linli.kernel.http import ASGIApp, HttpServer
from linli.kernel.http import Limits as HttpLimits
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore, StoreUnavailable
from linli.kernel.objects.choice import opened_store
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.processes import Processes
from linli.kernel.progress import Board
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi.assembly import OpenApi
from linli.openapi.tokens import TokenTargets
from linli.ops.face_models import models_folder
from linli.ops.sms import HttpSms
from linli.ops.tls import Authority, ServerTls
from linli.protocols.edge_link import LOGS as EDGE_LOGS
from linli.protocols.edge_link import MqttAddress
from linli.servicebus.bus import ServiceBus
from linli.servicebus.openapi import MorePlans
from linli.servicebus.room import service_bus
from linli.things.auth_http import AuthHttp
from linli.things.batches.work import BatchWork
from linli.things.configs.room import Configs
from linli.things.downlink.invoker import Invoker
from linli.things.mqtt import websocket
from linli.things.mqtt.limits import Limits as MqttLimits
from linli.things.mqtt.listen import SharedPort, listen
from linli.things.mqtt.stored_sessions import DatabaseSessionStore
from linli.things.ota.firmware import MAX_BYTES as FIRMWARE_BYTES
from linli.things.ota.room import Ota
from linli.things.room import Things
from linli.vision.engine.process import ProcessEngine

log = telemetry.logger(__name__)

LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


class Platform:
    """Everything that one process runs. `open`, then `start`; `stop` leaves nothing acknowledged undone."""

    def __init__(self, settings: Settings, db: Database, clock: Clock, kind: str = "serve") -> None:
        self.settings = settings
        self.db = db
        self.clock = clock
        self.ids = Ids()
        self.processes = Processes(db, clock, name=settings.process.name, kind=kind)
        self.draining = False
        self.secrets = Secrets.from_file(settings.data_path / "master.key")
        self.disk = DiskGuard(settings.data_path, settings.disk.reserve_mb * 1024 * 1024, clock)
        db.guard = self.disk
        self.objects = opened_store(settings, self.secrets.derived("signed urls"), clock)
        self.uploads = UploadPlace(self.objects, self.secrets.derived("upload tickets"))
        self.jobs = Jobs()
        self.board = Board(db, clock, me=self.processes.name, alive=self.processes.alive)
        self.importer = Importer(
            db, self.objects, self.ids, clock, self.secrets, (*LISTS, camera_import.KIND), self.board
        )
        self.importer.register(self.jobs)
        self.edge_importer = EdgeImporter(db, self.objects, self.ids, self.secrets, clock, self.board)
        self.edge_importer.register(self.jobs)
        Publisher(db).register(self.jobs)
        gateway = settings.sms.provider == "http"
        self.sms_outbox = OutboxSms(db, self.secrets, self.ids)
        sms = HttpSms(settings.sms) if gateway else self.sms_outbox
        codes.register(self.jobs, sms, self.secrets, clock)
        messages.register(self.jobs, sms, clock)
        self.live = LiveHub()
        self.edge_remote = RemoteRoom(
            db, self.ids, clock, process=self.processes.name, signed_in=self._signed_in,
            session_of=self._session_of,
        )  # fmt: skip
        self._things(settings)
        self._delivery()
        self._access()
        self._faces()
        self.appliances = Appliances(
            db, clock, self.ids, self.secrets, self.objects, invoker=self.things.invoker,
            addresses=Addresses(settings.public_url, self._mqtt_for_boxes),
        )  # fmt: skip
        self.appliances.register(self.jobs)
        self.appliances.front.on_heartbeat.append(self.edge_remote.heartbeat)
        self.appliances.front.route("POST", EDGE_LOGS, self.edge_remote.take_lines)
        links = PassLinks(self.secrets, settings.public_url)
        self.visitors = VisitorsRoom(
            db, clock, self.ids, self.door_keys, links, sms, trusted_proxies=settings.http.trusted_proxies
        )
        self.visitors.register(self.jobs)
        ExportMaker(db, self.objects, settings.timezone).register(self.jobs)
        NotificationsRoom(db, self.secrets, settings, signed_in=self._signed_in).register(self.jobs)
        self._databus(settings)
        self._openapi(settings)
        self._tell_on()
        self.worker = Worker(db, clock, self.jobs, process=self.processes.name)
        self.housekeeping = Housekeeping(
            db, clock, settings.retention, self.objects, self.ids, process=self.processes.name
        )
        self.housekeeping.expire_faces = self.door_faces.handlers.expire_due
        self.processes.on_gone(self._free_leases)
        self._authority = Authority(settings.data_path / "tls")
        self._http: HttpServer | None = None
        self._listeners: list[asyncio.Server] = []
        self._fixed_port: SharedPort | None = None
        self._renewals: asyncio.Future[tuple[None, None]] | None = None
        """For unchanged devices: registration over HTTP and MQTT on one port, told apart by their first bytes."""

    @staticmethod
    async def open(settings: Settings, clock: Clock | None = None, *, kind: str = "serve") -> "Platform":
        """Open the database (it must be migrated) and put the parts together. `kind`: serve or work."""
        clock = clock or SystemClock()
        settings.data_path.mkdir(parents=True, exist_ok=True)
        db = await Database.open(settings.database, clock=clock)
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
            address=(mqtt.public_host or mqtt.host, mqtt.port),
            limits=MqttLimits(max_connections=mqtt.max_connections, max_packet=mqtt.max_packet_bytes),
            sessions=DatabaseSessionStore(self.db, self.clock),
            processes=self.processes,
        )
        things = self.things
        Ota(self.db, things.front, self.objects, self.clock).register(
            requests=things.requests, messages=things.handlers, work=self.jobs, events=self.db.handlers
        )
        BatchWork(self.db, self.ids, self.secrets).register(self.jobs)
        Configs(self.db, things.front, self.objects, self.clock).register(
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
        doors.register_events(self.jobs)
        doors.register_devices(
            self.carriers, self.jobs, self.things.handlers, invoker=self.things.invoker, secrets=self.secrets
        )

    def _faces(self) -> None:
        settings = self.settings
        self.face_engine = ProcessEngine(
            models_folder(settings),
            settings.data_path / "faces",
            queue=settings.faces.queue,
            timeout_seconds=settings.faces.timeout_seconds,
            memory_mb=settings.faces.memory_mb,
        )
        self.faces = FaceEngineRoom(self.db, self.objects, self.face_engine)
        self.faces.register(self.jobs)

    def _databus(self, settings: Settings) -> None:
        things = self.things
        self.databus = DataBus(
            self.db, self.clock, self.secrets, self.objects, settings,
            front=things.front, devices=lambda: iter(things.fleet),
        )  # fmt: skip
        things.front.on_app_ready = self.databus.app_ready
        things.ingest.on_committed.append(self.databus.committed)
        things.ingest.in_commit.append(self.databus.in_commit)

    def _openapi(self, settings: Settings) -> None:
        self.service_bus = service_bus(self.db, self.clock, self.ids, settings, self.things.rrpc)
        self.openapi = OpenApi(
            rooms.registry(),
            db=self.db,
            clock=self.clock,
            ids=self.ids,
            secrets=self.secrets,
            settings=settings,
            services={
                TokenTargets: CommunityTargets(),
                Houses: SpaceHouses(),
                FaceUploads: SavedFaces(self.objects),
                ObjectStore: self.objects,
                UploadPlace: self.uploads,
                DoorKeys: self.door_keys,
                FaceSearch: self.faces.search,
                Fetcher: Fetcher(self.objects, allow_private=settings.pictures.allow_private),
                DevicePlaces: MapPlaces(),
                Invoker: self.things.invoker,
                ServiceBus: self.service_bus,
                Secrets: self.secrets,
                Settings: settings,
                Tickets: self.databus.tickets,
            },
        )
        self.databus.open_streams(self.openapi.gateway)
        self.openapi.ask_further(MorePlans(self.service_bus, self.db))
        shop = Workshop(
            self.db, self.clock, self.ids, self.secrets, self.objects, self.door_keys, self.openapi
        )
        self.sandbox = SandboxRoom(shop, self.things.simulator, self.service_bus, process=self.processes.name)

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
        if self.db.engine == "sqlite":
            # No other process serves this database: whoever holds a lease was killed.
            await outbox.free_leases(self.db)
            await free_devices(self.db, self.clock.now_ms())
        # What keeps the event loop busy for seconds comes before the first sign of life.
        router = self._router() if listeners else None
        await self.processes.enter()
        if self.processes.shared:
            self.ids.take_slot(self.processes.slot)
        await self.databus.start()
        await self.things.start()
        await self.face_engine.start()
        await self.service_bus.start()
        await self.openapi.start()
        await self.worker.start()
        await self.faces.start()
        await self.reconciler.start()
        await self.housekeeping.start()
        if self.relay is not None:
            await self.relay.start()
        await self.edge_remote.start()
        if router is not None:
            await self._listen(router)
        self.processes.watch()
        if self.things.routing is not None:
            await self.things.routing.take_over_strangers()

    async def _signed_in(self, db: Reader, session_id: int) -> bool:
        return await sessions.is_living(db, session_id, now_ms=self.clock.now_ms())

    async def _session_of(self, db: Reader, cookies: str) -> int | None:
        token = access.session_cookie(cookies)
        found = await sessions.find_session(db, token, now_ms=self.clock.now_ms()) if token else None
        return found.id if found is not None else None

    async def _free_leases(self, gone: str) -> None:
        """What another process had in hand when it died is done by others at once."""
        await outbox.free_leases_of(self.db, gone)
        await free_devices_of(self.db, gone, self.clock.now_ms())
        wake_reconciler(self.db)

    async def drain(self) -> None:
        """Let balancers and devices go elsewhere before `stop`: /readyz fails, then connections end one by one."""
        self.draining = True
        seconds = self.settings.process.drain_seconds
        if seconds:
            await self.clock.sleep(seconds)
            for listener in self._listeners:
                listener.close()
            await self.things.front.drain(seconds)

    async def _listen(self, router: Router) -> None:
        settings = self.settings
        if settings.tls.certificate:
            served = ServerTls(
                Path(settings.tls.certificate), Path(settings.tls.key or settings.tls.certificate)
            )
            devices = await self._device_tls()
            self._renewals = asyncio.gather(served.watch(self.clock), devices.watch(self.clock))
            tls: ssl.SSLContext | None = served.context
            device_tls: ssl.SSLContext | None = devices.context
        else:
            tls = device_tls = None
        self._http = HttpServer(
            router, host=settings.http.host, port=settings.http.port, tls=tls,
            limits=HttpLimits(body_bytes=max(settings.http.max_body_bytes, FIRMWARE_BYTES)),
            upgrades={
                websocket.PATH: websocket.upgrade(self.things.front.connection),
                **self.edge_remote.upgrades(),
            },
        )  # fmt: skip
        mqtt = settings.mqtt
        self._listeners.append(await listen(self.things.front.connection, mqtt.host, mqtt.port))
        # The simulator speaks to this process's own front, whatever balancer stands before it.
        loopback = mqtt.host in ("", "0.0.0.0", "::")
        self.things.simulator.address = lambda: ("127.0.0.1" if loopback else mqtt.host, self.mqtt_port)
        if mqtt.tls_port and device_tls is not None:
            self._listeners.append(
                await listen(self.things.front.connection, mqtt.host, mqtt.tls_port, tls=device_tls)
            )
        if self.settings.device_auth.port:
            auth = AuthHttp(self.things.backend, clock=self.clock)
            self._fixed_port = SharedPort(
                mqtt=self.things.front.connection, http=auth.connection, tls=device_tls
            )
            await self._fixed_port.start(self.settings.device_auth.host, self.settings.device_auth.port)
        await self.databus.listen(tls)
        await self._http.start()
        await self.sandbox.keeper.start()

    async def _device_tls(self) -> ServerTls:
        """For listeners of devices, which may show a certificate; browsers would ask their users for one."""
        tls = self.settings.tls
        served = ServerTls(Path(tls.certificate), Path(tls.key or tls.certificate))
        if self._authority.certificate.exists():
            served.context.load_verify_locations(self._authority.certificate)
        await self.things.certificates.trust(served.context)
        return served

    def _router(self) -> Router:
        health = Health(self.faults)
        parts = Parts(
            self.db,
            self.clock,
            self.ids,
            self.secrets,
            self.objects,
            self.settings,
            self.live,
            self.board,
            services=self._services(),
        )
        gateway = self.openapi.gateway
        upload = UploadForm(self.uploads, self.clock)
        return Router(
            gateway=gateway,
            gateway_paths=gateway.paths,
            prefixes={
                "/healthz": health.healthz,
                "/readyz": health.readyz,
                "/metrics": metrics_app(telemetry.render, allowed=LOOPBACK),
                FILES: Files(self.objects),
                CONSOLE: private(console_app(parts)),
                RESIDENT: private(resident_app(parts)),
                "/m": Pages(RESIDENT_PAGES, base="/m"),
                "/staff": Pages(STAFF_PAGES, base="/staff"),
                "/oss": upload,
                "/v": self.visitors.pages,
                "/r": self.visitors.pages,
                EDGE: self.appliances.front,
                BOX_PAGE: self.edge_remote.pages,
                EVENT_STREAMS: cast(ASGIApp, self.databus.streams),
                RABBIT_AUTH: self.databus.rabbit_auth,
            },
            forms=upload,
            pages=Pages(tiles=self.settings.map.tiles),
        )

    def _services(self) -> dict[str, object]:
        """Objects that console routes ask for by name."""
        return {
            "openapi": self.openapi,
            "things": self.things,
            "invoker": self.things.invoker,
            "features": self.things.features,
            "simulator": self.things.simulator,
            "sandbox": self.sandbox,
            "permits": self.things.gateways.permits,
            "service_bus": self.service_bus,
            "door_keys": self.door_keys,
            "faces": self.faces,
            "visitors": self.visitors,
            "databus": self.databus,
            "houses": SpaceHouses(),
            "importer": self.importer,
            "edge_importer": self.edge_importer,
            "edge_remote": self.edge_remote,
            "platform_health": self.condition,
            "device_authority": self._authority,
        }

    async def stop(self) -> None:
        """Take nothing new, finish what runs, write what waits. Also after a start that failed."""
        self.live.close()
        await self.edge_remote.stop()
        await self.sandbox.keeper.stop()
        await self.databus.close_streams()
        if self._renewals is not None:
            self._renewals.cancel()
        if self._http is not None:
            await self._http.stop()
        for listener in self._listeners:
            listener.close()
        if self._fixed_port is not None:
            await self._fixed_port.stop()
        await self.housekeeping.stop()
        await self.reconciler.stop()
        await self.worker.stop()
        await self.face_engine.stop()
        if self.relay is not None:
            await self.relay.stop()
        await self.things.stop()
        await self.databus.stop()
        await self.openapi.stop()
        await self.service_bus.stop()
        await self.processes.stop()
        await self.objects.shelf.close()
        await self.db.close()

    @property
    def http(self) -> HttpServer:
        """The web server of a platform that was started with its listeners."""
        assert self._http is not None
        return self._http

    @property
    def mqtt_port(self) -> int:
        return int(self._listeners[0].sockets[0].getsockname()[1])

    def _mqtt_for_boxes(self, host: str) -> MqttAddress:
        """Where a box that came to the web server by the name `host` finds the front of devices."""
        settings = self.settings
        tls = bool(settings.mqtt.tls_port and settings.tls.certificate)
        port = settings.mqtt.tls_port if tls else self.mqtt_port
        return MqttAddress(host=settings.mqtt.public_host or host or "127.0.0.1", port=port, tls=tls)

    async def condition(self) -> dict[str, str]:
        """What an operator should know: also of parts without which this process still serves."""
        found = await self.faults()
        try:
            async with asyncio.timeout(5):
                await self.objects.shelf.check()
        except (StoreUnavailable, TimeoutError) as error:
            found["objects"] = str(error) or "no answer in 5 seconds"
        if self.settings.sms.provider == "off":
            found["sms"] = "off: nobody gets a one-time code"
        else:
            sms = (codes.SEND_JOB, messages.SEND_JOB)
            if parked := sum(row.kind in sms for row in await outbox.parked(self.db, limit=200)):
                found["sms"] = f"{parked} messages could not be sent"
        return found

    async def faults(self) -> dict[str, str]:
        """What keeps this process from serving: part → reason. Empty when it is ready."""
        found = {}
        if self.draining:
            found["process"] = "is stopping"
        if not await self.db.healthy():
            found["database"] = "cannot be read"
        if self.disk.full():
            found["disk"] = "almost full: writes are refused"
        return found
