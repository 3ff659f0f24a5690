"""Choosing a community, and the way to one's door in it: open to every signed-in resident."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities import space_rules as rules
from linli.domains.communities.queries import communities as queries
from linli.domains.communities.queries import spaces
from linli.domains.communities.resident.forms import AskedField, asked
from linli.domains.communities.rows import Community
from linli.domains.communities.service.lifecycle import RUNNING
from linli.domains.people.queries import forms
from linli.domains.people.queries.residence import CommunityClosed, Resident
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

MOST = 20
ON_THE_WAY = frozenset((rules.AREA, rules.BUILDING, rules.UNIT, rules.HOUSE))


class CommunityCard(msgspec.Struct, rename="camel", frozen=True):
    """A community as anybody may know it."""

    id: str
    name: str
    city: str
    address: str
    phone: str
    """Of the property; empty when not given."""
    mine: bool
    """The caller lives there."""
    suspended: bool
    """Its service does not run: nothing of it can be used."""
    time_zone: Annotated[str, Meta(description="IANA name of the zone by whose clocks the community lives.")]


class WayStep(msgspec.Struct, rename="camel", frozen=True):
    """One space on the way to a house."""

    id: str
    name: str
    kind: Annotated[str, Meta(description="area, building, unit or house")]


def card(community: Community, resident: Resident) -> CommunityCard:
    mine = any(home.community_id == community.community_id for home in resident.living_in)
    halted = community.service_state != RUNNING
    return CommunityCard(
        id=str(community.community_id),
        name=community.name,
        city=community.city,
        address=community.address,
        phone=community.phone,
        mine=mine,
        suspended=halted,
        time_zone=community.time_zone,
    )


async def _in_management(db: Reader, community_id: int) -> Community:
    community = await queries.target(db, community_id=community_id)
    if community is None:
        raise NotFound(what="community", id=community_id)
    return community


async def opened(resident: Resident, db: Reader, community_id: int) -> tuple[Community, Scope]:
    """A community in service, with the scope of a resident who views it. Raises NotFound, CommunityClosed."""
    community = await _in_management(db, community_id)
    if community.service_state != RUNNING:
        raise CommunityClosed()
    return community, resident.scope_of(community.tenant_id, community.community_id)


community_routes = Routes("/communities", tags=("communities",))


class CommunityFilter(Filter, frozen=True):
    """Communities, as their list is asked for."""

    q: Annotated[str, Meta(description="A part of the name or address.")] = ""


@community_routes.get()
async def list_communities(resident: Resident, db: Database, where: CommunityFilter) -> list[CommunityCard]:
    """With `q` the communities in management that it finds, at most 20; without, those one lives in."""
    if where.q.strip():
        communities = await queries.in_management(db, where.q.strip(), limit=MOST)
        return [card(community, resident) for community in communities]
    cards = []
    for community_id in dict.fromkeys(home.community_id for home in resident.homes):
        community_row = await queries.target(db, community_id=community_id)
        if community_row is not None:
            cards.append(card(community_row, resident))
    return cards


@community_routes.get("/{community_id:int}", raises=(NotFound,))
async def show_community(community_id: int, resident: Resident, db: Database) -> CommunityCard:
    """One community, as its QR code at the gate names it."""
    return card(await _in_management(db, community_id), resident)


class WayFilter(Filter, frozen=True):
    """The listed level."""

    parent_id: Annotated[int | None, Meta(description="None: the first level.")] = None


@community_routes.get("/{community_id:int}/spaces", raises=(NotFound, CommunityClosed))
async def way_to_a_house(
    community_id: int, resident: Resident, db: Database, where: WayFilter
) -> list[WayStep]:
    """The names of one level, to choose a house by: nothing of who lives there."""
    community, scope = await opened(resident, db, community_id)
    parent = where.parent_id or community.root_space_id
    if parent is None:
        return []
    if (await spaces.space(scope, db, parent)).community_id != community_id:
        raise NotFound(what="space", id=parent)
    level = await spaces.tree_level(scope, db, parent)
    return [
        WayStep(str(node.space_id), node.name, node.kind)
        for node in level
        if node.kind == rules.HOUSE or (node.kind in ON_THE_WAY and node.houses)
    ]


@community_routes.get("/{community_id:int}/form", raises=(NotFound, CommunityClosed))
async def form(community_id: int, resident: Resident, db: Database) -> list[AskedField]:
    """The fields that the community asks when a person certifies a house, in its order."""
    _, scope = await opened(resident, db, community_id)
    return asked(await forms.form(scope, db, community_id))
