"""What a stay costs, and what was taken for it."""

from datetime import date
from typing import Final, NamedTuple

import msgspec

from linli.domains.communities.queries import spaces
from linli.domains.parking.coupons import queries as coupon_queries
from linli.domains.parking.coupons.rows import CouponRow
from linli.domains.parking.fees import shifts, stay_queries
from linli.domains.parking.fees.errors import NothingDue, StillDue
from linli.domains.parking.fees.forms import FeeRow, TariffForm, fee_row
from linli.domains.parking.fees.models import payments
from linli.domains.parking.fees.reasons import LONGEST_REASON, checked_reason
from linli.domains.parking.fees.rows import PaymentRow, StayRow
from linli.domains.parking.fees.service import Place, place
from linli.domains.parking.fees.stay_queries import INSIDE, LEFT
from linli.domains.parking.queries.rights import find_rights
from linli.domains.parking.rows import BLACKLIST
from linli.kernel import history
from linli.kernel.db import Reader, Tx
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules.parking_fees import MINUTE_MS, MINUTES, Coupon, Earlier, Fee, Paid, Stay, due
from linli.rules.tariffs import Tariff

HISTORY_KIND: Final = "parking_stay"
CASH: Final = "cash"
WAIVED: Final = "waived"
GIVEN_BACK: Final = "given_back"
_DAY_MS: Final = 86_400_000
_FOREVER_MS: Final = 1 << 52


class Bill(NamedTuple):
    """What a stay costs, what of it was paid, and what is still due."""

    fee: FeeRow
    paid_fen: int
    due_fen: int


async def bill(scope: Scope, db: Reader, row: StayRow, *, now_ms: int) -> Bill:
    """Of a stay that goes on, what it costs until now."""
    taken = (await stay_queries.paid_for(scope, db, [row.stay_id]))[row.stay_id]
    paid_fen = sum(payment.fen for payment in taken)
    if row.state != INSIDE:
        fee = msgspec.json.decode(row.fee, type=FeeRow) if row.fee else FeeRow(0, [])
        return Bill(fee, paid_fen, max(0, (row.fen or 0) - paid_fen) if row.state == LEFT else 0)
    charged = await charge(scope, db, row, until_ms=max(now_ms, row.in_ms), taken=taken)
    return (
        Bill(FeeRow(0, []), paid_fen, 0)
        if charged is None
        else Bill(fee_row(charged[1]), paid_fen, charged[0])
    )


async def leave_by(scope: Scope, db: Reader, row: StayRow, *, now_ms: int) -> int | None:
    """Until when who has paid may leave without paying more; None: nothing was paid, or that time is over."""
    taken = (await stay_queries.paid_for(scope, db, [row.stay_id]))[row.stay_id]
    if row.state != INSIDE or not taken or row.tariff_id is None or row.version is None:
        return None
    version = await stay_queries.version(scope, db, row.tariff_id, row.version)
    minutes = msgspec.json.decode(version.tariff, type=TariffForm).leave_minutes
    until_ms = max(payment.paid_ms for payment in taken) + minutes * MINUTE_MS
    return until_ms if until_ms > now_ms else None


async def take_payment(
    scope: Scope, tx: Tx, *, stay_id: int, fen: int, method: str, reason: str, ids: Ids, now_ms: int
) -> None:
    """Note what a person took or waived: all that is due now. Raises NotFound, NothingDue, StillDue, BadInput."""
    row = await stay_queries.held_stay(scope, tx, stay_id)
    owed = (await bill(scope, tx, row, now_ms=now_ms)).due_fen
    if not owed:
        raise NothingDue()
    if fen != owed:
        raise StillDue(yuan=f"{owed / 100:.2f}")
    if method == WAIVED:
        reason = checked_reason(reason)
    in_shift = None
    if method == CASH:
        in_shift = await shifts.current(scope, tx, community_id=row.community_id, ids=ids, now_ms=now_ms)
    payment = PaymentRow(
        payment_id=ids.number(),
        tenant_id=row.tenant_id,
        community_id=row.community_id,
        stay_id=stay_id,
        fen=fen,
        method=method,
        reason=reason.strip()[:LONGEST_REASON],
        taken_by=f"{scope.caller.kind}:{scope.caller.id}",
        paid_ms=now_ms,
        shift_id=in_shift,
    )
    await tx.insert(payments, payment._asdict())
    await note(scope, tx, row, method, now_ms, after={"fen": fen, "reason": payment.reason})


async def charge(
    scope: Scope,
    db: Reader,
    row: StayRow,
    *,
    until_ms: int,
    taken: list[PaymentRow],
    coupons: list[CouponRow] | None = None,
) -> tuple[int, Fee] | None:
    """(still due, the fee) by the version under which the stay began; None: it is free.

    `coupons` where not all of the stay's are to count.
    """
    if row.tariff_id is None or row.version is None:
        return None
    version = await stay_queries.version(scope, db, row.tariff_id, row.version)
    tariff = msgspec.json.decode(version.tariff, type=TariffForm).tariff()
    where = await place(scope, db, row.community_id)
    return await charge_by(scope, db, row, tariff, where, until_ms=until_ms, taken=taken, coupons=coupons)


async def taken_off(
    scope: Scope, db: Reader, row: StayRow, fee: Fee, *, until_ms: int, taken: list[PaymentRow]
) -> list[tuple[CouponRow, int]]:
    """Each coupon of a stay with what it takes off its fee: minutes one after the other, then what the lines say."""
    coupons = await coupon_queries.of_stay(scope, db, row.stay_id)
    by_line = {line.coupon.number: -line.fen for line in fee.lines if line.coupon is not None}
    off, counted, before = list[tuple[CouponRow, int]](), list[CouponRow](), None
    for coupon in coupons:
        if coupon.kind != MINUTES:
            off.append((coupon, by_line.get(str(coupon.coupon_id), 0)))
            continue
        if before is None:
            before = await charge(scope, db, row, until_ms=until_ms, taken=taken, coupons=[])
        counted.append(coupon)
        after = await charge(scope, db, row, until_ms=until_ms, taken=taken, coupons=counted)
        off.append((coupon, before[1].fen - after[1].fen if before and after else 0))
        before = after
    return off


async def charge_by(
    scope: Scope,
    db: Reader,
    row: StayRow,
    tariff: Tariff,
    where: Place,
    *,
    until_ms: int,
    taken: list[PaymentRow],
    coupons: list[CouponRow] | None = None,
) -> tuple[int, Fee]:
    """(still due, the fee) by any tariff."""
    if coupons is None:
        coupons = await coupon_queries.of_stay(scope, db, row.stay_id)
    paid = [Paid(payment.paid_ms, payment.fen) for payment in taken]
    stay = await _facts(scope, db, row, until_ms, coupons)
    return due(tariff, stay, paid=paid, zone=where.zone, days=where.days)


async def note(
    scope: Scope,
    tx: Tx,
    row: StayRow,
    action: str,
    now_ms: int,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """Keep in the stay's history who did what."""
    record = history.Record(HISTORY_KIND, str(row.stay_id), row.community_id)
    await history.note(scope, tx, record, action, now_ms=now_ms, before=before or {}, after=after or {})


async def _facts(scope: Scope, db: Reader, row: StayRow, until_ms: int, given: list[CouponRow]) -> Stay:
    """What a fee is reckoned from: rights that cover it, and stays of the same days."""
    at = row.in_lane_id or row.lot_id
    here = (await spaces.spaces_by_id(scope, db, [at])).get(at)
    around = [] if here is None else [int(part) for part in here.path.strip("/").split("/")]
    rights = await find_rights(scope, db, space_ids=around, plates=[row.plate]) if around else {}
    windows = [
        (right.starts_ms or 0, _FOREVER_MS if right.ends_ms is None else right.ends_ms)
        for right in rights.values()
        if right.kind != BLACKLIST
    ]
    spent: dict[date, int] = {}
    free: set[date] = set()
    for other in await stay_queries.earlier(
        scope,
        db,
        community_id=row.community_id,
        lot_id=row.lot_id,
        plate=row.plate,
        since_ms=row.in_ms - 2 * _DAY_MS,
    ):
        if other.stay_id < row.stay_id:
            by_day, free_on = other.used()
            free |= free_on
            for day, fen in by_day.items():
                spent[day] = spent.get(day, 0) + fen
    earlier = Earlier(spent, frozenset(free))
    coupons = [Coupon(str(coupon.coupon_id), coupon.kind, coupon.value) for coupon in given]
    return Stay(row.in_ms, until_ms, row.vehicle_class, passes=windows, coupons=coupons, earlier=earlier)
