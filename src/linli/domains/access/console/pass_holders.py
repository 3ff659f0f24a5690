"""Who passed, for the export: house and phone of those whom the community knows, as far as the reader may see them."""

from collections import defaultdict
from typing import NamedTuple

from linli.domains.access.rows import Pass
from linli.domains.communities.addresses import in_words
from linli.domains.communities.queries import spaces
from linli.domains.people.phones import PhoneSight
from linli.domains.people.queries import persons, residents
from linli.domains.people.rights import Right, Rights
from linli.kernel.db import Reader
from linli.kernel.scope import Scope


class Holder(NamedTuple):
    houses: str = ""
    phone: str = ""


type Key = tuple[int, str]
"""Community and identityId."""


def sees_holders(rights: Rights, scope: Scope) -> bool:
    """Whether the reader sees residents somewhere: else the columns are left out."""
    return rights.may(Right.RESIDENTS_SEE, tenant_id=scope.tenant)


async def holders_of(
    scope: Scope, db: Reader, passes: list[Pass], rights: Rights, language: str
) -> dict[Key, Holder]:
    """Holders in communities whose residents the reader sees; phones whole only for who may read them."""
    wanted: dict[int, set[str]] = defaultdict(set)
    for row in passes:
        if row.identity_id:
            wanted[row.community_id].add(row.identity_id)
    holders: dict[Key, Holder] = {}
    for community_id, identity_ids in wanted.items():
        if not rights.may(Right.RESIDENTS_SEE, tenant_id=scope.tenant, community_id=community_id):
            continue
        here, phones = scope.narrowed(community_id), PhoneSight(rights, scope, community_id)
        numbers = await persons.ids(here, db, sorted(identity_ids))
        people = await persons.persons_by_id(here, db, sorted(numbers.values()))
        homes = await residents.homes_of_persons(here, db, community_id, sorted(people))
        houses = await spaces.houses_by_id(here, db, sorted({house_id for _, house_id in homes}))
        places: dict[int, list[str]] = defaultdict(list)
        for person_id, house_id in homes:
            if house_id in houses:
                places[person_id].append(in_words(houses[house_id].location, language))
        for person_id, person in people.items():
            words = "; ".join(places[person_id])
            holders[community_id, person.identity_id] = Holder(words, phones.shown(person.phone))
    return holders
