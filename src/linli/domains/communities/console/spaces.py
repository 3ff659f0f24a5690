"""Console: the space tree, one level at a time."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from linli.domains.communities.queries import communities as community_queries
from linli.domains.communities.queries import spaces as queries
from linli.domains.communities.rows import Space
from linli.domains.communities.service import removal, spaces
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
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


async def _row(scope: Scope, db: Reader, space_id: int) -> SpaceRow:
    space: Space = await queries.space(scope, db, space_id)
    assert space.parent_id is not None
    level = await queries.tree_level(scope, db, space.parent_id)
    return next(_told(node) for node in level if node.space_id == space_id)


def _told(node: queries.TreeNode) -> SpaceRow:
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


class CommunitySpaceRoutes(Controller):
    path = "/communities/{community_id:int}/spaces"
    tags = ("spaces",)

    @get("/", right=Right.HOUSES_SEE.value)
    async def list_level(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        parent_id: Annotated[
            int | None, QueryParameter(name="parentId", description="None: the root.")
        ] = None,
        kind: FromQuery[str | None] = None,
    ) -> list[SpaceRow]:
        """The spaces directly below one, in the order people count."""
        root = await root_of(within, db, community_id)
        parent = await queries.space(within, db, parent_id if parent_id is not None else root)
        if parent.community_id != community_id:
            raise NotFound(what="space", id=parent.space_id)
        level = await queries.tree_level(within, db, parent.space_id)
        return [_told(node) for node in level if kind in (None, "", node.kind)]

    @post("/", right=Right.HOUSES_MANAGE.value, status_code=201)
    async def create(
        self,
        community_id: FromPath[int],
        data: JSONBody[NewSpace],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> SpaceRow:
        """A new space."""
        within.allow(community_id)
        async with db.begin() as tx:
            parent = await queries.space(within, tx, data.parent_id)
            if parent.community_id != community_id:
                raise NotFound(what="space", id=data.parent_id)
            space_id = await spaces.create(
                within,
                tx,
                parent_id=data.parent_id,
                kind=data.kind,
                name=data.name,
                direction=data.direction,
                ids=ids,
                now_ms=clock.now_ms(),
            )
        return await _row(within, db, space_id)


class SpaceRoutes(Controller):
    path = "/spaces"
    tags = ("spaces",)

    @get("/{space_id:int}/way", right=Right.HOUSES_SEE.value)
    async def way(
        self, space_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[SpaceWay]:
        """The spaces from the root down to one, itself last: what a deep link needs."""
        return [SpaceWay(str(one), name) for one, name in await queries.way(within, db, space_id)]

    @put("/{space_id:int}", right=Right.HOUSES_MANAGE.value)
    async def change(
        self,
        space_id: FromPath[int],
        data: JSONBody[SpaceChange],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> SpaceRow:
        """Rename a space, turn a lane, or move the space with all below it."""
        async with db.begin() as tx:
            now_ms = clock.now_ms()
            if data.parent_id is not None:
                await spaces.move(within, tx, space_id=space_id, parent_id=data.parent_id, now_ms=now_ms)
            await spaces.rename(
                within, tx, space_id=space_id, name=data.name, direction=data.direction, now_ms=now_ms
            )
        return await _row(within, db, space_id)

    @get("/{space_id:int}/consequences", right=Right.HOUSES_SEE.value)
    async def consequences(
        self, space_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> SpaceConsequences:
        """What would go with a space, before it is deleted."""
        lost = await removal.consequences(within, db, await queries.space(within, db, space_id))
        return SpaceConsequences(*lost)

    @delete("/{space_id:int}", right=Right.HOUSES_MANAGE.value, status_code=200)
    async def remove(
        self,
        space_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        whole: Annotated[
            bool, QueryParameter(description="With all below it; its residents move out.")
        ] = False,
    ) -> Undoable:
        """Delete a space. Unless the whole is to go it must be empty; the refusal counts what hangs on it."""
        async with db.begin() as tx:
            change = await removal.remove(within, tx, space_id=space_id, now_ms=clock.now_ms(), whole=whole)
        return Undoable(str(change))
