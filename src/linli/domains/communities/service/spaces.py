"""Spaces are made, renamed, moved and described; `removal` takes them away. Spec B §3.5."""

from typing import Any

from sqlalchemy import bindparam, update

from linli.domains.communities import space_rules as rules
from linli.domains.communities.events import SpaceChanged
from linli.domains.communities.models import houses, spaces
from linli.domains.communities.queries import spaces as queries
from linli.domains.communities.rows import Space
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

RECORD = "space"
"""The history's name of a space; a house is a space too."""


class SpaceNameTaken(Conflict):
    code = "space.name_taken"


class WrongParent(BadInput):
    """A space of this kind may not stand there."""

    code = "space.wrong_parent"

    def __init__(self, *, field: str, kind: str, parent_kind: str) -> None:
        super().__init__(field=field, rule="wrong_parent", kind=kind, parent_kind=parent_kind)


class SpaceInUse(Conflict):
    """Something hangs on the space. `facts` count it: children, residents, assets, or what another room adds."""

    code = "space.in_use"


class RootFixed(Conflict):
    """The root space is the community itself: not renamed, moved or deleted as a space."""

    code = "space.root_fixed"


_rename = Command(
    update(spaces)
    .where(spaces.c.space_id == bindparam("row", type_=INT), in_scope(spaces))
    .values(
        name=bindparam("new_name"),
        order_key=bindparam("key"),
        direction=bindparam("new_direction", type_=INT),
        changed_ms=bindparam("now", type_=INT),
    )
)
_replace = Command(
    update(spaces)
    .where(spaces.c.space_id == bindparam("row", type_=INT))
    .values(
        parent_id=bindparam("new_parent", type_=INT),
        depth=bindparam("new_depth", type_=INT),
        path=bindparam("new_path"),
        changed_ms=bindparam("now", type_=INT),
    ),
    unscoped="the rows were read in scope by move()",
)
_relocate = Command(
    update(houses)
    .where(houses.c.space_id == bindparam("row", type_=INT))
    .values(location=bindparam("text"), location_key=bindparam("key")),
    unscoped="the rows were read in scope by their caller",
)
_set_house = Command(
    update(houses)
    .where(houses.c.space_id == bindparam("row", type_=INT), in_scope(houses))
    .values(
        layout=bindparam("new_layout"),
        area_m2=bindparam("new_area"),
        house_type=bindparam("new_type", type_=INT),
        house_status=bindparam("new_status", type_=INT),
    )
)
_touch = Command(
    update(spaces)
    .where(spaces.c.space_id == bindparam("row", type_=INT), in_scope(spaces))
    .values(changed_ms=bindparam("now", type_=INT))
)


def checked_name(name: str) -> str:
    """The name in clean spelling. Raises BadInput."""
    name = rules.clean_name(name)
    if problem := rules.name_problem(name):
        raise BadInput(field="name", rule=problem, limit=rules.NAME_MAX)
    return name


def checked_direction(kind: str, direction: int | None) -> int | None:
    """A lane has a direction and nothing else has one (it is dropped elsewhere). Raises BadInput."""
    if kind != rules.LANE:
        return None
    if direction is None:
        raise BadInput(field="direction", rule="required")
    if direction not in rules.DIRECTIONS:
        raise BadInput(field="direction", rule="one_of", allowed="0, 1")
    return direction


def space_row(
    *, space_id: int, parent: Space, kind: str, name: str, direction: int | None, now_ms: int
) -> dict[str, Any]:
    """A whole row of `spaces`, the columns always in the same order."""
    return {
        "space_id": space_id,
        "tenant_id": parent.tenant_id,
        "community_id": parent.community_id,
        "parent_id": parent.space_id,
        "kind": kind,
        "name": name,
        "direction": direction,
        "depth": parent.depth + 1,
        "path": rules.child_path(parent.path, space_id),
        "order_key": rules.order_key(name),
        "created_ms": now_ms,
        "changed_ms": now_ms,
    }


async def create_root(scope: Scope, tx: Tx, *, community_id: int, name: str, ids: Ids, now_ms: int) -> int:
    """The root space of a newly approved community; its id."""
    space_id = ids.number()
    row = Space(
        space_id=space_id,
        tenant_id=scope.tenant,
        community_id=community_id,
        parent_id=None,
        kind=rules.COMMUNITY,
        name=name,
        direction=None,
        depth=0,
        path=rules.child_path("", space_id),
        order_key=rules.order_key(name),
        created_ms=now_ms,
        changed_ms=now_ms,
    )
    await tx.insert(spaces, row._asdict())
    await emit(tx, SpaceChanged(scope.tenant, community_id, [space_id], "insert"))
    return space_id


async def create(
    scope: Scope,
    tx: Tx,
    *,
    parent_id: int,
    kind: str,
    name: str,
    direction: int | None,
    ids: Ids,
    now_ms: int,
) -> int:
    """A new space under another; its id. Raises NotFound, BadInput, WrongParent, SpaceNameTaken."""
    if kind not in rules.KINDS:
        raise BadInput(field="typeCode", rule="one_of", allowed=", ".join(rules.KINDS))
    name = checked_name(name)
    direction = checked_direction(kind, direction)
    parent = await queries.space(scope, tx, parent_id, lock=True)
    await _check_place(scope, tx, kind, name, parent)
    space_id = ids.number()
    await tx.insert(
        spaces,
        space_row(space_id=space_id, parent=parent, kind=kind, name=name, direction=direction, now_ms=now_ms),
    )
    if kind == rules.HOUSE:
        text, key = await _location(scope, tx, parent, name)
        await tx.insert(houses, house_row(space_id=space_id, parent=parent, location=text, location_key=key))
    await _note(
        scope,
        tx,
        space_id,
        parent.community_id,
        now_ms,
        action="created",
        after={"name": name, "kind": kind, "parent": parent_id, "direction": direction},
    )
    await emit(tx, SpaceChanged(parent.tenant_id, parent.community_id, [space_id], "insert"))
    return space_id


async def _note(
    scope: Scope,
    tx: Tx,
    space_id: int,
    community_id: int,
    now_ms: int,
    *,
    action: str = "changed",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    await history.note(
        scope,
        tx,
        history.Record(RECORD, space_id, community_id),
        action,
        now_ms=now_ms,
        before=before,
        after=after,
    )


def house_row(*, space_id: int, parent: Space, location: str, location_key: str) -> dict[str, Any]:
    """A row of `houses` without any facts."""
    return {
        "space_id": space_id,
        "tenant_id": parent.tenant_id,
        "community_id": parent.community_id,
        "layout": "",
        "area_m2": None,
        "house_type": None,
        "house_status": None,
        "location": location,
        "location_key": location_key,
    }


async def _check_place(scope: Scope, tx: Tx, kind: str, name: str, parent: Space, *, levels: int = 1) -> None:
    if not rules.may_stand_under(kind, parent.kind):
        raise WrongParent(field="parentId", kind=kind, parent_kind=parent.kind)
    if parent.depth + levels > rules.DEPTH_MAX:
        raise BadInput(field="parentId", rule="too_many_levels", limit=rules.DEPTH_MAX)
    if await queries.sibling(scope, tx, parent.space_id, name) is not None:
        raise SpaceNameTaken(field="name", name=name)


async def _location(scope: Scope, tx: Tx, parent: Space, name: str) -> tuple[str, str]:
    """(location, location_key) of a house called `name` under `parent`."""
    above = rules.path_ids(parent.path)[1:]
    names = await queries.names(scope, tx, above)
    return location_of([names[space_id] for space_id in above] + [name])


def location_of(names: list[str]) -> tuple[str, str]:
    """(location, location_key) of a house from the names along its way, first level below the root first."""
    return rules.LOCATION_SEPARATOR.join(names), "\x01".join(rules.order_key(name) for name in names)


async def rename(
    scope: Scope, tx: Tx, *, space_id: int, name: str, direction: int | None, now_ms: int
) -> None:
    """Change a space's name, and a lane's direction unless it is None.

    Raises NotFound, BadInput, SpaceNameTaken, RootFixed.
    """
    space = await queries.space(scope, tx, space_id, lock=True)
    name = checked_name(name)
    if space.parent_id is None:
        raise RootFixed()
    if space.kind == rules.LANE and direction is not None:
        direction = checked_direction(space.kind, direction)
    else:
        direction = space.direction
    if (name, direction) == (space.name, space.direction):
        return
    if name != space.name:
        await queries.space(scope, tx, space.parent_id, lock=True)
        if await queries.sibling(scope, tx, space.parent_id, name) is not None:
            raise SpaceNameTaken(field="name", name=name)
    await _rename.run(
        tx, scope, row=space_id, new_name=name, key=rules.order_key(name), new_direction=direction, now=now_ms
    )
    if name != space.name:
        await relocate_houses(scope, tx, space)
    await _note(
        scope,
        tx,
        space_id,
        space.community_id,
        now_ms,
        before={"name": space.name, "direction": space.direction},
        after={"name": name, "direction": direction},
    )
    await emit(tx, SpaceChanged(space.tenant_id, space.community_id, [space_id], "update"))


async def relocate_houses(scope: Scope, tx: Tx, space: Space) -> None:
    """Write the locations of all houses under a space that was renamed or moved. `space` has the current path."""
    below = await queries.subtree(scope, tx, space)
    if not any(row.kind == rules.HOUSE for row in below):
        return
    names = await queries.names(scope, tx, rules.path_ids(space.path)[1:-1]) | {
        row.space_id: row.name for row in below
    }
    changed = []
    for row in below:
        if row.kind == rules.HOUSE:
            text, key = location_of([names[space_id] for space_id in rules.path_ids(row.path)[1:]])
            changed.append({"row": row.space_id, "text": text, "key": key})
    await _relocate.run_many(tx, changed)


async def move(scope: Scope, tx: Tx, *, space_id: int, parent_id: int, now_ms: int) -> None:
    """Put a space, with everything under it, under another parent of the same community.

    Raises NotFound, WrongParent, SpaceNameTaken, BadInput (into its own subtree, too deep), RootFixed.
    """
    space = await queries.space(scope, tx, space_id, lock=True)
    parent = await queries.space(scope, tx, parent_id, lock=True)
    if space.parent_id is None:
        raise RootFixed()
    if parent.community_id != space.community_id:
        raise NotFound(what="space", id=parent_id)
    if rules.holds(space.path, parent.path):
        raise BadInput(field="parentId", rule="own_child")
    if space.parent_id == parent_id:
        return
    below = await queries.subtree(scope, tx, space)
    levels = max(row.depth for row in below) - space.depth + 1
    await _check_place(scope, tx, space.kind, space.name, parent, levels=levels)
    await _replace.run_many(
        tx,
        [
            {
                "row": row.space_id,
                "new_parent": parent_id if row.space_id == space_id else row.parent_id,
                "new_depth": row.depth - space.depth + parent.depth + 1,
                "new_path": rules.child_path(parent.path, space_id) + row.path.removeprefix(space.path),
                "now": now_ms,
            }
            for row in below
        ],
    )
    await relocate_houses(scope, tx, await queries.space(scope, tx, space_id))
    await _note(
        scope,
        tx,
        space_id,
        space.community_id,
        now_ms,
        before={"parent": space.parent_id},
        after={"parent": parent_id},
    )
    await emit(
        tx, SpaceChanged(space.tenant_id, space.community_id, [row.space_id for row in below], "update")
    )


def checked_house(
    *, layout: str, area_m2: float | None, house_type: int | None, house_status: int | None
) -> None:
    """Raises BadInput for what a house cannot be."""
    if layout and not rules.is_layout(layout):
        raise BadInput(field="layout", rule="format", example="3/2/1")
    if area_m2 is not None and not 0 < area_m2 <= rules.AREA_M2_MAX:
        raise BadInput(field="area", rule="range", low=0, high=int(rules.AREA_M2_MAX))
    if house_type is not None and house_type not in rules.HOUSE_TYPES:
        raise BadInput(field="houseType", rule="range", low=1, high=7)
    if house_status is not None and house_status not in rules.HOUSE_STATUSES:
        raise BadInput(field="houseStatus", rule="range", low=1, high=3)


async def describe_house(
    scope: Scope,
    tx: Tx,
    *,
    space_id: int,
    layout: str,
    area_m2: float | None,
    house_type: int | None,
    house_status: int | None,
    now_ms: int,
) -> None:
    """Set all facts of a house. Raises NotFound, BadInput."""
    checked_house(layout=layout, area_m2=area_m2, house_type=house_type, house_status=house_status)
    house = await queries.house(scope, tx, space_id)
    await _set_house.run(
        tx,
        scope,
        row=space_id,
        new_layout=layout,
        new_area=area_m2,
        new_type=house_type,
        new_status=house_status,
    )
    await _touch.run(tx, scope, row=space_id, now=now_ms)
    facts = {"layout": layout, "area_m2": area_m2, "house_type": house_type, "house_status": house_status}
    await _note(
        scope,
        tx,
        space_id,
        house.community_id,
        now_ms,
        before={name: getattr(house, name) for name in facts},
        after=facts,
    )
    await emit(tx, SpaceChanged(scope.tenant, house.community_id, [space_id], "update"))
