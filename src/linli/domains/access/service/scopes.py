"""The buildings and groups whose people's keys open a door, and the unit it calls (A PM-02, PM-03)."""

from collections.abc import Mapping

from sqlalchemy import bindparam, delete, update

from linli.domains.access.events import DoorMoved, PassScopeChanged
from linli.domains.access.models import door_scopes, doors
from linli.domains.access.queries.doors import get_door
from linli.domains.access.queries.settings import scopes_of_doors
from linli.domains.access.rows import DoorScope
from linli.domains.communities.queries import spaces
from linli.domains.communities.space_rules import AREA, BUILDING, COMMUNITY, UNIT
from linli.domains.people.queries import persons
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.events import emit
from linli.kernel.scope import Scope

type Ref = tuple[str, str]
"""(kind, id) of a space or a group."""
SPACE, GROUP = "space", "group"
MOST_REFS = 200
HISTORY = "door"
_SERVED = (COMMUNITY, AREA, BUILDING, UNIT)

_drop = Command(
    delete(door_scopes).where(
        door_scopes.c.iot_id == bindparam("of_door"),
        door_scopes.c.kind == bindparam("of_kind"),
        door_scopes.c.ref == bindparam("of_ref"),
        in_scope(door_scopes),
    )
)
_call = Command(
    update(doors)
    .where(doors.c.iot_id == bindparam("of_door"), in_scope(doors))
    .values(call_space_id=bindparam("to_space", type_=INT), changed_ms=bindparam("now", type_=INT))
)


async def set_pass_scope(
    scope: Scope,
    tx: Tx,
    *,
    iot_id: str,
    space_ids: list[int],
    group_ids: list[str],
    schedules: Mapping[Ref, str] | None = None,
    now_ms: int,
) -> None:
    """Say whose keys open a door, and when; after the commit their QR codes, cards and faces go to it or leave it.

    Spaces are the whole community, areas, buildings or units. `schedules` (`linli.rules.schedules`) by (kind, ref);
    entries without one are served at all hours. Raises DoorUnknown, NotFound, BadInput.
    """
    if len(space_ids) + len(group_ids) > MOST_REFS:
        raise BadInput(field="spaceIds", rule="too_many_items", limit=MOST_REFS)
    door = await get_door(scope, tx, iot_id=iot_id)
    spaces_by_id = await spaces.spaces_by_id(scope, tx, sorted(set(space_ids)))
    for space_id in space_ids:
        space = spaces_by_id.get(space_id)
        if space is None or space.community_id != door.community_id:
            raise NotFound(what="space", id=space_id)
        if space.kind not in _SERVED:
            raise BadInput(field="spaceIds", rule="one_of", allowed=", ".join(_SERVED))
    for group_id in group_ids:
        group = await persons.group(scope, tx, group_id)
        if group.community_id != door.community_id:
            raise NotFound(what="userGroup", id=group_id)
    scopes = await scopes_of_doors(scope, tx, iot_ids=[iot_id])
    before = {(row.kind, row.ref): row.schedule for row in scopes.get(iot_id, [])}
    refs = [(SPACE, str(number)) for number in space_ids] + [(GROUP, group) for group in group_ids]
    after = {ref: (schedules or {}).get(ref, "") for ref in refs}
    changed = sorted(ref for ref in before.keys() | after.keys() if before.get(ref) != after.get(ref))
    for kind, ref in changed:
        if (kind, ref) in before:
            await _drop.run(tx, scope, of_door=iot_id, of_kind=kind, of_ref=ref)
        if (kind, ref) in after:
            row = DoorScope(iot_id, kind, ref, door.tenant_id, door.community_id, now_ms, after[kind, ref])
            await tx.insert(door_scopes, row._asdict())
    if changed:
        await _note(
            scope,
            tx,
            iot_id,
            door.community_id,
            {"pass_scope": _words(before)},
            {"pass_scope": _words(after)},
            now_ms,
        )
        event = PassScopeChanged(door.tenant_id, door.community_id, iot_id, changed)
        await emit(tx, event, key=str(door.community_id))


async def set_call_scope(scope: Scope, tx: Tx, *, iot_id: str, space_id: int | None, now_ms: int) -> None:
    """Say which unit an intercom door calls; None: none. Raises DoorUnknown, NotFound, BadInput."""
    door = await get_door(scope, tx, iot_id=iot_id)
    if space_id is not None:
        space = await spaces.space(scope, tx, space_id)
        if space.community_id != door.community_id:
            raise NotFound(what="space", id=space_id)
        if space.kind != UNIT:
            raise BadInput(field="callSpaceId", rule="one_of", allowed=UNIT)
    if space_id == door.call_space_id:
        return
    await _call.run(tx, scope, of_door=iot_id, to_space=space_id, now=now_ms)
    await _note(
        scope,
        tx,
        iot_id,
        door.community_id,
        {"call_scope": door.call_space_id},
        {"call_scope": space_id},
        now_ms,
    )
    await emit(tx, DoorMoved(door.tenant_id, door.community_id, iot_id), key=iot_id)


async def drop_pass_scope(scope: Scope, tx: Tx, *, iot_id: str, community_id: int) -> None:
    """The device is no door of the community any more."""
    scopes = await scopes_of_doors(scope, tx, iot_ids=[iot_id])
    for row in scopes.get(iot_id, []):
        if row.community_id != community_id:
            continue
        await _drop.run(tx, scope, of_door=iot_id, of_kind=row.kind, of_ref=row.ref)
        event = PassScopeChanged(row.tenant_id, row.community_id, iot_id, [(row.kind, row.ref)])
        await emit(tx, event, key=str(row.community_id))


async def _note(
    scope: Scope,
    tx: Tx,
    iot_id: str,
    community_id: int,
    before: dict[str, object],
    after: dict[str, object],
    now_ms: int,
) -> None:
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, iot_id, community_id),
        "changed",
        before=before,
        after=after,
        now_ms=now_ms,
    )


def _words(refs: Mapping[Ref, str]) -> str:
    return ", ".join(
        f"{kind}:{ref} [{schedule}]" if schedule else f"{kind}:{ref}"
        for (kind, ref), schedule in sorted(refs.items())
    )
