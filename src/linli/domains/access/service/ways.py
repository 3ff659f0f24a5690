"""Ways of passes with a number of uses (`rules.ways`): what doors report is counted as they count it themselves."""

import json
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, select

from linli.domains.access.models import ways as table
from linli.domains.access.queries.ways import OWN, WayRow
from linli.kernel import outbox
from linli.kernel.db import INT, Command, Query, Tx
from linli.rules import ways

KEPT_MS: Final = 86_400_000
END: Final = "access.end_of_way"


_locked = Query(select(table).where(table.c.way == bindparam("name")).with_for_update(), WayRow, unscoped=OWN)
_purge = Command(delete(table).where(table.c.ends_ms < bindparam("before", type_=INT)), unscoped=OWN)


class EndOfWay(msgspec.Struct, frozen=True):
    """Outbox payload: the last way of a pass is over; nothing but the way out is left."""

    tenant_id: str
    way: str


async def begin(
    tx: Tx, *, way: str, tenant_id: str, community_id: int, most: int, ends_ms: int, now_ms: int
) -> WayRow:
    """Count by this name from now on; what was counted stays. Old ones go."""
    row = await _locked.one(tx, name=way)
    fresh = WayRow(way, tenant_id, community_id, most, row.passes if row else "[]", ends_ms)
    if row != fresh:
        await tx.upsert(table, [fresh._asdict()], keys=("way",), update=("most", "passes", "ends_ms"))
        await _purge.run(tx, before=now_ms - KEPT_MS)
    return fresh


async def passed(tx: Tx, *, way: str, point: str, at_ms: int) -> int | None:
    """A reader let somebody in: uses left, None where they are not counted. After the last way the pass ends."""
    counted = await count(tx, way=way, point=point, at_ms=at_ms)
    if counted is None:
        return None
    row, kind = counted
    if kind not in ways.FREE and row.left() == 0:
        due_ms = max(row.walked.started_ms + ways.WAY_MS, tx.db.clock.now_ms())
        await outbox.add(tx, END, EndOfWay(row.tenant_id, way), due_ms=due_ms)
    return row.left()


async def count(tx: Tx, *, way: str, point: str, at_ms: int) -> tuple[WayRow, ways.Kind] | None:
    """A reader let somebody in. None: nothing is counted by this name.

    What it let in although none was left is counted as well.
    """
    row = await _locked.one(tx, name=way)
    if row is None:
        return None
    kind = ways.step(row.walked, point, most=row.most, now_ms=at_ms).kind
    passes = json.loads(row.passes)
    if kind in ways.FREE or [at_ms, point] in passes or len(passes) >= ways.MOST_PASSES:
        return row, kind
    row = row._replace(passes=json.dumps([*passes, [at_ms, point]]))
    await tx.upsert(table, [row._asdict()], keys=("way",), update=("passes",))
    return row, kind
