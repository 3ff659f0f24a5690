"""Console: residents' requests for deletion, with their deadlines."""

from typing import Annotated, Literal

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from linli.domains.people.queries import persons, residents
from linli.domains.people.rights import Right
from linli.domains.privacy import queries
from linli.domains.privacy.rows import WAITING, DeletionRequest
from linli.domains.privacy.service import deletion
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope


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


class DeletionRoutes(Controller):
    path = "/communities/{community_id:int}/deletion-requests"
    tags = ("people",)

    @get("/", right=Right.RESIDENTS_MANAGE.value)
    async def list_requests(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        clock: NamedDependency[Clock],
        in_state: Annotated[
            Literal["waiting", "done", "refused", "withdrawn"] | None, QueryParameter(name="state")
        ] = None,
    ) -> Page[DeletionRow]:
        """What waits first, the nearest deadline before the others."""
        here = within.narrowed(community_id)
        found = await queries.page(here, db, community_id=community_id, state=in_state, request=page)
        rows = [await _row(here, db, row, clock.now_ms()) for row in found.data]
        return Page.of(page, found.total, rows)

    @post("/{request_id:int}/execute", right=Right.RESIDENTS_MANAGE.value, status_code=204)
    async def execute(
        self,
        community_id: FromPath[int],
        request_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Delete what the community holds of the person. Nothing brings it back."""
        async with db.begin() as tx:
            await deletion.execute(
                within.narrowed(community_id),
                tx,
                community_id=community_id,
                request_id=request_id,
                now_ms=clock.now_ms(),
            )

    @post("/{request_id:int}/refuse", right=Right.RESIDENTS_MANAGE.value, status_code=204)
    async def refuse(
        self,
        community_id: FromPath[int],
        request_id: FromPath[int],
        data: JSONBody[DeletionRefusal],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Refuse with the reason that the resident is told."""
        async with db.begin() as tx:
            await deletion.refuse(
                within.narrowed(community_id),
                tx,
                community_id=community_id,
                request_id=request_id,
                reason=data.reason,
                now_ms=clock.now_ms(),
            )


CONTROLLERS: tuple[type[Controller], ...] = (DeletionRoutes,)
