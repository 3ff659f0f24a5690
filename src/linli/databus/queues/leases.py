"""Which process serves which webhook: a lease on its row, renewed while it lives, taken over when it is gone.

SQLite has one process; its name is constant, so that a restart goes on at once.
"""

import secrets
from typing import Final

from sqlalchemy import bindparam, or_, select, update

from linli.databus.models import subscriptions
from linli.databus.subscription_rows import WEBHOOK
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Query

LEASE_MS: Final = 10_000
RENEW_MS: Final = 3_000

_renew = Command(
    update(subscriptions)
    .where(
        subscriptions.c.kind == WEBHOOK,
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
    .where(subscriptions.c.lease_by == bindparam("who"))
    .values(lease_by="", lease_until_ms=0),
    unscoped="senders serve every tenant",
)
_held = Query(
    select(subscriptions.c.id).where(subscriptions.c.lease_by == bindparam("who")),
    unscoped="senders serve every tenant",
)


class Leases:
    """This process's leases."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._who = "sqlite" if db.engine == "sqlite" else secrets.token_hex(8)
        self._renewed_ms: int | None = None
        self._held: frozenset[int] = frozenset()

    async def renew(self) -> frozenset[int]:
        """Keep what is held and take what nobody serves; the ids of this process's webhooks."""
        now = self._clock.now_ms()
        async with self._db.begin() as tx:
            await _renew.run(tx, who=self._who, now=now, until=now + LEASE_MS)
            self._held = frozenset(number for (number,) in await _held.all(tx, who=self._who))
        self._renewed_ms = now
        return self._held

    @property
    def lapsed(self) -> bool:
        """Whether the last renewal is so old that others may have taken over: never where there are no others."""
        if self._renewed_ms is None or self._db.engine == "sqlite":
            return self._renewed_ms is None
        return self._clock.now_ms() - self._renewed_ms >= LEASE_MS

    @property
    def due(self) -> bool:
        return self._renewed_ms is None or self._clock.now_ms() - self._renewed_ms >= RENEW_MS

    def held(self) -> frozenset[int]:
        """What this process may serve now: nothing once its leases have lapsed."""
        return frozenset() if self.lapsed else self._held

    async def release(self) -> None:
        """Let others take over at once."""
        async with self._db.begin() as tx:
            await _release.run(tx, who=self._who)
        self._held, self._renewed_ms = frozenset(), None
