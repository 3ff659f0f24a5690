"""The other members of the resident's house, and its assets: owners add and remove them."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import communities as community_queries
from linli.domains.communities.queries import spaces
from linli.domains.communities.resident.forms import PersonForm, profile_of
from linli.domains.communities.service import assets
from linli.domains.communities.service.assets import AssetNameTaken
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.people import person_rules as rules
from linli.domains.people.queries import forms, persons
from linli.domains.people.queries import residents as queries
from linli.domains.people.queries.residence import CommunityClosed, Home, NotTheOwner, Resident
from linli.domains.people.service import invitations, residents, reviews
from linli.domains.people.service.invitations import Invitation, InvitationSpent
from linli.domains.people.service.persons import PhoneTaken
from linli.domains.people.service.residents import AlreadyMember
from linli.domains.people.service.reviews import UserExists
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
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


member_routes = Routes("/houses/{house_id:int}", tags=("houses",))


@member_routes.get("/members")
async def members(house_id: int, resident: Resident, db: Database) -> list[HouseMember]:
    """Everybody of a house that the caller lives in, owners first."""
    home = resident.home(house_id)
    owns = home.type == rules.OWNER
    rows = await queries.of_house(resident.at(home), db, house_id)
    house_members = []
    for row in rows:
        mine = row.person_id == home.person_id
        phone = row.phone or ""
        house_members.append(
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
    return house_members


@member_routes.post("/members", raises=(NotFound, AlreadyMember, PhoneTaken, UserExists))
async def add_member(
    house_id: int, data: MemberForm, resident: Resident, tx: Tx, ids: Ids, clock: Clock
) -> Joined:
    """An owner adds family or a tenant; they live there at once unless the property wants to agree first."""
    home = resident.home(house_id, owner=True)
    invitations.check_member_type(data.type)
    if not data.phone.strip():
        raise BadInput(field="phone", rule="required")
    waits = await _join(
        resident.at(home),
        tx,
        home,
        form=data,
        phone=data.phone,
        type=data.type,
        source=rules.INPUT,
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return Joined(waits)


@member_routes.delete("/members/{identity_id:str}", raises=(NotFound, NotTheOwner))
async def remove_member(house_id: int, identity_id: str, resident: Resident, tx: Tx, clock: Clock) -> None:
    """Owners remove others, everybody themselves; keys given because of the house end."""
    home = resident.home(house_id)
    scope = resident.at(home)
    if identity_id != home.identity_id:
        if await queries.member(scope, tx, house_id, identity_id) is None:
            raise NotFound(what="resident", id=identity_id)
        if home.type != rules.OWNER:
            raise NotTheOwner()
    await residents.move_out(scope, tx, house_id=house_id, identity_id=identity_id, now_ms=clock.now_ms())


@member_routes.post("/invitations")
async def invite(
    house_id: int, data: InvitationForm, resident: Resident, tx: Tx, ids: Ids, clock: Clock
) -> InvitationCode:
    """A code for one new member, to be scanned within a day."""
    home = resident.home(house_id, owner=True)
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


@member_routes.get("/assets")
async def list_assets(house_id: int, resident: Resident, db: Database) -> list[HouseAsset]:
    """Parking spaces, garages and storage rooms of the house."""
    home = resident.home(house_id)
    rows = await spaces.assets(resident.at(home), db, house_id)
    return [HouseAsset(str(row.asset_id), row.type, row.name) for row in rows]


@member_routes.post("/assets", raises=(NotFound, AssetNameTaken))
async def add_asset(
    house_id: int, data: AssetForm, resident: Resident, tx: Tx, ids: Ids, clock: Clock
) -> HouseAsset:
    """An owner names a parking space, garage or storage room."""
    home = resident.home(house_id, owner=True)
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


@member_routes.put("/assets/{asset_id:int}", raises=(NotFound, AssetNameTaken))
async def change_asset(
    house_id: int, asset_id: int, data: AssetForm, resident: Resident, tx: Tx, clock: Clock
) -> None:
    """An owner corrects one."""
    home = resident.home(house_id, owner=True)
    await assets.change(
        resident.at(home),
        tx,
        house_id=house_id,
        asset_id=asset_id,
        type=data.type,
        name=data.name,
        now_ms=clock.now_ms(),
    )


@member_routes.delete("/assets/{asset_id:int}", raises=(NotFound,))
async def remove_asset(house_id: int, asset_id: int, resident: Resident, tx: Tx, clock: Clock) -> None:
    """An owner takes one away."""
    home = resident.home(house_id, owner=True)
    await assets.remove(resident.at(home), tx, house_id=house_id, asset_id=asset_id, now_ms=clock.now_ms())


invitation_routes = Routes("/invitations/{code:str}", tags=("houses",))


@invitation_routes.get(raises=(NotFound, CommunityClosed, InvitationSpent))
async def show_invitation(code: str, resident: Resident, db: Database, clock: Clock) -> InvitationCard:
    """Where the code leads, before one joins."""
    invitation = await invitations.find(db, code, now_ms=clock.now_ms())
    scope = resident.scope_of(invitation.tenant_id, invitation.community_id)
    community = await community_queries.community(scope, db, invitation.community_id)
    house = await spaces.house(scope, db, invitation.house_id)
    return InvitationCard(
        str(invitation.community_id), community.name, house.location, invitation.type, invitation.expires_ms
    )


@invitation_routes.post(
    status=200, raises=(NotFound, AlreadyMember, CommunityClosed, InvitationSpent, PhoneTaken, UserExists)
)
async def join(code: str, data: PersonForm, resident: Resident, tx: Tx, ids: Ids, clock: Clock) -> Joined:
    """Join the house with one's own phone; the code works no second time."""
    now_ms = clock.now_ms()
    invitation = await invitations.use(tx, code, now_ms=now_ms)
    waits = await _join(
        resident.scope_of(invitation.tenant_id, invitation.community_id),
        tx,
        invitation,
        form=data,
        phone=resident.phone,
        type=invitation.type,
        source=rules.QRCODE,
        ids=ids,
        now_ms=now_ms,
    )
    return Joined(waits)


async def _join(
    scope: Scope,
    tx: Tx,
    place: Home | Invitation,
    *,
    form: PersonForm,
    phone: str,
    type: int,
    source: str,
    ids: Ids,
    now_ms: int,
) -> bool:
    """Whether the property must agree first."""
    person = await persons.person_of_phone(scope, tx, rules.clean_phone(phone))
    asks = await forms.form(scope, tx, place.community_id)
    await reviews.register(
        scope,
        tx,
        HOUSES,
        claim=reviews.Claim(
            house_id=place.house_id,
            profile=profile_of(form, form=asks, phone=phone, person=person),
            type=type,
            source=source,
        ),
        review=asks.review,
        ids=ids,
        now_ms=now_ms,
    )
    return asks.review
