"""The house of a written address."""

from linli.domains.communities import addresses
from linli.domains.communities.queries.spaces import search_houses
from linli.domains.communities.rows import House
from linli.kernel.db import Reader
from linli.kernel.scope import Scope

_LOOKED_AT = 200


async def find_houses(scope: Scope, db: Reader, community_id: int, written: str) -> list[House]:
    """Houses of a community whose location ends with the written text: "3-1-502", "3幢1单元502室". Several: say more."""
    wanted = addresses.parts(written[:64])
    if not wanted:
        return []
    houses = await search_houses(scope.narrowed(community_id), db, "-".join(wanted), limit=_LOOKED_AT)
    same = [(addresses.parts(house.location), house) for house in houses]
    whole = [house for parts, house in same if parts == wanted]
    return whole or [house for parts, house in same if parts[-len(wanted) :] == wanted]
