"""Passes of vehicles become stays: a pass in begins one, a pass out ends it, also where its plate was misread."""

from typing import Final

from linli.domains.parking.coupons import following
from linli.domains.parking.events import VehiclePassed
from linli.domains.parking.fees import exits, lots, stay_queries, stays
from linli.domains.parking.fees.bills import note
from linli.domains.parking.fees.repairs import nearest
from linli.domains.parking.fees.rows import StayRow
from linli.domains.parking.fees.stay_queries import LOST
from linli.domains.parking.rows import LanePass
from linli.kernel.db import Tx
from linli.kernel.scope import Scope
from linli.rules.parking_entry import PARK_RECORD_V2, Standing

NORMAL: Final = 0
"""`openType` of a pass that the camera decided."""
TWICE_MS: Final = 120_000
"""A camera that reads a plate again within this time saw the same car."""


async def passed(tx: Tx, event: VehiclePassed) -> None:
    """Inline: a pass in begins a stay, a pass out ends it. Lanes inside a lot, and cars without plate, do neither."""
    scope = Scope.system(event.tenant_id, "parking")
    row = await stay_queries.vehicle_pass(scope, tx, community_id=event.community_id, pass_id=event.pass_id)
    lot_id = await lots.lot_of(scope, tx, row.area_id)
    if not row.plate or lot_id is None or lot_id != row.area_id:
        return
    if row.direction == 0:
        await _enters(scope, tx, row, lot_id)
    else:
        await _leaves(scope, tx, row, lot_id)


async def _enters(scope: Scope, tx: Tx, row: LanePass, lot_id: int) -> None:
    for before in await _inside(scope, tx, row, lot_id):
        if abs(row.passed_ms - before.in_ms) < TWICE_MS:
            return
        await stays.change(scope, tx, before, before._replace(state=LOST, changed_ms=row.received_ms))
        await following.detach(scope, tx, before.stay_id)
    stay = await stays.with_tariff(scope, tx, stays.begun(row, lot_id))
    await stays.insert(tx, stay)
    await following.attach(scope, tx, stay, row.received_ms)


async def _leaves(scope: Scope, tx: Tx, row: LanePass, lot_id: int) -> None:
    standing = await _inside(scope, tx, row, lot_id)
    if standing:
        is_guest = row.permission == PARK_RECORD_V2[Standing.TEMPORARY]
        if is_guest and row.open_type == NORMAL and await exits.reached(scope, tx, standing[0], row):
            return
        await stays.leave(scope, tx, standing[0], row)
        return
    seen = await stay_queries.earlier(
        scope,
        tx,
        community_id=row.community_id,
        lot_id=lot_id,
        plate=row.plate,
        since_ms=row.passed_ms - TWICE_MS,
    )
    if seen:
        return
    pairing = await nearest(scope, tx, row, lot_id)
    if not pairing.sure:
        await stays.insert(tx, stays.orphan(row, lot_id))
        return
    stay = await stay_queries.stay(scope, tx, pairing.nearest[0].candidate.stay_id)
    await stays.leave(scope, tx, stay, row)
    await note(
        scope,
        tx,
        stay,
        "mended",
        row.received_ms,
        before={"plate": row.plate},
        after={"plate": stay.plate},
    )


async def _inside(scope: Scope, tx: Tx, row: LanePass, lot_id: int) -> list[StayRow]:
    return await stay_queries.inside(scope, tx, community_id=row.community_id, lot_id=lot_id, plate=row.plate)
