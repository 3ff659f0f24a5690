"""Files for one device, which end when it has fetched them: content that opens doors is fetched by one client only.

Devices fetch with a plain GET (spec A 4.3) and cannot identify themselves. So the link ends for all addresses but the
first that uses it, and for that one soon after.
"""

from typing import Final

from sqlalchemy import Table, bindparam, delete, select, update

from linli.kernel import telemetry
from linli.kernel.db import INT, Command, Database, Query, Reader, Tx, integer, metadata, text_column

AGAIN_MS: Final = 30_000
"""How long the address that began may go on, or begin again when the line broke."""
MOST: Final = 5
"""Requests of that address, parts of the file counted each."""

log = telemetry.logger(__name__)

handed_files = Table(
    "handed_files",
    metadata,
    text_column("object_key", primary_key=True),
    text_column("device"),
    text_column("address"),
    integer("begun_ms", index=True),
    integer("times"),
)
"""Files that a device has begun to fetch."""

_h = handed_files.c
_handed = Query(select(_h.address, _h.begun_ms, _h.times).where(_h.object_key == bindparam("key")))
_again = Command(
    update(handed_files).where(_h.object_key == bindparam("key"), _h.times < MOST).values(times=_h.times + 1)
)
_forget = Command(delete(handed_files).where(_h.begun_ms < bindparam("before", type_=INT)))


async def hand(db: Database, *, key: str, device: str, address: str, now_ms: int) -> bool:
    """Whether `address` may have the file now. The first to ask binds it."""
    row = {"object_key": key, "device": device, "address": address, "begun_ms": now_ms, "times": 0}

    async def work(tx: Tx) -> bool:
        await tx.upsert(handed_files, [row], keys=("object_key",))
        handed = await _handed.one(tx, key=key)
        assert handed is not None
        if handed[0] != address:
            log.warning("a file handed to device %s was asked for by a second address", device)
            return False
        return now_ms - handed[1] <= AGAIN_MS and await _again.run(tx, key=key) > 0

    return await db.run(work)


async def handed(db: Reader, *, key: str) -> bool:
    """Whether somebody has begun to fetch it."""
    return await _handed.one(db, key=key) is not None


async def forget_handed(db: Database, *, before_ms: int) -> None:
    """Forget files whose links are over long since."""
    await db.run(lambda tx: _forget.run(tx, before=before_ms))
