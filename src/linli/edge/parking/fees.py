"""What a stay costs by `rules.parking_fees`: by its version of the cloud's tariff, or by the box's own price."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

import msgspec

from linli.edge.parking import coupon_rows, rights
from linli.edge.parking.work import Work
from linli.protocols.edge_link import CouponUse, CouponUses, FeeLine
from linli.protocols.parking_site import Lot
from linli.protocols.parking_site import Price as BoxPrice
from linli.rules.parking_coupons import taken_off
from linli.rules.parking_fees import Earlier, Fee, Line, Paid, Stay, due
from linli.rules.tariffs import DAY_KINDS, DAY_MINUTES, FROM_ENTRY, Plan, Price, Segment, Tariff

TARIFF, BOX_PRICE, NONE = "tariff", "box_price", "none"
"""By what a stay is charged: a version of the cloud's tariff; the price of the site's document, where the cloud says
nothing of the lot; nothing, since the cloud has no tariff for it."""
LARGE, ENERGY = "large", "energy"
CLASS_OF_PLATE: Final = {2: LARGE, 5: ENERGY, 6: ENERGY}
"""`plateColor` of `iot_park_pass_record`: yellow, green, yellow and green."""
COUPONS_USED: Final = "linli_park_coupons_used"
"""No data model of the source: the cloud settles with the merchants by it."""
_DAY_MS: Final = 86_400_000
_FOREVER_MS: Final = 1 << 52


class Terms(NamedTuple):
    """What a stay began under."""

    basis: str = BOX_PRICE
    tariff: str = ""
    version: int = 0


class Charge(NamedTuple):
    due_fen: int
    """What is still to pay."""
    fee: Fee


class Costs(NamedTuple):
    """What of a stay matters for its fee."""

    id: int
    plate: str
    in_barrier: str
    in_ms: int
    vehicle_class: str
    as_guest: bool
    terms: Terms


def terms_now(work: Work, lot: Lot) -> Terms:
    """Under which a stay begins."""
    given = work.given.lot(lot)
    if given is None:
        return Terms()
    return Terms(TARIFF, given.tariff, given.version) if given.tariff else Terms(NONE)


def charge(work: Work, lot: Lot, costs: Costs, *, until_ms: int, paid: Sequence[tuple[int, int]]) -> Charge:
    """`paid`: when, and how many fen, with what was waived."""
    tariff = _tariff(work, lot, costs.terms)
    if tariff is None:
        return Charge(0, Fee(0, ()))
    stay = _stay(work, lot, costs, until_ms)
    return Charge(
        *due(tariff, stay, paid=[Paid(*each) for each in paid], zone=work.zone, days=work.given.days)
    )


def use_coupons(
    work: Work, lot: Lot, costs: Costs, number: str, *, until_ms: int, paid: Sequence[tuple[int, int]]
) -> None:
    """A stay ends: each of its coupons that took something off its order is used, once, and told of."""
    tariff = _tariff(work, lot, costs.terms)
    stay = _stay(work, lot, costs, until_ms)
    if tariff is None or not stay.coupons:
        return
    payments = [Paid(*each) for each in paid]
    off = taken_off(tariff, stay, paid=payments, zone=work.zone, days=work.given.days)
    used = [(coupon, fen) for coupon, fen in off if fen > 0]
    work.asks = True
    if not used:
        return
    for coupon, _ in used:
        coupon_rows.note_use(work, costs.id, coupon)
    uses = [CouponUse(number=coupon.number, off_fen=fen) for coupon, fen in used]
    work.report(COUPONS_USED, {}, CouponUses(order=number, uses=uses))


def lines(fee: Fee) -> list[FeeLine]:
    return [_line(line) for line in fee.lines]


def yuan(fen: int) -> float:
    """As `iot_park_fee` has it, at most 99999.00."""
    return min(fen, 9_999_900) / 100


def is_priced(work: Work, lot: Lot) -> bool:
    """Whether a guest's stay may cost something."""
    terms = terms_now(work, lot)
    return terms.basis == TARIFF or (terms.basis == BOX_PRICE and lot.price.hour_fen > 0)


def of_price(price: BoxPrice) -> Tariff:
    """The box's own price as a tariff: one segment, a cap for each 24 hours from the entry."""
    segment = Segment(0, DAY_MINUTES, Price(60, price.hour_fen))
    return Tariff(
        {"": (Plan(frozenset(DAY_KINDS), (segment,)),)},
        free_minutes=price.free_minutes,
        day_bounds=FROM_ENTRY,
        day_cap_fen=price.day_fen,
    )


def _stay(work: Work, lot: Lot, costs: Costs, until_ms: int) -> Stay:
    return Stay(
        costs.in_ms,
        max(costs.in_ms, until_ms),
        costs.vehicle_class,
        passes=_passes(work, lot, costs),
        coupons=coupon_rows.of_stay(work, lot, costs.id, costs.plate) if costs.id else [],
        earlier=_earlier(work, lot, costs),
    )


def _tariff(work: Work, lot: Lot, terms: Terms) -> Tariff | None:
    """None: it costs nothing."""
    if terms.basis == TARIFF:
        of_version = work.given.tariff(work.db, terms.tariff, terms.version)
        if of_version is not None:
            return of_version
    return None if terms.basis == NONE else of_price(lot.price)


def _passes(work: Work, lot: Lot, costs: Costs) -> list[tuple[int, int]]:
    """The times in which the vehicle need not pay. A car beyond its holder's spaces is a guest all the time."""
    entry = work.site.barriers.get(costs.in_barrier)
    if costs.as_guest or entry is None:
        return []
    places = rights.places_of(work, lot, entry[1])
    return [
        (right.starts_ms or 0, _FOREVER_MS if right.ends_ms is None else right.ends_ms)
        for right in rights.of_plate(work, lot, costs.plate, visitors=lot.visitors_free)
        if right.kind != "blacklist" and right.place in places
    ]


def _earlier(work: Work, lot: Lot, costs: Costs) -> Earlier:
    spent: dict[date, int] = {}
    free: set[date] = set()
    for by_day, free_on in work.all(
        "SELECT by_day, free_on FROM parking_stays WHERE lot = ? AND plate = ? AND out_ms >= ? AND id < ?",
        lot.parking_lot_id,
        costs.plate,
        costs.in_ms - 2 * _DAY_MS,
        costs.id,
    ):
        free.update(msgspec.json.decode(free_on, type=list[date]))
        for day, fen in msgspec.json.decode(by_day, type=dict[date, int]).items():
            spent[day] = spent.get(day, 0) + fen
    return Earlier(spent, frozenset(free))


def _line(line: Line) -> FeeLine:
    begins, ends = ("", "") if line.hours is None else (_clock(line.hours[0]), _clock(line.hours[1]))
    return FeeLine(
        kind=line.kind,
        fen=line.fen,
        day="" if line.day is None else line.day.isoformat(),
        begins=begins,
        ends=ends,
        count=line.count,
        minutes=line.minutes,
        each_fen=line.each_fen,
        coupon=line.coupon.kind if line.coupon is not None else "",
        value=line.coupon.value if line.coupon is not None else 0,
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
