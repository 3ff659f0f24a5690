"""Every read of charges."""

from typing import Final

from sqlalchemy import and_, bindparam, func, or_, select

from linli.domains.payments.charges.models import charges, notices, refunds
from linli.domains.payments.charges.rows import PAID, ChargeRow, RefundRow
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_c, _r = charges.c, refunds.c
_one = Query(
    select(charges).where(in_scope(charges), _c.charge_id == bindparam("charge_id", type_=INT)), ChargeRow
)
_named = Query(
    select(charges).where(
        _c.charge_id == bindparam("charge_id", type_=INT), _c.provider == bindparam("provider")
    ),
    ChargeRow,
    unscoped="the provider names a charge by its number, and signs",
)
_of_payer = Query(
    select(charges).where(
        in_scope(charges), _c.subject == bindparam("subject"), _c.payer_key == bindparam("payer_key")
    ),
    ChargeRow,
)
_here = and_(
    in_scope(charges),
    _c.community_id == bindparam("community_id", type_=INT),
    or_(bindparam("state") == "", _c.state == bindparam("state")),
    or_(bindparam("charge_id", type_=INT) == 0, _c.charge_id == bindparam("charge_id", type_=INT)),
)
_page = Query(
    select(charges)
    .where(_here)
    .order_by(_c.charge_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    ChargeRow,
)
_count = Query(select(func.count()).select_from(charges).where(_here))
_of_subject = Query(
    select(charges)
    .where(
        in_scope(charges),
        _c.community_id == bindparam("community_id", type_=INT),
        _c.subject == bindparam("subject"),
    )
    .order_by(_c.charge_id),
    ChargeRow,
)
_several = Query(
    select(charges).where(in_scope(charges), any_of(_c.charge_id, "charge_ids")).order_by(_c.charge_id),
    ChargeRow,
)
_refunds = Query(
    select(refunds).where(in_scope(refunds), any_of(_r.charge_id, "charge_ids")).order_by(_r.refund_id),
    RefundRow,
)
_refund = Query(
    select(refunds).where(in_scope(refunds), _r.refund_id == bindparam("refund_id", type_=INT)), RefundRow
)
_notice = Query(
    select(notices.c.charge_id).where(
        notices.c.provider == bindparam("provider"), notices.c.notice_id == bindparam("notice_id")
    ),
    unscoped="the provider's own number of it",
)
_paid = Query(
    select(charges)
    .where(
        in_scope(charges),
        _c.provider == bindparam("provider"),
        _c.state == PAID,
        _c.paid_ms >= bindparam("since", type_=INT),
        _c.paid_ms < bindparam("until", type_=INT),
    )
    .order_by(_c.charge_id),
    ChargeRow,
)
_given_back = Query(
    select(refunds)
    .where(
        in_scope(refunds),
        _r.done_ms >= bindparam("since", type_=INT),
        _r.done_ms < bindparam("until", type_=INT),
    )
    .order_by(_r.refund_id),
    RefundRow,
)
_waiting = Query(
    select(refunds)
    .where(
        in_scope(refunds),
        _r.done_ms.is_(None),
        _r.asked_ms >= bindparam("since", type_=INT),
        _r.asked_ms < bindparam("until", type_=INT),
    )
    .order_by(_r.refund_id),
    RefundRow,
)
_titles = Query(select(_c.charge_id, _c.title).where(in_scope(charges), any_of(_c.charge_id, "charge_ids")))
_AT_ONCE: Final = 500


async def charge(scope: Scope, db: Reader, charge_id: int) -> ChargeRow:
    """Raises NotFound."""
    row = await _one.one(db, scope, charge_id=charge_id)
    if row is None:
        raise NotFound(what="charge", id=str(charge_id))
    return row


async def named_by_provider(db: Reader, *, provider: str, charge_id: int) -> ChargeRow | None:
    return await _named.one(db, provider=provider, charge_id=charge_id)


async def of_payer(scope: Scope, db: Reader, *, subject: str, payer_key: str) -> ChargeRow | None:
    return await _of_payer.one(db, scope, subject=subject, payer_key=payer_key)


async def page_of(
    scope: Scope, db: Reader, *, community_id: int, state: str, charge_id: int, page: PageRequest
) -> Page[ChargeRow]:
    """The newest first. `state`: empty for any; `charge_id`: 0 for any."""
    binds = {"community_id": community_id, "state": state, "charge_id": charge_id}
    total = int(await _count.scalar(db, scope, **binds))
    return Page.of(page, total, await _page.all(db, scope, **binds, **page.binds))


async def of_subject(scope: Scope, db: Reader, *, community_id: int, subject: str) -> list[ChargeRow]:
    """The oldest first."""
    return await _of_subject.all(db, scope, community_id=community_id, subject=subject)


async def several(scope: Scope, db: Reader, charge_ids: list[int]) -> list[ChargeRow]:
    """The oldest first; those that are not known are left out."""
    return await _several.all(db, scope, charge_ids=sorted(charge_ids)) if charge_ids else []


async def refunds_of(scope: Scope, db: Reader, charge_ids: list[int]) -> dict[int, list[RefundRow]]:
    """By charge, in the order in which they were asked for."""
    rows: dict[int, list[RefundRow]] = {charge_id: [] for charge_id in charge_ids}
    if charge_ids:
        for row in await _refunds.all(db, scope, charge_ids=charge_ids):
            rows[row.charge_id].append(row)
    return rows


async def refund(scope: Scope, db: Reader, refund_id: int) -> RefundRow | None:
    return await _refund.one(db, scope, refund_id=refund_id)


async def is_known(db: Reader, *, provider: str, notice_id: str) -> bool:
    """Whether a notice was taken in already."""
    return await _notice.scalar(db, provider=provider, notice_id=notice_id) is not None


async def paid_between(
    scope: Scope, db: Reader, *, provider: str, since_ms: int, until_ms: int
) -> list[ChargeRow]:
    return await _paid.all(db, scope, provider=provider, since=since_ms, until=until_ms)


async def refunded_between(scope: Scope, db: Reader, *, since_ms: int, until_ms: int) -> list[RefundRow]:
    return await _given_back.all(db, scope, since=since_ms, until=until_ms)


async def refunds_waiting(scope: Scope, db: Reader, *, since_ms: int, until_ms: int) -> list[RefundRow]:
    """Asked for within that time, and not confirmed by the provider."""
    return await _waiting.all(db, scope, since=since_ms, until=until_ms)


async def titles(scope: Scope, db: Reader, charge_ids: list[int]) -> dict[int, str]:
    """What payers read of charges; those that are not known are left out."""
    by_id: dict[int, str] = {}
    for at in range(0, len(charge_ids), _AT_ONCE):
        by_id |= dict(await _titles.all(db, scope, charge_ids=charge_ids[at : at + _AT_ONCE]))
    return by_id
