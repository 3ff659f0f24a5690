"""Console: the rights that a resident would lose by moving out."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.queries import keys
from linli.domains.people.queries import persons, residents, vehicles
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope


class LeavingRights(msgspec.Struct, rename="camel", frozen=True):
    """With other houses in the community nothing is taken away."""

    other_houses: Annotated[int, Meta(description="Further houses in which the person lives there.")]
    qr_codes: Annotated[int, Meta(description="Doors that a QR code of the person opens.")]
    cards: Annotated[int, Meta(description="Doors that a card of the person opens.")]
    vehicles: Annotated[int, Meta(description="Registered vehicles, which leave with the person.")]


resident_right_routes = Routes(
    "/communities/{community_id:int}/residents/{identity_id:str}/rights", tags=("people",)
)


class LeavingFilter(Filter, frozen=True):
    """The house that a resident leaves."""

    house_id: Annotated[int, Meta(description="The house that is left.")] = 0


@resident_right_routes.get(right=Right.RESIDENTS_SEE, raises=(NotFound,))
async def rights_of(
    community_id: int, identity_id: str, scope: Scope, db: Database, clock: Clock, where: LeavingFilter
) -> LeavingRights:
    """The consequence of moving out, in numbers."""
    person = await persons.person(scope, db, identity_id)
    homes = await residents.houses_of(scope, db, person.id)
    doors = await keys.rights_of_person(
        scope, db, community_id=community_id, identity_id=identity_id, now_ms=clock.now_ms()
    )
    return LeavingRights(
        sum(home.house_id != where.house_id for home in homes),
        sum("qr" in ways for ways in doors.values()),
        sum("card" in ways for ways in doors.values()),
        len(await vehicles.of_person(scope, db, community_id, person.id)),
    )
