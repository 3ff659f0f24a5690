"""Leases: work that at most one process does at a time. A dead process's leases are freed when its work is taken over."""

from typing import Final

from sqlalchemy import bindparam, delete, or_, update

from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Tx
from linli.kernel.processes.models import leases

_take = Command(
    update(leases)
    .where(
        leases.c.name == bindparam("lease"),
        or_(leases.c.holder == bindparam("who"), leases.c.until_ms <= bindparam("now", type_=INT)),
    )
    .values(holder=bindparam("who"), until_ms=bindparam("until", type_=INT))
)
_free = Command(
    update(leases)
    .where(leases.c.name == bindparam("lease"), leases.c.holder == bindparam("who"))
    .values(until_ms=0)
)
_free_all = Command(delete(leases).where(leases.c.holder == bindparam("who")))

DEFAULT_MS: Final = 30_000


class Lease:
    """One kind of work of one process."""

    def __init__(
        self, db: Database, clock: Clock, name: str, *, holder: str, lasts_ms: int = DEFAULT_MS
    ) -> None:
        self._db = db
        self._clock = clock
        self._name = name
        self._holder = holder
        self._lasts_ms = lasts_ms

    async def hold(self) -> bool:
        """Take the lease, or keep it for `lasts_ms` more. False: another process has it."""
        now = self._clock.now_ms()

        async def take(tx: Tx) -> int:
            await tx.upsert(leases, [{"name": self._name, "holder": "", "until_ms": 0}], keys=("name",))
            until = now + self._lasts_ms
            return await _take.run(tx, lease=self._name, who=self._holder, now=now, until=until)

        return await self._db.run(take) > 0

    async def free(self) -> None:
        await self._db.run(lambda tx: _free.run(tx, lease=self._name, who=self._holder))


async def free_all(db: Database, holder: str) -> None:
    """Free the leases of a process that has ended."""
    await db.run(lambda tx: _free_all.run(tx, who=holder))
