"""Who else lives in the resident's house, and what belongs to it: owners add and take away."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from linli.domains.communities.queries import communities as community_queries
from linli.domains.communities.queries import spaces
from linli.domains.communities.resident.forms import PersonForm, profile_of
from linli.domains.communities.service import assets
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.people import person_rules as rules
from linli.domains.people.queries import forms, persons
from linli.domains.people.queries import residents as queries
from linli.domains.people.queries.residence import NotTheOwner, Resident
from linli.domains.people.service import invitations, residents, reviews
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

HOUSES = SpaceHouses(field="houseId")


class HouseMember(msgspec.Struct, rename="camel", frozen=True):
    identity_id: str
    name: str
    phone: Annotated[str, Meta(description="Masked, but for oneself.")]
    type: Annotated[int, Meta(description="1 owner, 2 relative, 3 tenant, 4 friend … 9 other")]
    status: Annotated[int, Meta(description="1 living there, 2 under review, 3 refused")]
    mine: bool
    removable: Annotated[bool, Meta(description="Owners may remove others; everybody themselves.")]


class MemberForm(PersonForm, rename="camel", frozen=True):
    phone: str = ""
    type: Annotated[int, Meta(description="2 relative, 3 tenant … 9 other")] = 0


class InvitationForm(msgspec.Struct, rename="camel", frozen=True):
    type: Annotated[int, Meta(description="2 relative, 3 tenant … 9 other")]


class InvitationCode(msgspec.Struct, rename="camel", frozen=True):
    code: str
    expires_ms: int


class InvitationCard(msgspec.Struct, rename="camel", frozen=True):
    """Where an invitation leads."""

    community_id: str
    community: str
    location: str
    type: int
    expires_ms: int


class Joined(msgspec.Struct, rename="camel", frozen=True):
    waits: bool
    """The property must agree first."""


class HouseAsset(msgspec.Struct, rename="camel", frozen=True):
    id: str
    type: Annotated[int, Meta(description="1 parking space, 2 garage, 3 storage room")]
    name: str


class AssetForm(msgspec.Struct, rename="camel", frozen=True):
    type: Annotated[int, Meta(description="1 parking space, 2 garage, 3 storage room")]
    name: str


class MemberRoutes(Controller):
    path = "/houses/{house_id:int}"
    tags = ("houses",)

    @get("/members")
    async def members(
        self,
        house_id: FromPath[int],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
    ) -> list[HouseMember]:
        """Everybody of a house that the caller lives in, owners first."""
        home = resident.home(house_id)
        owns = home.type == rules.OWNER
        rows = await queries.of_house(resident.at(home), db, house_id)
        told = []
        for row in rows:
            mine = row.person_id == home.person_id
            phone = row.phone or ""
            told.append(
                HouseMember(
                    row.identity_id,
                    row.name,
                    phone if mine else rules.mask_phone(phone),
                    row.type,
                    row.status,
                    mine,
                    mine or owns,
                )
            )
        return told

    @post("/members", status_code=201)
    async def add_member(
        self,
        house_id: FromPath[int],
        data: JSONBody[MemberForm],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> Joined:
        """An owner adds family or a tenant; they live there at once unless the property wants to agree first."""
        home = resident.home(house_id, owner=True)
        invitations.check_member_type(data.type)
        if not data.phone.strip():
            raise BadInput(field="phone", rule="required")
        async with db.begin() as tx:
            waits = await _join(
                resident.at(home),
                tx,
                house_id=house_id,
                community_id=home.community_id,
                form=data,
                phone=data.phone,
                type=data.type,
                source=rules.INPUT,
                ids=ids,
                now_ms=clock.now_ms(),
            )
        return Joined(waits)

    @delete("/members/{identity_id:str}")
    async def remove_member(
        self,
        house_id: FromPath[int],
        identity_id: FromPath[str],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Owners remove others, everybody themselves; keys given because of the house end."""
        home = resident.home(house_id)
        scope = resident.at(home)
        if identity_id != home.identity_id:
            if await queries.member(scope, db, house_id, identity_id) is None:
                raise NotFound(what="resident", id=identity_id)
            if home.type != rules.OWNER:
                raise NotTheOwner()
        async with db.begin() as tx:
            await residents.move_out(
                scope, tx, house_id=house_id, identity_id=identity_id, now_ms=clock.now_ms()
            )

    @post("/invitations", status_code=201)
    async def invite(
        self,
        house_id: FromPath[int],
        data: JSONBody[InvitationForm],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> InvitationCode:
        """A code for one new member, to be scanned within a day."""
        home = resident.home(house_id, owner=True)
        async with db.begin() as tx:
            code, expires_ms = await invitations.invite(
                resident.at(home),
                tx,
                community_id=home.community_id,
                house_id=house_id,
                person_id=home.person_id,
                type=data.type,
                ids=ids,
                now_ms=clock.now_ms(),
            )
        return InvitationCode(code, expires_ms)

    @get("/assets")
    async def list_assets(
        self,
        house_id: FromPath[int],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
    ) -> list[HouseAsset]:
        """Parking spaces, garages and storage rooms of the house."""
        home = resident.home(house_id)
        rows = await spaces.assets(resident.at(home), db, house_id)
        return [HouseAsset(str(row.asset_id), row.type, row.name) for row in rows]

    @post("/assets", status_code=201)
    async def add_asset(
        self,
        house_id: FromPath[int],
        data: JSONBody[AssetForm],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> HouseAsset:
        """An owner names a parking space, garage or storage room."""
        home = resident.home(house_id, owner=True)
        async with db.begin() as tx:
            asset_id = await assets.add(
                resident.at(home),
                tx,
                house_id=house_id,
                type=data.type,
                name=data.name,
                ids=ids,
                now_ms=clock.now_ms(),
            )
        return HouseAsset(str(asset_id), data.type, data.name.strip())

    @put("/assets/{asset_id:int}", status_code=204)
    async def change_asset(
        self,
        house_id: FromPath[int],
        asset_id: FromPath[int],
        data: JSONBody[AssetForm],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """An owner corrects one."""
        home = resident.home(house_id, owner=True)
        async with db.begin() as tx:
            await assets.change(
                resident.at(home),
                tx,
                house_id=house_id,
                asset_id=asset_id,
                type=data.type,
                name=data.name,
                now_ms=clock.now_ms(),
            )

    @delete("/assets/{asset_id:int}")
    async def remove_asset(
        self,
        house_id: FromPath[int],
        asset_id: FromPath[int],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """An owner takes one away."""
        home = resident.home(house_id, owner=True)
        async with db.begin() as tx:
            await assets.remove(
                resident.at(home), tx, house_id=house_id, asset_id=asset_id, now_ms=clock.now_ms()
            )


class InvitationRoutes(Controller):
    path = "/invitations/{code:str}"
    tags = ("houses",)

    @get("/")
    async def show_invitation(
        self,
        code: FromPath[str],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> InvitationCard:
        """Where the code leads, before one joins."""
        found = await invitations.find(db, code, now_ms=clock.now_ms())
        scope = resident.scope_of(found.tenant_id, found.community_id)
        community = await community_queries.community(scope, db, found.community_id)
        house = await spaces.house(scope, db, found.house_id)
        return InvitationCard(
            str(found.community_id), community.name, house.location, found.type, found.expires_ms
        )

    @post("/", status_code=200)
    async def join(
        self,
        code: FromPath[str],
        data: JSONBody[PersonForm],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> Joined:
        """Join the house with one's own phone; the code works no second time."""
        now_ms = clock.now_ms()
        async with db.begin() as tx:
            found = await invitations.use(tx, code, now_ms=now_ms)
            waits = await _join(
                resident.scope_of(found.tenant_id, found.community_id),
                tx,
                house_id=found.house_id,
                community_id=found.community_id,
                form=data,
                phone=resident.phone,
                type=found.type,
                source=rules.QRCODE,
                ids=ids,
                now_ms=now_ms,
            )
        return Joined(waits)


async def _join(
    scope: Scope,
    tx: Tx,
    house_id: int,
    community_id: int,
    form: PersonForm,
    phone: str,
    type: int,
    source: str,
    ids: Ids,
    now_ms: int,
) -> bool:
    """Whether the property must agree first."""
    known = await persons.person_of_phone(scope, tx, rules.clean_phone(phone))
    asks = await forms.form(scope, tx, community_id)
    await reviews.register(
        scope,
        tx,
        HOUSES,
        house_id=house_id,
        profile=profile_of(form, form=asks, phone=phone, known=known),
        type=type,
        review=asks.review,
        ids=ids,
        now_ms=now_ms,
        source=source,
    )
    return asks.review
