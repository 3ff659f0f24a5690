"""Console: user groups of a community and who is in them; users by hand, and their erasure. Spec B §3.7."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from linli.domains.people import person_rules as rules
from linli.domains.people.queries import persons as queries
from linli.domains.people.queries import users as user_queries
from linli.domains.people.rights import Right
from linli.domains.people.rows import Group, GroupOfPerson
from linli.domains.people.schemas import Profile, checked
from linli.domains.people.service import erasure, groups, users
from linli.kernel.clock import Clock
from linli.kernel.db import Database
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


class UserGroupMade(msgspec.Struct, rename="camel", frozen=True):
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


class NewUser(msgspec.Struct, rename="camel", frozen=True):
    group_id: str
    name: str
    phone: str
    sex: int | None = None
    id_no: str = ""


class UserMade(msgspec.Struct, rename="camel", frozen=True):
    identity_id: str


async def _of(scope: Scope, db: Database, community_id: int, group_id: str) -> Group:
    """A group of this community. Raises NotFound."""
    await queries.require_community(scope, db, community_id)
    found = await queries.group(scope, db, group_id)
    if found.community_id != community_id:
        raise NotFound(what="userGroup", id=group_id)
    return found


class UserGroupRoutes(Controller):
    path = "/communities/{community_id:int}/user-groups"
    tags = ("people",)

    @get("/", right=Right.RESIDENTS_SEE.value)
    async def list_groups(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        q: Annotated[str, QueryParameter(description="A part of the name.")] = "",
        type: Annotated[str, QueryParameter(description="GROUP_TYPE; empty: all.")] = "",
    ) -> Page[UserGroupRow]:
        """Groups of a community, the default four first."""
        await queries.require_community(within, db, community_id)
        found = [
            row
            for row in await queries.groups(within, db, community_id, name=q.strip())
            if type in ("", row.type)
        ]
        sizes = await queries.group_sizes(within, db, community_id)
        rows = [
            UserGroupRow(
                row.user_group_id,
                rules.group_words(row.type, row.name, within.language),
                row.type,
                bool(row.is_default),
                sizes.get(row.user_group_id, 0),
            )
            for row in found[page.offset : page.offset + page.page_size]
        ]
        return Page.of(page, len(found), rows)

    @post("/", right=Right.RESIDENTS_MANAGE.value, status_code=201)
    async def create(
        self,
        community_id: FromPath[int],
        data: JSONBody[NewUserGroup],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> UserGroupMade:
        """A group of one's own of one of the four types."""
        if data.type not in rules.GROUP_TYPES:
            raise BadInput(field="type", rule="one_of", allowed=", ".join(rules.GROUP_TYPES))
        await queries.require_community(within, db, community_id)
        async with db.begin() as tx:
            made = await groups.create(
                within,
                tx,
                community_id=community_id,
                kind=data.type,
                name=data.name,
                ids=ids,
                now_ms=clock.now_ms(),
                field="name",
            )
        return UserGroupMade(made)

    @put("/{group_id:str}", right=Right.RESIDENTS_MANAGE.value, status_code=204)
    async def rename(
        self,
        community_id: FromPath[int],
        group_id: FromPath[str],
        data: JSONBody[UserGroupName],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Rename a group; the default four keep their names."""
        await _of(within, db, community_id, group_id)
        async with db.begin() as tx:
            await groups.rename(
                within, tx, group_id=group_id, name=data.name, now_ms=clock.now_ms(), field="name"
            )

    @delete("/{group_id:str}", right=Right.RESIDENTS_MANAGE.value, status_code=200)
    async def remove(
        self,
        community_id: FromPath[int],
        group_id: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> Undoable:
        """Delete a group; its members stay users. Restoring the change brings it back with its members."""
        await _of(within, db, community_id, group_id)
        async with db.begin() as tx:
            change = await groups.remove(within, tx, group_id=group_id, now_ms=clock.now_ms())
        return Undoable(str(change))

    @post("/{group_id:str}/members", right=Right.RESIDENTS_MANAGE.value, status_code=204)
    async def put_in(
        self,
        community_id: FromPath[int],
        group_id: FromPath[str],
        data: JSONBody[UsersNamed],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Put users of the community into a group, all or none."""
        await _of(within, db, community_id, group_id)
        async with db.begin() as tx:
            for one in dict.fromkeys(data.identity_ids):
                await users.join_group(within, tx, group_id=group_id, identity_id=one, now_ms=clock.now_ms())

    @post("/{group_id:str}/members/remove", right=Right.RESIDENTS_MANAGE.value, status_code=204)
    async def take_out(
        self,
        community_id: FromPath[int],
        group_id: FromPath[str],
        data: JSONBody[UsersNamed],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Take users out of a group, all or none; putting them in again undoes it."""
        await _of(within, db, community_id, group_id)
        async with db.begin() as tx:
            for one in dict.fromkeys(data.identity_ids):
                await users.leave_group(within, tx, group_id=group_id, identity_id=one, now_ms=clock.now_ms())


class CommunityUserRoutes(Controller):
    path = "/communities/{community_id:int}/users"
    tags = ("people",)

    @get("/", right=Right.RESIDENTS_SEE.value)
    async def list_users(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        q: Annotated[str, QueryParameter(description="A part of the name or phone.")] = "",
        group_id: Annotated[str, QueryParameter(name="groupId")] = "",
    ) -> Page[CommunityUserRow]:
        """Everybody whom the community knows, or who is in one group; the newest first."""
        await queries.require_community(within, db, community_id)
        found = await user_queries.page(
            within, db, community_id, page, text=q.strip() or None, group_id=group_id or None
        )
        inside = await queries.groups_of(
            within.narrowed(community_id), db, [row.person.id for row in found.data]
        )
        rows = [
            CommunityUserRow(
                identity_id=row.person.identity_id,
                name=row.person.name,
                phone=row.person.phone or "",
                sex=row.person.sex,
                has_face=bool(row.person.face_id),
                groups=[_in_group(one, within.language) for one in inside.get(row.person.id, ())],
                created_ms=row.created_ms,
                changed_ms=row.changed_ms,
            )
            for row in found.data
        ]
        return Page.of(page, found.total, rows)

    @post("/", right=Right.RESIDENTS_MANAGE.value, status_code=201)
    async def add(
        self,
        community_id: FromPath[int],
        data: JSONBody[NewUser],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> UserMade:
        """Somebody new in a group, such as a visitor or a person of the blacklist; a known phone is that person."""
        group = await _of(within, db, community_id, data.group_id)
        if not data.phone.strip():
            raise BadInput(field="phone", rule="required")
        profile = checked(
            Profile(name=data.name, phone=data.phone, sex=data.sex, id_no=data.id_no), wire={"id_no": "idNo"}
        )
        async with db.begin() as tx:
            made = await users.add(
                within, tx, group_id=group.user_group_id, profile=profile, ids=ids, now_ms=clock.now_ms()
            )
        return UserMade(made.identity_id)

    @post("/erase", right=Right.RESIDENTS_MANAGE.value, status_code=204)
    async def erase(
        self,
        community_id: FromPath[int],
        data: JSONBody[UsersNamed],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Erase users for good, all or none: houses, groups, rights and what is known of them. Nothing brings it back."""
        await queries.require_community(within, db, community_id)
        async with db.begin() as tx:
            for one in dict.fromkeys(data.identity_ids):
                await erasure.erase(
                    within, tx, community_id=community_id, identity_id=one, now_ms=clock.now_ms()
                )
