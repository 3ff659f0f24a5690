"""The calls that a door had at some moment."""

from typing import Final

from sqlalchemy import bindparam, or_, select

from linli.domains.intercom.models import calls
from linli.domains.intercom.rows import CallRow
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

SLACK_MS: Final = 30_000
"""How far the clock of a door's box may be off, and how late a door may say that it opened."""
_LONGEST_MS: Final = 900_000
"""A call rings and talks for less."""
_MOST: Final = 20

_c = calls.c
_at = Query(
    select(calls)
    .where(
        _c.iot_id == bindparam("iot_id"),
        _c.id >= bindparam("first", type_=INT),
        _c.started_ms <= bindparam("latest", type_=INT),
        or_(_c.ended_ms == 0, _c.ended_ms >= bindparam("earliest", type_=INT)),
        in_scope(calls),
    )
    .order_by(_c.id.desc())
    .limit(_MOST),
    CallRow,
)


async def calls_at(scope: Scope, db: Reader, *, iot_id: str, at_ms: int) -> list[CallRow]:
    """Those under way at this time, then those a little before or after; each newest first."""
    rows = await _at.all(
        db,
        scope,
        iot_id=iot_id,
        first=Ids.number_at(at_ms - _LONGEST_MS),
        latest=at_ms + SLACK_MS,
        earliest=at_ms - SLACK_MS,
    )
    return sorted(rows, key=lambda row: not (row.started_ms <= at_ms <= (row.ended_ms or at_ms)))
