"""Requests of a box that runs the intercom of its site (`edge_link.intercom`)."""

from urllib.parse import parse_qs

import msgspec

from linli.domains.boxes.front.app import EdgeAnswer, EdgeFront, EdgeRequest
from linli.domains.boxes.rows import Node
from linli.domains.intercom.site import service
from linli.domains.intercom.site.document import Maker
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.ids import Ids
from linli.protocols.edge_link import (
    SITE_CALLS,
    SITE_INTERCOM,
    SiteCallBatch,
    SiteCallsTaken,
    SiteIntercom,
)


class SiteRequests:
    def __init__(self, db: Database, clock: Clock, ids: Ids, maker: Maker) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._maker = maker

    def register(self, front: EdgeFront) -> None:
        front.route("GET", SITE_INTERCOM, self.site)
        front.route("POST", SITE_CALLS, self.calls)

    async def site(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """A box that has it says which: that is how the platform knows what holds there."""
        have = parse_qs(request.query).get("have", [""])[0]

        async def answer(tx: Tx) -> SiteIntercom:
            wanted = await self._maker.make(tx, node)
            if have != wanted.version:
                return wanted
            await service.note_held(tx, node, have, now_ms=self._clock.now_ms())
            return SiteIntercom(version=have, unchanged=True)

        return EdgeAnswer(msgspec.json.encode(await self._db.run(answer)))

    async def calls(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """Raises BadInput."""
        batch = request.read(SiteCallBatch)

        async def take(tx: Tx) -> list[str]:
            return await service.take(tx, node, batch, ids=self._ids, now_ms=self._clock.now_ms())

        return EdgeAnswer(msgspec.json.encode(SiteCallsTaken(taken=await self._db.run(take))))
