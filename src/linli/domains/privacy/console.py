"""Console: residents' requests for deletion, with their deadlines."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.queries import persons, residents
from linli.domains.people.rights import Right
from linli.domains.privacy import queries
from linli.domains.privacy.rows import WAITING, DeletionFilter, DeletionRequest
from linli.domains.privacy.service import deletion
from linli.domains.privacy.service.deletion import DeletionDecidedAlready
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_DECIDED = (NotFound, DeletionDecidedAlready)
routes = Routes("/communities/{community_id:int}/deletion-requests", tags=("people",))


class DeletionRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    identity_id: str
    name: Annotated[str, Meta(description="Empty once it is deleted.")]
    words: str
    state: str
    reason: str
    due_ms: int
    days_left: Annotated[int, Meta(description="Whole days to the deadline; negative: over.")]
    houses: Annotated[int, Meta(description="Houses that the person belongs to: what a deletion ends.")]
    created_ms: int
    decided_ms: int


class DeletionRefusal(msgspec.Struct, rename="camel", frozen=True):
    reason: Annotated[str, Meta(max_length=2000)]


async def _row(scope: Scope, db: Reader, row: DeletionRequest, now_ms: int) -> DeletionRow:
    houses = 0
    if row.state == WAITING:
        try:
            person = await persons.person(scope, db, row.identity_id)
            houses = len(await residents.houses_of(scope, db, person.id))
        except NotFound:
            houses = 0
    return DeletionRow(
        id=str(row.request_id),
        identity_id=row.identity_id,
        name=row.name,
        words=row.words,
        state=row.state,
        reason=row.reason,
        due_ms=row.due_ms,
        days_left=(row.due_ms - now_ms) // 86_400_000,
        houses=houses,
        created_ms=row.created_ms,
        decided_ms=row.decided_ms,
    )


@routes.get(right=Right.RESIDENTS_MANAGE)
async def list_requests(
    community_id: int, where: DeletionFilter, page: PageRequest, scope: Scope, db: Database, clock: Clock
) -> Page[DeletionRow]:
    """Waiting requests first, by the nearest deadline."""
    matches = await queries.page(scope, db, community_id=community_id, where=where, request=page)
    rows = [await _row(scope, db, row, clock.now_ms()) for row in matches.data]
    return Page.of(page, matches.total, rows)


@routes.post("/{request_id:int}/execute", right=Right.RESIDENTS_MANAGE, raises=_DECIDED)
async def execute(community_id: int, request_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Delete what the community holds of the person. Nothing brings it back."""
    await deletion.execute(scope, tx, community_id=community_id, request_id=request_id, now_ms=clock.now_ms())


@routes.post("/{request_id:int}/refuse", right=Right.RESIDENTS_MANAGE, raises=_DECIDED)
async def refuse(
    community_id: int, request_id: int, data: DeletionRefusal, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Refuse with the reason that the resident is told."""
    await deletion.refuse(
        scope,
        tx,
        community_id=community_id,
        request_id=request_id,
        reason=data.reason,
        now_ms=clock.now_ms(),
    )


ROUTES = (routes,)
