"""Grants on a scope (every door of a community, a person's faces) are expanded to its devices, after the commit.

The jobs are idempotent. They compare the present reach of grants with the target rows and write the difference in small
transactions, device by device. After a crash the next run continues. Waiting jobs are done together: a pass scope of
thousands of people is read once and written by the hundred.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import batched
from typing import NamedTuple

from linli.delivery import queries
from linli.delivery.ports import Carriers
from linli.delivery.schemas import ExpandGrant, ExpandScope, GrantRow, Target
from linli.delivery.service.grants import EXPAND_GRANT, EXPAND_SCOPE, order_of
from linli.delivery.service.holds import HoldJobs
from linli.delivery.service.refreshing import set_targets
from linli.kernel import outbox
from linli.kernel.db import Database, Tx
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Scope

CHUNK = 200
"""Targets written in one transaction."""
MERGED = 500
"""Jobs done together, and grants looked at together."""
CALLER = "system:expansion"


class _Change(NamedTuple):
    row: GrantRow
    target: Target
    live: bool


class Expansion:
    def __init__(self, db: Database, carriers: Carriers) -> None:
        self._db = db
        self._carriers = carriers

    def register(self, jobs: Jobs) -> None:
        jobs.on(EXPAND_GRANT, ExpandGrant, self.expand_grant)
        jobs.on(EXPAND_SCOPE, ExpandScope, self.expand_scope)
        HoldJobs(self._db).register(jobs)

    async def expand_scope(self, job: ExpandScope) -> None:
        """Bring the live grants on scopes in line with what those reach now."""
        order = order_of(job.target_type, job.target)
        async with outbox.along(self._db, EXPAND_SCOPE, ExpandScope, key=order, most=MERGED) as others:
            targets = dict.fromkeys(
                target
                for expand_scope in (job, *others)
                for target in (expand_scope.target, *expand_scope.more)
            )
            for some in batched(targets, MERGED, strict=False):
                rows = await queries.live_grants_on.all(
                    self._db, target_type=job.target_type, targets=list(some)
                )
                for chunk in batched(rows, MERGED, strict=False):
                    await self._bring_in_line(chunk)

    async def expand_grant(self, job: ExpandGrant) -> None:
        """Bring a grant that was given, changed or taken back to the devices of its scope, or off them."""
        row = await queries.grant_by_id.one(self._db, grant_id=job.grant_id)
        if row is None:
            return
        order = order_of(row.target_type, row.target)
        async with outbox.along(self._db, EXPAND_GRANT, ExpandGrant, key=order, most=MERGED) as others:
            wanted = list({job.grant_id, *(other.grant_id for other in others)})
            await self._bring_in_line(await queries.grants_by_id.all(self._db, grant_ids=wanted))

    async def _bring_in_line(self, rows: Sequence[GrantRow]) -> None:
        """Write the difference between the present and the earlier reach of grants."""
        wanted = {
            (row.id, target.device, target.credential): (row, target)
            for row, targets in await self._reach(rows)
            for target in targets
        }
        supports = await queries.targets_of_grants.all(self._db, grant_ids=[row.id for row in rows])
        there = {
            (support_row.grant_id, support_row.device, support_row.credential): support_row
            for support_row in supports
        }
        by_id = {row.id: row for row in rows}
        changes = [
            _Change(by_id[support.grant_id], support.target, False)
            for key, support in there.items()
            if key not in wanted
        ]
        changes += [
            _Change(row, target, True)
            for key, (row, target) in wanted.items()
            if there.get(key) != row.support(target)
        ]
        # Everybody takes devices in the same order: transactions that meet wait instead of locking each other out.
        changes.sort(key=lambda change: (change.target.device, change.row.kind, change.target.credential))
        for chunk in batched(changes, CHUNK, strict=False):
            await self._db.run(partial(_write, chunk))

    async def _reach(self, rows: Iterable[GrantRow]) -> list[tuple[GrantRow, Sequence[Target]]]:
        grant_targets: list[tuple[GrantRow, Sequence[Target]]] = []
        for (tenant_id, target_type), some in _alike(rows):
            expander = self._carriers.expanders.get(target_type)
            if expander is None:
                raise LookupError(f"nobody expands grants on {target_type!r}")
            reached = await expander(Scope.system(tenant_id), self._db, some)
            grant_targets += [(row, reached.get(row.id, ())) for row in some]
        return grant_targets


async def _write(changes: Sequence[_Change], tx: Tx) -> None:
    await set_targets(
        tx,
        removed=[(change.row, change.target) for change in changes if not change.live],
        added=[(change.row, change.target) for change in changes if change.live],
        caller=CALLER,
        now_ms=tx.db.clock.now_ms(),
    )


def _alike(rows: Iterable[GrantRow]) -> Iterator[tuple[tuple[str, str], list[GrantRow]]]:
    """Live grants by tenant and type of scope."""
    grants: dict[tuple[str, str], list[GrantRow]] = {}
    for row in rows:
        if row.live:
            grants.setdefault((row.tenant_id, row.target_type), []).append(row)
    yield from grants.items()
