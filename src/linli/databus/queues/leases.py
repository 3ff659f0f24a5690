"""The process that serves a queue has a lease on its row. It renews the lease while it lives; another takes it over
afterwards.

A process asks for the queues that it can serve now: every webhook, and of MQTT those that a consumer of its own front
listens to. Only the holder of a lease may move the queue's cursor (`deliveries.write_down`). SQLite has one process;
its name is constant, so that a restart goes on at once.
"""

import secrets
from collections.abc import Collection
from typing import Final

from sqlalchemy import bindparam, or_, select, update

from linli.databus.models import subscriptions
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Query, Tx, any_of

LEASE_MS: Final = 10_000
RENEW_MS: Final = 3_000

_take = Command(
    update(subscriptions)
    .where(
        any_of(subscriptions.c.id, "ids"),
        subscriptions.c.enabled == 1,
        or_(
            subscriptions.c.lease_by == bindparam("who"),
            subscriptions.c.lease_until_ms <= bindparam("now", type_=INT),
        ),
    )
    .values(lease_by=bindparam("who"), lease_until_ms=bindparam("until", type_=INT)),
    unscoped="senders serve every tenant",
)
_release = Command(
    update(subscriptions)
    .where(any_of(subscriptions.c.id, "ids"), subscriptions.c.lease_by == bindparam("who"))
    .values(lease_by="", lease_until_ms=0),
    unscoped="senders serve every tenant",
)
_current = Query(
    select(subscriptions.c.id).where(
        any_of(subscriptions.c.id, "ids"),
        subscriptions.c.lease_by == bindparam("who"),
        subscriptions.c.lease_until_ms > bindparam("now", type_=INT),
    ),
    unscoped="senders serve every tenant",
)


class Leases:
    """Leases of one part of this process. `who` is unique for the part and the process."""

    def __init__(self, db: Database, clock: Clock, part: str = "hub") -> None:
        self._db = db
        self._clock = clock
        self.who = f"{part}-{'sqlite' if db.engine == 'sqlite' else secrets.token_hex(8)}"
        self._renewed_ms: int | None = None
        self._leased: frozenset[int] = frozenset()
        self._asked: frozenset[int] = frozenset()

    async def renew(self, wanted: Collection[int]) -> frozenset[int]:
        """Renew leases that are still wanted, take free ones, release the rest; the ids now leased."""
        now, ids = self._clock.now_ms(), sorted(wanted)
        gone = sorted(self._leased - set(wanted))

        async def work(tx: Tx) -> frozenset[int]:
            if gone:
                await _release.run(tx, ids=gone, who=self.who)
            if ids:
                await _take.run(tx, ids=ids, who=self.who, now=now, until=now + LEASE_MS)
            rows = await _current.all(tx, ids=ids, who=self.who, now=now) if ids else []
            return frozenset(number for (number,) in rows)

        self._leased = await self._db.run(work)
        self._asked = frozenset(ids)
        self._renewed_ms = now
        return self._leased

    @property
    def lapsed(self) -> bool:
        """Whether the last renewal is so old that others may have taken over: never where there are no others."""
        if self._renewed_ms is None or self._db.engine == "sqlite":
            return self._renewed_ms is None
        return self._clock.now_ms() - self._renewed_ms >= LEASE_MS

    def due(self, wanted: Collection[int]) -> bool:
        """Whether to renew now: time passed, or other queues are wanted than were asked for."""
        if self._renewed_ms is None or self._asked != set(wanted):
            return True
        return self._clock.now_ms() - self._renewed_ms >= RENEW_MS

    def leased(self) -> frozenset[int]:
        """The queues that this process may serve now: none once its leases have expired."""
        return frozenset() if self.lapsed else self._leased

    async def release(self) -> None:
        """Let others take over at once."""
        if self._leased:
            await self._db.run(lambda tx: _release.run(tx, ids=sorted(self._leased), who=self.who))
        self._leased, self._asked, self._renewed_ms = frozenset(), frozenset(), None
