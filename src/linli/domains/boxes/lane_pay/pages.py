"""Pages without log-in for drivers at exits of boxes, under `/park/lane/`: the code in the path proves itself.

The lane may have no line; the phone has its own. Who has the code sees a plate and what it owes, and once it is paid the
receipt, which opens that lane once for that car.
"""

from collections.abc import MutableMapping
from typing import Any, Final

from linli.domains.boxes.lane_pay import html, queries, service
from linli.domains.boxes.rows import Node
from linli.domains.communities.queries import communities
from linli.domains.payments.charges.collector import Collector
from linli.kernel import i18n
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import LinliError, NotFound
from linli.kernel.http import Receive, Send
from linli.kernel.ids import Ids
from linli.kernel.phone_pages import answer, body_of
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import PARKING_SILENT_MS
from linli.rules.pay_codes import PayCode, digits_of, receipt_of

PREFIX: Final = "/park/lane/"
BACK: Final = b"back"


class LanePages:
    """`collector`: who takes payments over the network; None: nobody."""

    def __init__(
        self, db: Database, clock: Clock, ids: Ids, secrets: Secrets, collector: Collector | None
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._secrets = secrets
        self._collector = collector

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        language = i18n.pick(headers.get(b"accept-language", b"").decode("latin-1"))
        method, shown = scope["method"], str(scope["path"]).removeprefix(PREFIX)
        if method not in ("GET", "HEAD", "POST"):
            await answer(send, 405, b"", ((b"allow", b"GET, HEAD, POST"),))
            return
        try:
            now_ms = self._clock.now_ms()
            node, code = await service.signed_code(self._db, self._secrets, shown, now_ms=now_ms)
            if method == "POST":
                await body_of(receive)
            is_back = scope.get("query_string") == BACK
            status, body, to = await self._served(
                node, code, shown, language, pays=method == "POST", is_back=is_back
            )
        except LinliError as error:
            status = 404 if isinstance(error, NotFound) else 400
            body, to = html.refusal_page(error.text(language), language), ""
        await answer(send, status, body, ((b"location", to.encode()),) if to else (), head=method == "HEAD")

    async def _served(
        self, node: Node, code: PayCode, shown: str, language: str, *, pays: bool, is_back: bool
    ) -> tuple[int, bytes, str]:
        """(status, page, address of the next page). Raises PayCodeOver, LaneClockWrong, Unavailable."""
        now_ms, scope = self._clock.now_ms(), service.drivers_scope(node)
        lane = await self._lane(node, code, now_ms)
        payment = await queries.payment(scope, self._db, node_id=node.node_id, nonce=code.nonce.hex())
        if payment is not None and payment.counted_ms is not None:
            return 200, html.counted_page(lane, payment.kept_fen, language), ""
        if payment is not None:
            key = service.key_of(self._secrets, node, code.key_no, now_ms=now_ms)
            receipt, digits = receipt_of(shown, key), digits_of(shown, key)
            return 200, html.receipt_page(lane, receipt, digits, language), ""
        if not is_back or pays:  # who paid in time may come back later
            service.check_time(code, now_ms=now_ms)
        collector = self._collector
        if not pays or collector is None:
            page = html.due_page(lane, language, may_pay=collector is not None, is_back=is_back)
            return 200, page, ""
        charge = await service.open_payment(
            node,
            code,
            self._db,
            title=html.say("charge", language, place=lane.place),
            return_to=f"{PREFIX}{shown}?back",
            collector=collector,
            ids=self._ids,
            now_ms=now_ms,
        )
        return 303, b"", charge.pay_url

    async def _lane(self, node: Node, code: PayCode, now_ms: int) -> html.Lane:
        community = await communities.community(service.drivers_scope(node), self._db, node.community_id or 0)
        return html.Lane(
            place=community.name,
            plate=code.plate,
            fen=code.fen,
            has_line=now_ms - (node.last_seen_ms or 0) < PARKING_SILENT_MS,
            phone=community.phone,
        )
