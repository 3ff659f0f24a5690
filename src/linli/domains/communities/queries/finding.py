"""What a search box of a community's lists finds: houses by their address; residents by house, plate or card."""

from typing import NamedTuple

from msgspec.structs import replace

from linli.domains.communities.queries.addresses import house_ids
from linli.domains.people.phones import PhoneSight
from linli.domains.people.ports import CardHolders
from linli.domains.people.queries import persons, residents, vehicles
from linli.domains.people.rights import Right, Rights
from linli.kernel.db import Reader
from linli.kernel.scope import Scope


class Search(NamedTuple):
    """Who searches where, and what of others' they may see."""

    community_id: int
    plates: bool
    cards: CardHolders | None
    phones: PhoneSight


class Hits(NamedTuple):
    houses: list[int]
    persons: list[int]
    """By their plates or cards."""


def search_of(rights: Rights, scope: Scope, community_id: int, cards: CardHolders) -> Search:
    """Plates are found by who sees vehicles, cards by who sees the list of cards."""

    def may(right: Right) -> bool:
        return rights.may(right, tenant_id=scope.tenant, community_id=community_id)

    phones = PhoneSight(rights, scope, community_id)
    return Search(community_id, may(Right.VEHICLES_SEE), cards if may(Right.DEVICES_SEE) else None, phones)


async def hits(scope: Scope, db: Reader, text: str, search: Search) -> Hits:
    """Houses by their address, persons by a part of a plate or a card's whole number."""
    text = text.strip()
    houses = await house_ids(scope, db, text, community_id=search.community_id)
    person_ids: set[int] = set()
    if search.plates:
        owned = await vehicles.of_plate(scope, db, text, community_id=search.community_id)
        person_ids = {vehicle.person_id for vehicle in owned}
    if search.cards is not None:
        holders = await search.cards.holders(scope, db, text, community_id=search.community_id)
        identity_ids = sorted({holder.identity_id for holder in holders})
        person_ids |= set((await persons.ids(scope, db, identity_ids)).values())
    return Hits(houses, sorted(person_ids))


async def houses_of(scope: Scope, db: Reader, text: str, search: Search) -> list[int]:
    """Houses by their address, or by a plate or card of who lives there."""
    houses, person_ids = await hits(scope, db, text, search)
    homes = await residents.homes_of_persons(scope, db, search.community_id, person_ids)
    return list(dict.fromkeys([*houses, *(house_id for _, house_id in homes)]))


async def residents_where(
    scope: Scope, db: Reader, where: residents.ResidentFilter, search: Search
) -> residents.ResidentConditions:
    """The conditions of a list of residents, with the houses and persons that its text finds besides names and
    phones."""
    conditions = where.conditions
    if conditions.text is None:
        return conditions
    text = conditions.text
    houses, person_ids = await hits(scope, db, text, search)
    if not search.phones.finds(text):
        phone = search.phones.whole_number(text)
        conditions = replace(conditions, text=None, phone=phone, name=None if phone else text)
    return replace(conditions, or_houses=houses, or_persons=person_ids)
