"""The resident's visitors: invite, list, void, share the pass; decide about those who name one's house at the gate."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people import person_rules
from linli.domains.people.queries import persons
from linli.domains.people.queries.residence import Home, Resident
from linli.domains.visitors import queries
from linli.domains.visitors.console.rows import VisitRow, rows
from linli.domains.visitors.queries import VisitConditions
from linli.domains.visitors.room import VisitorsRoom
from linli.domains.visitors.rows import RESIDENT, Visit
from linli.domains.visitors.schemas import Guest, GuestNames, checked
from linli.domains.visitors.service import visits
from linli.domains.visitors.service.visits import Stay
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules import UNLIMITED

_NAMES = GuestNames(id_no="idNo", plate="plate")


class Invite(msgspec.Struct, rename="camel", frozen=True):
    """One visitor of mine."""

    house_id: int
    name: str
    starts_ms: int
    ends_ms: int
    phone: Annotated[str, Meta(description="The pass is sent there; without one it is shared by hand.")] = ""
    plate: str = ""
    people: int = 1
    reason: str = ""
    type: int = person_rules.FRIEND
    uses: Annotated[
        int, Meta(description="How often they may come in, 1 to 10; -1: as often as they like.")
    ] = UNLIMITED


class Invited(msgspec.Struct, rename="camel", frozen=True):
    id: str
    pass_url: Annotated[str, Meta(description="The page with the visitor's QR code.")]


class MyVisit(VisitRow, rename="camel", frozen=True):
    pass_url: Annotated[str, Meta(description="Empty when there is no pass any more.")]
    mine: Annotated[bool, Meta(description="Invited by the caller.")]


def _houses(resident: Resident, community_id: int) -> list[int]:
    """Raises NotFound for a community that the resident does not live in."""
    resident.living(community_id)
    return [home.house_id for home in resident.living_in if home.community_id == community_id]


def _home(resident: Resident, community_id: int, house_id: int) -> Home:
    """Raises NotFound, also for a house of another community."""
    home = resident.home(house_id)
    if home.community_id != community_id:
        raise NotFound(what="house", id=house_id)
    return home


async def _of(resident: Resident, db: Reader, community_id: int, apply_id: int) -> tuple[Scope, Visit, Home]:
    """A visit to one of the resident's houses. Raises NotFound."""
    scope = resident.scope(community_id)
    visit = await queries.visit(scope, db, apply_id)
    home = next((home_row for home_row in resident.living_in if home_row.house_id == visit.house_id), None)
    if home is None:
        raise NotFound(what="visit", id=apply_id)
    return scope, visit, home


routes = Routes("/communities/{community_id:int}/visits", tags=("visitors",))


class MyVisitFilter(Filter, frozen=True):
    """A resident's visits, as their list is asked for."""

    since_ms: Annotated[int | None, Meta(description="Leave out what ended before.")] = None


@routes.get(raises=(NotFound,))
async def my_visits(
    community_id: int,
    resident: Resident,
    db: Database,
    clock: Clock,
    page: PageRequest,
    visitors: VisitorsRoom,
    where: MyVisitFilter,
) -> Page[MyVisit]:
    """Visitors of one's houses, those that begin latest first."""
    scope = resident.scope(community_id)
    matches = await queries.page(
        scope,
        db,
        community_id,
        page,
        VisitConditions(house_ids=_houses(resident, community_id), since_ms=where.since_ms),
    )
    now_ms, own = clock.now_ms(), resident.living(community_id).person_id
    visit_rows = await rows(scope, db, matches.data)
    mine = [
        MyVisit(
            **msgspec.structs.asdict(row),
            pass_url=visitors.links.url(visit.apply_id) if visit.holds_pass(now_ms) else "",
            mine=visit.submitter_id == own,
        )
        for row, visit in zip(visit_rows, matches.data, strict=True)
    ]
    return Page.of(page, matches.total, mine)


@routes.post(raises=(NotFound, visits.VisitorBlacklisted))
async def invite(
    community_id: int, data: Invite, resident: Resident, tx: Tx, ids: Ids, visitors: VisitorsRoom
) -> Invited:
    """Expect a visitor at one's house; with a phone they get the pass as a text message."""
    home = _home(resident, community_id, data.house_id)
    scope = resident.at(home)
    guest = checked(
        Guest(name=data.name, type=data.type, phone=data.phone, plate=data.plate, people=data.people),
        names=_NAMES,
    )
    me = await persons.person(scope, tx, home.identity_id)
    (apply_id,) = await visits.apply(
        scope,
        tx,
        Stay(
            community_id=community_id,
            house_id=home.house_id,
            starts_ms=data.starts_ms,
            ends_ms=data.ends_ms,
            reason=data.reason,
            uses=data.uses,
        ),
        guests=[guest],
        source=RESIDENT,
        ids=ids,
        now_ms=tx.db.clock.now_ms(),
        submitter=me,
    )
    return Invited(str(apply_id), visitors.links.url(apply_id))


@routes.post("/{apply_id:int}/void", raises=(NotFound, visits.VisitSettled))
async def void(community_id: int, apply_id: int, resident: Resident, tx: Tx, clock: Clock) -> None:
    """Take one's own invitation back; its pass ends at once."""
    scope, visit, home = await _of(resident, tx, community_id, apply_id)
    if visit.submitter_id != home.person_id:
        raise NotFound(what="visit", id=apply_id)
    await visits.void(scope, tx, apply_id=apply_id, now_ms=clock.now_ms())


@routes.post(
    "/{apply_id:int}/admit",
    raises=(NotFound, visits.VisitOver, visits.VisitSettled, visits.VisitorBlacklisted),
)
async def admit(community_id: int, apply_id: int, resident: Resident, tx: Tx, ids: Ids, clock: Clock) -> None:
    """Let somebody come who named one's house at the gate."""
    scope, _, home = await _of(resident, tx, community_id, apply_id)
    me = await persons.person(scope, tx, home.identity_id)
    await visits.admit(scope, tx, apply_id=apply_id, ids=ids, now_ms=clock.now_ms(), host=me)


@routes.post("/{apply_id:int}/refuse", raises=(NotFound, visits.VisitSettled))
async def refuse(community_id: int, apply_id: int, resident: Resident, tx: Tx, clock: Clock) -> None:
    """Do not let them come."""
    scope, _, _ = await _of(resident, tx, community_id, apply_id)
    await visits.refuse(scope, tx, apply_id=apply_id, reason="", now_ms=clock.now_ms())


ROUTES = (routes,)
