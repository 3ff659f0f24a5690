"""Persons and the groups they are in, as a scope may see them: through the communities that know them."""

from itertools import batched
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select

from linli.domains.people.models import (
    account_persons,
    accounts,
    community_persons,
    persons,
    user_group_members,
    user_groups,
)
from linli.domains.people.rows import Group, GroupOfPerson, Person
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

_known_in_scope = (
    select(community_persons.c.person_id)
    .where(community_persons.c.person_id == persons.c.id, in_scope(community_persons))
    .correlate(persons)
    .exists()
)
_by_identity = Query(
    select(persons).where(
        persons.c.identity_id == bindparam("identity_id"),
        persons.c.tenant_id == bindparam("scope_tenant"),
        _known_in_scope,
    ),
    Person,
)
_by_face = Query(
    select(persons).where(
        persons.c.face_id == bindparam("face_id"),
        persons.c.tenant_id == bindparam("scope_tenant"),
        _known_in_scope,
    ),
    Person,
)
_by_ids = Query(
    select(persons).where(any_of(persons.c.id, "person_ids"), in_scope(persons), _known_in_scope), Person
)
_names = Query(
    select(persons.c.identity_id, persons.c.name).where(
        any_of(persons.c.identity_id, "identity_ids"), in_scope(persons), _known_in_scope
    )
)
_ids = Query(
    select(persons.c.identity_id, persons.c.id).where(
        any_of(persons.c.identity_id, "identity_ids"), in_scope(persons), _known_in_scope
    )
)
_by_phone = Query(
    select(persons).where(
        persons.c.phone == bindparam("phone"), persons.c.tenant_id == bindparam("scope_tenant")
    ),
    Person,
)
_of_account = Query(
    select(persons)
    .join(account_persons, account_persons.c.person_id == persons.c.id)
    .where(
        account_persons.c.account_id == bindparam("account_id", type_=INT),
        account_persons.c.tenant_id == bindparam("scope_tenant"),
        persons.c.tenant_id == bindparam("scope_tenant"),
    ),
    Person,
)
_of_account_phone = Query(
    select(persons)
    .join(accounts, accounts.c.phone == persons.c.phone)
    .where(
        accounts.c.id == bindparam("account_id", type_=INT),
        persons.c.tenant_id == bindparam("scope_tenant"),
    ),
    Person,
)
_groups = Query(
    select(
        user_groups.c.user_group_id,
        user_groups.c.community_id,
        user_groups.c.type,
        user_groups.c.name,
        user_groups.c.is_default,
    )
    .where(
        in_scope(user_groups),
        user_groups.c.community_id == bindparam("community_id", type_=INT),
        or_(bindparam("name_like") == "", user_groups.c.name.like(bindparam("name_like"), escape="\\")),
    )
    .order_by(user_groups.c.is_default.desc(), user_groups.c.created_ms, user_groups.c.user_group_id),
    Group,
)
_group = Query(
    select(
        user_groups.c.user_group_id,
        user_groups.c.community_id,
        user_groups.c.type,
        user_groups.c.name,
        user_groups.c.is_default,
    ).where(in_scope(user_groups), user_groups.c.user_group_id == bindparam("group_id")),
    Group,
)
_any_group_of = Query(
    select(user_groups.c.user_group_id)
    .where(in_scope(user_groups), user_groups.c.community_id == bindparam("community_id", type_=INT))
    .limit(1)
)
_group_sizes = Query(
    select(
        user_groups.c.user_group_id,
        select(func.count())
        .where(
            user_group_members.c.user_group_id == user_groups.c.user_group_id,
            user_group_members.c.community_id == bindparam("community_id", type_=INT),
        )
        .correlate(user_groups)
        .scalar_subquery(),
    ).where(in_scope(user_groups), user_groups.c.community_id == bindparam("community_id", type_=INT)),
    heavy=True,
)
_members_of = Query(
    select(user_group_members.c.person_id).where(
        in_scope(user_group_members), user_group_members.c.user_group_id == bindparam("group_id")
    )
)
_groups_of = Query(
    select(
        user_group_members.c.person_id,
        user_groups.c.user_group_id,
        user_groups.c.name,
        user_groups.c.type,
    )
    .join(user_groups, user_groups.c.user_group_id == user_group_members.c.user_group_id)
    .where(in_scope(user_group_members), any_of(user_group_members.c.person_id, "person_ids"))
    .order_by(user_groups.c.created_ms, user_groups.c.user_group_id),
    GroupOfPerson,
)


_holders = Query(
    select(persons.c.phone, persons.c.id, persons.c.identity_id, persons.c.name).where(
        persons.c.tenant_id == bindparam("scope_tenant"), any_of(persons.c.phone, "phones")
    ),
    heavy=True,
)
_whole = Query(
    select(persons).where(
        persons.c.tenant_id == bindparam("scope_tenant"), any_of(persons.c.id, "person_ids")
    ),
    Person,
    heavy=True,
)
_known_ids = Query(
    select(community_persons.c.person_id).where(
        in_scope(community_persons), community_persons.c.community_id == bindparam("community_id", type_=INT)
    ),
    heavy=True,
)
_communities_of = Query(
    select(community_persons.c.community_id)
    .join(persons, persons.c.id == community_persons.c.person_id)
    .where(in_scope(community_persons), persons.c.identity_id == bindparam("identity_id"))
)
_stamp = Query(
    select(func.count(), func.max(persons.c.changed_ms)).where(
        persons.c.tenant_id == bindparam("scope_tenant")
    )
)


class PhoneHolder(NamedTuple):
    id: int
    identity_id: str
    name: str


class PersonHit(NamedTuple):
    id: int
    identity_id: str
    name: str
    phone: str | None


_search = Query(
    select(persons.c.id, persons.c.identity_id, persons.c.name, persons.c.phone)
    .where(
        in_scope(persons),
        _known_in_scope,
        or_(
            persons.c.name.like(bindparam("like"), escape="\\"),
            persons.c.phone.like(bindparam("phone_like"), escape="\\"),
        ),
    )
    .order_by(persons.c.name, persons.c.id)
    .limit(bindparam("limit", type_=INT)),
    PersonHit,
    heavy=True,
)


def like(text: str, *, prefix: bool = False) -> str:
    """A LIKE pattern for text somewhere (or at the start) of a column, with its wildcards taken literally."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%" if prefix else f"%{escaped}%"


async def person(scope: Scope, db: Reader, identity_id: str) -> Person:
    """Raises NotFound, also for a person that no community of the scope knows."""
    if (person_row := await _by_identity.one(db, scope, identity_id=identity_id)) is None:
        raise NotFound(what="person", id=identity_id)
    return person_row


async def person_of_account(scope: Scope, db: Reader, account_id: int) -> Person | None:
    """The person of a log-in in the tenant: the linked person, else the person with its phone."""
    linked = await _of_account.one(db, scope, account_id=account_id)
    return linked or await _of_account_phone.one(db, scope, account_id=account_id)


async def person_of_face(scope: Scope, db: Reader, face_id: str) -> Person:
    """Raises NotFound."""
    if not face_id or (person_row := await _by_face.one(db, scope, face_id=face_id)) is None:
        raise NotFound(what="face", id=face_id)
    return person_row


async def persons_by_id(scope: Scope, db: Reader, person_ids: list[int]) -> dict[int, Person]:
    """The given persons that the scope may see, by id."""
    return {row.id: row for row in await _by_ids.all(db, scope, person_ids=person_ids)}


async def names(scope: Scope, db: Reader, identity_ids: list[str]) -> dict[str, str]:
    """identityId → name, for persons whom the scope may see."""
    return dict(await _names.all(db, scope, identity_ids=identity_ids)) if identity_ids else {}


async def ids(scope: Scope, db: Reader, identity_ids: list[str]) -> dict[str, int]:
    """identityId → person id, for persons whom the scope may see."""
    return dict(await _ids.all(db, scope, identity_ids=identity_ids)) if identity_ids else {}


async def person_of_phone(scope: Scope, db: Reader, phone: str) -> Person | None:
    """The person of the tenant with this phone, known to the scope's communities or not: for services only."""
    return await _by_phone.one(db, scope, phone=phone)


async def holders_of_phones(scope: Scope, db: Reader, phones: list[str]) -> dict[str, PhoneHolder]:
    """Persons of the tenant by phone, known to the scope's communities or not: for services only."""
    phone_holders: dict[str, PhoneHolder] = {}
    for piece in batched(phones, 5000, strict=False):
        rows = await _holders.all(db, scope, phones=list(piece))
        phone_holders |= {phone: PhoneHolder(*rest) for phone, *rest in rows}
    return phone_holders


async def of_tenant(scope: Scope, db: Reader, person_ids: list[int]) -> dict[int, Person]:
    """Persons of the tenant by id, known to the scope's communities or not: for services only."""
    return {row.id: row for row in await _whole.all(db, scope, person_ids=person_ids)}


async def known_to(scope: Scope, db: Reader, community_id: int) -> set[int]:
    """Ids of all persons that a community knows."""
    return {person_id for (person_id,) in await _known_ids.all(db, scope, community_id=community_id)}


async def communities_of(scope: Scope, db: Reader, *, identity_id: str) -> set[int]:
    """The communities in scope that know a person."""
    return {community_id for (community_id,) in await _communities_of.all(db, scope, identity_id=identity_id)}


async def stamp(scope: Scope, db: Reader) -> tuple[Any, ...]:
    """A value that changes when any person of the tenant does."""
    return await _stamp.one(db, scope) or ()


async def search(
    scope: Scope, db: Reader, text: str, *, limit: int = 10, whole_phone: bool = False
) -> list[PersonHit]:
    """Persons with `text` in their name or at the beginning of their phone; `whole_phone`: or all of it."""
    phone_like = like(text, prefix=True)
    if whole_phone:
        phone_like = phone_like.removesuffix("%")
    return await _search.all(db, scope, like=like(text), phone_like=phone_like, limit=limit)


async def require_community(scope: Scope, db: Reader, community_id: int) -> None:
    """Raises NotFound unless it is an approved community of the scope: those have groups.

    `Scope.allow` does not tell for those who see the whole tenant.
    """
    if await _any_group_of.scalar(db, scope, community_id=community_id) is None:
        raise NotFound(what="community", id=community_id)


async def community_scope(within: Scope, db: Reader, community_id: int) -> Scope:
    """The scope narrowed to one approved community of it. Raises NotFound."""
    scope = within.narrowed(community_id)
    await require_community(scope, db, community_id)
    return scope


async def groups(scope: Scope, db: Reader, community_id: int, *, name: str = "") -> list[Group]:
    """User groups of a community, the default four first. `name` is a part of the name."""
    return await _groups.all(db, scope, community_id=community_id, name_like=like(name) if name else "")


async def group(scope: Scope, db: Reader, group_id: str) -> Group:
    """Raises NotFound."""
    if (group_row := await _group.one(db, scope, group_id=group_id)) is None:
        raise NotFound(what="userGroup", id=group_id)
    return group_row


async def group_sizes(scope: Scope, db: Reader, community_id: int) -> dict[str, int]:
    """Group → number of members."""
    return dict(await _group_sizes.all(db, scope, community_id=community_id))


async def members_of(scope: Scope, db: Reader, group_id: str) -> list[int]:
    """Ids of the persons in a group."""
    return [person_id for (person_id,) in await _members_of.all(db, scope, group_id=group_id)]


async def groups_of(scope: Scope, db: Reader, person_ids: list[int]) -> dict[int, list[GroupOfPerson]]:
    """Groups by person id, in the communities of the scope."""
    group_of_persons: dict[int, list[GroupOfPerson]] = {}
    for row in await _groups_of.all(db, scope, person_ids=person_ids):
        group_of_persons.setdefault(row.person_id, []).append(row)
    return group_of_persons
