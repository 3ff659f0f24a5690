"""User groups of a community: four that always exist, and who is in them. Spec B §3.7, F2."""

from sqlalchemy import bindparam, delete, or_, select, update

from linli.domains.people.models import user_group_members, user_groups
from linli.domains.people.person_rules import DEFAULT_GROUPS
from linli.domains.people.queries import persons as queries
from linli.domains.people.rows import Group
from linli.kernel import history
from linli.kernel.db import INT, Command, Query, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict
from linli.kernel.history import Change
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

NAME_MAX = 64
HISTORY = "userGroup"
"""Kind of these records in the history."""


class DefaultGroup(Conflict):
    """The four default groups can be neither deleted nor renamed."""

    code = "group.is_default"


class GroupNameTaken(Conflict):
    code = "group.name_taken"


_default_id = Query(
    select(user_groups.c.user_group_id).where(
        in_scope(user_groups),
        user_groups.c.community_id == bindparam("community_id", type_=INT),
        user_groups.c.type == bindparam("type"),
        user_groups.c.is_default == 1,
    )
)
_by_name = Query(
    select(user_groups.c.user_group_id).where(
        in_scope(user_groups),
        user_groups.c.community_id == bindparam("community_id", type_=INT),
        user_groups.c.name == bindparam("name"),
    )
)
_rename = Command(
    update(user_groups)
    .where(user_groups.c.user_group_id == bindparam("row"), in_scope(user_groups))
    .values(name=bindparam("new_name"), changed_ms=bindparam("now", type_=INT))
)
_delete = Command(
    delete(user_groups).where(user_groups.c.user_group_id == bindparam("row"), in_scope(user_groups))
)
_delete_members = Command(
    delete(user_group_members).where(
        user_group_members.c.user_group_id == bindparam("row"), in_scope(user_group_members)
    )
)
_leave = Command(
    delete(user_group_members).where(
        user_group_members.c.user_group_id == bindparam("group_id"),
        user_group_members.c.person_id == bindparam("person_id", type_=INT),
        in_scope(user_group_members),
    )
)


_leave_all = Command(
    delete(user_group_members).where(
        user_group_members.c.person_id == bindparam("of_person", type_=INT),
        user_group_members.c.community_id == bindparam("of_community", type_=INT),
        in_scope(user_group_members),
        or_(
            bindparam("of_kind") == "",
            user_group_members.c.user_group_id.in_(
                select(user_groups.c.user_group_id).where(
                    user_groups.c.community_id == bindparam("of_community", type_=INT),
                    user_groups.c.type == bindparam("of_kind"),
                )
            ),
        ),
    )
)
_is_in = Query(
    select(user_group_members.c.person_id).where(
        user_group_members.c.user_group_id == bindparam("group_id"),
        user_group_members.c.person_id == bindparam("person_id", type_=INT),
        in_scope(user_group_members),
    )
)


async def create_defaults(scope: Scope, tx: Tx, *, community_id: int, ids: Ids, now_ms: int) -> None:
    """The four groups of a newly approved community."""
    rows = [
        _row(scope, ids.user_group_id(), community_id, kind, name, now_ms, is_default=True)
        for kind, name in DEFAULT_GROUPS
    ]
    await tx.insert_many(user_groups, rows)


def _row(
    scope: Scope, group_id: str, community_id: int, kind: str, name: str, now_ms: int, *, is_default: bool
) -> dict[str, object]:
    return {
        "user_group_id": group_id,
        "tenant_id": scope.tenant,
        "community_id": community_id,
        "type": kind,
        "name": name,
        "is_default": int(is_default),
        "created_ms": now_ms,
        "changed_ms": now_ms,
    }


async def create(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    kind: str,
    name: str,
    ids: Ids,
    now_ms: int,
    field: str = "userGroupName",
) -> str:
    """A group of one's own; its id. `kind` is a GROUP_TYPE, checked by the caller. Raises BadInput, GroupNameTaken.

    `field`: the caller's name for this field.
    """
    scope.allow(community_id)
    name = await _free_name(scope, tx, community_id, name, field)
    group_id = ids.user_group_id()
    await tx.insert(user_groups, _row(scope, group_id, community_id, kind, name, now_ms, is_default=False))
    record = history.Record(HISTORY, group_id, community_id)
    await history.note(scope, tx, record, "created", now_ms=now_ms, after={"name": name, "type": kind})
    return group_id


async def rename(
    scope: Scope, tx: Tx, *, group_id: str, name: str, now_ms: int, field: str = "userGroupName"
) -> None:
    """Raises NotFound, DefaultGroup, BadInput, GroupNameTaken."""
    group = await _own_group(scope, tx, group_id)
    if group.name != name.strip():
        name = await _free_name(scope, tx, group.community_id, name, field)
        await _rename.run(tx, scope, row=group_id, new_name=name, now=now_ms)
        await history.note(
            scope,
            tx,
            history.Record(HISTORY, group_id, group.community_id),
            "changed",
            now_ms=now_ms,
            before={"name": group.name},
            after={"name": name},
        )


async def remove(scope: Scope, tx: Tx, *, group_id: str, now_ms: int) -> int:
    """Delete a group; its members stay known to the community. The number of the change, which `restore` takes back.

    Raises NotFound, DefaultGroup.
    """
    group = await _own_group(scope, tx, group_id)
    members = await queries.members_of(scope, tx, group_id)
    await _delete_members.run(tx, scope, row=group_id)
    await _delete.run(tx, scope, row=group_id)
    change = await history.note(
        scope,
        tx,
        history.Record(HISTORY, group_id, group.community_id),
        "deleted",
        now_ms=now_ms,
        before={"name": group.name, "type": group.type},
        kept={"members": members},
    )
    assert change is not None
    return change


async def restore(scope: Scope, tx: Tx, change: Change, *, ids: Ids, now_ms: int) -> None:
    """Take back that a group was renamed or deleted; members who are no longer known stay out.

    Raises NotFound, BadInput, GroupNameTaken.
    """
    was = {name: before for name, (before, _) in change.differences.items()}
    if change.action == "changed":
        await rename(scope, tx, group_id=change.target, name=was["name"], now_ms=now_ms, field="name")
        return
    assert change.community_id is not None
    name = await _free_name(scope, tx, change.community_id, was["name"], "name")
    row = _row(scope, change.target, change.community_id, was["type"], name, now_ms, is_default=False)
    await tx.insert(user_groups, row)
    persons = await queries.persons_by_id(
        scope.narrowed(change.community_id), tx, list(change.remains.get("members", ()))
    )
    for person_id in persons:
        await join(
            scope,
            tx,
            group_id=change.target,
            community_id=change.community_id,
            person_id=person_id,
            now_ms=now_ms,
        )
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, change.target, change.community_id),
        "restored",
        now_ms=now_ms,
        after={"name": name, "type": was["type"]},
    )


async def _own_group(scope: Scope, tx: Tx, group_id: str) -> Group:
    group = await queries.group(scope, tx, group_id)
    if group.is_default:
        raise DefaultGroup()
    return group


async def _free_name(scope: Scope, tx: Tx, community_id: int, name: str, field: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise BadInput(field=field, rule="required")
    if len(name) > NAME_MAX:
        raise BadInput(field=field, rule="too_long", limit=NAME_MAX)
    if await _by_name.one(tx, scope, community_id=community_id, name=name):
        raise GroupNameTaken(field=field, name=name)
    return name


async def default_group(scope: Scope, tx: Tx, *, community_id: int, kind: str) -> str | None:
    """Id of the default group of a type; None before the community is approved."""
    scalar: str | None = await _default_id.scalar(tx, scope, community_id=community_id, type=kind)
    return scalar


async def join(
    scope: Scope, tx: Tx, *, group_id: str, community_id: int, person_id: int, now_ms: int
) -> bool:
    """Put a person into a group; False when they were in it. The caller makes the person known to the community."""
    if await _is_in.scalar(tx, scope, group_id=group_id, person_id=person_id) is not None:
        return False
    row = {
        "user_group_id": group_id,
        "person_id": person_id,
        "tenant_id": scope.tenant,
        "community_id": community_id,
        "created_ms": now_ms,
    }
    await tx.upsert(user_group_members, [row], keys=("user_group_id", "person_id"))
    return True


async def leave(scope: Scope, tx: Tx, *, group_id: str, person_id: int) -> bool:
    """Take a person out of a group; False when they were not in it."""
    return bool(await _leave.run(tx, scope, group_id=group_id, person_id=person_id))


async def leave_all(scope: Scope, tx: Tx, *, community_id: int, person_id: int, kind: str = "") -> None:
    """Take a person out of every group of a community, or of those of one GROUP_TYPE."""
    await _leave_all.run(tx, scope, of_community=community_id, of_person=person_id, of_kind=kind)
