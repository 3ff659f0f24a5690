"""Console: residents and their houses. The rows come from people; the places are added here, where both are known."""

from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from linli.domains.communities.console.resident_detail import WIRE, Civil
from linli.domains.communities.console.spaces import Undoable, root_of
from linli.domains.communities.queries import finding
from linli.domains.communities.queries import spaces as space_queries
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.people import form_rules
from linli.domains.people.phones import PhoneSight
from linli.domains.people.ports import CardHolders
from linli.domains.people.queries import forms
from linli.domains.people.queries import residents as queries
from linli.domains.people.rights import Right, Rights
from linli.domains.people.rows import Member
from linli.domains.people.schemas import checked
from linli.domains.people.service import residents
from linli.domains.people.service.persons import PhoneTaken
from linli.domains.people.service.residents import AlreadyMember
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes, WholeScope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope


class ResidentRow(msgspec.Struct, rename="camel", frozen=True):
    person_id: str
    identity_id: str
    name: str
    phone: Annotated[str, Meta(description="Masked without the right to whole phones.")]
    house_id: str
    house_location: str
    type: Annotated[int, Meta(description="1 owner, 2 relative, 3 tenant, 4 friend … 9 other")]
    status: Annotated[int, Meta(description="1 moved in, 2 under review, 3 rejected, 4 moved out")]
    moved_in_ms: int
    created_ms: int
    sex: int | None
    comment: Annotated[str, Meta(description="Why a registration was refused.")]


class ResidentListFilter(queries.ResidentFilter, frozen=True):
    """The filters of the list that its workbook does not have."""

    house_id: int | None = None
    type: int | None = None
    sort: Annotated[str, Meta(description="created, changed, name, -name, type")] = "created"

    @property
    def conditions(self) -> queries.ResidentConditions:
        return replace(super().conditions, house_id=self.house_id, type=self.type)


class NewResident(Civil, rename="camel", frozen=True, kw_only=True):
    house_id: int
    name: str
    type: int
    phone: str = ""


class MovedIn(msgspec.Struct, rename="camel", frozen=True):
    identity_id: str


class MoveOut(msgspec.Struct, rename="camel", frozen=True):
    house_id: int
    identity_id: str
    reason: str = ""


def _row(row: Member, location: str, phones: PhoneSight) -> ResidentRow:
    return ResidentRow(
        person_id=str(row.person_id),
        identity_id=row.identity_id,
        name=row.name,
        phone=phones.shown(row.phone),
        house_id=str(row.house_id),
        house_location=location,
        type=row.type,
        status=row.status,
        moved_in_ms=row.moved_in_ms,
        created_ms=row.created_ms,
        sex=row.sex,
        comment=row.approve_comment,
    )


resident_routes = Routes("/communities/{community_id:int}/residents", tags=("people",))


@resident_routes.get(right=Right.RESIDENTS_SEE)
async def list_residents(
    community_id: int,
    where: ResidentListFilter,
    page: PageRequest,
    scope: Scope,
    db: Database,
    rights: Rights,
    cards: CardHolders,
) -> Page[ResidentRow]:
    """One row for each house a person belongs to, newest first."""
    if where.sort not in queries.ORDERS:
        raise BadInput(field="sort", rule="one_of", allowed=", ".join(queries.ORDERS))
    await root_of(scope, db, community_id)
    search = finding.search_of(rights, scope, community_id, cards)
    conditions = await finding.residents_where(scope, db, where, search)
    matches = await queries.page(scope, db, community_id, page, where=conditions, order=where.sort)
    houses = await space_queries.houses_by_id(scope, db, [row.house_id for row in matches.data])
    phones = PhoneSight(rights, scope, community_id)
    rows = [
        _row(row, houses[row.house_id].location if row.house_id in houses else "", phones)
        for row in matches.data
    ]
    return Page.of(page, matches.total, rows)


@resident_routes.post(right=Right.RESIDENTS_MANAGE, raises=(NotFound, AlreadyMember, PhoneTaken))
async def move_in(
    community_id: int, data: NewResident, scope: WholeScope, tx: Tx, ids: Ids, clock: Clock
) -> MovedIn:
    """A person lives in a house from now on; a phone that is known means that person."""
    scope.allow(community_id)
    form = await forms.form(scope, tx, community_id)
    ext = form_rules.merged_ext(form, "", data.custom)
    profile = checked(data.profile(data.name, data.phone, ext=ext), wire=WIRE)
    form_rules.check(form, profile.values(), wire=WIRE, creating=True)
    house = await space_queries.space(scope, tx, data.house_id)
    if house.community_id != community_id:
        raise NotFound(what="house", id=data.house_id)
    identity_id = await residents.move_in(
        scope,
        tx,
        SpaceHouses(field="houseId"),
        house_id=data.house_id,
        profile=profile,
        type=data.type,
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return MovedIn(identity_id)


@resident_routes.post("/move-out", right=Right.RESIDENTS_MANAGE, status=200, raises=(NotFound,))
async def move_out(community_id: int, data: MoveOut, scope: WholeScope, tx: Tx, clock: Clock) -> Undoable:
    """A person no longer belongs to a house; rights from the house end.

    Restoring the change brings them back with vehicles, keys and rights given by hand; not with pictures of their
    face, which are erased, and not with visitors' invitations.
    """
    if (await space_queries.house(scope, tx, data.house_id)).community_id != community_id:
        raise NotFound(what="house", id=data.house_id)
    change = await residents.move_out(
        scope,
        tx,
        house_id=data.house_id,
        identity_id=data.identity_id,
        now_ms=clock.now_ms(),
        reason=data.reason,
    )
    return Undoable(str(change))
