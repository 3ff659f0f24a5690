"""A seat takes a lane, keeps it while its page is heard of, and gives it back; only with a reason it takes another's.

A claim ends when the barrier goes up by an order, when it is given back, with the log-in, or a minute after its page was
last heard of. Who acts on a lane that another seat has is refused (ADR 0126).
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import and_, bindparam, delete, update

from linli.domains.communities.events import SpaceDeleting
from linli.domains.parking.claims import queries
from linli.domains.parking.claims.errors import ClaimOver, LaneClaimed
from linli.domains.parking.claims.models import lane_claims
from linli.domains.parking.claims.rows import LaneClaim
from linli.domains.parking.events import GateOpened
from linli.domains.parking.rows import LaneDevice
from linli.domains.people.queries.callers import caller_names
from linli.kernel import history
from linli.kernel.db import INT, Command, Reader, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope

HISTORY_KIND: Final = "parking_lane_claim"
LONGEST_REASON: Final = 200
_NOBODY: Final = 0
"""In the place of a log-in: the row only stands there to be locked."""
_lane = and_(in_scope(lane_claims), lane_claims.c.lane_id == bindparam("lane", type_=INT))
_own = and_(_lane, lane_claims.c.session_id == bindparam("seat", type_=INT))
_beat = Command(update(lane_claims).where(_own).values(beat_ms=bindparam("now", type_=INT)))
_give_back = Command(delete(lane_claims).where(_own))
_end = Command(delete(lane_claims).where(_lane))


async def claim(
    scope: Scope, tx: Tx, *, community_id: int, lane_id: int, seat: int, reason: str, now_ms: int
) -> LaneClaim:
    """The lane is this seat's, a log-in of the console. With a reason it is taken from the seat that has it.

    Raises LaneClaimed, BadInput.
    """
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise BadInput(field="reason", rule="too_long", limit=LONGEST_REASON)
    holder = f"{scope.caller.kind}:{scope.caller.id}"
    new = LaneClaim(lane_id, scope.tenant, community_id, seat, holder, now_ms, now_ms)
    await tx.upsert(lane_claims, [new._asdict()], keys=("lane_id",))
    before = await queries.locked_claim(scope, tx, lane_id)
    assert before is not None  # ours, or the one that was there
    if before == new:
        await _note(scope, tx, new, "claimed")
        return new
    counts = await queries.counts(tx, before, now_ms=now_ms)
    if counts and before.session_id == seat:
        await _beat.run(tx, scope, lane=lane_id, seat=seat, now=now_ms)
        return before._replace(beat_ms=now_ms)
    if counts and not reason:
        raise LaneClaimed(await _name(tx, before))
    columns = ("session_id", "holder", "since_ms", "beat_ms")
    await tx.upsert(lane_claims, [new._asdict()], keys=("lane_id",), update=columns)
    if counts:
        await _note(scope, tx, new, "taken_over", taken_from=await _name(tx, before), reason=reason)
    else:
        await _note(scope, tx, new, "claimed")
    return new


async def keep(scope: Scope, tx: Tx, *, lane_id: int, seat: int, now_ms: int) -> None:
    """The page of a seat is there. Raises ClaimOver."""
    row = await queries.locked_claim(scope, tx, lane_id)
    if row is None or row.session_id != seat or not await queries.counts(tx, row, now_ms=now_ms):
        raise ClaimOver()
    await _beat.run(tx, scope, lane=lane_id, seat=seat, now=now_ms)


async def give_back(scope: Scope, tx: Tx, *, lane_id: int, seat: int) -> None:
    """Of a lane that is another's, nothing happens."""
    await _give_back.run(tx, scope, lane=lane_id, seat=seat)


async def require_free(
    scope: Scope, tx: Tx, lane_ids: Collection[int], *, community_id: int, seat: int, now_ms: int
) -> None:
    """No other seat sees to these lanes of a community, and none claims one before the transaction is over: the row is
    locked, also where there was none. Raises LaneClaimed."""
    for lane_id in sorted(set(lane_ids)):
        nobody = LaneClaim(lane_id, scope.tenant, community_id, _NOBODY, "", 0, 0)
        await tx.upsert(lane_claims, [nobody._asdict()], keys=("lane_id",))
        row = await queries.locked_claim(scope, tx, lane_id)
        if row is None or row.session_id in (seat, _NOBODY):
            continue
        if await queries.counts(tx, row, now_ms=now_ms):
            raise LaneClaimed(await _name(tx, row))


async def note_shown(
    scope: Scope, tx: Tx, device: LaneDevice, *, words: str, reason: str, now_ms: int
) -> None:
    """Keep what a person had a lane's screen show or its voice say, and why."""
    record = history.Record(HISTORY_KIND, str(device.lane_id), device.community_id)
    await history.note(
        scope, tx, record, "shown", now_ms=now_ms, before={}, after={"words": words}, reason=reason
    )


async def gate_opened(tx: Tx, event: GateOpened) -> None:
    """Inline: the barrier went up by an order; what the seat saw to is done."""
    await _end.run(tx, Scope.system(event.tenant_id, "parking"), lane=event.lane_id)


async def space_deleting(tx: Tx, event: SpaceDeleting) -> None:
    """Inline: a lane that goes is nobody's."""
    await _end.run(tx, Scope.system(event.tenant_id, "parking"), lane=event.space_id)


async def _name(db: Reader, row: LaneClaim) -> str:
    """Empty: the account has no name."""
    return (await caller_names(db, [row.holder])).get(row.holder, "")


async def _note(
    scope: Scope, tx: Tx, row: LaneClaim, action: str, *, taken_from: str = "", reason: str = ""
) -> None:
    record = history.Record(HISTORY_KIND, str(row.lane_id), row.community_id)
    before = {"takenFrom": taken_from} if taken_from else {}
    await history.note(scope, tx, record, action, now_ms=row.since_ms, before=before, after={}, reason=reason)
