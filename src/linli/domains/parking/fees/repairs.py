"""What a person puts right: a plate that was misread, an exit without its entry, a vehicle that is not inside."""

from sqlalchemy import bindparam, update

from linli.domains.parking.coupons import following
from linli.domains.parking.fees import stay_queries, stays
from linli.domains.parking.fees.bills import note
from linli.domains.parking.fees.errors import StayOver
from linli.domains.parking.fees.labels import is_label
from linli.domains.parking.fees.models import confusions
from linli.domains.parking.fees.reasons import checked_reason
from linli.domains.parking.fees.rows import StayRow
from linli.domains.parking.fees.stay_queries import ENDED, INSIDE
from linli.domains.parking.rows import LanePass
from linli.kernel.db import Command, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.rules.plate_pairs import Candidate, Pairing, pair
from linli.rules.plates import clean_plate, is_plate

_again = Command(
    update(confusions)
    .where(
        in_scope(confusions),
        confusions.c.iot_id == bindparam("camera"),
        confusions.c.stood == bindparam("was"),
        confusions.c.seen == bindparam("read"),
    )
    .values(count=confusions.c.count + 1)
)


async def nearest(scope: Scope, db: Reader, row: LanePass, lot_id: int) -> Pairing:
    """Vehicles inside that an exit may be of, the nearest first, by the habits of its camera."""
    inside = await stay_queries.all_inside(scope, db, community_id=row.community_id, lot_id=lot_id)
    candidates = [
        Candidate(stay.stay_id, stay.plate, stay.plate_color) for stay in inside if not is_label(stay.plate)
    ]
    return pair(row.plate, row.plate_color, candidates, await stay_queries.habits(scope, db, row.iot_id))


async def end(scope: Scope, tx: Tx, *, stay_id: int, reason: str, now_ms: int) -> None:
    """The vehicle is not inside, whatever the lanes saw: nothing is due. Raises NotFound, StayOver, BadInput."""
    row = await stay_queries.stay(scope, tx, stay_id)
    if row.state != INSIDE:
        raise StayOver()
    after = row._replace(state=ENDED, out_ms=now_ms, note=checked_reason(reason), changed_ms=now_ms)
    await stays.change(scope, tx, row, after)
    await following.detach(scope, tx, stay_id)
    await note(scope, tx, row, "ended", now_ms, after={"reason": after.note})


async def correct_plate(
    scope: Scope, tx: Tx, *, stay_id: int, plate: str, now_ms: int, reason: str = ""
) -> int:
    """The plate as it is. An exit without its entry then joins the stay of that plate. Returns the stay's number.

    Raises NotFound, BadInput, StayOver for a stay that was charged already.
    """
    row = await stay_queries.stay(scope, tx, stay_id)
    cleaned = clean_plate(plate)
    if not is_plate(cleaned):
        raise BadInput(field="plate", rule="plate")
    if row.state != INSIDE and not row.is_orphan:
        raise StayOver()
    standing = await stay_queries.inside(
        scope, tx, community_id=row.community_id, lot_id=row.lot_id, plate=cleaned
    )
    others = [other for other in standing if other.stay_id != stay_id]
    if row.state == INSIDE and others:
        raise BadInput(field="plate", rule="stay.inside")
    if others:
        return await join(
            scope, tx, orphan_id=stay_id, stay_id=others[0].stay_id, now_ms=now_ms, reason=reason
        )
    await _learn(scope, tx, row, row.in_pass or row.out_pass, cleaned)
    renamed = row._replace(plate=cleaned, changed_ms=now_ms)
    await stays.change(scope, tx, row, renamed)
    await following.detach(scope, tx, stay_id)
    if row.state == INSIDE:
        await following.attach(scope, tx, renamed, now_ms)
    after: dict[str, object] = {"plate": cleaned, "reason": reason} if reason else {"plate": cleaned}
    await note(scope, tx, row, "corrected", now_ms, before={"plate": row.plate}, after=after)
    return stay_id


async def join(scope: Scope, tx: Tx, *, orphan_id: int, stay_id: int, now_ms: int, reason: str = "") -> int:
    """An exit without its entry is of this stay. Raises NotFound, StayOver."""
    orphan = await stay_queries.stay(scope, tx, orphan_id)
    stay = await stay_queries.stay(scope, tx, stay_id)
    if not orphan.is_orphan or orphan.out_pass is None or stay.state != INSIDE:
        raise StayOver()
    if (orphan.community_id, orphan.lot_id) != (stay.community_id, stay.lot_id):
        raise NotFound(what="stay", id=str(stay_id))
    seen = await stay_queries.vehicle_pass(
        scope, tx, community_id=orphan.community_id, pass_id=orphan.out_pass
    )
    await _learn(scope, tx, stay, orphan.out_pass, stay.plate)
    await stays.delete_stay(scope, tx, orphan_id)
    await stays.leave(scope, tx, stay, seen)
    after: dict[str, object] = {"plate": stay.plate, "reason": reason} if reason else {"plate": stay.plate}
    await note(scope, tx, stay, "joined", now_ms, before={"plate": orphan.plate}, after=after)
    return stay_id


async def separate(scope: Scope, tx: Tx, *, stay_id: int, now_ms: int) -> int:
    """The exit was another vehicle's: this one is inside again. Returns the number of the exit without its entry.

    Raises NotFound, StayOver for an exit that was read as this very plate.
    """
    stay = await stay_queries.stay(scope, tx, stay_id)
    if not stay.out_plate or stay.out_pass is None:
        raise StayOver()
    seen = await stay_queries.vehicle_pass(scope, tx, community_id=stay.community_id, pass_id=stay.out_pass)
    after = stay._replace(
        state=INSIDE, out_pass=None, out_lane_id=None, out_ms=None, out_plate="", fen=None, fee="", by_day="{}",
        free_on="[]", changed_ms=now_ms,
    )  # fmt: skip
    await stays.change(scope, tx, stay, after)
    await following.reopen(scope, tx, stay_id)
    orphan = stays.orphan(seen, stay.lot_id)
    await stays.insert(tx, orphan)
    await note(scope, tx, stay, "separated", now_ms, before={"plate": stay.out_plate})
    return orphan.stay_id


async def _learn(scope: Scope, tx: Tx, row: StayRow, pass_id: int | None, plate: str) -> None:
    """What the camera of a pass read for what stood there."""
    if pass_id is None:
        return
    seen = await stay_queries.vehicle_pass(scope, tx, community_id=row.community_id, pass_id=pass_id)
    if len(seen.plate) != len(plate):
        return
    for stood, read in zip(plate, seen.plate, strict=True):
        key = {"iot_id": seen.iot_id, "stood": stood, "seen": read}
        values = {**key, "tenant_id": row.tenant_id, "community_id": row.community_id, "count": 0}
        await tx.upsert(confusions, [values], keys=("iot_id", "stood", "seen"))
        await _again.run(tx, scope, camera=seen.iot_id, was=stood, read=read)
