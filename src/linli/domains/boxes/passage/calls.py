"""Requests of a box for its passage rules (`edge_link`)."""

from urllib.parse import parse_qs

import msgspec

from linli.domains.boxes.front.app import EdgeAnswer, EdgeFront, EdgeRequest
from linli.domains.boxes.passage import document, queries, service
from linli.domains.boxes.passage.marks import mark_key, site_key
from linli.domains.boxes.queries.clusters import other_boxes
from linli.domains.boxes.rows import Node
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import PASSAGE_RULES, PassageRules


class PassageCalls:
    def __init__(self, db: Database, clock: Clock, secrets: Secrets) -> None:
        self._db = db
        self._secrets = secrets
        self._clock = clock

    def register(self, front: EdgeFront) -> None:
        front.route("GET", PASSAGE_RULES, self.rules)

    async def rules(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """A box that has them says which: that is how the cloud knows that they hold there."""
        have = parse_qs(request.query).get("have", [""])[0]

        async def answer(tx: Tx) -> PassageRules:
            scope = Scope.system(node.tenant_id, "boxes")
            # A change that comes between the look and the note would be noted as held.
            await queries.hold_box(scope, tx, node.node_id)
            others = node.community_id is not None and await other_boxes(
                scope, tx, community_id=node.community_id, node_id=node.node_id
            )
            wanted = await document.rules_of(
                tx, node, mark_key(self._secrets, node.tenant_id), now_ms=self._clock.now_ms(),
                site_key=site_key(self._secrets, node) if others else b"",
            )  # fmt: skip
            if have != wanted.version:
                return wanted
            await service.note_box_rules(tx, node, have, now_ms=self._clock.now_ms())
            return PassageRules(version=have, unchanged=True)

        return EdgeAnswer(msgspec.json.encode(await self._db.run(answer)))
