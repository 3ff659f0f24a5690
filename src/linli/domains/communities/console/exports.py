"""Console: houses and residents as workbooks that can be imported again."""

import asyncio
from typing import Any, Final

from litestar import Response

from linli.domains.communities.console.imports import attachment
from linli.domains.communities.console.spaces import parent_of, root_of
from linli.domains.communities.queries import finding
from linli.domains.communities.queries import spaces as queries
from linli.domains.communities.xlsx.columns import CUSTOM, HOUSES, sheets_for
from linli.domains.people import form_rules
from linli.domains.people.ports import CardHolders
from linli.domains.people.queries import forms, residents
from linli.domains.people.rights import Right, Rights
from linli.domains.people.rows import Member
from linli.domains.people.service.persons import RESIDENT
from linli.kernel import history
from linli.kernel.audit import note_secret_reads
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.ids import Ids
from linli.kernel.late import LOADING
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.workbooks.columns import Sheet

ROWS_MAX: Final = 200_000
_ALL: Final = PageRequest(1, ROWS_MAX)


def _place(location: str) -> dict[str, str]:
    """Building, unit and house of a location; the template does not ask for the levels above the building."""
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
    where: queries.PlaceFilter,
    scope: Scope,
    db: Database,
    rights: Rights,
    cards: CardHolders,
    language: str | None = None,
) -> Response[bytes]:
    """The houses of a list, in the order people count."""
    under = await parent_of(scope, db, community_id, where)
    only = None
    if where.q.strip():
        search = finding.search_of(rights, scope, community_id, cards)
        only = await finding.houses_of(scope, db, where.q, search)
    page = await queries.house_page(scope, db, community_id, _ALL, under=under, only=only)
    facts = ("layout", "area_m2", "house_type", "house_status")
    rows = [{**_place(row.location), **{name: getattr(row, name) for name in facts}} for row in page.data]
    book = await _book(HOUSES, rows, language or scope.language)
    return attachment(book, "linli-houses.xlsx")


@export_routes.get("/residents/export.xlsx", right=Right.RESIDENTS_MANAGE, name="residents")
async def export_residents(
    community_id: int,
    where: residents.ResidentFilter,
    scope: Scope,
    db: Database,
    ids: Ids,
    rights: Rights,
    cards: CardHolders,
    language: str | None = None,
) -> Response[bytes]:
    """The residents of a list with all fields that the community asks for; the export is logged with the person."""
    await root_of(scope, db, community_id)
    _, sheet = sheets_for(await forms.form(scope, db, community_id))
    search = finding.search_of(rights, scope, community_id, cards)
    wanted = await finding.residents_where(scope, db, where, search)
    page = await residents.page(scope, db, community_id, _ALL, where=wanted)
    places = await queries.houses_by_id(scope, db, sorted({row.house_id for row in page.data}))
    rows = [_of_resident(row, places[row.house_id].location) for row in page.data if row.house_id in places]
    async with db.begin() as tx:
        await _note(scope, tx, community_id, count=len(rows), ids=ids, now_ms=db.clock.now_ms())
    book = await _book(sheet, rows, language or scope.language)
    return attachment(book, "linli-residents.xlsx")


async def _note(scope: Scope, tx: Tx, community_id: int, *, count: int, ids: Ids, now_ms: int) -> None:
    """Log an export of residents, in the history and for the residents to read."""
    after = {"count": count}
    await history.note(
        scope, tx, history.Record(RESIDENT, "*", community_id), "exported", now_ms=now_ms, after=after
    )
    await note_secret_reads(scope, tx, "community_people", [str(community_id)], ids=ids)


async def _book(sheet: Sheet, rows: list[dict[str, Any]], language: str) -> bytes:
    with LOADING:
        from linli.domains.communities.xlsx import export  # loads openpyxl: not at every start of the process

    return await asyncio.to_thread(export.build, [(sheet, rows)], language)
