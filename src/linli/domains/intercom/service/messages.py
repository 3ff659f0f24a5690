"""What visitors leave whom nobody answered: written as it begins, as it is ready, and when it goes."""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, update

from linli.delivery.files import FileKey
from linli.domains.intercom.models import messages
from linli.domains.intercom.queries import messages as queries
from linli.domains.intercom.queries.calls import call_in_hand
from linli.domains.intercom.rows import FAILED, READY, RECORDING, Message
from linli.kernel import history, outbox
from linli.kernel.db import INT, Command, Database, Tx, in_scope
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

DROP_MESSAGE: Final = "intercom.drop_message"
"""The outbox job that deletes one file of a message."""
MOST_KEPT: Final = 50
"""Of one home; older ones go."""
_AT_ONCE: Final = 100
_IN_HAND: Final = "the recording that this process has in hand"

_store = Command(
    update(messages)
    .where(messages.c.call_id == bindparam("of_call", type_=INT), messages.c.state == RECORDING)
    .values(
        state=bindparam("to_state"),
        kind=bindparam("of_kind"),
        film=bindparam("to_film"),
        photo=bindparam("to_photo"),
        length_ms=bindparam("length", type_=INT),
        why=bindparam("reason"),
    ),
    unscoped=_IN_HAND,
)
_see = Command(
    update(messages)
    .where(messages.c.call_id == bindparam("of_call", type_=INT), messages.c.seen_ms == 0, in_scope(messages))
    .values(seen_ms=bindparam("now", type_=INT))
)
_drop = Command(
    delete(messages).where(messages.c.call_id == bindparam("of_call", type_=INT)),
    unscoped="a message that was looked up before, by its home or for its age",
)


class Outcome(NamedTuple):
    """What became of a recording. Empty: nothing to see, or to hear."""

    kind: str = ""
    film: str = ""
    photo: str = ""
    length_ms: int = 0
    why: str = ""
    """It failed."""


async def begin(tx: Tx, *, call_id: int, process: str, now_ms: int) -> bool:
    """A visitor begins to leave a message. False: the call names no house."""
    call = await call_in_hand(tx, call_id)
    if call.space_id is None or call.community_id is None:
        return False
    row = Message(
        call_id=call_id,
        tenant_id=call.tenant_id,
        community_id=call.community_id,
        space_id=call.space_id,
        process=process,
        state=RECORDING,
        kind="",
        film="",
        photo="",
        length_ms=0,
        why="",
        recorded_ms=now_ms,
        seen_ms=0,
    )
    await tx.upsert(messages, [row._asdict()], keys=("call_id",), update=())
    return True


async def settle(tx: Tx, *, call_id: int, result: Outcome, now_ms: int) -> None:
    """It is ready, or nothing came of it; the home's oldest ones beyond its most go."""
    row = await queries.message_in_hand(tx, call_id)
    nothing = not (result.film or result.photo or result.why)
    if row is None or nothing:
        for key in filter(None, (result.film, result.photo)):
            await outbox.add(tx, DROP_MESSAGE, FileKey(key), due_ms=now_ms)
        if row is not None:
            await _drop.run(tx, of_call=call_id)
        return
    await _store.run(
        tx,
        of_call=call_id,
        to_state=FAILED if result.why else READY,
        of_kind=result.kind,
        to_film=result.film,
        to_photo=result.photo,
        length=result.length_ms,
        reason=result.why,
    )
    for old in await queries.beyond(tx, space_id=row.space_id, most=MOST_KEPT):
        await _erase(tx, old, now_ms)


async def see(scope: Scope, tx: Tx, *, call_id: int, now_ms: int) -> None:
    """Somebody of the home watched it."""
    await _see.run(tx, scope, of_call=call_id, now=now_ms)


async def erase(scope: Scope, tx: Tx, row: Message, *, now_ms: int) -> None:
    """A member of the home deletes it, for all of them."""
    record = history.Record("house_calls", str(row.space_id), row.community_id)
    await history.note(scope, tx, record, "message_deleted", before={"call": str(row.call_id)}, now_ms=now_ms)
    await _erase(tx, row, now_ms)


async def purge(db: Database, *, now_ms: int, days: int) -> int:
    """Forget messages older than this; how many."""
    below = Ids.number_at(now_ms - days * 86_400_000)

    async def work(tx: Tx) -> int:
        rows = await queries.expired(tx, below=below, limit=_AT_ONCE)
        for row in rows:
            await _erase(tx, row, now_ms)
        return len(rows)

    count = 0
    while some := await db.run(work):
        count += some
    return count


async def _erase(tx: Tx, row: Message, now_ms: int) -> None:
    for key in filter(None, (row.film, row.photo)):
        await outbox.add(tx, DROP_MESSAGE, FileKey(key), due_ms=now_ms)
    await _drop.run(tx, of_call=row.call_id)
