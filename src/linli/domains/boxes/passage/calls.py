"""Requests of a box for its passage rules (`edge_link`)."""

from urllib.parse import parse_qs

import msgspec

from linli.domains.boxes.front.app import EdgeAnswer, EdgeFront, EdgeRequest
from linli.domains.boxes.passage import document, service
from linli.domains.boxes.rows import Node
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.protocols.edge_link import PASSAGE_RULES, PassageRules


class PassageCalls:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def register(self, front: EdgeFront) -> None:
        front.route("GET", PASSAGE_RULES, self.rules)

    async def rules(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """A box that has them says which: that is how the cloud knows that they hold there."""
        have = parse_qs(request.query).get("have", [""])[0]

        async def answer(tx: Tx) -> PassageRules:
            wanted = await document.rules_of(tx, node)
            if have != wanted.version:
                return wanted
            await service.note_box_rules(tx, node, have, now_ms=self._clock.now_ms())
            return PassageRules(version=have, unchanged=True)

        return EdgeAnswer(msgspec.json.encode(await self._db.run(answer)))
