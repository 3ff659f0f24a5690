"""One search over communities, houses, people, devices and keys, each kind under its own right."""

from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request
from msgspec import Meta

from linli.domains.access.queries import doors
from linli.domains.accounts.service.sessions import Session
from linli.domains.communities.addresses import in_words
from linli.domains.communities.queries import communities, spaces
from linli.domains.communities.queries.addresses import house_ids
from linli.domains.people.phones import PhoneSight
from linli.domains.people.ports import CardHolders
from linli.domains.people.queries import persons, vehicles
from linli.domains.people.rights import SIGNED_IN, Right, Rights
from linli.kernel import masking, tenancy
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import Forbidden
from linli.kernel.i18n import language_of
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.things.device_lists import DeviceFilter, list_devices

EACH: Final = 8
"""Hits of one kind at most."""
SHORTEST: Final = 2

type Kind = Literal["community", "house", "person", "vehicle", "card", "door", "device", "key"]


class SearchHit(msgspec.Struct, rename="camel", frozen=True):
    kind: Kind
    id: Annotated[str, Meta(description="Of a vehicle and a card: the person's whose it is.")]
    title: Annotated[str, Meta(description="Of a card its last characters.")]
    detail: str
    community_id: Annotated[str, Meta(description="Where it is; empty: in no one community.")] = ""


search_routes = Routes("/search", tags=("search",))


class SearchWords(Filter, frozen=True):
    """The text of the search, and its place."""

    q: str = ""
    community_id: int | None = None


@search_routes.get(right=SIGNED_IN)
async def search(
    request: Request[Any, Any, Any],
    db: Database,
    rights: Rights,
    session: Session,
    cards: CardHolders,
    where: SearchWords,
) -> list[SearchHit]:
    """At most eight hits of each kind that the account may see; two characters at least."""
    text, language = where.q.strip(), language_of(request)
    if len(text) < SHORTEST or not session.tenant_id:
        return []

    def seen(right: Right) -> Scope | None:
        try:
            scope = rights.scope_with(right, session.tenant_id, language=language)
            return scope if where.community_id is None else scope.narrowed(where.community_id)
        except Forbidden:
            return None

    hits: list[SearchHit] = []
    if scope := seen(Right.COMMUNITIES_SEE):
        hits += await _communities(scope, db, text)
    if scope := seen(Right.HOUSES_SEE):
        hits += await _houses(scope, db, text)
    if scope := seen(Right.RESIDENTS_SEE):
        hits += await _persons(scope, db, text, PhoneSight(rights, scope, where.community_id))
    if scope := seen(Right.VEHICLES_SEE):
        hits += await _vehicles(scope, db, text)
    if scope := seen(Right.DEVICES_SEE):
        hits += await _cards(scope, db, text, cards)
        doors_by_name = await _doors(scope, db, text)
        door_ids = {hit.id for hit in doors_by_name}
        hits += doors_by_name
        hits += [hit for hit in await _devices(scope, db, text) if hit.id not in door_ids]
    if scope := seen(Right.INTEGRATIONS_MANAGE):
        hits += await _keys(scope, db, text)
    return hits


async def _communities(scope: Scope, db: Database, text: str) -> list[SearchHit]:
    page = await communities.page(scope, db, PageRequest(1, EACH), text=text)
    return [SearchHit("community", str(row.community_id), row.name, row.address) for row in page.data]


async def _houses(scope: Scope, db: Database, text: str) -> list[SearchHit]:
    fitting = (await house_ids(scope, db, text))[:EACH]
    houses = await spaces.houses_by_id(scope, db, fitting)
    communities_by_id = await communities.by_id(scope, db, [row.community_id for row in houses.values()])
    return [
        SearchHit(
            "house",
            str(row.space_id),
            in_words(row.location, scope.language),
            communities_by_id[row.community_id].name,
            str(row.community_id),
        )
        for row in (houses[house_id] for house_id in fitting if house_id in houses)
        if row.community_id in communities_by_id
    ]


async def _persons(scope: Scope, db: Database, text: str, phones: PhoneSight) -> list[SearchHit]:
    person_hits = await persons.search(scope, db, text, limit=EACH, whole_phone=not phones.finds(text))
    return [SearchHit("person", row.identity_id, row.name, phones.shown(row.phone)) for row in person_hits]


async def _vehicles(scope: Scope, db: Database, text: str) -> list[SearchHit]:
    owned = await vehicles.of_plate(scope, db, text, limit=EACH)
    return [
        SearchHit("vehicle", row.identity_id, row.plate, row.name, str(row.community_id)) for row in owned
    ]


async def _cards(scope: Scope, db: Database, text: str, cards: CardHolders) -> list[SearchHit]:
    holders = await cards.holders(scope, db, text)
    names = await persons.names(scope, db, sorted({holder.identity_id for holder in holders}))
    return [
        SearchHit(
            "card",
            holder.identity_id,
            masking.shown_credential("door.card", holder.number),
            names.get(holder.identity_id, ""),
            str(holder.community_id),
        )
        for holder in holders[:EACH]
    ]


async def _doors(scope: Scope, db: Database, text: str) -> list[SearchHit]:
    page = await doors.list_doors(scope, db, page=PageRequest(1, EACH), text=text)
    return [
        SearchHit("door", row.iot_id, row.name, row.sn or row.device_name, str(row.community_id))
        for row in page.data
    ]


async def _devices(scope: Scope, db: Database, text: str) -> list[SearchHit]:
    page = await list_devices(scope, db, page=PageRequest(1, EACH), where=DeviceFilter(keyword=text))
    return [
        SearchHit("device", row.iot_id, row.nickname or row.device_name, row.product_name)
        for row in page.data
    ]


async def _keys(scope: Scope, db: Database, text: str) -> list[SearchHit]:
    names = {row.project_id: row.name for row in await tenancy.list_projects(scope, db)}
    search_hits = [
        SearchHit("key", row.app_key, row.app_key, names.get(row.project_id, ""))
        for row in await tenancy.list_app_keys(scope, db)
        if text.casefold() in row.app_key or text.casefold() in names.get(row.project_id, "").casefold()
    ]
    return search_hits[:EACH]
