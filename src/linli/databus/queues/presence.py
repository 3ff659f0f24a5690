"""How many consumers of each queue are connected, over all processes."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import bindparam, delete, select

from linli.databus.models import subscription_consumers
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Query, Reader, Tx, in_scope, total
from linli.kernel.scope import Scope

WRITE_MS: Final = 5_000
FRESH_MS: Final = 15_000

_counted = Query(
    select(subscription_consumers.c.subscription_id, total(subscription_consumers.c.consumers))
    .where(
        subscription_consumers.c.seen_ms >= bindparam("since", type_=INT), in_scope(subscription_consumers)
    )
    .group_by(subscription_consumers.c.subscription_id)
)
_drop = Command(
    delete(subscription_consumers).where(
        (subscription_consumers.c.process == bindparam("who"))
        | (subscription_consumers.c.seen_ms < bindparam("before", type_=INT))
    ),
    unscoped="rows of a process, and of those that died",
)


class Presence:
    """This process's report of its consumers: sent at changes, and from time to time."""

    def __init__(self, db: Database, clock: Clock, who: str) -> None:
        self._db = db
        self._clock = clock
        self._who = who
        self._written: dict[int, int] = {}
        self._written_ms = 0

    async def tell(self, counts: Mapping[int, tuple[str, int]]) -> None:
        """`counts`: (tenant, consumers) by subscription."""
        now = self._clock.now_ms()
        present = {number: count for number, (_, count) in counts.items() if count}
        if present == self._written and (not present or now - self._written_ms < WRITE_MS):
            return
        rows = [
            {
                "subscription_id": n,
                "process": self._who,
                "tenant_id": counts[n][0],
                "consumers": c,
                "seen_ms": now,
            }
            for n, c in present.items()
        ]

        async def work(tx: Tx) -> None:
            await _drop.run(tx, who=self._who, before=now - FRESH_MS)
            await tx.insert_many(subscription_consumers, rows)

        await self._db.run(work)
        self._written, self._written_ms = present, now

    async def leave(self) -> None:
        if self._written:
            await self._db.run(lambda tx: _drop.run(tx, who=self._who, before=0))
            self._written = {}


async def consumers(scope: Scope, db: Reader, *, now_ms: int) -> dict[int, int]:
    """Consumers connected, by subscription."""
    return {int(n): int(count) for n, count in await _counted.all(db, scope, since=now_ms - FRESH_MS)}
