"""Console: what was paid over the network, and what went back."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.payments.charges import queries, service
from linli.domains.payments.charges.errors import NotPaid, RefundTooLarge
from linli.domains.payments.charges.rows import ChargeRow, RefundRow
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

SEE, GIVE_BACK = Right.VEHICLES_SEE.value, Right.FEES_MANAGE.value

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


charge_routes = Routes("/communities/{community_id:int}/charges", tags=("payments",))
ROUTES = (charge_routes,)


@charge_routes.get(right=SEE)
async def list_charges(
    community_id: int, scope: Scope, db: Database, page: PageRequest, where: ChargeFilter
) -> Page[ChargeLine]:
    """The newest first, with what went back of each."""
    rows = await queries.page_of(scope, db, community_id=community_id, state=where.state, page=page)
    refunds = await queries.refunds_of(scope, db, [row.charge_id for row in rows.data])
    return Page.of(page, rows.total, [_line(row, refunds[row.charge_id]) for row in rows.data])


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


def _line(row: ChargeRow, refunds: list[RefundRow]) -> ChargeLine:
    kind, _, number = row.subject.partition(":")
    return ChargeLine(
        id=str(row.charge_id),
        title=row.title,
        stay_id=number if kind == "parking_stay" else "",
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
