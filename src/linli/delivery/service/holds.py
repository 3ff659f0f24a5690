"""Holds: a person whose rights rest. Grants stay as they are; devices hold nothing of the person until it is lifted."""

from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, select, update

from linli.delivery.models import holds, targets
from linli.delivery.schemas import RefreshSubject
from linli.delivery.service.refreshing import refresh_many
from linli.delivery.service.rows import caller_of
from linli.kernel import outbox
from linli.kernel.db import INT, Command, Database, Query, Reader, Tx, in_scope
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Scope

REFRESH_SUBJECT = "delivery.refresh_subject"


class Hold(NamedTuple):
    id: int
    tenant_id: str
    community_id: int
    subject: str
    source: str
    reason: str
    caller: str
    since_ms: int
    lifted_ms: int | None
    lifted_by: str


_h = holds.c
_of_subject = Query(
    select(holds)
    .where(
        _h.subject == bindparam("subject"),
        _h.community_id == bindparam("community_id", type_=INT),
        in_scope(holds),
    )
    .order_by(_h.id.desc()),
    Hold,
)
_of_community = Query(
    select(holds)
    .where(
        _h.community_id == bindparam("community_id", type_=INT),
        or_(bindparam("lifted", type_=INT) == 1, _h.lifted_ms.is_(None)),
        in_scope(holds),
    )
    .order_by(_h.id.desc())
    .limit(5000),
    Hold,
)
_lift = Command(
    update(holds)
    .where(
        _h.subject == bindparam("of_subject"),
        _h.community_id == bindparam("of_community", type_=INT),
        _h.source == bindparam("of_source"),
        _h.lifted_ms.is_(None),
        in_scope(holds),
    )
    .values(lifted_ms=bindparam("now", type_=INT), lifted_by=bindparam("by"))
)
_rows = Query(
    select(targets.c.device, targets.c.kind, targets.c.credential)
    .where(
        targets.c.subject == bindparam("subject"),
        targets.c.community_id == bindparam("community_id", type_=INT),
        targets.c.tenant_id == bindparam("tenant"),
    )
    .distinct(),
    unscoped="a job of the row's own tenant",
)


async def hold(
    scope: Scope, tx: Tx, *, community_id: int, subject: str, source: str, now_ms: int, reason: str = ""
) -> None:
    """Rest everything a person holds in a community; twice changes nothing. Devices follow after the commit."""
    scope.allow(community_id)
    community_holds = await holds_on(scope, tx, community_id=community_id, subject=subject)
    if any(earlier.lifted_ms is None and earlier.source == source for earlier in community_holds):
        return
    row = Hold(
        id=0,
        tenant_id=scope.tenant,
        community_id=community_id,
        subject=subject,
        source=source,
        reason=reason,
        caller=caller_of(scope),
        since_ms=now_ms,
        lifted_ms=None,
        lifted_by="",
    )
    columns = row._asdict()
    del columns["id"]
    await tx.insert(holds, columns)
    await _follow(tx, scope, community_id, subject)


async def lift(scope: Scope, tx: Tx, *, community_id: int, subject: str, source: str, now_ms: int) -> bool:
    """Let a person's rights hold again, unless another source rests them; False when nothing was held."""
    scope.allow(community_id)
    if not await _lift.run(
        tx,
        scope,
        of_subject=subject,
        of_community=community_id,
        of_source=source,
        now=now_ms,
        by=caller_of(scope),
    ):
        return False
    await _follow(tx, scope, community_id, subject)
    return True


async def holds_of_community(scope: Scope, db: Reader, *, community_id: int, lifted: bool) -> list[Hold]:
    """Newest first, at most 5000; those lifted since only when asked for."""
    return await _of_community.all(db, scope, community_id=community_id, lifted=int(lifted))


async def holds_on(scope: Scope, db: Reader, *, community_id: int, subject: str) -> list[Hold]:
    """Newest first, lifted ones too."""
    return await _of_subject.all(db, scope, community_id=community_id, subject=subject)


class HoldJobs:
    def __init__(self, db: Database) -> None:
        self._db = db

    def register(self, jobs: Jobs) -> None:
        jobs.on(REFRESH_SUBJECT, RefreshSubject, self.refresh_subject)

    async def refresh_subject(self, job: RefreshSubject) -> None:
        """Bring everything that a person holds in a community in line, a device a transaction. Idempotent."""
        by_device: dict[tuple[str, str], list[str]] = {}
        binds: dict[str, Any] = {
            "tenant": job.tenant_id,
            "community_id": job.community_id,
            "subject": job.subject,
        }
        for device, kind, credential in await _rows.all(self._db, **binds):
            by_device.setdefault((device, kind), []).append(credential)
        for (device, kind), credentials in by_device.items():
            await self._db.run(
                partial(
                    refresh_many,
                    device=device,
                    kind=kind,
                    credentials=credentials,
                    caller="system:hold",
                    now_ms=self._db.clock.now_ms(),
                )
            )


async def _follow(tx: Tx, scope: Scope, community_id: int, subject: str) -> None:
    payload = RefreshSubject(scope.tenant, community_id, subject)
    await outbox.add(tx, REFRESH_SUBJECT, payload, key=f"subject:{subject}")
