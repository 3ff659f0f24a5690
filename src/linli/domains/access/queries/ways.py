"""Ways of passes with a number of uses (`rules.ways`)."""

import json
from typing import Final, NamedTuple

from sqlalchemy import select

from linli.domains.access.models import ways as table
from linli.kernel.db import Query, Reader, any_of
from linli.rules import ways
from linli.rules.ways import Way

OWN: Final = "a way is named by the right that the caller found"


class WayRow(NamedTuple):
    way: str
    tenant_id: str
    community_id: int
    most: int
    passes: str
    ends_ms: int

    @property
    def walked(self) -> Way:
        return ways.walked((int(at_ms), str(point)) for at_ms, point in json.loads(self.passes))

    def left(self) -> int:
        return max(self.most - self.walked.used, 0)


_of = Query(select(table).where(any_of(table.c.way, "names")), WayRow, unscoped=OWN)


async def find(db: Reader, names: list[str]) -> dict[str, WayRow]:
    """By name; one of which nothing was counted may be absent."""
    return {row.way: row for row in await _of.all(db, names=names)} if names else {}


async def ways_left(db: Reader, *, way: str, point: str, now_ms: int) -> int:
    """How often a pass still opens at a place: at least once where the last way leads by it."""
    row = (await find(db, [way])).get(way)
    if row is None:
        return 1
    return row.left() or int(ways.step(row.walked, point, most=row.most, now_ms=now_ms).opens)
