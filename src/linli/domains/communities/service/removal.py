"""Removal of spaces: an empty space by any call, a whole subtree by the property's staff, who can restore it.

The history row of the deletion keeps all removed rows, so that a restore creates the same spaces with the same ids.
"""

from typing import Any, Final, NamedTuple

from sqlalchemy import delete

from linli.domains.communities import space_rules as rules
from linli.domains.communities.events import SpaceChanged, SpaceDeleting
from linli.domains.communities.models import house_assets, houses, spaces
from linli.domains.communities.queries import spaces as queries
from linli.domains.communities.rows import Space
from linli.domains.communities.service.spaces import (
    RECORD,
    RootFixed,
    SpaceInUse,
    SpaceNameTaken,
    relocate_houses,
)
from linli.domains.people.queries import residents as resident_queries
from linli.domains.people.service import bulk
from linli.domains.people.service.bulk import TieState
from linli.kernel import history
from linli.kernel.db import Command, Reader, Tx, any_of, in_scope
from linli.kernel.errors import BadInput, Conflict
from linli.kernel.events import emit
from linli.kernel.history import Change
from linli.kernel.scope import Scope

MOST: Final = 20_000
"""Spaces that one deletion may take: more are taken building by building."""
HOUSE_FACTS: Final = ("layout", "area_m2", "house_type", "house_status", "location", "location_key")


class ParentGone(Conflict):
    """The space above it has been deleted since: restore that first."""

    code = "space.parent_gone"


class Consequences(NamedTuple):
    """The rows that are deleted with a space."""

    spaces: int
    """Spaces below it, houses among them."""
    houses: int
    residents: int
    """Ties of persons and houses: living there, waiting for review or refused."""
    assets: int


_delete_assets = Command(
    delete(house_assets).where(in_scope(house_assets), any_of(house_assets.c.house_id, "space_ids"))
)
_delete_houses = Command(delete(houses).where(in_scope(houses), any_of(houses.c.space_id, "space_ids")))
_delete_spaces = Command(delete(spaces).where(in_scope(spaces), any_of(spaces.c.space_id, "space_ids")))


async def consequences(scope: Scope, db: Reader, space: Space) -> Consequences:
    """The rows that would be deleted with `space`."""
    below = await queries.subtree(scope, db, space)
    ids = [row.space_id for row in below if row.kind == rules.HOUSE]
    return Consequences(
        len(below) - 1,
        len(ids),
        await resident_queries.count_tied(scope, db, ids),
        await queries.count_assets(scope, db, ids),
    )


async def remove(scope: Scope, tx: Tx, *, space_id: int, now_ms: int, whole: bool = False) -> int:
    """Delete a space. Returns the number of the change, by which it can be restored.

    Unless the `whole` subtree shall go, with its residents moving out, it must be empty. Raises NotFound, RootFixed,
    BadInput (too much at once), SpaceInUse with the counts of what hangs on it, also when another room keeps it.
    """
    space = await queries.space(scope, tx, space_id, lock=True)
    if space.parent_id is None:
        raise RootFixed()
    lost = await consequences(scope, tx, space)
    if lost.spaces >= MOST:
        raise BadInput(field="spaceId", rule="too_many_items", limit=MOST)
    if not whole and (lost.spaces or lost.residents or lost.assets):
        raise SpaceInUse(children=lost.spaces, residents=lost.residents, assets=lost.assets, others=0)
    below = await queries.subtree(scope, tx, space)
    ids = [row.space_id for row in below if row.kind == rules.HOUSE]
    facts = await queries.house_rows(scope, tx, ids)
    assets = await queries.asset_rows(scope, tx, ids)
    ties = await resident_queries.ties_of(scope, tx, ids)
    await bulk.move_out_many(
        scope, tx, community_id=space.community_id, ties=[TieState(*tie) for tie in ties], now_ms=now_ms
    )
    for row in reversed(below):
        await emit(tx, SpaceDeleting(row.tenant_id, row.community_id, row.space_id, row.kind))
    every = [row.space_id for row in below]
    await _delete_assets.run(tx, scope, space_ids=ids)
    await _delete_houses.run(tx, scope, space_ids=ids)
    await _delete_spaces.run(tx, scope, space_ids=every)
    change_no = await history.note(
        scope,
        tx,
        history.Record(RECORD, space_id, space.community_id),
        "deleted",
        now_ms=now_ms,
        before={"name": space.name, "kind": space.kind, "parent": space.parent_id, **_figures(lost)},
        kept={
            "spaces": [list(row) for row in below],
            "houses": [[fact.space_id, *(getattr(fact, name) for name in HOUSE_FACTS)] for fact in facts],
            "assets": [list(asset) for asset in assets],
            "ties": [list(tie) for tie in ties],
        },
    )
    async for step in bulk.steps(every, 500):
        await emit(tx, SpaceChanged(space.tenant_id, space.community_id, step, "delete"))
    assert change_no is not None  # a deletion is always written
    return change_no


def _figures(lost: Consequences) -> dict[str, int]:
    return {name: count for name, count in lost._asdict().items() if count}


async def bring_back(scope: Scope, tx: Tx, change: Change, *, now_ms: int) -> None:
    """Make a deleted space again, with everything that went with it. Residents who moved elsewhere meanwhile are back.

    Raises ParentGone, SpaceNameTaken.
    """
    kept = change.remains
    rows = [Space(*row) for row in kept["spaces"]]
    top = rows[0]
    assert top.parent_id is not None  # the root cannot be deleted
    parent = (await queries.spaces_by_id(scope, tx, [top.parent_id])).get(top.parent_id)
    if parent is None:
        raise ParentGone()
    await queries.space(scope, tx, parent.space_id, lock=True)
    if await queries.sibling(scope, tx, parent.space_id, top.name) is not None:
        raise SpaceNameTaken(field="name", name=top.name)
    path, deeper = rules.child_path(parent.path, top.space_id), parent.depth + 1 - top.depth
    again = [
        row._replace(path=path + row.path.removeprefix(top.path), depth=row.depth + deeper, changed_ms=now_ms)
        for row in rows
    ]
    async for piece in bulk.steps(again):
        await tx.insert_tuples(spaces, Space._fields, piece)
    owner = {"tenant_id": top.tenant_id, "community_id": top.community_id}
    facts = [
        {"space_id": house[0], **owner, **dict(zip(HOUSE_FACTS, house[1:], strict=True))}
        for house in kept["houses"]
    ]
    async for houses_again in bulk.steps(facts):
        await tx.insert_many(houses, houses_again)
    assets = [_asset_row(asset, owner, now_ms) for asset in kept["assets"]]
    async for assets_again in bulk.steps(assets):
        await tx.insert_many(house_assets, assets_again)
    await relocate_houses(scope, tx, again[0])
    await bulk.move_back_many(
        scope,
        tx,
        community_id=top.community_id,
        ties=[TieState(*tie) for tie in kept["ties"]],
        left_ms=change.at_ms,
        now_ms=now_ms,
    )
    await history.note(
        scope,
        tx,
        history.Record(RECORD, top.space_id, top.community_id),
        "restored",
        now_ms=now_ms,
        after={"name": top.name, "kind": top.kind, "parent": top.parent_id},
    )
    async for step in bulk.steps([row.space_id for row in again], 500):
        await emit(tx, SpaceChanged(top.tenant_id, top.community_id, step, "insert"))


def _asset_row(asset: list[Any], owner: dict[str, Any], now_ms: int) -> dict[str, Any]:
    asset_id, house_id, kind, name = asset
    return {
        "asset_id": asset_id,
        **owner,
        "house_id": house_id,
        "type": kind,
        "name": name,
        "created_ms": now_ms,
        "changed_ms": now_ms,
    }
