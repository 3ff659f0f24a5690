"""To whom of a home a guard desk may pass a call: its indoor units, or the family's phones and browsers."""

from typing import Literal

from linli.calls.rows import DOOR_STATION, OFF
from linli.domains.communities.queries import spaces
from linli.domains.intercom.answering import PassTo
from linli.domains.intercom.errors import OtherHome
from linli.domains.intercom.queries import homes
from linli.domains.intercom.queries.owners import groups_of_houses
from linli.domains.intercom.queries.permissions import limited
from linli.domains.intercom.rows import CallRow
from linli.domains.intercom.service.ladder import UNIT
from linli.kernel.db import Reader
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

type Whom = Literal["indoor", "family"]


async def ways_to_home(
    scope: Scope, db: Reader, *, call: CallRow, community_id: int, house_id: int
) -> dict[Whom, PassTo]:
    """The ways that lead to some account. A person asks for the home, so its quiet hours do not count.

    Raises NotFound for a house of another community, and OtherHome where the visitor rang another one.
    """
    house = (await spaces.houses_by_id(scope, db, [house_id])).get(house_id)
    if house is None or house.community_id != community_id:
        raise NotFound(what="house", id=house_id)
    if call.space_id not in (None, house_id):
        raise OtherHome()
    rung = await homes.rung_by_house(
        db, tenant_id=call.tenant_id, community_id=community_id, house_id=house_id
    )
    limits = await limited(db, [row.number for row in rung]) if call.caller_kind == DOOR_STATION else {}
    allowed = [row for row in rung if limits.get(row.number) != OFF and row.number != call.caller]
    units = [row.number for row in allowed if (row.owner or "").startswith(UNIT)]
    family = [row.number for row in allowed if row.number not in units]
    group = (await groups_of_houses(scope, db, [house_id])).get(house_id)
    if family and group is not None:
        family.append(group.group_id)  # pages that come while it rings
    ways: dict[Whom, PassTo] = {}
    named: dict[Whom, list[str]] = {"indoor": units, "family": family}
    for whom, numbers in named.items():
        if numbers:
            voice = frozenset(numbers) & limits.keys()
            ways[whom] = PassTo(whom, community_id, numbers=tuple(numbers), house_id=house_id, voice=voice)
    return ways
