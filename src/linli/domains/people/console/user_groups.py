"""Console: user groups of a community and who is in them; users by hand, and their erasure. Spec B §3.7."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people import person_rules as rules
from linli.domains.people.phones import PhoneSight
from linli.domains.people.queries import persons as queries
from linli.domains.people.queries import users as user_queries
from linli.domains.people.rights import Right, Rights
from linli.domains.people.rows import Group, GroupOfPerson
from linli.domains.people.schemas import Profile, checked
from linli.domains.people.service import erasure, groups, users
from linli.domains.people.service.groups import DefaultGroup, GroupNameTaken
from linli.domains.people.service.persons import PhoneTaken
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes, WholeScope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope


class UserGroupRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    type: Annotated[str, Meta(description="RESIDENT, VISITOR, PROPERTY, BLACKLIST")]
    is_default: Annotated[bool, Meta(description="One of the four that nobody deletes or renames.")]
    members: int


class NewUserGroup(msgspec.Struct, rename="camel", frozen=True):
    name: str
    type: str


class CreatedUserGroup(msgspec.Struct, rename="camel", frozen=True):
    id: str


class UserGroupName(msgspec.Struct, rename="camel", frozen=True):
    name: str


class Undoable(msgspec.Struct, rename="camel", frozen=True):
    change_id: Annotated[str, Meta(description="Of the history: restoring it takes the deletion back.")]


class UserInGroup(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    type: str


def _in_group(row: GroupOfPerson, language: str) -> UserInGroup:
    return UserInGroup(row.user_group_id, rules.group_words(row.type, row.name, language), row.type)


class CommunityUserRow(msgspec.Struct, rename="camel", frozen=True):
    identity_id: str
    name: str
    phone: str
    sex: int | None
    has_face: bool
    groups: list[UserInGroup]
    created_ms: int
    changed_ms: int


class UsersNamed(msgspec.Struct, rename="camel", frozen=True):
    identity_ids: Annotated[list[str], Meta(min_length=1, max_length=200)]


class UsersPut(msgspec.Struct, rename="camel", frozen=True):
    new: Annotated[
        list[str], Meta(description="identityIds of those who were not in it: taking them out undoes it.")
    ]


class NewUser(msgspec.Struct, rename="camel", frozen=True):
    group_id: str
    name: str
    phone: str
    sex: int | None = None
    id_no: str = ""


class CreatedUser(msgspec.Struct, rename="camel", frozen=True):
    identity_id: str


async def _of(scope: Scope, db: Reader, community_id: int, group_id: str) -> Group:
    """A group of this community. Raises NotFound."""
    await queries.require_community(scope, db, community_id)
    group = await queries.group(scope, db, group_id)
    if group.community_id != community_id:
        raise NotFound(what="userGroup", id=group_id)
    return group


class UserGroupFilter(Filter, frozen=True):
    """Groups of a community."""

    q: Annotated[str, Meta(description="A part of the name.")] = ""
    type: Annotated[str, Meta(description="GROUP_TYPE; empty: all.")] = ""


class UserFilter(Filter, frozen=True):
    """A person whom the community knows."""

    q: Annotated[str, Meta(description="A part of the name or phone.")] = ""
    group_id: str = ""


user_group_routes = Routes("/communities/{community_id:int}/user-groups", tags=("people",))


@user_group_routes.get(right=Right.RESIDENTS_SEE)
async def list_groups(
    community_id: int, scope: Scope, db: Database, page: PageRequest, where: UserGroupFilter
) -> Page[UserGroupRow]:
    """Groups of a community, the default four first."""
    await queries.require_community(scope, db, community_id)
    matches = [
        row
        for row in await queries.groups(scope, db, community_id, name=where.q.strip())
        if where.type in ("", row.type)
    ]
    sizes = await queries.group_sizes(scope, db, community_id)
    rows = [
        UserGroupRow(
            row.user_group_id,
            rules.group_words(row.type, row.name, scope.language),
            row.type,
            bool(row.is_default),
            sizes.get(row.user_group_id, 0),
        )
        for row in matches[page.offset : page.offset + page.page_size]
    ]
    return Page.of(page, len(matches), rows)


@user_group_routes.post(right=Right.RESIDENTS_MANAGE, raises=(GroupNameTaken,))
async def create(
    community_id: int, data: NewUserGroup, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> CreatedUserGroup:
    """A group of one's own of one of the four types."""
    if data.type not in rules.GROUP_TYPES:
        raise BadInput(field="type", rule="one_of", allowed=", ".join(rules.GROUP_TYPES))
    await queries.require_community(scope, tx, community_id)
    group_id = await groups.create(
        scope,
        tx,
        community_id=community_id,
        kind=data.type,
        name=data.name,
        ids=ids,
        now_ms=clock.now_ms(),
        field="name",
    )
    return CreatedUserGroup(group_id)


@user_group_routes.put("/{group_id:str}", right=Right.RESIDENTS_MANAGE, raises=(DefaultGroup, GroupNameTaken))
async def rename(
    community_id: int, group_id: str, data: UserGroupName, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Rename a group; the default four keep their names."""
    await _of(scope, tx, community_id, group_id)
    await groups.rename(scope, tx, group_id=group_id, name=data.name, now_ms=clock.now_ms(), field="name")


@user_group_routes.delete("/{group_id:str}", right=Right.RESIDENTS_MANAGE, raises=(DefaultGroup,))
async def remove(community_id: int, group_id: str, scope: Scope, tx: Tx, clock: Clock) -> Undoable:
    """Delete a group; its members stay users. Restoring the change brings it back with its members."""
    await _of(scope, tx, community_id, group_id)
    change = await groups.remove(scope, tx, group_id=group_id, now_ms=clock.now_ms())
    return Undoable(str(change))


@user_group_routes.post("/{group_id:str}/members", right=Right.RESIDENTS_MANAGE, raises=(NotFound,))
async def put_in(
    community_id: int, group_id: str, data: UsersNamed, scope: WholeScope, tx: Tx, clock: Clock
) -> UsersPut:
    """Put users of the community into a group, all or none."""
    await _of(scope, tx, community_id, group_id)
    new = [
        identity_id
        for identity_id in dict.fromkeys(data.identity_ids)
        if await users.join_group(
            scope, tx, group_id=group_id, identity_id=identity_id, now_ms=clock.now_ms()
        )
    ]
    return UsersPut(new)


@user_group_routes.post("/{group_id:str}/members/remove", right=Right.RESIDENTS_MANAGE, raises=(NotFound,))
async def take_out(
    community_id: int, group_id: str, data: UsersNamed, scope: WholeScope, tx: Tx, clock: Clock
) -> None:
    """Take users out of a group, all or none; putting them in again undoes it."""
    await _of(scope, tx, community_id, group_id)
    for identity_id in dict.fromkeys(data.identity_ids):
        await users.leave_group(scope, tx, group_id=group_id, identity_id=identity_id, now_ms=clock.now_ms())


def _conditions(where: UserFilter, phones: PhoneSight) -> user_queries.UserConditions:
    text, group_id = where.q.strip() or None, where.group_id or None
    if text is None or phones.finds(text):
        return user_queries.UserConditions(text=text, group_id=group_id)
    if phone := phones.whole_number(text):
        return user_queries.UserConditions(exactly={"phone": phone}, group_id=group_id)
    return user_queries.UserConditions(name=text, group_id=group_id)


community_user_routes = Routes("/communities/{community_id:int}/users", tags=("people",))


@community_user_routes.get(right=Right.RESIDENTS_SEE, raises=(NotFound,))
async def list_users(
    community_id: int,
    scope: WholeScope,
    db: Database,
    page: PageRequest,
    where: UserFilter,
    rights: Rights,
) -> Page[CommunityUserRow]:
    """All persons whom the community knows, or those of one group; the newest first."""
    await queries.require_community(scope, db, community_id)
    phones = PhoneSight(rights, scope, community_id)
    matches = await user_queries.page(
        scope,
        db,
        community_id,
        page,
        where=_conditions(where, phones),
    )
    inside = await queries.groups_of(scope, db, [row.person.id for row in matches.data])
    rows = [
        CommunityUserRow(
            identity_id=row.person.identity_id,
            name=row.person.name,
            phone=phones.shown(row.person.phone),
            sex=row.person.sex,
            has_face=bool(row.person.face_id),
            groups=[
                _in_group(group_of_person, scope.language)
                for group_of_person in inside.get(row.person.id, ())
            ],
            created_ms=row.created_ms,
            changed_ms=row.changed_ms,
        )
        for row in matches.data
    ]
    return Page.of(page, matches.total, rows)


@community_user_routes.post(right=Right.RESIDENTS_MANAGE, raises=(NotFound, PhoneTaken))
async def add(
    community_id: int, data: NewUser, scope: WholeScope, tx: Tx, ids: Ids, clock: Clock
) -> CreatedUser:
    """Somebody new in a group, such as a visitor or a person of the blacklist; a known phone is that person."""
    group = await _of(scope, tx, community_id, data.group_id)
    if not data.phone.strip():
        raise BadInput(field="phone", rule="required")
    profile = checked(
        Profile(name=data.name, phone=data.phone, sex=data.sex, id_no=data.id_no), wire={"id_no": "idNo"}
    )
    person = await users.add(
        scope, tx, group_id=group.user_group_id, profile=profile, ids=ids, now_ms=clock.now_ms()
    )
    return CreatedUser(person.identity_id)


@community_user_routes.post("/erase", right=Right.RESIDENTS_MANAGE, raises=(NotFound,))
async def erase(community_id: int, data: UsersNamed, scope: WholeScope, tx: Tx, clock: Clock) -> None:
    """Erase users for good, all or none, with their houses, groups, rights and fields. It cannot be undone."""
    await queries.require_community(scope, tx, community_id)
    for identity_id in dict.fromkeys(data.identity_ids):
        await erasure.erase(
            scope, tx, community_id=community_id, identity_id=identity_id, now_ms=clock.now_ms()
        )
