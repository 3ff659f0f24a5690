"""Console: the doors that serve a person, before a credential for them is given."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.access.hours import words_of
from linli.domains.access.queries import keys
from linli.domains.access.queries.doors import doors_of_community
from linli.domains.access.queries.settings import scopes_of_community
from linli.domains.access.service.persons import check_identity
from linli.domains.people.queries import persons as people
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

type Problem = Literal["", "no_doors", "no_scopes", "no_home", "not_served"]


class HomeDoor(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    name: str
    hours_words: Annotated[str, Meta(description="When it serves the person; empty: at all hours.")]


class HomeDoors(msgspec.Struct, rename="camel", frozen=True):
    doors: list[HomeDoor]
    problem: Annotated[
        Problem,
        Meta(
            description="Why there is none: no door in the community, no door with a pass scope, a person without"
            " house and group here, or pass scopes that leave theirs out. Empty: there is one."
        ),
    ]


home_door_routes = Routes("/communities/{community_id:int}/home-doors", tags=("doors",))


PersonId = Annotated[str, Meta(description="identityId")]


@home_door_routes.get(right="devices.use", raises=(NotFound,))
async def home_doors(community_id: int, within: Scope, db: Database, person_id: PersonId) -> HomeDoors:
    """Doors that a credential with the reach `home` opens for a person, by their houses and groups."""
    check_identity(person_id)
    scope = await people.community_scope(within, db, community_id)
    doors = await doors_of_community(scope, db, community_id=community_id)
    hours = await keys.hours_at_doors(scope, db, community_id=community_id, identity_id=person_id)
    serving = [
        HomeDoor(
            door.iot_id,
            door.name,
            words_of(hours[door.iot_id], scope.language) if hours[door.iot_id] else "",
        )
        for door in sorted(doors, key=lambda door: (door.name, door.iot_id))
        if door.iot_id in hours
    ]
    if serving:
        return HomeDoors(serving, "")
    return HomeDoors([], await _problem(scope, db, community_id, person_id, any_door=bool(doors)))


async def _problem(
    scope: Scope, db: Database, community_id: int, identity_id: str, *, any_door: bool
) -> Problem:
    if not any_door:
        return "no_doors"
    if not await scopes_of_community(scope, db, community_id=community_id):
        return "no_scopes"
    refs = await keys.refs_of_many(scope, db, community_id=community_id, identity_ids=[identity_id])
    return "not_served" if refs[identity_id] else "no_home"
