"""The table of waiting work, and how rooms leave work in it."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Index, Table, bindparam, select

from linli.kernel.db import INT, Database, Query, Reader, Tx, any_of, identity, integer, metadata, text_column

outbox = Table(
    "outbox",
    metadata,
    identity(),
    text_column("kind"),
    text_column("key", server_default=""),
    text_column("payload"),
    integer("created_ms"),
    integer("due_ms"),
    integer("attempts", server_default="0"),
    integer("lease_ms", server_default="0"),
    text_column("lease_by", server_default=""),
    text_column("state", server_default="ready"),
    text_column("reason", server_default=""),
    Index("ix_outbox_due", "state", "due_ms"),
    Index("ix_outbox_key", "key", "id"),
    sqlite_autoincrement=True,
)
"""`lease_ms`: until when a worker has it in hand. `lease_by`: the process of that worker (`kernel.processes`)."""
URGENT_MS = -1
"""Due before everything: somebody waits for it at a screen."""

_waiting = Query(
    select(outbox.c.id)
    .where(
        outbox.c.key == bindparam("key"),
        outbox.c.kind == bindparam("kind"),
        outbox.c.state == "ready",
        outbox.c.lease_ms == 0,
        outbox.c.due_ms <= bindparam("now", type_=INT),
    )
    .limit(1)
    # Locked until the commit, so that no worker begins it before it can see what this transaction writes.
    .with_for_update(skip_locked=True)
)
_unfinished = Query(
    select(outbox.c.id).where(any_of(outbox.c.key, "keys"), outbox.c.state == "ready").limit(1)
)


async def add(
    tx: Tx, kind: str, payload: msgspec.Struct, *, key: str = "", due_ms: int = 0, now_ms: int = 0
) -> None:
    """Leave one piece of work for after the commit; `due_ms` 0 means at once, URGENT_MS before all that waits."""
    now = tx.db.clock.now_ms()
    row = {
        "kind": kind,
        "key": key,
        "payload": msgspec.json.encode(payload).decode(),
        "created_ms": now,
        "due_ms": due_ms or now,
    }
    await tx.insert_one(outbox, tuple(row), tuple(row.values()))
    tx.after_commit(lambda: wake(tx.db))


async def add_once(tx: Tx, kind: str, payload: Any, *, key: str, within_ms: int = 0) -> None:
    """`add`, unless the same job waits already and nobody has begun it.

    `within_ms`: it is put off for so long, so that what comes meanwhile is done with it.
    """
    due = tx.db.clock.now_ms() + within_ms
    if not await _waiting.all(tx, key=key, kind=kind, now=due):
        await add(tx, kind, payload, key=key, due_ms=due)


async def unfinished(db: Reader, keys: Sequence[str]) -> bool:
    """Whether a job with one of these keys waits or is being done."""
    return bool(keys) and await _unfinished.scalar(db, keys=list(keys)) is not None


OUTBOX: Final = "outbox"
"""The signal that wakes workers (`Database.wakers`)."""


def wake(db: Database) -> None:
    """Tell the workers of this process that there is something to do."""
    db.wakers.wake(OUTBOX)
