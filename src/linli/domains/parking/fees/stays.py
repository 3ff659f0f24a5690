"""A stay as it is written: begun by a pass in, ended by a pass out or by a person."""

from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, delete, update

from linli.domains.parking.coupons import following
from linli.domains.parking.fees import queries, stay_queries
from linli.domains.parking.fees.bills import charge, taken_off
from linli.domains.parking.fees.forms import fee_row
from linli.domains.parking.fees.models import stays
from linli.domains.parking.fees.rows import StayRow
from linli.domains.parking.fees.stay_queries import INSIDE, LEFT
from linli.domains.parking.rows import LanePass
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.scope import Scope

LARGE: Final = "large"
ENERGY: Final = "energy"
CLASS_OF_COLOR: Final = {1: LARGE, 5: ENERGY, 7: ENERGY, 8: ENERGY}
"""Colour of the plate → class: yellow plates are of large vehicles, green ones of those with new energy."""
_this = and_(in_scope(stays), stays.c.stay_id == bindparam("row", type_=INT))
_CHANGED: Final = (
    "plate", "vehicle_class", "state", "out_pass", "out_lane_id", "out_ms", "out_plate", "fen", "fee", "by_day",
    "free_on", "note", "changed_ms",
)  # fmt: skip
_change = Command(
    update(stays)
    .where(_this, stays.c.state == bindparam("state_before"))
    .values({name: bindparam(f"to_{name}", type_=stays.c[name].type) for name in _CHANGED})
)
_delete = Command(delete(stays).where(_this))


def begun(row: LanePass, lot_id: int) -> StayRow:
    """The stay of a vehicle that comes by this pass, whose number it bears."""
    return StayRow(
        stay_id=row.id,
        tenant_id=row.tenant_id,
        community_id=row.community_id,
        lot_id=lot_id,
        plate=row.plate,
        plate_color=row.plate_color,
        vehicle_class=CLASS_OF_COLOR.get(-1 if row.plate_color is None else row.plate_color, ""),
        state=INSIDE,
        tariff_id=None,
        version=None,
        in_pass=row.id,
        in_lane_id=row.lane_id,
        in_ms=row.passed_ms,
        out_pass=None,
        out_lane_id=None,
        out_ms=None,
        out_plate="",
        fen=None,
        fee="",
        by_day="{}",
        free_on="[]",
        note="",
        changed_ms=row.received_ms,
    )


async def with_tariff(scope: Scope, tx: Tx, stay: StayRow) -> StayRow:
    """A stay that begins, with the version by which its lot charges now."""
    tariff_id = (await stay_queries.tariffs_of_lots(scope, tx, stay.community_id)).get(stay.lot_id)
    newest = 0 if tariff_id is None else (await queries.tariff(scope, tx, tariff_id)).version
    return stay._replace(tariff_id=tariff_id, version=newest) if newest else stay


def orphan(row: LanePass, lot_id: int) -> StayRow:
    """An exit for which no entry was found: for a person, who chooses."""
    return begun(row, lot_id)._replace(
        state=LEFT,
        in_pass=None,
        in_lane_id=None,
        out_pass=row.id,
        out_lane_id=row.lane_id,
        out_ms=row.passed_ms,
    )


async def insert(tx: Tx, stay: StayRow) -> None:
    await tx.insert(stays, stay._asdict())


async def delete_stay(scope: Scope, tx: Tx, stay_id: int) -> None:
    await _delete.run(tx, scope, row=stay_id)


async def leave(scope: Scope, tx: Tx, stay: StayRow, row: LanePass) -> StayRow:
    """It left by this pass, whatever plate was read: what it cost stands from now on."""
    out_ms = max(stay.in_ms, row.passed_ms)
    taken = (await stay_queries.paid_for(scope, tx, [stay.stay_id]))[stay.stay_id]
    charged = await charge(scope, tx, stay, until_ms=out_ms, taken=taken)
    after = stay._replace(
        state=LEFT,
        out_pass=row.id,
        out_lane_id=row.lane_id,
        out_ms=out_ms,
        out_plate="" if row.plate == stay.plate else row.plate,
        changed_ms=row.received_ms,
    )
    if charged is not None:
        fee = charged[1]
        after = after._replace(
            fen=fee.fen,
            fee=msgspec.json.encode(fee_row(fee)).decode(),
            by_day=msgspec.json.encode(fee.by_day).decode(),
            free_on=msgspec.json.encode(sorted(fee.free_on)).decode(),
        )
    off = [] if charged is None else await taken_off(scope, tx, stay, fee, until_ms=out_ms, taken=taken)
    await change(scope, tx, stay, after)
    await following.settle(scope, tx, stay.stay_id, off, row.received_ms)
    return after


async def change(scope: Scope, tx: Tx, before: StayRow, after: StayRow) -> None:
    """Write what differs; a stay that another hand changed meanwhile stays as that hand left it."""
    values = {f"to_{name}": getattr(after, name) for name in _CHANGED}
    await _change.run(tx, scope, row=before.stay_id, state_before=before.state, **values)
