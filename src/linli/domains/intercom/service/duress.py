"""Opening under duress: a member who set it up opens as usual by a long press, and the guard desk is called silently.

What the page is told, and what the home's log says, is what any opening says (ADR 0116).
"""

from typing import Final

from sqlalchemy import bindparam, delete, select

from linli.domains.access.queries.doors import find_door
from linli.domains.access.queries.places import places
from linli.domains.access.rows import AlarmSource
from linli.domains.access.service.alarms import DURESS, raise_alarm
from linli.domains.intercom.models.bells import duress
from linli.domains.intercom.rows import CallRow
from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

PRESSED_MS: Final = 1_500
"""So long a press is a call for help."""
_of = (
    duress.c.space_id == bindparam("of_space", type_=INT),
    duress.c.identity_id == bindparam("of_identity"),
    in_scope(duress),
)
_set = Query(select(duress.c.space_id).where(*_of))
_drop = Command(delete(duress).where(*_of))


async def is_set(scope: Scope, db: Reader, *, space_id: int, identity_id: str) -> bool:
    return await _set.one(db, scope, of_space=space_id, of_identity=identity_id) is not None


async def choose(
    scope: Scope, tx: Tx, *, community_id: int, space_id: int, identity_id: str, wanted: bool, now_ms: int
) -> None:
    """By the member alone. No history of the home says it: others of the home read that."""
    if not wanted:
        await _drop.run(tx, scope, of_space=space_id, of_identity=identity_id)
        return
    row = {
        "space_id": space_id,
        "identity_id": identity_id,
        "tenant_id": scope.tenant,
        "community_id": community_id,
        "set_ms": now_ms,
    }
    await tx.upsert(duress, [row], keys=("space_id", "identity_id"), update=("set_ms",))


async def pressed(
    scope: Scope, tx: Tx, *, call: CallRow, identity_id: str, held_ms: int, ids: Ids, now_ms: int
) -> None:
    """A member pressed "open" so long: the guard desk is called if that is what it means."""
    if held_ms < PRESSED_MS or call.space_id is None or call.community_id is None:
        return
    if not await is_set(scope, tx, space_id=call.space_id, identity_id=identity_id):
        return
    door = await find_door(scope, tx, iot_id=call.iot_id) if call.iot_id else None
    where = await places(scope, tx, space_ids=[call.space_id])
    home = where.get(call.space_id, "")
    source = AlarmSource(
        iot_id=call.iot_id or f"home:{call.space_id}",
        tenant_id=call.tenant_id,
        community_id=call.community_id,
        name=f"{home} · {door.name}" if door is not None else home,
    )
    await raise_alarm(
        tx,
        door=source,
        kind=DURESS,
        alarm_id=ids.number(now_ms),
        at_ms=now_ms,
        received_ms=now_ms,
        lasts=True,
    )
