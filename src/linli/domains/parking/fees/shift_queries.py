"""Shifts: who took how much cash, and what was handed over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, case, cast, func, or_, select

from linli.domains.parking.fees.models import payments, shifts, stays
from linli.domains.parking.fees.rows import ShiftRow
from linli.kernel.db import INT, Query, Reader, Tx, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules.schedules import zone_named

_c = shifts.c
_mine = and_(
    in_scope(shifts),
    _c.community_id == bindparam("community_id", type_=INT),
    _c.taken_by == bindparam("taken_by"),
    _c.closed_ms == 0,
)
_open = Query(select(shifts).where(_mine), ShiftRow)
_held = Query(select(shifts).where(_mine).with_for_update(), ShiftRow)
_one = Query(
    select(shifts).where(in_scope(shifts), _c.shift_id == bindparam("shift_id", type_=INT)), ShiftRow
)
_filtered = and_(
    in_scope(shifts),
    _c.community_id == bindparam("community_id", type_=INT),
    _c.opened_ms >= bindparam("since", type_=INT),
    _c.opened_ms < bindparam("until", type_=INT),
    or_(
        bindparam("state") == "",
        and_(bindparam("state") == "open", _c.closed_ms == 0),
        and_(bindparam("state") == "closed", _c.closed_ms > 0),
        and_(bindparam("state") == "differs", _c.closed_ms > 0, _c.counted_fen != _c.expected_fen),
    ),
)
_page = Query(
    select(shifts)
    .where(_filtered)
    .order_by(_c.opened_ms.desc(), _c.shift_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    ShiftRow,
)
_count = Query(select(func.count()).select_from(shifts).where(_filtered))
_sums = Query(
    select(
        payments.c.shift_id,
        cast(func.sum(case((payments.c.fen > 0, 1), else_=0)), INT),
        cast(func.sum(payments.c.fen), INT),
        cast(func.sum(case((payments.c.fen < 0, -payments.c.fen), else_=0)), INT),
    )
    .where(
        in_scope(payments),
        any_of(payments.c.shift_id, "shift_ids"),
    )
    .group_by(payments.c.shift_id)
    .order_by(payments.c.shift_id)
)
_sum = Query(
    select(cast(func.coalesce(func.sum(payments.c.fen), 0), INT)).where(
        in_scope(payments), payments.c.shift_id == bindparam("shift_id", type_=INT)
    )
)


_QUARTER_MS: Final = 900_000
_quarter = payments.c.paid_ms // _QUARTER_MS
_by_quarter = Query(
    select(
        _quarter,
        cast(func.sum(case((payments.c.fen > 0, 1), else_=0)), INT),
        cast(func.sum(case((payments.c.fen > 0, payments.c.fen), else_=0)), INT),
        cast(func.sum(case((payments.c.fen < 0, 1), else_=0)), INT),
        cast(func.sum(case((payments.c.fen < 0, -payments.c.fen), else_=0)), INT),
    )
    .where(
        in_scope(payments),
        payments.c.community_id == bindparam("community_id", type_=INT),
        payments.c.paid_ms >= bindparam("since", type_=INT),
        payments.c.shift_id.is_not(None),
    )
    .group_by(_quarter)
    .order_by(_quarter)
)


CASH_DAYS: Final = 7


class Cash(NamedTuple):
    """What was taken and given back in some time. Fen are above zero."""

    times: int
    fen: int
    back_times: int
    back_fen: int


class Taking(NamedTuple):
    """Cash of one stay, in a shift; below zero: it went back."""

    payment_id: int
    stay_id: int
    plate: str
    fen: int
    paid_ms: int


_takings = Query(
    select(payments.c.payment_id, payments.c.stay_id, stays.c.plate, payments.c.fen, payments.c.paid_ms)
    .select_from(payments.join(stays, stays.c.stay_id == payments.c.stay_id))
    .where(in_scope(payments), in_scope(stays), payments.c.shift_id == bindparam("shift_id", type_=INT))
    .order_by(payments.c.payment_id.desc())
    .limit(bindparam("limit", type_=INT)),
    Taking,
)


class ShiftFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Empty and 0: any."""

    community_id: int
    state: str = ""
    """open, closed, differs."""
    since_ms: int = 0
    until_ms: int = 1 << 52

    @property
    def binds(self) -> dict[str, int | str]:
        return {
            "community_id": self.community_id,
            "state": self.state,
            "since": self.since_ms,
            "until": self.until_ms,
        }


async def open_shift(scope: Scope, db: Reader, *, community_id: int, taken_by: str) -> ShiftRow | None:
    """The shift of a person that goes on."""
    return await _open.one(db, scope, community_id=community_id, taken_by=taken_by)


async def held_shift(scope: Scope, tx: Tx, *, community_id: int, taken_by: str) -> ShiftRow | None:
    """The same, locked until the transaction ends."""
    return await _held.one(tx, scope, community_id=community_id, taken_by=taken_by)


async def shift(scope: Scope, db: Reader, shift_id: int) -> ShiftRow:
    """Raises NotFound."""
    row = await _one.one(db, scope, shift_id=shift_id)
    if row is None:
        raise NotFound(what="shift", id=str(shift_id))
    return row


async def page_of(scope: Scope, db: Reader, *, where: ShiftFilter, page: PageRequest) -> Page[ShiftRow]:
    """The newest first."""
    total = int(await _count.scalar(db, scope, **where.binds))
    return Page.of(page, total, await _page.all(db, scope, **where.binds, **page.binds))


async def sums(scope: Scope, db: Reader, shift_ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Shift → (how often cash was taken, fen that are left of it, fen that went back)."""
    if not shift_ids:
        return {}
    rows = await _sums.all(db, scope, shift_ids=sorted(shift_ids))
    return {shift_id: (int(count), int(fen), int(back)) for shift_id, count, fen, back in rows}


async def sum_of(scope: Scope, db: Reader, shift_id: int) -> int:
    """Cash of a shift in fen."""
    return int(await _sum.scalar(db, scope, shift_id=shift_id))


async def cash_by_day(
    scope: Scope, db: Reader, *, community_id: int, zone: str, now_ms: int
) -> list[tuple[str, Cash]]:
    """Of the last 7 days of the site (YYYY-MM-DD), the newest first; days without are left out."""
    here = zone_named(zone)
    today = datetime.fromtimestamp(now_ms / 1000, here).replace(hour=0, minute=0, second=0, microsecond=0)
    since_ms = int((today - timedelta(days=CASH_DAYS - 1)).timestamp()) * 1000
    days: dict[str, Cash] = {}
    # No zone's midnight cuts a quarter of an hour.
    for quarter, *sums in await _by_quarter.all(db, scope, community_id=community_id, since=since_ms):
        day = datetime.fromtimestamp(int(quarter) * _QUARTER_MS / 1000, here).date().isoformat()
        days[day] = Cash(*map(sum, zip(days.get(day, Cash(0, 0, 0, 0)), map(int, sums), strict=True)))
    return sorted(days.items(), reverse=True)


async def takings(scope: Scope, db: Reader, shift_id: int, *, most: int) -> list[Taking]:
    """The newest first."""
    return await _takings.all(db, scope, shift_id=shift_id, limit=most)
