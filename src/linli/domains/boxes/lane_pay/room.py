"""The parts of this folder that the composing function registers and mounts."""

import msgspec

from linli.domains.boxes.front.app import EdgeAnswer, EdgeFront, EdgeRequest
from linli.domains.boxes.lane_pay.pages import LanePages
from linli.domains.boxes.lane_pay.rows import LanePaid
from linli.domains.boxes.lane_pay.service import LanePayments
from linli.domains.boxes.rows import Node
from linli.domains.payments.charges.collector import Collector
from linli.domains.payments.charges.events import ChargePaid, ChargeRefunded
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import PARKING_PAYMENTS, LanePayment, PaymentsCounted, PaymentsWaiting


class LanePay:
    """`pages` is mounted at `/park/lane/`."""

    def __init__(
        self, db: Database, clock: Clock, ids: Ids, secrets: Secrets, *, collector: Collector | None
    ) -> None:
        self._db = db
        self._clock = clock
        self._payments = LanePayments(ids)
        self.pages = LanePages(db, clock, ids, secrets, collector)
        db.handlers.inline(ChargePaid, self._payments.paid)
        db.handlers.inline(ChargeRefunded, self._payments.given_back)

    def register(self, front: EdgeFront) -> None:
        front.route("POST", PARKING_PAYMENTS, self.counted)

    async def counted(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """A box tells which payments it counted, and hears of others. Raises BadInput."""
        asked = request.read(PaymentsCounted)

        async def work(tx: Tx) -> list[LanePaid]:
            return await self._payments.count(tx, node, asked.payments, now_ms=self._clock.now_ms())

        rows = await self._db.run(work)
        waiting = PaymentsWaiting(payments=[LanePayment(nonce=row.nonce, fen=row.fen) for row in rows])
        return EdgeAnswer(msgspec.json.encode(waiting))
