"""Console: the space tree, one level at a time."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import communities as community_queries
from linli.domains.communities.queries import spaces as queries
from linli.domains.communities.rows import Space
from linli.domains.communities.service import removal, spaces
from linli.domains.communities.service.spaces import RootFixed, SpaceInUse, SpaceNameTaken, WrongParent
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope


class SpaceRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    parent_id: str | None
    kind: str
    name: str
    direction: Annotated[int | None, Meta(description="Lanes only: 0 entrance, 1 exit.")]
    children: Annotated[int, Meta(description="Spaces directly below.")]
    houses: Annotated[int, Meta(description="Houses anywhere below; a house counts itself.")]


class NewSpace(msgspec.Struct, rename="camel", frozen=True):
    parent_id: int
    kind: str
    name: str
    direction: int | None = None


class SpaceChange(msgspec.Struct, rename="camel", frozen=True):
    name: str
    direction: int | None = None
    parent_id: Annotated[int | None, Meta(description="Given: the space moves under this one.")] = None


class SpaceWay(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str


async def root_of(scope: Scope, db: Reader, community_id: int) -> int:
    """The root space of a community in scope. Raises NotFound, also for one that is not approved."""
    community = await community_queries.community(scope, db, community_id)
    if community.root_space_id is None:
        raise NotFound(what="space")
    return community.root_space_id


async def parent_of(scope: Scope, db: Reader, community_id: int, where: queries.PlaceFilter) -> Space | None:
    """The space of the community below which houses are asked for. Raises NotFound."""
    await root_of(scope, db, community_id)
    if where.parent_id is None:
        return None
    parent = await queries.space(scope, db, where.parent_id)
    if parent.community_id != community_id:
        raise NotFound(what="space", id=where.parent_id)
    return parent


async def _row(scope: Scope, db: Reader, space_id: int) -> SpaceRow:
    space: Space = await queries.space(scope, db, space_id)
    assert space.parent_id is not None
    level = await queries.tree_level(scope, db, space.parent_id)
    return next(_space_row(node) for node in level if node.space_id == space_id)


def _space_row(node: queries.TreeNode) -> SpaceRow:
    return SpaceRow(
        str(node.space_id),
        str(node.parent_id),
        node.kind,
        node.name,
        node.direction,
        node.children,
        node.houses,
    )


class SpaceConsequences(msgspec.Struct, rename="camel", frozen=True):
    spaces: Annotated[int, Meta(description="Spaces below, houses among them.")]
    houses: int
    residents: Annotated[int, Meta(description="Who would move out.")]
    assets: int


class Undoable(msgspec.Struct, rename="camel", frozen=True):
    change_id: Annotated[str, Meta(description="Restoring this change of the history takes the act back.")]


community_space_routes = Routes("/communities/{community_id:int}/spaces", tags=("spaces",))


class LevelFilter(Filter, frozen=True):
    """The listed level of the tree."""

    parent_id: Annotated[int | None, Meta(description="None: the root.")] = None
    kind: str | None = None


@community_space_routes.get(right=Right.HOUSES_SEE)
async def list_level(community_id: int, scope: Scope, db: Database, where: LevelFilter) -> list[SpaceRow]:
    """The spaces directly below one, in the order people count."""
    root = await root_of(scope, db, community_id)
    parent = await queries.space(scope, db, where.parent_id if where.parent_id is not None else root)
    if parent.community_id != community_id:
        raise NotFound(what="space", id=parent.space_id)
    level = await queries.tree_level(scope, db, parent.space_id)
    return [_space_row(node) for node in level if where.kind in (None, "", node.kind)]


@community_space_routes.post(right=Right.HOUSES_MANAGE, raises=(SpaceNameTaken, WrongParent))
async def create(community_id: int, data: NewSpace, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> SpaceRow:
    """A new space."""
    parent = await queries.space(scope, tx, data.parent_id)
    if parent.community_id != community_id:
        raise NotFound(what="space", id=data.parent_id)
    space_id = await spaces.create(
        scope,
        tx,
        parent_id=data.parent_id,
        kind=data.kind,
        name=data.name,
        direction=data.direction,
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return await _row(scope, tx, space_id)


space_routes = Routes("/spaces", tags=("spaces",))


@space_routes.get("/{space_id:int}/way", right=Right.HOUSES_SEE, raises=(NotFound,))
async def way(space_id: int, scope: Scope, db: Database) -> list[SpaceWay]:
    """The spaces from the root down to a space, itself last, for deep links."""
    return [SpaceWay(str(ancestor_id), name) for ancestor_id, name in await queries.way(scope, db, space_id)]


@space_routes.put(
    "/{space_id:int}", right=Right.HOUSES_MANAGE, raises=(NotFound, RootFixed, SpaceNameTaken, WrongParent)
)
async def change(space_id: int, data: SpaceChange, scope: Scope, tx: Tx, clock: Clock) -> SpaceRow:
    """Rename a space, turn a lane, or move the space with all below it."""
    now_ms = clock.now_ms()
    if data.parent_id is not None:
        await spaces.move(scope, tx, space_id=space_id, parent_id=data.parent_id, now_ms=now_ms)
    await spaces.rename(scope, tx, space_id=space_id, name=data.name, direction=data.direction, now_ms=now_ms)
    return await _row(scope, tx, space_id)


@space_routes.get("/{space_id:int}/consequences", right=Right.HOUSES_SEE, raises=(NotFound,))
async def consequences(space_id: int, scope: Scope, db: Database) -> SpaceConsequences:
    """The rows that would be deleted with a space."""
    lost = await removal.consequences(scope, db, await queries.space(scope, db, space_id))
    return SpaceConsequences(*lost)


WithAllBelow = Annotated[bool, Meta(description="With all below it; its residents move out.")]


@space_routes.delete("/{space_id:int}", right=Right.HOUSES_MANAGE, raises=(NotFound, RootFixed, SpaceInUse))
async def remove(space_id: int, scope: Scope, tx: Tx, clock: Clock, whole: WithAllBelow = False) -> Undoable:
    """Delete a space. Unless the whole is to go it must be empty; the refusal counts what hangs on it."""
    change = await removal.remove(scope, tx, space_id=space_id, now_ms=clock.now_ms(), whole=whole)
    return Undoable(str(change))
