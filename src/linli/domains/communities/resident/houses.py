"""The resident's own houses: certify one, correct what was refused, take it back."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import communities as community_queries
from linli.domains.communities.queries import spaces
from linli.domains.communities.resident.communities import opened
from linli.domains.communities.resident.forms import PersonForm, profile_of
from linli.domains.communities.rows import Community
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.people import person_rules as rules
from linli.domains.people.queries import forms, persons
from linli.domains.people.queries.residence import CommunityClosed, Home, Resident
from linli.domains.people.service import residents, reviews
from linli.domains.people.service.persons import PhoneTaken
from linli.domains.people.service.residents import AlreadyMember
from linli.domains.people.service.reviews import NotWaiting, UserExists
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids


class MyHouse(msgspec.Struct, rename="camel", frozen=True):
    """A house of the resident, and how the certification stands."""

    house_id: str
    community_id: str
    community: str
    location: str
    type: Annotated[int, Meta(description="1 owner, 2 relative, 3 tenant, 4 friend … 9 other")]
    status: Annotated[int, Meta(description="1 living there, 2 under review, 3 refused")]
    reason: Annotated[str, Meta(description="Why it was refused.")]
    since_ms: int
    """When the resident moved in, or asked."""
    suspended: bool
    """The community's service does not run."""
    time_zone: Annotated[str, Meta(description="IANA name of the zone by whose clocks the community lives.")]


class Certify(PersonForm, rename="camel", frozen=True):
    """The asker, and their relation to the house."""

    type: Annotated[int, Meta(description="1 owner, 2 relative, 3 tenant, 4 friend … 9 other")] = 0


async def house_rows(resident: Resident, db: Reader, homes: list[Home]) -> list[MyHouse]:
    rows = []
    communities: dict[int, Community] = {}
    for home in homes:
        scope = resident.at(home)
        if home.community_id not in communities:
            communities |= await community_queries.by_id(scope, db, [home.community_id])
        community = communities.get(home.community_id)
        house = (await spaces.houses_by_id(scope, db, [home.house_id])).get(home.house_id)
        rows.append(
            MyHouse(
                house_id=str(home.house_id),
                community_id=str(home.community_id),
                community=community.name if community else "",
                location=house.location if house else "",
                type=home.type,
                status=home.status,
                reason=home.approve_comment,
                since_ms=home.moved_in_ms or home.changed_ms,
                suspended=bool(home.closed),
                time_zone=community.time_zone if community else "",
            )
        )
    return rows


def _tied(resident: Resident, house_id: int) -> Home:
    """Raises NotFound."""
    if (home := resident.tie(house_id)) is None:
        raise NotFound(what="house", id=house_id)
    if home.closed:
        raise CommunityClosed()
    return home


house_routes = Routes("/houses", tags=("houses",))


@house_routes.get()
async def my_houses(resident: Resident, db: Database) -> list[MyHouse]:
    """Houses lived in first, then those under review and refused."""
    return await house_rows(resident, db, list(resident.homes))


@house_routes.put("/{house_id:int}/certification", raises=(NotFound, CommunityClosed, NotWaiting, PhoneTaken))
async def certify_again(house_id: int, data: Certify, resident: Resident, tx: Tx, clock: Clock) -> None:
    """Correct a refused certification (重新认证): the same record waits again."""
    home = _tied(resident, house_id)
    scope = resident.at(home)
    person = await persons.person(scope, tx, home.identity_id)
    form = await forms.form(scope, tx, home.community_id)
    await reviews.register_again(
        scope,
        tx,
        house_id=house_id,
        identity_id=home.identity_id,
        profile=profile_of(data, form=form, phone=resident.phone, person=person),
        type=data.type,
        review=True,
        now_ms=clock.now_ms(),
    )


@house_routes.delete("/{house_id:int}/certification", raises=(NotFound, CommunityClosed, NotWaiting))
async def withdraw(house_id: int, resident: Resident, tx: Tx, clock: Clock) -> None:
    """Take a certification back that was not accepted."""
    home = _tied(resident, house_id)
    if home.status not in (rules.PENDING, rules.REJECTED):
        raise NotWaiting(status=home.status)
    await residents.move_out(
        resident.at(home), tx, house_id=house_id, identity_id=home.identity_id, now_ms=clock.now_ms()
    )


certification_routes = Routes(
    "/communities/{community_id:int}/houses/{house_id:int}/certification", tags=("houses",)
)


@certification_routes.post(raises=(NotFound, AlreadyMember, CommunityClosed, PhoneTaken, UserExists))
async def certify(
    community_id: int, house_id: int, data: Certify, resident: Resident, tx: Tx, ids: Ids, clock: Clock
) -> None:
    """Ask to belong to a house; the property reviews it. An existing member changes their entry instead."""
    community, scope = await opened(resident, tx, community_id)
    own = resident.persons.get(community.tenant_id)
    person = await persons.person_of_phone(scope, tx, resident.phone) if own else None
    form = await forms.form(scope, tx, community_id)
    await reviews.register(
        scope,
        tx,
        SpaceHouses(field="houseId"),
        claim=reviews.Claim(
            house_id=house_id,
            profile=profile_of(data, form=form, phone=resident.phone, person=person),
            type=data.type,
        ),
        review=True,
        ids=ids,
        now_ms=clock.now_ms(),
    )
