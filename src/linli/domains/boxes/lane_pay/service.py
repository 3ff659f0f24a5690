"""Codes of boxes read, charged, and counted once by the box that signed them (ADR 0122)."""

from typing import Final

from sqlalchemy import bindparam, delete, update

from linli.domains.boxes.lane_pay import queries
from linli.domains.boxes.lane_pay.models import edge_lane_payments
from linli.domains.boxes.lane_pay.rows import LanePaid
from linli.domains.boxes.queries import clusters
from linli.domains.boxes.rows import Node
from linli.domains.boxes.service import refresh
from linli.domains.boxes.service.products import whole
from linli.domains.payments.charges import service as charges
from linli.domains.payments.charges.collector import Collector
from linli.domains.payments.charges.events import ChargePaid, ChargeRefunded
from linli.domains.payments.charges.rows import ChargeRow
from linli.kernel.db import INT, Command, Database, Reader, Tx, in_scope
from linli.kernel.errors import Conflict, NotFound
from linli.kernel.i18n import text
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import PayKey, PaymentCounted
from linli.rules.pay_codes import PayCode, PayCodeBad, is_signed, read_code

log = logger(__name__)

SUBJECT: Final = "edge_lane"
PERIOD_MS: Final = 30 * 86_400_000
"""After which a box gets another key."""
KEYS: Final = 3
"""Of the last periods: what an older one signed is void."""
AHEAD_MS: Final = 25 * 60_000
"""A code that is good for longer was signed by a clock that is wrong: 10 minutes, and as far as clocks may differ."""
BEHIND_MS: Final = 15 * 60_000
"""How long after its end a code is taken: a box's clock may be slow, and paying takes a while."""
_DAY_MS: Final = 86_400_000
_p = edge_lane_payments.c
_count = Command(
    update(edge_lane_payments)
    .where(
        in_scope(edge_lane_payments),
        _p.node_id == bindparam("node", type_=INT),
        _p.nonce == bindparam("number"),
        _p.counted_ms.is_(None),
    )
    .values(counted_ms=bindparam("now", type_=INT), kept_fen=bindparam("kept", type_=INT))
)
_old = Command(
    delete(edge_lane_payments).where(_p.counted_ms < bindparam("before", type_=INT)),
    unscoped="what was kept its time goes, whose it is",
)


class PayCodeUnknown(NotFound):
    """No box of this installation signed it."""

    code = "edge.pay_code_unknown"


class PayCodeOver(Conflict):
    code = "edge.pay_code_over"


class LaneClockWrong(Conflict):
    """Its box is ahead of the time by more than clocks may differ."""

    code = "edge.lane_clock_wrong"


def keys_of(secrets: Secrets, node: Node, *, now_ms: int) -> list[PayKey]:
    """The newest first. Nothing is stored: a key is derived for the box, its activation and the period."""
    newest = now_ms // PERIOD_MS
    return [
        PayKey(
            no=number,
            key=secrets.derived(f"lane payments {node.node_id} {node.activated_ms} {number}").hex(),
        )
        for number in range(newest, newest - KEYS, -1)
    ]


def key_of(secrets: Secrets, node: Node, number: int, *, now_ms: int) -> bytes:
    """Raises PayCodeUnknown."""
    keys = {each.no: each.key for each in keys_of(secrets, node, now_ms=now_ms)}
    if number not in keys:
        raise PayCodeUnknown(what="pay_code")
    return bytes.fromhex(keys[number])


async def signed_code(db: Reader, secrets: Secrets, shown: str, *, now_ms: int) -> tuple[Node, PayCode]:
    """A code of a box that is in a community, with its box. Raises PayCodeUnknown."""
    try:
        code = read_code(shown)
    except PayCodeBad:
        raise PayCodeUnknown(what="pay_code") from None
    node = await clusters.node_by_id(db, code.node)
    if node is None or node.community_id is None or not node.hardware_id:
        raise PayCodeUnknown(what="pay_code")
    if not is_signed(shown, key_of(secrets, node, code.key_no, now_ms=now_ms)):
        raise PayCodeUnknown(what="pay_code")
    return node, code


def check_time(code: PayCode, *, now_ms: int) -> None:
    """Whether it may be paid now. Raises PayCodeOver, LaneClockWrong."""
    until_ms = code.until_s * 1000
    if now_ms > until_ms + BEHIND_MS:
        raise PayCodeOver()
    if until_ms > now_ms + AHEAD_MS:
        raise LaneClockWrong()


def drivers_scope(node: Node) -> Scope:
    """For whoever has a code of the box."""
    return Scope(node.tenant_id, Caller("system", "driver"), frozenset((node.community_id or 0,)))


async def open_payment(
    node: Node,
    code: PayCode,
    db: Database,
    *,
    title: str,
    return_to: str,
    collector: Collector,
    ids: Ids,
    now_ms: int,
) -> ChargeRow:
    """The charge of a code; asked again within five minutes it is the same. Raises Unavailable."""
    new = charges.NewCharge(
        community_id=node.community_id or 0,
        subject=f"{SUBJECT}:{node.node_id}:{code.nonce.hex()}:{code.order}",
        payer_key=f"{code.nonce.hex()}:{now_ms // charges.OPEN_MS}",
        title=title,
        fen=code.fen,
        return_to=return_to,
    )
    return await charges.open_charge(
        drivers_scope(node), db, new=new, collector=collector, ids=ids, now_ms=now_ms
    )


class LanePayments:
    """What becomes of money that came."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    async def paid(self, tx: Tx, event: ChargePaid) -> None:
        """Inline: the box is told; what comes a second time for one code goes back at once."""
        named = _named(event.subject)
        if named is None:
            return
        node_id, nonce, order = named
        scope, now_ms = Scope.system(event.tenant_id, "payments"), tx.db.clock.now_ms()
        node = await clusters.node_by_id(tx, node_id)
        if node is None or await queries.payment(scope, tx, node_id=node_id, nonce=nonce) is not None:
            await self._give_back(scope, tx, event.charge_id, event.fen, now_ms)
            return
        row = LanePaid(
            node_id=node_id,
            nonce=nonce,
            tenant_id=event.tenant_id,
            project_id=node.project_id,
            community_id=event.community_id,
            order_number=order,
            charge_id=event.charge_id,
            fen=event.fen,
            paid_ms=now_ms,
            counted_ms=None,
            kept_fen=0,
        )
        await tx.insert(edge_lane_payments, row._asdict())
        await refresh.tell(tx, node, what="parking")

    async def given_back(self, tx: Tx, event: ChargeRefunded) -> None:
        """Inline: what a person gave back before the box counted it is not counted any more."""
        if _named(event.subject) is None:
            return
        scope = Scope.system(event.tenant_id, "payments")
        row = await queries.of_charge(scope, tx, event.charge_id)
        if row is not None and row.counted_ms is None and event.fen >= row.fen:
            now_ms = tx.db.clock.now_ms()
            await _count.run(tx, scope, node=row.node_id, number=row.nonce, now=now_ms, kept=0)

    async def count(
        self, tx: Tx, node: Node, payments: list[PaymentCounted], *, now_ms: int
    ) -> list[LanePaid]:
        """What a box counted; what its order did not take goes back. Answers what still waits to be counted."""
        scope = whole(Scope.system(node.tenant_id, "boxes"))
        for each in payments:
            row = await queries.payment(scope, tx, node_id=node.node_id, nonce=each.nonce)
            if row is None:
                log.warning("box %s counted a payment that nobody made", node.serial_number)
                continue
            kept = min(each.kept_fen, row.fen)
            fresh = await _count.run(tx, scope, node=node.node_id, number=each.nonce, now=now_ms, kept=kept)
            if fresh and kept < row.fen:
                await self._give_back(scope, tx, row.charge_id, row.fen - kept, now_ms)
        return await queries.waiting(scope, tx, node.node_id)

    async def _give_back(self, scope: Scope, tx: Tx, charge_id: int, fen: int, now_ms: int) -> None:
        reason = text("parking.prepay.paid_twice", scope.language)
        await charges.refund(
            scope, tx, charge_id=charge_id, fen=fen, reason=reason, ids=self._ids, now_ms=now_ms
        )


async def purge(db: Database, *, now_ms: int, days: int) -> None:
    """Counted payments kept longer than `days`; the charges stay."""
    await db.run(lambda tx: _old.run(tx, before=now_ms - days * _DAY_MS))


def _named(subject: str) -> tuple[int, str, str] | None:
    """(node, nonce, order) of a charge of this folder."""
    kind, *rest = subject.split(":")
    return (int(rest[0]), rest[1], rest[2]) if kind == SUBJECT and len(rest) == 3 else None
