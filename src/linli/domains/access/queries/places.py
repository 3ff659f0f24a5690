"""Where a door is: the levels of its address, as `addresses.in_words` takes them."""

from linli.domains.communities.addresses import with_word
from linli.domains.communities.queries import spaces
from linli.domains.communities.space_rules import path_ids
from linli.kernel.db import Reader
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope


async def places(scope: Scope, db: Reader, *, space_ids: list[int | None]) -> dict[int | None, str]:
    """`1幢/1单元` by space id, the community's own name left out; unknown spaces are absent."""
    wanted = sorted({space_id for space_id in space_ids if space_id is not None})
    if not wanted:
        return {}
    spaces_by_id = await spaces.spaces_by_id(scope, db, wanted)
    paths = {space_id: path_ids(space.path)[1:] for space_id, space in spaces_by_id.items()}
    steps = await spaces.spaces_by_id(scope, db, sorted({step for path in paths.values() for step in path}))
    return {
        space_id: "/".join(with_word(steps[step].kind, steps[step].name) for step in path if step in steps)
        for space_id, path in paths.items()
    }


async def check_place(scope: Scope, db: Reader, *, space_id: int | None, community_id: int) -> None:
    """Raises NotFound unless the space, if any, belongs to the community."""
    if space_id is not None and (await spaces.space(scope, db, space_id)).community_id != community_id:
        raise NotFound(what="space", id=space_id)
