"""How processes share a limit: each takes a slice of what is left, and uses it up without asking again.

A process that is alone never comes here. The first slices of a second or day are large, the last ones small, so that
the whole limit can be used and is never exceeded. A slice that a process took and does not use is lost until the next
second or day. The database may lose the last of it in a power cut.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select, update

from linli.kernel.db import INT, Command, Database, Query, Tx, total
from linli.openapi.limits import ALL
from linli.openapi.metering import Meter, Window
from linli.openapi.models import slices, usage

_MOST: Final = 1_000
"""Calls of one slice."""
_FAR: Final = 5
"""A row so many seconds or days ahead was written by a clock that went wrong."""


class _Taken(NamedTuple):
    number: int
    taken: int


_place = and_(
    slices.c.subject == bindparam("of_subject"),
    slices.c.path == bindparam("of_path"),
    slices.c.span == bindparam("of_span"),
)
_BY_SUBJECT: Final = "the subject is a condition of its own"
_find = Query(
    select(slices.c.number, slices.c.taken).where(_place).with_for_update(), _Taken, unscoped=_BY_SUBJECT
)
_take = Command(
    update(slices)
    .where(_place)
    .values(number=bindparam("now_number", type_=INT), taken=bindparam("now_taken", type_=INT)),
    unscoped=_BY_SUBJECT,
)
_used = Query(
    select(func.coalesce(total(usage.c.calls), 0)).where(
        usage.c.tenant_id == bindparam("tenant"),
        usage.c.day == bindparam("day", type_=INT),
        or_(bindparam("subject") == usage.c.tenant_id, usage.c.app_key == bindparam("subject")),
        or_(bindparam("path") == ALL, usage.c.path == bindparam("path")),
    ),
    unscoped="the tenant is a condition of its own",
)


class Slices:
    """Takes slices for the windows of this process."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def admit(
        self, meter: Meter, tenant_id: str, path: str, rate: float | None, *, now_ms: int
    ) -> Window | None:
        """As `Meter.admit`, but asks for more of a window that the processes share before it refuses."""
        while (window := meter.admit(path, rate, now_ms)) is not None and window.may_ask:
            await self._ask(window, tenant_id)
        return window

    async def _ask(self, window: Window, tenant_id: str) -> None:
        """Afterwards the window allows more, or is spent. Calls that wait for the same window ask once."""
        if window.asking is None:
            window.asking = asyncio.Lock()
        async with window.asking:
            if window.used < window.allowed or not window.may_ask:
                return
            number = window.number
            taken = await self._db.run(partial(take, window=window, tenant_id=tenant_id), durable=False)
            if window.number == number:
                window.allowed = max(window.allowed, window.used) + taken
                window.spent = not taken


async def take(tx: Tx, *, window: Window, tenant_id: str) -> int:
    """Take a slice of a window; its calls, 0 when nothing is left."""
    subject, path, span = window.place
    binds: dict[str, Any] = {"of_subject": subject, "of_path": path, "of_span": span}
    row = await _find.one(tx, **binds)
    if row is None:
        first = {
            "subject": subject,
            "path": path,
            "span": span,
            "tenant_id": tenant_id,
            "number": -1,
            "taken": 0,
        }
        await tx.upsert(slices, [first], keys=("subject", "path", "span"))
        row = await _find.one(tx, **binds)
        assert row is not None
    number, taken = row
    if not window.number <= number <= window.number + _FAR:
        number = window.number
        taken = await _used_on(tx, window, tenant_id) if span == "day" else 0
    left = window.pool - taken
    if left <= 0:
        return 0
    size = min(max(1, left // (2 * window.processes)), _MOST)
    await _take.run(tx, **binds, now_number=number, now_taken=taken + size)
    return size


async def _used_on(tx: Tx, window: Window, tenant_id: str) -> int:
    """Calls of the day before anybody took a slice of it."""
    subject, path, _ = window.place
    return int(await _used.scalar(tx, tenant=tenant_id, subject=subject, path=path, day=window.number) or 0)
