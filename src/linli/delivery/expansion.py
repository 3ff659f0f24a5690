"""Grants on a scope (every door of a community, a person's faces) brought to its devices, after the commit.

The jobs are idempotent: they compare what a grant reaches now with its target rows and write the difference in
small transactions, so that a crash half-way leaves a state from which the next run goes on.
"""

from collections.abc import Sequence
from itertools import batched

from linli.delivery import queries
from linli.delivery.ports import Carriers
from linli.delivery.schemas import ExpandGrant, ExpandScope, GrantRow, HeldTarget, Target
from linli.delivery.service.grants import EXPAND_GRANT, EXPAND_SCOPE
from linli.delivery.service.holds import HoldJobs
from linli.delivery.service.refreshing import set_targets
from linli.kernel import outbox
from linli.kernel.db import Database
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Scope

CHUNK = 200
"""Targets written in one transaction."""
CALLER = "system:expansion"


class Expansion:
    def __init__(self, db: Database, carriers: Carriers) -> None:
        self._db = db
        self._carriers = carriers

    def register(self, jobs: Jobs) -> None:
        jobs.on(EXPAND_GRANT, ExpandGrant, self.expand_grant)
        jobs.on(EXPAND_SCOPE, ExpandScope, self.expand_scope)
        HoldJobs(self._db).register(jobs)

    async def expand_scope(self, job: ExpandScope) -> None:
        """Leave one job for each live grant on the scope."""
        found = await queries.live_grants_on.all(self._db, target_type=job.target_type, target=job.target)
        for chunk in batched(found, CHUNK, strict=False):
            async with self._db.begin() as tx:
                for (grant_id,) in chunk:
                    await outbox.add(tx, EXPAND_GRANT, ExpandGrant(grant_id), key=f"grant:{grant_id}")

    async def expand_grant(self, job: ExpandGrant) -> None:
        """Write the difference between what a grant reaches and what it reached."""
        row = await queries.grant_by_id.one(self._db, grant_id=job.grant_id)
        if row is None:
            return
        wanted = {target[:2]: target for target in await self._targets(row)}
        there = {
            (held.device, held.credential): held
            for held in await queries.targets_of_grant.all(self._db, grant_id=row.id)
        }
        gone = [Target(*held[:4], held.schedule) for key, held in there.items() if key not in wanted]
        for chunk in batched(gone, CHUNK, strict=False):
            await self._write(row, chunk, live=False)
        changed = [target for key, target in wanted.items() if there.get(key) != _as_held(row, target)]
        for chunk in batched(changed, CHUNK, strict=False):
            await self._write(row, chunk, live=True)

    async def _targets(self, row: GrantRow) -> Sequence[Target]:
        if not row.live:
            return ()
        expander = self._carriers.expanders.get(row.target_type)
        if expander is None:
            raise LookupError(f"nobody expands grants on {row.target_type!r}")
        return await expander(Scope.system(row.tenant_id), self._db, row)

    async def _write(self, row: GrantRow, chunk: Sequence[Target], *, live: bool) -> None:
        async with self._db.begin() as tx:
            await set_targets(tx, row, chunk, live=live, caller=CALLER, now_ms=self._db.clock.now_ms())


def _as_held(row: GrantRow, target: Target) -> HeldTarget:
    """How a target of the grant is stored."""
    return HeldTarget(
        target.device, target.credential, target.subject, target.content or row.content, row.community_id,
        row.starts_ms, row.ends_ms, target.schedule,
    )  # fmt: skip
