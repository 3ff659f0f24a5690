"""Users: persons entered into a group of a community. Spec B §3.7."""

import re
from typing import Final

from linli.domains.people.queries import persons as queries
from linli.domains.people.rows import Group, Person
from linli.domains.people.schemas import Profile
from linli.domains.people.service import groups, persons
from linli.kernel import history
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

NAME_MAX: Final = 12
"""Characters in the name of a user (spec B §7)."""
_NAME = re.compile(r"[0-9A-Za-z\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·]+")


def check_name(name: str, *, field: str) -> None:
    """Raises BadInput unless `name` has letters, digits and Chinese characters only; "·" stands in minority names."""
    if not _NAME.fullmatch(name):
        raise BadInput(field=field, rule="letters_digits_chinese")


async def add(scope: Scope, tx: Tx, *, group_id: str, profile: Profile, ids: Ids, now_ms: int) -> Person:
    """A person of a checked profile, known to the group's community and in the group.

    A phone that the tenant knows means that person. Raises NotFound, PhoneTaken.
    """
    group = await queries.group(scope, tx, group_id)
    person, _ = await persons.find_or_create(scope, tx, profile=profile, ids=ids, now_ms=now_ms)
    await persons.introduce(scope, tx, community_id=group.community_id, person=person, now_ms=now_ms)
    joined = await groups.join(
        scope, tx, group_id=group_id, community_id=group.community_id, person_id=person.id, now_ms=now_ms
    )
    if joined:
        await _note(scope, tx, group, "member_added", now_ms, after={"member": person.identity_id})
        await persons.touch(scope, tx, community_id=group.community_id, person=person, now_ms=now_ms)
    return person


async def join_group(scope: Scope, tx: Tx, *, group_id: str, identity_id: str, now_ms: int) -> bool:
    """Put a user of the group's community into it; False when they were in it. Raises NotFound."""
    group = await queries.group(scope, tx, group_id)
    person = await _user_of(scope, tx, group.community_id, identity_id)
    if not await groups.join(
        scope, tx, group_id=group_id, community_id=group.community_id, person_id=person.id, now_ms=now_ms
    ):
        return False
    await _note(scope, tx, group, "member_added", now_ms, after={"member": identity_id})
    await persons.touch(scope, tx, community_id=group.community_id, person=person, now_ms=now_ms)
    return True


async def leave_group(scope: Scope, tx: Tx, *, group_id: str, identity_id: str, now_ms: int) -> None:
    """Take a user out of a group; nothing happens when they were not in it. Raises NotFound."""
    group = await queries.group(scope, tx, group_id)
    person = await _user_of(scope, tx, group.community_id, identity_id)
    if await groups.leave(scope, tx, group_id=group_id, person_id=person.id):
        await _note(scope, tx, group, "member_removed", now_ms, before={"member": identity_id})
        await persons.touch(scope, tx, community_id=group.community_id, person=person, now_ms=now_ms)


async def _note(
    scope: Scope,
    tx: Tx,
    group: Group,
    action: str,
    now_ms: int,
    *,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    record = history.Record(groups.HISTORY, group.user_group_id, group.community_id)
    await history.note(scope, tx, record, action, now_ms=now_ms, before=before, after=after)


async def _user_of(scope: Scope, tx: Tx, community_id: int, identity_id: str) -> Person:
    """A person of this community, not only of another community of the caller."""
    return await queries.person(scope.narrowed(community_id), tx, identity_id)
