"""The parts of this room, for the composing function and for routes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from linli.domains.boxes import rules as box_rules
from linli.domains.boxes.front import EdgeAnswer, EdgeRequest
from linli.domains.boxes.parking import service as parking
from linli.domains.boxes.queries import clusters
from linli.domains.boxes.remote import queries
from linli.domains.boxes.remote.calls import BoxCalls
from linli.domains.boxes.remote.exchange import Exchange
from linli.domains.boxes.remote.lines import upgrade
from linli.domains.boxes.remote.pages import BoxPages, SessionOf
from linli.domains.boxes.remote.rows import Tunnel
from linli.domains.boxes.remote.service import presence, tunnels
from linli.domains.boxes.remote.service.lines import LineStore
from linli.domains.boxes.rows import Node
from linli.domains.people.rights import Right
from linli.domains.people.service import accounts
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.http import Upgrade
from linli.kernel.ids import Ids
from linli.kernel.processes import Mail
from linli.kernel.rounds import end_tasks
from linli.protocols.edge_link import Heartbeat, LogAnswer, LogBatch
from linli.protocols.edge_remote.wire import TUNNEL_PATH

log = telemetry.logger(__name__)

PERSON_PATH: Final = "/api/console/tunnel/"
"""Where a browser's end comes; its ticket follows."""
WATCH_SECONDS: Final = 20.0

type SignedIn = Callable[[Reader, int], Awaitable[bool]]


class RemoteRoom:
    """One per process."""

    def __init__(
        self,
        db: Database,
        ids: Ids,
        clock: Clock,
        *,
        process: str,
        signed_in: SignedIn,
        session_of: SessionOf,
    ) -> None:
        self._db = db
        self._ids = ids
        self._clock = clock
        self._process = process
        self._signed_in = signed_in
        self._watcher: asyncio.Task[None] | None = None
        self.exchange = Exchange(db, clock, process, None, self.why_not)
        self.calls = BoxCalls(db, self.exchange, ids)
        self.lines = LineStore(db)
        self.pages = BoxPages(db, self.exchange, session_of)

    def share(self, mail: Mail) -> None:
        """Before the start, where several processes serve one installation."""
        self.exchange.share(mail)

    def upgrades(self) -> dict[str, Upgrade]:
        """Where WebSockets of boxes and browsers come."""
        return {
            TUNNEL_PATH: upgrade("box", TUNNEL_PATH, self.exchange, same_origin=False),
            PERSON_PATH: upgrade("person", PERSON_PATH, self.exchange, same_origin=True),
        }

    async def start(self) -> None:
        self.exchange.start()
        self._watcher = asyncio.create_task(self._watch(), name="boxes-watch")

    async def stop(self) -> None:
        await end_tasks(self._watcher)
        self.calls.hang_up()
        self.pages.stop()
        await self.exchange.stop()

    async def heartbeat(self, tx: Tx, node: Node, beat: Heartbeat) -> None:
        """For the front of boxes, in the transaction of the heartbeat."""
        await presence.take(tx, node, beat, ids=self._ids, now_ms=self._clock.now_ms())

    async def take_lines(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """`POST /edge/logs`, signed by the box. Raises BadInput."""
        try:
            batch = msgspec.json.decode(request.body, type=LogBatch)
        except msgspec.MsgspecError as error:
            raise BadInput(field="lines", rule="unfit", said=str(error)) from None
        on = await self.lines.take(node, batch, now_ms=self._clock.now_ms())
        return EdgeAnswer(msgspec.json.encode(LogAnswer(on)))

    async def end(self, tunnel: Tunnel, *, now_ms: int) -> None:
        """End a tunnel, wherever its ends are."""
        await self._db.run(lambda tx: tunnels.end(tx, tunnel, why="ended", now_ms=now_ms))
        self.exchange.end_everywhere(tunnel, "ended")

    async def why_not(self, tunnel: Tunnel) -> str:
        """`right` where who opened it may not any more, `node` where the box is gone; else empty."""
        node = await queries.node_now(self._db, node_id=tunnel.node_id, tenant_id=tunnel.tenant_id)
        if node is None or node.community_id != tunnel.community_id or node.state == box_rules.UNACTIVATED:
            return "node"
        if tunnel.by_kind != "staff":
            return ""
        if tunnel.session_id and not await self._signed_in(self._db, tunnel.session_id):
            return "right"
        return "" if await self._may(tunnel, node) else "right"

    async def _may(self, tunnel: Tunnel, node: Node) -> bool:
        """Whether the account would be let in now."""
        try:
            rights = await accounts.rights(self._db, int(tunnel.by_id))
            scope = rights.scope(tunnel.tenant_id)
            await clusters.node(scope, self._db, node.node_id)
        except LinliError:
            return False
        right, tenant = Right.DEVICES_MANAGE, tunnel.tenant_id
        if scope.communities is None:
            return rights.may(right, tenant_id=tenant)
        here = node.community_id is not None and rights.may(
            right, tenant_id=tenant, community_id=node.community_id
        )
        return here or (node.project_id is not None and node.project_id in rights.projects(tenant, right))

    async def _watch(self) -> None:
        while True:
            await self._clock.sleep(WATCH_SECONDS)
            try:
                await self.watch()
            except Exception:  # the database is away: the next round sees it
                log.exception("boxes could not be watched")

    async def watch(self) -> None:
        """One round: boxes and car parks whose heartbeat stayed away are marked as gone."""
        await self._db.run(lambda tx: presence.mark_silent(tx, ids=self._ids, now_ms=self._clock.now_ms()))
        await self._db.run(lambda tx: parking.mark_silent(tx, ids=self._ids, now_ms=self._clock.now_ms()))
