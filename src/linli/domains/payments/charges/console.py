"""Console: what was paid over the network, and what went back."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linli.domains.payments.charges import queries, service
from linli.domains.payments.charges.errors import NotPaid, RefundTooLarge
from linli.domains.payments.charges.rows import ChargeRow, RefundRow
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

SEE, GIVE_BACK = Right.VEHICLES_SEE.value, Right.FEES_MANAGE.value
TAKE = Right.FEES_TAKE.value

STAY: Final = "parking_stay"
"""Subjects of a stay at lanes of the cloud: `parking_stay:<number>`."""
ORDER: Final = "edge_lane"
"""Subjects of an order of a box: `edge_lane:<box>:<code>:<order>`; the code stays secret."""

type ChargeState = Literal["open", "paid", "failed"]


class RefundLine(msgspec.Struct, rename="camel", frozen=True):
    fen: int
    reason: str
    state: Annotated[Literal["asked", "done"], Meta(description="asked: the provider has not done it yet.")]
    asked_ms: int


class ChargeLine(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A charge in the list. Money in fen."""

    id: str
    title: str
    stay_id: Annotated[str, Meta(description="The stay that is paid; empty: something else.")]
    node_id: Annotated[str, Meta(description="The box whose order is paid; empty: something else.")]
    order_number: Annotated[str, Meta(description="That order.")]
    fen: int
    state: ChargeState
    trade_no: Annotated[str, Meta(description="The provider's number of the payment.")]
    refunded_fen: int
    created_ms: int
    paid_ms: int | None
    refunds: list[RefundLine]


class Refund(msgspec.Struct, rename="camel", frozen=True):
    fen: int
    reason: str


class RefundId(msgspec.Struct, rename="camel", frozen=True):
    id: str


class ChargeFilter(Filter, frozen=True):
    state: Annotated[Literal["", "open", "paid", "failed"], Meta(description="Empty: any.")] = ""
    charge_id: Annotated[int, Meta(description="One charge; 0: any.")] = 0


charge_routes = Routes("/communities/{community_id:int}/charges", tags=("payments",))
ROUTES = (charge_routes,)


@charge_routes.get(right=SEE)
async def list_charges(
    community_id: int, scope: Scope, db: Database, page: PageRequest, where: ChargeFilter
) -> Page[ChargeLine]:
    """The newest first, with what went back of each."""
    rows = await queries.page_of(
        scope, db, community_id=community_id, state=where.state, charge_id=where.charge_id, page=page
    )
    return Page.of(page, rows.total, await lines_of(scope, db, rows.data))


@charge_routes.get("/of-stay/{stay_id:int}", right=TAKE)
async def list_charges_of_stay(
    community_id: int, stay_id: int, scope: Scope, db: Database
) -> list[ChargeLine]:
    """What drivers were asked for over the network for one stay, the oldest first."""
    subject = f"{STAY}:{stay_id}"
    rows = await queries.of_subject(
        scope.narrowed(community_id), db, community_id=community_id, subject=subject
    )
    return await lines_of(scope, db, rows)


@charge_routes.post(
    "/{charge_id:int}/refunds",
    right=GIVE_BACK,
    status=201,
    raises=(NotFound, NotPaid, RefundTooLarge, BadInput),
)
async def give_back(
    community_id: int, charge_id: int, data: Refund, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> RefundId:
    """Give back some of a payment, or all of it, with the reason."""
    if (await queries.charge(scope, tx, charge_id)).community_id != community_id:
        raise NotFound(what="charge", id=str(charge_id))
    row = await service.refund(
        scope, tx, charge_id=charge_id, fen=data.fen, reason=data.reason, ids=ids, now_ms=clock.now_ms()
    )
    return RefundId(str(row.refund_id))


async def lines_of(scope: Scope, db: Reader, rows: list[ChargeRow]) -> list[ChargeLine]:
    """Charges as the console shows them, with what went back of each."""
    refunds = await queries.refunds_of(scope, db, [row.charge_id for row in rows])
    return [_line(row, refunds[row.charge_id]) for row in rows]


def _line(row: ChargeRow, refunds: list[RefundRow]) -> ChargeLine:
    kind, *rest = row.subject.split(":")
    node_id, order_number = (rest[0], rest[-1]) if kind == ORDER and len(rest) == 3 else ("", "")
    return ChargeLine(
        id=str(row.charge_id),
        title=row.title,
        stay_id=rest[0] if kind == STAY else "",
        node_id=node_id,
        order_number=order_number,
        fen=row.fen,
        state=row.state,  # type: ignore[arg-type]
        trade_no=row.trade_no,
        refunded_fen=row.refunded_fen,
        created_ms=row.created_ms,
        paid_ms=row.paid_ms,
        refunds=[
            RefundLine(refund.fen, refund.reason, refund.state, refund.asked_ms)  # type: ignore[arg-type]
            for refund in refunds
        ],
    )
