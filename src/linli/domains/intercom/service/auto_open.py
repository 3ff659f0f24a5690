"""Timed auto-open: for some minutes a home opens to whoever rings it, by the right of the member who set it up.

It opens a door only while that member may open it, once in ten seconds, and at most as often as was said.
"""

from typing import Final

from sqlalchemy import bindparam, update

from linli.calls.rows import DOOR_STATION, bell_of
from linli.domains.intercom.errors import AutoOpenRefused
from linli.domains.intercom.events import AutoOpenMoved
from linli.domains.intercom.models import auto_opens
from linli.domains.intercom.queries.doors import rooms_of_group
from linli.domains.intercom.queries.homes import auto_opens_since
from linli.domains.intercom.queries.owners import groups_of_houses
from linli.domains.intercom.rows import AutoOpen, CallRow
from linli.domains.intercom.service.openings import Openings, may_open_now
from linli.kernel import history
from linli.kernel.db import INT, Command, Database, Reader, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules.unlocking import TryResult, Way

MOST_MINUTES: Final = 120
MOST_TIMES: Final = 20
MOST_A_DAY: Final = 10
"""Set up by one home."""
BETWEEN_MS: Final = 10_000
"""At least, from one opening to the next."""
_DAY_MS: Final = 86_400_000

_claim = Command(
    update(auto_opens)
    .where(
        auto_opens.c.id == bindparam("of_auto", type_=INT),
        auto_opens.c.ended_ms == 0,
        auto_opens.c.until_ms > bindparam("now", type_=INT),
        auto_opens.c.used < auto_opens.c.most,
        auto_opens.c.used_ms <= bindparam("before", type_=INT),
        in_scope(auto_opens),
    )
    .values(used=auto_opens.c.used + 1, used_ms=bindparam("now", type_=INT))
)
_end = Command(
    update(auto_opens)
    .where(
        auto_opens.c.space_id == bindparam("of_space", type_=INT),
        auto_opens.c.ended_ms == 0,
        in_scope(auto_opens),
    )
    .values(ended_ms=bindparam("now", type_=INT))
)


def holds(row: AutoOpen, now_ms: int) -> bool:
    return row.ended_ms == 0 and row.until_ms > now_ms and row.used < row.most


async def holding(scope: Scope, db: Reader, *, space_id: int, now_ms: int) -> AutoOpen | None:
    """What a home has set up, if it holds now."""
    since = Ids.number_at(now_ms - MOST_MINUTES * 60_000)
    rows = await auto_opens_since(scope, db, space_id, since)
    return next((row for row in rows if holds(row, now_ms)), None)


async def set_up(scope: Scope, tx: Tx, *, wish: AutoOpen, minutes: int, now_ms: int) -> AutoOpen:
    """Raises BadInput; AutoOpenRefused when one holds already, the member may open no door that rings the home, or too
    many were set up today."""
    for field, value, high in (("minutes", minutes, MOST_MINUTES), ("times", wish.most, MOST_TIMES)):
        if not 1 <= value <= high:
            raise BadInput(field=field, rule="range", low=1, high=high)
    lately = await auto_opens_since(scope, tx, wish.space_id, Ids.number_at(now_ms - _DAY_MS))
    if any(holds(row, now_ms) for row in lately):
        raise AutoOpenRefused("holds")
    if len(lately) >= MOST_A_DAY:
        raise AutoOpenRefused("too_often")
    if not await _opens_any(scope, tx, wish, now_ms):
        raise AutoOpenRefused("no_door")
    await tx.insert(auto_opens, wish._asdict())
    await _moved(scope, tx, wish, "set", now_ms)
    return wish


async def end(scope: Scope, tx: Tx, *, community_id: int, space_id: int, now_ms: int) -> None:
    """By hand, by any member; nothing happens when none holds."""
    row = await holding(scope, tx, space_id=space_id, now_ms=now_ms)
    if await _end.run(tx, scope, of_space=space_id, now=now_ms) and row is not None:
        await _moved(scope, tx, row, "ended", now_ms)


async def let_in(db: Database, openings: Openings, call: CallRow) -> bool:
    """Whether the door that rings a home opened by itself. It is asked by its own line: nobody has taken the call.

    Never for a visitor's phone: that one may be anywhere.
    """
    if (
        call.caller_kind != DOOR_STATION
        or bell_of(call.caller) is not None
        or call.space_id is None
        or call.community_id is None
        or not call.iot_id
    ):
        return False
    scope, now_ms = Scope.system(call.tenant_id, "intercom").narrowed(call.community_id), call.started_ms
    row = await holding(scope, db, space_id=call.space_id, now_ms=now_ms)
    if row is None or not await _may_open(db, row, call.iot_id, now_ms):
        return False

    async def work(tx: Tx) -> bool:
        claimed = await _claim.run(tx, scope, of_auto=row.id, now=now_ms, before=now_ms - BETWEEN_MS)
        if claimed:
            await _moved(scope, tx, row, "used", now_ms)
        return bool(claimed)

    if not await db.run(work):
        return False
    opening = await openings.note(call, row.identity_id)
    if not openings.by_remote(opening):
        await openings.settle(opening, None, TryResult.UNKNOWN)
        return False
    result = await openings.remote(opening)
    await openings.settle(opening, Way.REMOTE, result)
    return result == TryResult.OPENED


async def _may_open(db: Reader, row: AutoOpen, iot_id: str, now_ms: int) -> bool:
    return await may_open_now(
        db,
        tenant_id=row.tenant_id,
        community_id=row.community_id,
        identity_id=row.identity_id,
        iot_id=iot_id,
        now_ms=now_ms,
    )


async def _opens_any(scope: Scope, db: Reader, row: AutoOpen, now_ms: int) -> bool:
    group = (await groups_of_houses(scope, db, [row.space_id])).get(row.space_id)
    if group is None:
        return False
    for room in await rooms_of_group(scope, db, group_id=group.group_id):
        if await _may_open(db, row, room.iot_id, now_ms):
            return True
    return False


async def _moved(scope: Scope, tx: Tx, row: AutoOpen, what: str, now_ms: int) -> None:
    record = history.Record("house_calls", str(row.space_id), row.community_id)
    values = {"auto_open": what, "times": row.most, "until_ms": row.until_ms}
    await history.note(scope, tx, record, "changed", after=values, now_ms=now_ms)
    event = AutoOpenMoved(
        tenant_id=row.tenant_id,
        community_id=row.community_id,
        space_id=row.space_id,
        auto_id=row.id,
        identity_id=row.identity_id,
        what=what,
        times=row.most,
        until_ms=row.until_ms,
        at_ms=now_ms,
    )
    await emit(tx, event, key=str(row.id))
