"""Everything about gateways put together, for `things.room`."""

from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.protocols.linkkit import envelope
from linli.protocols.linkkit.topics import UplinkKind
from linli.things.calls import PendingCalls
from linli.things.connections.demands import Demands
from linli.things.fleet import Fleet
from linli.things.gateways.caller import each
from linli.things.gateways.discovery import note_found
from linli.things.gateways.edge_bus import EdgeBus
from linli.things.gateways.permits import Permits
from linli.things.gateways.registration import SubRegistration
from linli.things.gateways.sessions import SubSessions
from linli.things.gateways.thing_models import model_of, template_of
from linli.things.gateways.topology import TopologyRequests
from linli.things.inbox.ingest import Ingest
from linli.things.inbox.request import Request
from linli.things.inbox.requests import Requests
from linli.things.mqtt.ports import Publisher
from linli.things.topology.notices import Notices

REPLIES = (
    UplinkKind.TOPO_NOTIFY_REPLY,
    UplinkKind.TOPO_CHANGE_REPLY,
    UplinkKind.PERMIT_REPLY,
    UplinkKind.DISABLE_REPLY,
    UplinkKind.ENABLE_REPLY,
    UplinkKind.DELETE_REPLY,
)


class Gateways:
    """Construct, `register`, `start`; `stop` with the front."""

    def __init__(
        self,
        db: Database,
        fleet: Fleet,
        ingest: Ingest,
        calls: PendingCalls,
        secrets: Secrets,
        ids: Ids,
        clock: Clock,
        demands: Demands,
        publisher: Publisher,
    ) -> None:
        self._calls = calls
        self._topology = TopologyRequests(secrets)
        self._registration = SubRegistration(secrets, ids, demands)
        self.sessions = SubSessions(fleet, ingest, publisher, secrets, demands)
        self.notices = Notices(db, publisher, ids, clock)
        self.permits = Permits(db, calls, publisher, ids, clock)
        self.edge_bus = EdgeBus(db, publisher, clock)

    def register(self, requests: Requests) -> None:
        """Answer what gateways ask."""
        requests.on(UplinkKind.TOPO_ADD, self._topology.add)
        requests.on(UplinkKind.TOPO_DELETE, self._topology.delete)
        requests.on(UplinkKind.TOPO_GET, self._topology.get)
        requests.on(UplinkKind.SUB_REGISTER, self._registration.register)
        requests.on(UplinkKind.SUB_UNREGISTER, self._registration.unregister)
        requests.on(UplinkKind.PRODUCT_REGISTER, self._registration.product_register)
        requests.on(UplinkKind.SUB_LOGIN, self.sessions.login)
        requests.on(UplinkKind.SUB_LOGOUT, self.sessions.logout)
        requests.on(UplinkKind.SUB_BATCH_LOGIN, each(self.sessions.batch_login), envelope=False)
        requests.on(UplinkKind.SUB_BATCH_LOGOUT, each(self.sessions.batch_logout), envelope=False)
        requests.on(UplinkKind.LIST_FOUND, note_found)
        requests.on(UplinkKind.TSL_GET, model_of)
        requests.on(UplinkKind.TSL_TEMPLATE_GET, template_of)
        for kind in REPLIES:
            requests.on(kind, self._replied, envelope=False)

    def start(self) -> None:
        self.notices.start()

    async def stop(self) -> None:
        self.notices.stop()
        await self.edge_bus.stop()

    async def _replied(self, tx: Tx, request: Request) -> None:
        """A client's answer to a notice. It is stored in the inbox; waiting callers are notified."""
        try:
            reply = envelope.read_reply(request.payload)
        except envelope.EnvelopeError:
            return
        tx.after_commit(lambda: self._calls.answered(request.device.device_no, str(reply.id), reply))
