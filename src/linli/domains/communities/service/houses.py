"""The port through which people know houses."""

from linli.domains.communities import space_rules as rules
from linli.domains.communities.queries import spaces as queries
from linli.kernel.db import Reader
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope


class SpaceHouses:
    """Implements `people.ports.Houses` over the space tree. `field` is what the surface calls the house's id."""

    def __init__(self, field: str = "houseSpaceId") -> None:
        self._field = field

    async def community_of_house(self, scope: Scope, db: Reader, house_id: int) -> int:
        """The community of a house in scope. Raises NotFound, or BadInput when the space is no house."""
        space = await queries.space(scope, db, house_id)
        if space.kind != rules.HOUSE:
            raise BadInput(field=self._field, rule="no_house")
        return space.community_id

    async def root_space_ids(self, scope: Scope, db: Reader, community_ids: list[int]) -> dict[int, int]:
        return await queries.root_ids(scope, db, community_ids)
