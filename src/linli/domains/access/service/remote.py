"""Opening a door remotely, with a reason and a trace."""

from sqlalchemy import bindparam, func, select, update

from linli.delivery.ports import Invoker
from linli.domains.access.events import RemoteOpened
from linli.domains.access.models import remote_opens
from linli.domains.access.queries.doors import get_door
from linli.domains.access.rows import Door, RemoteOpen
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Tx
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

TIMEOUT_S = 15.0
"""Spec E 5.7."""
MAX_REASON = 200
ASKED, OPENED = "asked", "opened"

PICTURE_MS = 60_000
"""How long after an opening was asked for the door's picture of it may come."""
_latest = remote_opens.alias("latest")

_answer = Command(
    update(remote_opens)
    .where(remote_opens.c.id == bindparam("row_id", type_=INT))
    .values(result=bindparam("to_result"), answered_ms=bindparam("now", type_=INT)),
    unscoped="the row was made by this call",
)
_picture = Command(
    update(remote_opens)
    .where(
        remote_opens.c.id
        == select(func.max(_latest.c.id))
        .where(
            _latest.c.iot_id == bindparam("of_door"),
            _latest.c.tenant_id == bindparam("of_tenant"),
            _latest.c.asked_ms >= bindparam("since", type_=INT),
        )
        .scalar_subquery(),
        remote_opens.c.picture == "",
    )
    .values(picture=bindparam("to_picture")),
    unscoped="the door that sent it was found in scope",
)


async def remote_open(
    scope: Scope,
    db: Database,
    *,
    invoker: Invoker,
    iot_id: str,
    reason: str,
    ids: Ids,
    clock: Clock,
    timeout_s: float = TIMEOUT_S,
) -> RemoteOpen:
    """Have a door open and wait for its answer; the audit row.

    The row is there before the door is asked, so a crash leaves a trace too. Raises DoorUnknown, BadInput, and
    what the call raises (offline, no answer in time, refused), after noting it.
    """
    if len(reason) > MAX_REASON:
        raise BadInput(field="reason", rule="too_long", limit=MAX_REASON)
    door = await get_door(scope, db, iot_id=iot_id)
    row = RemoteOpen(
        id=ids.number(),
        tenant_id=door.tenant_id,
        community_id=door.community_id,
        iot_id=iot_id,
        caller=f"{scope.caller.kind}:{scope.caller.id}",
        reason=reason.strip(),
        result=ASKED,
        asked_ms=clock.now_ms(),
        answered_ms=None,
    )
    await db.run(lambda tx: tx.insert(remote_opens, row._asdict()))
    try:
        await invoker.invoke(scope, iot_id, "remoteOpen", {}, timeout_s=timeout_s)
    except LinliError as error:
        await _note(db, door, row, error.code, clock.now_ms())
        raise
    return await _note(db, door, row, OPENED, clock.now_ms())


async def keep_picture(tx: Tx, *, door: Door, picture: str, now_ms: int) -> None:
    """What the door saw when it was last opened from afar. One that comes late, or once more, is not kept."""
    await _picture.run(
        tx, of_door=door.iot_id, of_tenant=door.tenant_id, since=now_ms - PICTURE_MS, to_picture=picture
    )


async def _note(db: Database, door: Door, row: RemoteOpen, result: str, now_ms: int) -> RemoteOpen:
    async def work(tx: Tx) -> None:
        await _answer.run(tx, row_id=row.id, to_result=result, now=now_ms)
        event = RemoteOpened(
            row.tenant_id, row.community_id, row.iot_id, door.name, row.caller, result, now_ms
        )
        await emit(tx, event, key=row.iot_id)

    await db.run(work)
    return row._replace(result=result, answered_ms=now_ms)
