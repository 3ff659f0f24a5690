"""Stays, what was paid for them, and by which tariff a lot charges."""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, func, or_, select

from linli.domains.parking.fees.models import confusions, lot_tariffs, payments, stays, versions
from linli.domains.parking.fees.rows import PaymentRow, StayRow, VersionRow
from linli.domains.parking.models import passes
from linli.domains.parking.rows import LanePass
from linli.kernel.db import INT, Query, Reader, Tx, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules.plate_pairs import Confusions

INSIDE: Final = "inside"
LEFT: Final = "left"
LOST: Final = "lost"
"""It came again without having been seen to leave."""
ENDED: Final = "ended"
"""By a person."""
ORPHAN: Final = "orphan"
"""In filters: exits for which no entry was found; their state is LEFT."""

_s = stays.c
_here = and_(in_scope(stays), _s.community_id == bindparam("community_id", type_=INT))
_filtered = and_(
    _here,
    or_(
        bindparam("state") == "",
        _s.state == bindparam("state"),
        and_(bindparam("state") == ORPHAN, _s.state == LEFT, _s.in_pass.is_(None), _s.out_pass.is_not(None)),
    ),
    or_(bindparam("lot_id", type_=INT) == 0, _s.lot_id == bindparam("lot_id", type_=INT)),
    or_(bindparam("part") == "", _s.plate.like(bindparam("part"), escape="\\")),
    _s.in_ms >= bindparam("since", type_=INT),
    _s.in_ms < bindparam("until", type_=INT),
)
_page = Query(
    select(stays)
    .where(_filtered)
    .order_by(_s.in_ms.desc(), _s.stay_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    StayRow,
)
_paid = (
    select(func.coalesce(func.sum(payments.c.fen), 0))
    .where(payments.c.stay_id == _s.stay_id)
    .scalar_subquery()
)
_owing = and_(
    _here,
    _s.state == LEFT,
    _s.out_ms >= bindparam("since", type_=INT),
    _s.fen > _paid,
    or_(bindparam("part") == "", _s.plate.like(bindparam("part"), escape="\\")),
)
_owing_page = Query(
    select(stays)
    .where(_owing)
    .order_by(_s.out_ms.desc(), _s.stay_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    StayRow,
)
_owing_count = Query(select(func.count()).select_from(stays).where(_owing))
_count = Query(select(func.count()).select_from(stays).where(_filtered))
_one = Query(select(stays).where(in_scope(stays), _s.stay_id == bindparam("stay_id", type_=INT)), StayRow)
_held = Query(
    select(stays).where(in_scope(stays), _s.stay_id == bindparam("stay_id", type_=INT)).with_for_update(),
    StayRow,
)
_held_inside = Query(
    select(stays)
    .where(_here, _s.plate == bindparam("plate"), _s.state == INSIDE)
    .order_by(_s.stay_id.desc())
    .limit(1)
    .with_for_update(),
    StayRow,
)
_of_pass = Query(
    select(stays)
    .where(
        _here,
        _s.in_ms == bindparam("at", type_=INT),
        or_(_s.in_pass == bindparam("pass_id", type_=INT), _s.out_pass == bindparam("pass_id", type_=INT)),
    )
    .limit(1),
    StayRow,
)
_inside = Query(
    select(stays)
    .where(
        _here,
        _s.plate == bindparam("plate"),
        _s.lot_id == bindparam("lot_id", type_=INT),
        _s.state == INSIDE,
    )
    .order_by(_s.stay_id.desc()),
    StayRow,
)
_lot = Query(
    select(stays)
    .where(_here, _s.lot_id == bindparam("lot_id", type_=INT), _s.state == INSIDE)
    .order_by(_s.stay_id.desc())
    .limit(bindparam("limit", type_=INT)),
    StayRow,
)
_pass = Query(
    select(passes).where(
        in_scope(passes),
        passes.c.community_id == bindparam("community_id", type_=INT),
        passes.c.id == bindparam("pass_id", type_=INT),
    ),
    LanePass,
)
_confusions = Query(
    select(confusions.c.stood, confusions.c.seen, confusions.c.count)
    .where(in_scope(confusions), confusions.c.iot_id == bindparam("iot_id"))
    .order_by(confusions.c.stood, confusions.c.seen)
)
_earlier = Query(
    select(stays)
    .where(
        _here,
        _s.plate == bindparam("plate"),
        _s.lot_id == bindparam("lot_id", type_=INT),
        _s.state == LEFT,
        _s.out_ms >= bindparam("since", type_=INT),
    )
    .order_by(_s.stay_id),
    StayRow,
)
_over = Query(
    select(stays)
    .where(_here, _s.state == LEFT, _s.tariff_id.is_not(None), _s.out_ms >= bindparam("since", type_=INT))
    .order_by(_s.stay_id.desc())
    .limit(bindparam("limit", type_=INT)),
    StayRow,
)
_counts = Query(
    select(_s.lot_id, func.count()).where(_here, _s.state == INSIDE).group_by(_s.lot_id).order_by(_s.lot_id)
)
_payments = Query(
    select(payments)
    .where(in_scope(payments), any_of(payments.c.stay_id, "stay_ids"))
    .order_by(payments.c.payment_id),
    PaymentRow,
)
_lots = Query(
    select(lot_tariffs.c.lot_id, lot_tariffs.c.tariff_id)
    .where(in_scope(lot_tariffs), lot_tariffs.c.community_id == bindparam("community_id", type_=INT))
    .order_by(lot_tariffs.c.lot_id)
)
_version = Query(
    select(versions).where(
        in_scope(versions),
        versions.c.tariff_id == bindparam("tariff_id", type_=INT),
        versions.c.version == bindparam("version", type_=INT),
    ),
    VersionRow,
)


class StayFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Empty and 0: any."""

    community_id: int
    state: str = ""
    lot_id: int = 0
    part: str = ""
    """Of the plate."""
    since_ms: int = 0
    until_ms: int = 1 << 52


async def page_of(scope: Scope, db: Reader, *, where: StayFilter, page: PageRequest) -> Page[StayRow]:
    """The newest entry first."""
    part = _escaped(where.part)
    binds = {
        "community_id": where.community_id,
        "state": where.state,
        "lot_id": where.lot_id,
        "part": part,
        "since": where.since_ms,
        "until": where.until_ms,
    }
    total = int(await _count.scalar(db, scope, **binds))
    return Page.of(page, total, await _page.all(db, scope, **binds, **page.binds))


async def owing_of(
    scope: Scope, db: Reader, *, community_id: int, since_ms: int, part: str, page: PageRequest
) -> Page[StayRow]:
    """Stays that ended since then and are not paid whole, the last exit first."""
    binds = {"community_id": community_id, "since": since_ms, "part": _escaped(part)}
    total = int(await _owing_count.scalar(db, scope, **binds))
    return Page.of(page, total, await _owing_page.all(db, scope, **binds, **page.binds))


def _escaped(part: str) -> str:
    """A part of a plate, for LIKE."""
    safe = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{safe}%" if safe else ""


async def stay(scope: Scope, db: Reader, stay_id: int) -> StayRow:
    """Raises NotFound."""
    row = await _one.one(db, scope, stay_id=stay_id)
    if row is None:
        raise NotFound(what="stay", id=str(stay_id))
    return row


async def held_stay(scope: Scope, tx: Tx, stay_id: int) -> StayRow:
    """The same, locked until the transaction ends. Raises NotFound."""
    row = await _held.one(tx, scope, stay_id=stay_id)
    if row is None:
        raise NotFound(what="stay", id=str(stay_id))
    return row


async def held_inside(scope: Scope, tx: Tx, *, community_id: int, plate: str) -> StayRow | None:
    """The newest stay of a plate inside any lot, locked until the transaction ends."""
    return await _held_inside.one(tx, scope, community_id=community_id, plate=plate)


async def of_pass(scope: Scope, db: Reader, *, community_id: int, pass_id: int, at_ms: int) -> StayRow | None:
    """The stay that a pass at `at_ms` began, or the exit without an entry that it is."""
    return await _of_pass.one(db, scope, community_id=community_id, pass_id=pass_id, at=at_ms)


async def inside(scope: Scope, db: Reader, *, community_id: int, lot_id: int, plate: str) -> list[StayRow]:
    """The newest first; more than one only where an exit was missed."""
    return await _inside.all(db, scope, community_id=community_id, lot_id=lot_id, plate=plate)


async def all_inside(
    scope: Scope, db: Reader, *, community_id: int, lot_id: int, most: int = 5_000
) -> list[StayRow]:
    """Every vehicle inside a lot, the newest first."""
    return await _lot.all(db, scope, community_id=community_id, lot_id=lot_id, limit=most)


async def habits(scope: Scope, db: Reader, iot_id: str) -> Confusions:
    """What a camera confuses, as far as readings were put right."""
    habits = Confusions()
    for stood, seen, count in await _confusions.all(db, scope, iot_id=iot_id):
        habits.totals[stood] = habits.totals.get(stood, 0) + count
        if stood != seen:
            habits.counts[stood, seen] = count
    return habits


async def earlier(
    scope: Scope, db: Reader, *, community_id: int, lot_id: int, plate: str, since_ms: int
) -> list[StayRow]:
    """Stays of a plate that are over, and ended no earlier."""
    return await _earlier.all(
        db, scope, community_id=community_id, lot_id=lot_id, plate=plate, since=since_ms
    )


async def charged_since(
    scope: Scope, db: Reader, *, community_id: int, since_ms: int, most: int
) -> list[StayRow]:
    """Stays that are over and were charged by a tariff, the newest first."""
    return await _over.all(db, scope, community_id=community_id, since=since_ms, limit=most)


async def counts_inside(scope: Scope, db: Reader, community_id: int) -> dict[int, int]:
    """How many vehicles stand in each lot."""
    return {lot: int(count) for lot, count in await _counts.all(db, scope, community_id=community_id)}


async def paid_for(scope: Scope, db: Reader, stay_ids: Sequence[int]) -> dict[int, list[PaymentRow]]:
    """By stay, in the order in which they were made."""
    by_stay: dict[int, list[PaymentRow]] = {stay_id: [] for stay_id in stay_ids}
    if stay_ids:
        for row in await _payments.all(db, scope, stay_ids=sorted(set(stay_ids))):
            by_stay[row.stay_id].append(row)
    return by_stay


async def tariffs_of_lots(scope: Scope, db: Reader, community_id: int) -> dict[int, int]:
    """Lot → tariff."""
    return dict(await _lots.all(db, scope, community_id=community_id))


async def version(scope: Scope, db: Reader, tariff_id: int, version: int) -> VersionRow:
    """Raises NotFound."""
    row = await _version.one(db, scope, tariff_id=tariff_id, version=version)
    if row is None:
        raise NotFound(what="tariff", id=f"{tariff_id} v{version}")
    return row


async def vehicle_pass(scope: Scope, db: Reader, *, community_id: int, pass_id: int) -> LanePass:
    """Raises NotFound, also for one that was kept its time."""
    row = await _pass.one(db, scope, community_id=community_id, pass_id=pass_id)
    if row is None:
        raise NotFound(what="pass", id=str(pass_id))
    return row
