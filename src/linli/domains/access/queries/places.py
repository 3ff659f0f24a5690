"""Where a door is, in words: the names of the spaces above it."""

from linli.domains.communities.queries import spaces
from linli.domains.communities.space_rules import path_ids
from linli.kernel.db import Reader
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

SEPARATOR = " / "


async def places(scope: Scope, db: Reader, *, space_ids: list[int | None]) -> dict[int | None, str]:
    """`building / unit` by space id, the community's own name left out; unknown spaces are absent."""
    wanted = sorted({space_id for space_id in space_ids if space_id is not None})
    if not wanted:
        return {}
    spaces_by_id = await spaces.spaces_by_id(scope, db, wanted)
    paths = {space_id: path_ids(space.path)[1:] for space_id, space in spaces_by_id.items()}
    names = await spaces.names(scope, db, sorted({step for path in paths.values() for step in path}))
    return {
        space_id: SEPARATOR.join(names[step] for step in path if step in names)
        for space_id, path in paths.items()
    }


async def check_place(scope: Scope, db: Reader, *, space_id: int | None, community_id: int) -> None:
    """Raises NotFound unless the space, if any, belongs to the community."""
    if space_id is not None and (await spaces.space(scope, db, space_id)).community_id != community_id:
        raise NotFound(what="space", id=space_id)
