"""Console: houses and residents as workbooks that can be imported again."""

import asyncio
from typing import Annotated, Any, Final

from litestar import Response
from msgspec import Meta

from linli.domains.communities.console.imports import attachment
from linli.domains.communities.console.spaces import root_of
from linli.domains.communities.queries import spaces as queries
from linli.domains.communities.xlsx.columns import CUSTOM, HOUSES, sheets_for
from linli.domains.people import form_rules
from linli.domains.people import person_rules as rules
from linli.domains.people.queries import forms, residents
from linli.domains.people.rights import Right
from linli.domains.people.rows import Member
from linli.domains.people.service.persons import RESIDENT
from linli.kernel import history
from linli.kernel.audit import note_secret_reads
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

ROWS_MAX: Final = 200_000
_ALL: Final = PageRequest(1, ROWS_MAX)


def _place(location: str) -> dict[str, str]:
    """Building, unit and house of a location; what stands above the building is not asked for by the template."""
    names = location.split("/")[-3:]
    return dict(zip(("building", "unit", "house"), ["", *names] if len(names) == 2 else names, strict=False))


def _of_resident(row: Member, location: str) -> dict[str, Any]:
    custom = form_rules.custom_values(row.ext)
    return {
        **_place(location),
        **{name: getattr(row, name) for name in ("name", "type", "phone", *form_rules.STANDARD)},
        **{f"{CUSTOM}{key}": value for key, value in custom.items()},
    }


export_routes = Routes("/communities/{community_id:int}", tags=("imports",))


@export_routes.get("/houses/export.xlsx", right=Right.HOUSES_SEE)
async def houses(
    community_id: int,
    scope: Scope,
    db: Database,
    parent_id: Annotated[int | None, Meta(description="Only below.")] = None,
    q: str = "",
    language: str | None = None,
) -> Response[bytes]:
    """The houses of a list, in the order people count."""
    await root_of(scope, db, community_id)
    under = None
    if parent_id is not None:
        under = await queries.space(scope, db, parent_id)
        if under.community_id != community_id:
            raise NotFound(what="space", id=parent_id)
    found = await queries.house_page(scope, db, community_id, _ALL, under=under, text=q.strip() or None)
    facts = ("layout", "area_m2", "house_type", "house_status")
    rows = [{**_place(row.location), **{name: getattr(row, name) for name in facts}} for row in found.data]
    from linli.domains.communities.xlsx import export  # loads openpyxl: not at every start of the process

    book = await asyncio.to_thread(export.build, [(HOUSES, rows)], language or scope.language)
    return attachment(book, "linli-houses.xlsx")


@export_routes.get("/residents/export.xlsx", right=Right.RESIDENTS_MANAGE, name="residents")
async def export_residents(
    community_id: int,
    scope: Scope,
    db: Database,
    clock: Clock,
    ids: Ids,
    q: str = "",
    status: int | None = None,
    group: str = "",
    language: str | None = None,
) -> Response[bytes]:
    """The residents of a list with all that the community asks of them; who took it is noted."""
    await root_of(scope, db, community_id)
    _, sheet = sheets_for(await forms.form(scope, db, community_id))
    found = await residents.page(
        scope,
        db,
        community_id,
        _ALL,
        status=rules.MOVED_IN if status is None else status,
        text=q.strip() or None,
        group_id=group or None,
    )
    places = await queries.houses_by_id(scope, db, sorted({row.house_id for row in found.data}))
    rows = [_of_resident(row, places[row.house_id].location) for row in found.data if row.house_id in places]
    async with db.begin() as tx:
        await history.note(
            scope,
            tx,
            RESIDENT,
            "*",
            "exported",
            community_id=community_id,
            now_ms=clock.now_ms(),
            after={"count": len(rows)},
        )
        await note_secret_reads(scope, tx, "community_people", [str(community_id)], ids=ids)
    from linli.domains.communities.xlsx import export  # loads openpyxl: not at every start of the process

    book = await asyncio.to_thread(export.build, [(sheet, rows)], language or scope.language)
    return attachment(book, "linli-residents.xlsx")
