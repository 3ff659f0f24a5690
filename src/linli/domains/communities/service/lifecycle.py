"""The service of a community in management: running, suspended, stopped; its end and what follows. Spec A §1.1 (ONB-17).

While it does not run, projects do not reach the community (`tenancy.close_community`), nor do its managers, staff and
residents; devices keep what they have, for nobody is locked out of their home over a contract.
"""

from datetime import date
from functools import partial
from typing import Final

from sqlalchemy import bindparam, select

from linli.domains.communities.events import CommunityServiceChanged, CommunityServiceEnding
from linli.domains.communities.models import communities, service_warnings
from linli.domains.communities.queries import communities as queries
from linli.domains.communities.rows import APPROVED, Community
from linli.domains.communities.service import history
from linli.kernel import tenancy
from linli.kernel.clock import local_day
from linli.kernel.db import INT, Database, Query, Reader, Tx, in_scope, update_of
from linli.kernel.errors import BadInput, Conflict
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

RUNNING, SUSPENDED, STOPPED = "running", "suspended", "stopped"
REASONS: Final = ("expired", "early_end", "false_identity", "breach", "unpaid", "authority")
WARN_DAYS: Final = 30
"""So long before its end a community is shown to need a new contract."""
WARNINGS: Final = (1, 7, WARN_DAYS)
"""Days before the end at which the company's administrators are warned, once each."""


_DAY_MS: Final = 86_400_000


class NotInManagement(Conflict):
    code = "community.not_in_management"


class ServiceStopped(Conflict):
    """A stopped service does not run again: the community must be claimed again."""

    code = "community.service_stopped"


_set = update_of(
    communities,
    ("service_state", "service_reason", "service_note", "service_ms", "service_end", "changed_ms"),
    communities.c.community_id == bindparam("row", type_=INT),
    unscoped="the row was read in scope and locked",
)
_running = Query(
    select(communities)
    .where(
        communities.c.apply_status == APPROVED,
        communities.c.service_state == RUNNING,
        communities.c.service_end < bindparam("day"),
    )
    .limit(500),
    Community,
    unscoped="services of all tenants end by time",
)
_ending = Query(
    select(communities)
    .where(
        in_scope(communities),
        communities.c.apply_status == APPROVED,
        communities.c.service_state == RUNNING,
        communities.c.service_end <= bindparam("day"),
    )
    .order_by(communities.c.service_end),
    Community,
)


_unwarned = Query(
    select(communities)
    .where(
        communities.c.apply_status == APPROVED,
        communities.c.service_state == RUNNING,
        communities.c.service_end <= bindparam("day"),
        ~select(service_warnings.c.days)
        .where(
            service_warnings.c.community_id == communities.c.community_id,
            service_warnings.c.service_end == communities.c.service_end,
            service_warnings.c.days <= bindparam("days", type_=INT),
        )
        .exists(),
    )
    .order_by(communities.c.service_end, communities.c.community_id)
    .limit(500),
    Community,
    unscoped="services of all tenants end by time",
)


async def halt(
    scope: Scope, tx: Tx, *, community_id: int, state: str, reason: str, words: str, ids: Ids, now_ms: int
) -> None:
    """Suspend or stop the service. The surface has checked who may. Raises NotFound, BadInput, NotInManagement."""
    if state not in (SUSPENDED, STOPPED):
        raise BadInput(field="state", rule="one_of", allowed=f"{SUSPENDED}, {STOPPED}")
    if reason not in REASONS:
        raise BadInput(field="reason", rule="one_of", allowed=", ".join(REASONS))
    if len(words) > 500:
        raise BadInput(field="note", rule="too_long", limit=500)
    community = await _managed(scope, tx, community_id)
    if community.service_state == STOPPED:
        raise ServiceStopped(name=community.name)
    owner = scope.of_tenant(community.tenant_id)
    await _set.run(
        tx,
        row=community_id,
        service_state=state,
        service_reason=reason,
        service_note=words.strip(),
        service_ms=now_ms,
        service_end=community.service_end,
        changed_ms=now_ms,
    )
    await tenancy.close_community(Scope.system(community.tenant_id), tx, community_id=community_id)
    await history.note(
        owner,
        tx,
        tenant_id=community.tenant_id,
        community_id=community_id,
        action=f"service.{state}",
        ids=ids,
        detail=" ".join((reason, words.strip())).strip(),
    )
    await emit(tx, CommunityServiceChanged(community.tenant_id, community_id, state, reason))


async def resume(scope: Scope, tx: Tx, *, community_id: int, service_end: str, ids: Ids, now_ms: int) -> None:
    """Let a suspended service run again, or give a running one a later end. Raises as `halt`, and ServiceStopped."""
    community = await _managed(scope, tx, community_id)
    if community.service_state == STOPPED:
        raise ServiceStopped(name=community.name)
    try:
        end = date.fromisoformat(service_end) if len(service_end) == 10 else None
    except ValueError:
        end = None
    if end is None:
        raise BadInput(field="serviceEnd", rule="format", example="2027-12-31")
    today = local_day(now_ms, community.time_zone)
    if end.isoformat() < today:
        raise BadInput(field="serviceEnd", rule="after", other=today)
    await _set.run(
        tx,
        row=community_id,
        service_state=RUNNING,
        service_reason="",
        service_note="",
        service_ms=0,
        service_end=end.isoformat(),
        changed_ms=now_ms,
    )
    await tenancy.open_community(Scope.system(community.tenant_id), tx, community_id=community_id)
    await history.note(
        scope,
        tx,
        tenant_id=community.tenant_id,
        community_id=community_id,
        action="service.running",
        ids=ids,
        detail=end.isoformat(),
    )
    await emit(tx, CommunityServiceChanged(community.tenant_id, community_id, RUNNING, ""))


def require_managed(community: Community) -> None:
    """Raises NotInManagement."""
    if community.apply_status != APPROVED:
        raise NotInManagement(name=community.name)


async def _managed(scope: Scope, tx: Tx, community_id: int) -> Community:
    community = await queries.community(scope, tx, community_id, lock=True)
    require_managed(community)
    return community


async def expire_due(db: Database, *, ids: Ids, now_ms: int) -> int:
    """Suspend every service whose last day is over in its community's own zone; how many."""
    # Nowhere is it more than a day later than in UTC: what is certainly not over is not even read.
    rows = await _running.all(db, day=local_day(now_ms + 14 * 3_600_000, "UTC"))
    ended = 0
    for row in rows:
        if row.service_end >= local_day(now_ms, row.time_zone):
            continue
        await db.run(
            partial(
                halt,
                Scope.system(row.tenant_id, "calendar"),
                community_id=row.community_id,
                state=SUSPENDED,
                reason="expired",
                words="",
                ids=ids,
                now_ms=now_ms,
            )
        )
        ended += 1
    return ended


async def warn_due(db: Database, *, now_ms: int) -> int:
    """Say of every service that ends within the days of warning that it does; of how many.

    The nearest warning alone is given where several are due; a service with a later end gets new warnings.
    """
    warned = 0
    for days in WARNINGS:
        # Nowhere is it earlier than half a day before UTC: what is too early in its own zone waits for the next round.
        for row in await _unwarned.all(
            db, day=local_day(now_ms + days * _DAY_MS + 14 * 3_600_000, "UTC"), days=days
        ):
            left = _days_left(row, now_ms)
            if not 0 <= left <= days:
                continue
            await db.run(partial(_warn, row, days=days, left=left, now_ms=now_ms))
            warned += 1
    return warned


async def _warn(row: Community, tx: Tx, *, days: int, left: int, now_ms: int) -> None:
    await tx.insert(
        service_warnings,
        {
            "community_id": row.community_id,
            "service_end": row.service_end,
            "days": days,
            "tenant_id": row.tenant_id,
            "at_ms": now_ms,
        },
    )
    await emit(tx, CommunityServiceEnding(row.tenant_id, row.community_id, row.service_end, left))


def _days_left(row: Community, now_ms: int) -> int:
    """Whole days from today, where the community is, to the last day of its service."""
    today = date.fromisoformat(local_day(now_ms, row.time_zone))
    return (date.fromisoformat(row.service_end) - today).days


async def ending_soon(scope: Scope, db: Reader, *, now_ms: int) -> list[Community]:
    """Running services of the scope that end within the days of warning, by their own clocks, the earliest first."""
    rows = await _ending.all(db, scope, day=local_day(now_ms + WARN_DAYS * _DAY_MS + 14 * 3_600_000, "UTC"))
    return [row for row in rows if _days_left(row, now_ms) <= WARN_DAYS]
