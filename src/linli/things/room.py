"""The thing platform put together: what the composing function makes, starts and stops."""

import asyncio
from collections.abc import Callable

from sqlalchemy import bindparam, update

from linli.kernel import telemetry, tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Tx
from linli.kernel.errors import Unavailable
from linli.kernel.ids import Ids
from linli.kernel.processes import Processes
from linli.kernel.secrets import Secrets
from linli.things.apps import AppLogin
from linli.things.backend import Backend
from linli.things.calls import PendingCalls
from linli.things.certificates.checks import CertificateChecks
from linli.things.certificates.service import forget_certificates
from linli.things.changes import Change, listen
from linli.things.connections.book import ConnectionBook, forget_connection
from linli.things.connections.demands import Demands
from linli.things.debugging.notes import Notes
from linli.things.debugging.simulator import Simulator
from linli.things.downlink.invoker import Invoker
from linli.things.downlink.rrpc import Rrpc
from linli.things.events import DeviceDeleted
from linli.things.features import Features, forget_features
from linli.things.fleet import Fleet
from linli.things.gateways.room import Gateways
from linli.things.groups.service import forget_memberships
from linli.things.inbox.dispatcher import Dispatcher
from linli.things.inbox.handlers import InboxHandlers
from linli.things.inbox.ingest import Ingest
from linli.things.inbox.receiver import Receiver
from linli.things.inbox.requests import Requests
from linli.things.models import devices
from linli.things.mqtt.front import Front
from linli.things.mqtt.gone import Gone
from linli.things.mqtt.kept_wills import DatabaseWills, forget_will
from linli.things.mqtt.limits import Limits
from linli.things.mqtt.listen import connect_inside
from linli.things.mqtt.retained import DatabaseRetained, forget_retained
from linli.things.mqtt.store import SessionStore
from linli.things.mqtt.wire import INTERNAL, PLAIN
from linli.things.queries.devices import DeviceRow
from linli.things.registration import Address, Registration
from linli.things.routing.room import Routing

log = telemetry.logger(__name__)

_all_offline = Command(
    update(devices)
    .where(devices.c.online == 1, devices.c.front == bindparam("front_name"))
    .values(online=0, front="", last_offline_ms=bindparam("now", type_=INT)),
    unscoped="connections that ended with the process that held them",
)


class Things:
    """Register handlers on `handlers`, then `start`; listeners of `front.connection` come after, and go before `stop`.

    `processes`: this one and, where they share the database, the others; its name is that of the front. `topics_of` names
    the filters an appKey may subscribe to.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        secrets: Secrets,
        *,
        topics_of: Callable[[str], tuple[str, ...]] = lambda app_key: (),
        processes: Processes | None = None,
        address: Address = lambda security, reached: ("127.0.0.1", 1883),
        limits: Limits | None = None,
        sessions: SessionStore | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        processes = processes or Processes(db, clock)
        self._front_name = processes.name
        self.handlers = InboxHandlers()
        self.fleet = Fleet(db)
        calls = PendingCalls()
        self.requests = Requests(db)
        receiver = Receiver(self.handlers, self.requests, calls, ids, clock, devices=self.fleet.device)
        self.ingest = Ingest(db, self.fleet, receiver, self.requests, clock, front=processes.name)
        self.dispatcher = Dispatcher(db, self.fleet, self.handlers, clock)
        self.ingest.on_committed.append(self.dispatcher.offer)
        self.notes = Notes(db, self.ingest.commits, ids, clock)
        self.dispatcher.on_handled = self.notes.handled
        self.ingest.refusals.listeners.append(self.notes.refused)
        self.features = Features(db, self.fleet, self.ingest, ids, clock)
        self.features.register(self.requests, self.handlers)
        db.handlers.inline(DeviceDeleted, _device_deleted)
        self.certificates = CertificateChecks(db, clock)
        self.book = ConnectionBook(db, clock)
        demands = Demands(self.certificates, self.book, clock)
        self.certificates.on_rules = self._end_plain
        self.gateways = Gateways(
            db=db,
            fleet=self.fleet,
            ingest=self.ingest,
            calls=calls,
            secrets=secrets,
            ids=ids,
            clock=clock,
            demands=demands,
        )
        self.gateways.register(self.requests)
        self.invoker = Invoker(db, self.fleet, calls, ids, clock)
        self.rrpc = Rrpc(db, self.fleet, calls, ids, clock)
        self.registration = Registration(db, self.fleet, secrets, ids, clock, address, demands)
        self._apps = AppLogin(db, secrets, clock, topics_of, self.fleet)
        self.backend = Backend(
            fleet=self.fleet,
            ingest=self.ingest,
            registration=self.registration,
            secrets=secrets,
            clock=clock,
            apps=self._apps,
            certificates=self.certificates,
            demands=demands,
        )
        retained = None if sessions is None else DatabaseRetained(db, clock)
        wills = None if sessions is None else DatabaseWills(db, clock, processes.name)
        self.front = Front(
            self.backend, clock=clock, limits=limits, store=sessions, retained=retained, wills=wills
        )
        self.fleet.put_out = self.front.kick
        self.ingest.publisher = self.front
        self.requests.publisher = self.front
        self.invoker.publisher = self.front
        self.rrpc.publisher = self.front
        self.backend.publisher = self.front
        self.backend.edge_bus = self.gateways.edge_bus
        self.gateways.serve(self.front)
        self.features.serve(self.front)
        self.invoker.translation = self.features.translation
        self.simulator = Simulator(db, secrets, clock, process=processes.name)
        self.simulator.publisher = self.front
        self.simulator.dial = self._dial
        self.simulator.speaks_raw = self._speaks_raw
        processes.on_gone(self.simulator.gone)
        self.routing: Routing | None = None
        if processes.shared:
            self.front.traffic.draw_number = ids.number
            self.routing = Routing(
                db,
                clock,
                processes,
                fleet=self.fleet,
                front=self.front,
                ingest=self.ingest,
                dispatcher=self.dispatcher,
                calls=calls,
            )
        self._stop_listening: Callable[[], None] | None = None
        self._stop_following_keys: Callable[[], None] | None = None
        self._putting_out: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Load the fleet, mark it offline, take up unfinished messages, open the front."""
        async with self._db.begin() as tx:
            await _all_offline.run(tx, front_name=self._front_name, now=self._clock.now_ms())
        await self.fleet.start()
        await self.certificates.start()
        if self.routing is not None:
            await self.routing.start()
        self.features.start()
        self.notes.start()
        self.book.start()
        await self.dispatcher.start()
        await self.ingest.start()
        self._stop_listening = listen(self._db, self._heard)
        self._stop_following_keys = tenancy.on_change(self._db, self._keys_changed)
        self.gateways.start()
        await self.front.start()
        await self.simulator.open()

    async def stop(self) -> None:
        """Close connections, write what has arrived, leave unfinished messages to the next start."""
        if self._stop_listening is not None:
            self._stop_listening()
        if self._stop_following_keys is not None:
            self._stop_following_keys()
        await self.simulator.close()
        for task in self._putting_out:
            task.cancel()
        await asyncio.gather(*self._putting_out, return_exceptions=True)
        await self.gateways.stop()
        await self.front.stop()
        await self.ingest.stop()
        await self.features.stop()
        await self.dispatcher.stop()
        await self.notes.stop()
        await self.book.stop()
        if self.routing is not None:
            await self.routing.stop()
        await self.certificates.stop()
        await self.fleet.stop()

    async def _dial[P: asyncio.Protocol](self, client: Callable[[], P]) -> tuple[asyncio.Transport, P]:
        return await connect_inside(lambda: self.front.connection(INTERNAL), client)

    async def _speaks_raw(self, device: DeviceRow) -> bool:
        return await self.features.scripts.of(device.product_no) is not None

    def _heard(self, change: Change) -> None:
        if change.closes or change.leaves_gateway:
            self.gateways.sessions.release(change.product_key, change.device_name)
        if change.closes:
            self.front.kick(change.product_key, change.device_name)

    def _end_plain(self) -> None:
        """End plain connections of products that no longer allow them; what waits in their sessions stays."""
        for session in list(self.front.clients.devices.values()):
            connection, device = session.connection, self.fleet.device(session.device_no)
            if connection is None or connection.security != PLAIN:
                continue
            for key, number in list(session.subs.items()):
                sub = self.fleet.device(number)
                if sub is not None and self.certificates.allows(sub.product.product_no).tls_only:
                    self.gateways.sessions.release(*key)
            if device is not None and self.certificates.allows(device.product.product_no).tls_only:
                connection.close(Gone.KICKED)

    def _keys_changed(self) -> None:
        task = asyncio.get_running_loop().create_task(self._put_out_apps(), name="revoked-keys")
        self._putting_out.add(task)
        task.add_done_callback(self._putting_out.discard)

    async def _put_out_apps(self) -> None:
        """End the connections of keys that were revoked."""
        try:
            for app_key in await self._apps.revoked(list(self.front.clients.apps)):
                self.front.kick_app(app_key)
        except Unavailable:
            log.warning("keys could not be read; the next change of one is looked at again")


async def _device_deleted(tx: Tx, event: DeviceDeleted) -> None:
    await forget_features(tx, device_no=event.device_no)
    await forget_certificates(tx, device_no=event.device_no)
    await forget_connection(tx, device_no=event.device_no)
    await forget_memberships(tx, device_no=event.device_no)
    await forget_retained(tx, product_key=event.product_key, device_name=event.device_name)
    await forget_will(tx, product_key=event.product_key, device_name=event.device_name)
