"""The parts of the thing platform, which the composing function builds, starts and stops."""

from collections.abc import Callable

from sqlalchemy import bindparam, update

from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Tx
from linli.kernel.ids import Ids
from linli.kernel.processes import Processes
from linli.kernel.secrets import Secrets
from linli.things.apps import AppLogin, RevokedKeys
from linli.things.backend import Backend
from linli.things.calls import PendingCalls
from linli.things.certificates.checks import CertificateChecks
from linli.things.certificates.service import forget_certificates
from linli.things.changes import Change, listen
from linli.things.connections.book import ConnectionBook, forget_connection
from linli.things.connections.demands import Demands
from linli.things.connections.plain import PlainConnections
from linli.things.connections.refused_attempts import RefusedAttempts
from linli.things.debugging.notes import Notes
from linli.things.debugging.simulator import Simulator
from linli.things.downlink.invoker import Invoker
from linli.things.downlink.rrpc import Rrpc
from linli.things.events import DeviceDeleted
from linli.things.features import Features, forget_features
from linli.things.fleet import Fleet
from linli.things.gateways.room import Gateways
from linli.things.groups.service import forget_memberships
from linli.things.inbox.commits import Commits
from linli.things.inbox.dispatcher import Dispatcher, all_are
from linli.things.inbox.handlers import InboxHandlers
from linli.things.inbox.ingest import Ingest
from linli.things.inbox.receiver import Receiver
from linli.things.inbox.requests import Requests
from linli.things.models import devices
from linli.things.mqtt.front import Front
from linli.things.mqtt.limits import Limits
from linli.things.mqtt.listen import connect_inside
from linli.things.mqtt.retained_messages import DatabaseRetained, forget_retained
from linli.things.mqtt.store import SessionStore
from linli.things.mqtt.stored_wills import DatabaseWills, forget_will
from linli.things.mqtt.switchboard import Switchboard
from linli.things.mqtt.wire import INTERNAL
from linli.things.registration import Address, Registration
from linli.things.routing.links import Links
from linli.things.routing.neighbours import Neighbours
from linli.things.routing.room import Routing

_all_offline = Command(
    update(devices)
    .where(devices.c.online == 1, devices.c.front == bindparam("front_name"))
    .values(online=0, front="", last_offline_ms=bindparam("now", type_=INT)),
    unscoped="connections that ended with the process that held them",
)


class Things:
    """Register handlers on `handlers`, then `start`; listeners of `front.connection` come after, and go before `stop`.

    Messages to devices and apps go through the `switchboard`. `processes`: this one and, where they share the database,
    the others; its name is that of the front. `topics_of` names the filters an appKey may subscribe to.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        secrets: Secrets,
        *,
        topics_of: Callable[[str, str], tuple[str, ...]] = lambda app_key, tenant_id: (),
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
        links = Links(db, clock, processes) if processes.shared else None
        calls = PendingCalls(links.forwarding.answer if links else None)
        commits = Commits()
        self.notes = Notes(db, commits, ids, clock)
        self.dispatcher = Dispatcher(
            db,
            self.fleet,
            self.handlers,
            clock,
            mine=links.mine if links else all_are,
            on_handled=self.notes.handled,
        )
        self._neighbours: Neighbours | None = None
        if links is not None:
            self._neighbours = Neighbours(
                db.signals,
                processes,
                links.presence,
                links.forwarding,
                self.fleet,
                self.dispatcher,
                calls,
                clock,
            )
        self.switchboard = Switchboard(
            clock=clock,
            limits=limits,
            store=sessions,
            wills=None if sessions is None else DatabaseWills(db, clock, processes.name),
            others=self._neighbours,
            shared=links.sharing if links else None,
            draw_number=ids.number if links else None,
        )
        self.requests = Requests(db, self.switchboard)
        receiver = Receiver(self.handlers, self.requests, calls, ids, clock, devices=self.fleet.device)
        self.ingest = Ingest(
            db,
            self.fleet,
            receiver,
            self.requests,
            self.switchboard,
            clock,
            commits=commits,
            front=processes.name,
        )
        self.ingest.on_committed.append(self.dispatcher.offer)
        self.ingest.refusals.listeners.append(self.notes.refused)
        self.features = Features(db, self.fleet, self.ingest, self.switchboard, ids, clock)
        self.features.register(self.requests, self.handlers)
        db.handlers.inline(DeviceDeleted, _device_deleted)
        self.certificates = CertificateChecks(db, clock)
        self.book = ConnectionBook(db, clock)
        demands = Demands(self.certificates, self.book, clock)
        self.refused_attempts = RefusedAttempts(self.fleet, self.ingest, clock)
        self.gateways = Gateways(
            db=db,
            fleet=self.fleet,
            ingest=self.ingest,
            calls=calls,
            secrets=secrets,
            ids=ids,
            clock=clock,
            demands=demands,
            publisher=self.switchboard,
        )
        self.gateways.register(self.requests)
        plain = PlainConnections(
            self.switchboard.clients, self.fleet, self.certificates, self.gateways.sessions.release
        )
        self.certificates.on_rules.append(plain.end_refused)
        self.fleet.on_shut_out.append(self.switchboard.kick)
        self.invoker = Invoker(db, self.fleet, calls, self.switchboard, self.features.translation, ids, clock)
        self.rrpc = Rrpc(db, self.fleet, calls, self.switchboard, ids, clock)
        self.registration = Registration(db, self.fleet, secrets, ids, clock, address, demands)
        apps = AppLogin(db, secrets, clock, topics_of, self.fleet)
        self._revoked = RevokedKeys(db, apps, self.switchboard)
        self.backend = Backend(
            fleet=self.fleet,
            ingest=self.ingest,
            registration=self.registration,
            secrets=secrets,
            apps=apps,
            demands=demands,
            refused_attempts=self.refused_attempts,
            publisher=self.switchboard,
            edge_bus=self.gateways.edge_bus,
        )
        self.front = front = Front(
            self.backend,
            self.switchboard,
            clock=clock,
            retained=None if sessions is None else DatabaseRetained(db, clock),
        )
        self.simulator = Simulator(
            db,
            self.switchboard,
            self.features.scripts,
            secrets,
            clock,
            dial=lambda client: connect_inside(lambda: front.connection(INTERNAL), client),
            process=processes.name,
        )
        processes.on_gone(self.simulator.gone)
        self.routing: Routing | None = None
        if links is not None:
            links.forwarding.deliver_to(self.switchboard, calls, front.spread)
            links.sharing.deliver_to(self.switchboard.exchange.share)
            front.on_spread.append(links.forwarding.spread)
            self.routing = Routing(
                db,
                clock,
                processes,
                links,
                fleet=self.fleet,
                front=front,
                ingest=self.ingest,
                dispatcher=self.dispatcher,
            )
        self._stop_listening: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Load the fleet, mark it offline, take up unfinished messages, open the front."""
        await self._db.run(
            lambda tx: _all_offline.run(tx, front_name=self._front_name, now=self._clock.now_ms())
        )
        await self.fleet.start()
        await self.certificates.start()
        if self._neighbours is not None:
            self._neighbours.start()
        if self.routing is not None:
            await self.routing.start()
        self.features.start()
        self.notes.start()
        self.book.start()
        await self.dispatcher.start()
        await self.ingest.start()
        self._stop_listening = listen(self._db, self._heard)
        self._revoked.start()
        self.gateways.start()
        await self.front.start()
        await self.simulator.open()

    async def stop(self) -> None:
        """Close connections, write what has arrived, leave unfinished messages to the next start."""
        self._stop_listening()
        await self.simulator.close()
        await self._revoked.stop()
        await self.gateways.stop()
        await self.front.stop()
        await self.ingest.stop()
        await self.features.stop()
        await self.dispatcher.stop()
        await self.notes.stop()
        await self.book.stop()
        if self._neighbours is not None:
            await self._neighbours.stop()
        if self.routing is not None:
            await self.routing.stop()
        await self.certificates.stop()
        await self.fleet.stop()

    def _heard(self, change: Change) -> None:
        if change.closes or change.leaves_gateway:
            self.gateways.sessions.release(change.product_key, change.device_name)
        if change.closes:
            self.switchboard.kick(change.product_key, change.device_name)


async def _device_deleted(tx: Tx, event: DeviceDeleted) -> None:
    await forget_features(tx, device_no=event.device_no)
    await forget_certificates(tx, device_no=event.device_no)
    await forget_connection(tx, device_no=event.device_no)
    await forget_memberships(tx, device_no=event.device_no)
    await forget_retained(tx, product_key=event.product_key, device_name=event.device_name)
    await forget_will(tx, product_key=event.product_key, device_name=event.device_name)
