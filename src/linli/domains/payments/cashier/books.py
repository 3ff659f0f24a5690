"""The stand-in provider: orders, buttons, notices that it signs, refunds, statements."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final, NamedTuple

import httpx
import msgspec
from sqlalchemy import bindparam, select, update

from linli.domains.payments.cashier.models import given_back, orders
from linli.domains.payments.charges.collector import Notice, StatementLine
from linli.domains.payments.charges.errors import NoticeUntrue
from linli.domains.payments.charges.rows import FAILED, PAID, ChargeRow
from linli.kernel import outbox
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Query, Tx, in_scope
from linli.kernel.errors import Unavailable
from linli.kernel.http.client import Client
from linli.kernel.ids import Ids
from linli.kernel.links import SignedLinks
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

NOTIFY: Final = "cashier.notify"
NOTICES: Final = "/pay/notify/cashier"
WAITING: Final = "waiting"
LATE_MS: Final = 60_000
FRESH_MS: Final = 300_000
"""How old a notice may be."""
TIME, NONCE, SIGNATURE = b"x-pay-time", b"x-pay-nonce", b"x-pay-signature"


class Order(NamedTuple):
    order_no: int
    tenant_id: str
    title: str
    fen: int
    return_to: str
    state: str
    tries: int
    expires_ms: int
    paid_ms: int | None


class NoticeBody(msgspec.Struct, rename="camel", frozen=True):
    """The body of a notice."""

    notice_id: str
    order_no: str
    trade_no: str
    state: str
    fen: int
    paid_ms: int


class Notify(msgspec.Struct, frozen=True):
    """Outbox payload."""

    notice: NoticeBody


_one = Query(
    select(orders).where(orders.c.order_no == bindparam("order_no", type_=INT)),
    Order,
    unscoped="who has the link pays",
)
_press = Command(
    update(orders)
    .where(orders.c.order_no == bindparam("row", type_=INT), orders.c.state != PAID)
    .values(state=bindparam("to"), tries=orders.c.tries + 1, paid_ms=bindparam("now", type_=INT)),
    unscoped="who has the link pays",
)
_booked = Query(
    select(orders)
    .where(
        in_scope(orders),
        orders.c.state == PAID,
        orders.c.paid_ms >= bindparam("since", type_=INT),
        orders.c.paid_ms < bindparam("until", type_=INT),
    )
    .order_by(orders.c.order_no),
    Order,
)
_returned = Query(
    select(given_back.c.order_no, given_back.c.refund_no, given_back.c.fen, given_back.c.at_ms)
    .where(
        in_scope(given_back),
        given_back.c.at_ms >= bindparam("since", type_=INT),
        given_back.c.at_ms < bindparam("until", type_=INT),
    )
    .order_by(given_back.c.order_no, given_back.c.refund_no)
)


class Cashier:
    """A `Collector`. `platform_url`: where its notices go, without a slash at the end."""

    name = "cashier"

    def __init__(self, db: Database, clock: Clock, ids: Ids, secrets: Secrets, *, platform_url: str) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._key = secrets.derived("cashier notices")
        self.links = SignedLinks(secrets, "cashier orders")
        self.platform_url = platform_url

    # as a collector

    async def open_order(self, charge: ChargeRow) -> str:
        row = Order(
            order_no=charge.charge_id,
            tenant_id=charge.tenant_id,
            title=charge.title,
            fen=charge.fen,
            return_to=charge.return_to,
            state=WAITING,
            tries=0,
            expires_ms=charge.expires_ms,
            paid_ms=None,
        )
        await self._db.run(lambda tx: tx.upsert(orders, [row._asdict()], keys=("order_no",)))
        return f"/pay/{self.links.token(charge.charge_id)}"

    def read_notice(self, headers: Mapping[bytes, bytes], body: bytes) -> Notice:
        sent, nonce = headers.get(TIME, b""), headers.get(NONCE, b"")
        if not hmac.compare_digest(self._sign(sent, nonce, body), headers.get(SIGNATURE, b"")):
            raise NoticeUntrue()
        if not sent.isdigit() or abs(int(sent) - self._clock.now_ms()) > FRESH_MS:
            raise NoticeUntrue()
        try:
            content = msgspec.json.decode(body, type=NoticeBody)
            number = int(content.order_no)
        except ValueError:
            raise NoticeUntrue() from None
        return Notice(
            content.notice_id, number, content.state, content.fen, content.trade_no, content.paid_ms
        )

    async def refund(self, charge: ChargeRow, *, refund_id: int, fen: int, reason: str) -> None:
        row = {
            "order_no": charge.charge_id,
            "refund_no": refund_id,
            "tenant_id": charge.tenant_id,
            "fen": fen,
            "at_ms": self._clock.now_ms(),
        }
        await self._db.run(
            lambda tx: tx.upsert(given_back, [row], keys=("order_no", "refund_no"), update=("fen",))
        )

    async def statement(self, tenant_id: str, *, since_ms: int, until_ms: int) -> list[StatementLine]:
        scope = Scope.system(tenant_id, "cashier")
        paid = await _booked.all(self._db, scope, since=since_ms, until=until_ms)
        back = await _returned.all(self._db, scope, since=since_ms, until=until_ms)
        return [
            *(StatementLine(row.order_no, 0, row.fen, row.paid_ms or 0) for row in paid),
            *(StatementLine(order, refund, -fen, at_ms) for order, refund, fen, at_ms in back),
        ]

    # as its page

    async def order(self, token: str) -> Order | None:
        number = self.links.read(token)
        return None if number is None else await _one.one(self._db, order_no=number)

    async def press(self, order: Order, *, pays: bool, late: bool = False) -> None:
        """A button of the page. A paid order stays paid."""
        now_ms = self._clock.now_ms()
        state = PAID if pays else FAILED

        async def work(tx: Tx) -> None:
            if await _press.run(tx, row=order.order_no, to=state, now=now_ms):
                notice = NoticeBody(
                    f"N{self._ids.number()}",
                    str(order.order_no),
                    f"T{order.order_no}",
                    state,
                    order.fen,
                    now_ms,
                )
                await outbox.add(
                    tx,
                    NOTIFY,
                    Notify(notice),
                    key=f"cashier:{order.order_no}",
                    due_ms=now_ms + LATE_MS if late else 0,
                )

        await self._db.run(work)

    # its notices

    def signed(self, body: bytes) -> dict[str, str]:
        """Headers of a notice that is sent now."""
        sent, nonce = str(self._clock.now_ms()).encode(), self._ids.hex(32).encode()
        headers = {TIME: sent, NONCE: nonce, SIGNATURE: self._sign(sent, nonce, body)}
        return {name.decode(): value.decode() for name, value in headers.items()}

    async def notify(self, job: Notify) -> None:
        """Outbox job, tried until the platform takes the notice. Raises Unavailable."""
        body = msgspec.json.encode(job.notice)
        try:
            async with Client(timeout=10, trust_env=False) as client:
                answer = await client.post(
                    f"{self.platform_url}{NOTICES}", content=body, headers=self.signed(body)
                )
        except httpx.HTTPError as error:
            raise Unavailable(what="payment_provider") from error
        if answer.status_code != 200:
            raise Unavailable(what="payment_provider")

    def _sign(self, sent: bytes, nonce: bytes, body: bytes) -> bytes:
        return hmac.new(self._key, b"\n".join((sent, nonce, body)), hashlib.sha256).hexdigest().encode()
