"""Persons of a company, its roles, its person groups, and the log of given rights. Spec D 1.5."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, and_, bindparam, func, or_, select

from linli.domains.people import rights_tree
from linli.domains.people.models import (
    account_persons,
    account_roles,
    accounts,
    company_role_holders,
    company_roles,
    house_members,
    project_group_members,
    staff,
    staff_log,
    staff_rights,
)
from linli.domains.people.models import persons as persons_table
from linli.domains.people.person_rules import MOVED_IN
from linli.domains.people.queries.persons import like
from linli.domains.people.rights import Right, Role
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.tenancy import projects

_COMPANY = "groups of every project of the company; the tenant is a condition of its own"
MAX_ROLES = 200

_account = bindparam("account", type_=INT)


class PersonRow(NamedTuple):
    account_id: int
    login: str
    phone: str | None
    name: str
    disabled: int
    created_ms: int


class RoleRow(NamedTuple):
    role_id: int
    tenant_id: str
    name: str
    description: str
    rights_json: str
    created_ms: int
    changed_ms: int
    holders: int

    @property
    def rights(self) -> frozenset[Right]:
        return rights_tree.existing_rights(msgspec.json.decode(self.rights_json, type=list[str]))


class RoleOfAccount(NamedTuple):
    account_id: int
    role_id: int
    name: str


class BuiltIn(NamedTuple):
    account_id: int
    role: Role
    community_id: int


class GroupRow(NamedTuple):
    """The default person group of a project."""

    project_id: str
    project_name: str
    members: int
    bound: int
    """1 when the person asked for is in it."""


class LogRow(NamedTuple):
    entry_no: int
    at_ms: int
    by_account: int
    by_name: str
    action: str
    account_id: int | None
    account_name: str
    detail: str


_tenant = bindparam("scope_tenant", type_=staff.c.tenant_id.type)
_built_in = (
    select(account_roles.c.account_id)
    .where(account_roles.c.tenant_id == _tenant, account_roles.c.account_id == accounts.c.id)
    .correlate(accounts)
    .exists()
)
_FROM = accounts.outerjoin(staff, and_(staff.c.account_id == accounts.c.id, staff.c.tenant_id == _tenant))
_of_company = or_(staff.c.account_id.is_not(None), _built_in)
_person_columns = (
    accounts.c.id,
    accounts.c.login,
    accounts.c.phone,
    func.coalesce(staff.c.name, accounts.c.name),
    func.coalesce(staff.c.disabled, 0),
    func.coalesce(staff.c.created_ms, accounts.c.created_ms),
)
_matches = or_(
    bindparam("like") == "%%",
    func.coalesce(staff.c.name, accounts.c.name).like(bindparam("like"), escape="\\"),
    accounts.c.login.like(bindparam("like"), escape="\\"),
    accounts.c.phone.like(bindparam("like"), escape="\\"),
)
_in_project = or_(
    bindparam("project") == "",
    select(project_group_members.c.account_id)
    .where(
        project_group_members.c.account_id == accounts.c.id,
        project_group_members.c.project_id == bindparam("project"),
        project_group_members.c.tenant_id == _tenant,
    )
    .correlate(accounts)
    .exists(),
)


def _persons() -> Select[Any]:
    return select(*_person_columns).select_from(_FROM).where(_of_company)


_page = Query(
    _persons()
    .where(_matches, _in_project)
    .order_by(func.coalesce(staff.c.created_ms, accounts.c.created_ms).desc(), accounts.c.id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    PersonRow,
    unscoped=_COMPANY,
)
_total = Query(
    select(func.count()).select_from(_FROM).where(_of_company, _matches, _in_project), unscoped=_COMPANY
)
_by_account = Query(_persons().where(accounts.c.id == _account), PersonRow, unscoped=_COMPANY)
_elsewhere = [
    Query(
        select(table.c.account_id)
        .where(table.c.account_id == _account, table.c.tenant_id != _tenant)
        .limit(1),
        unscoped="whether another company has the person; nothing of it is told",
    )
    for table in (account_roles, account_persons, company_role_holders, staff, staff_rights)
] + [
    Query(
        select(accounts.c.id)
        .join(persons_table, persons_table.c.phone == accounts.c.phone)
        .join(house_members, house_members.c.person_id == persons_table.c.id)
        .where(
            accounts.c.id == _account,
            persons_table.c.tenant_id != _tenant,
            house_members.c.status == MOVED_IN,
        )
        .limit(1),
        unscoped="whether the person lives with another company; nothing of it is told",
    )
]
"""An operator's role has the tenant ''."""
_holders_of = (
    select(func.count())
    .select_from(company_role_holders)
    .where(company_role_holders.c.role_id == company_roles.c.role_id)
    .correlate(company_roles)
    .scalar_subquery()
)
_roles = Query(
    select(company_roles, _holders_of)
    .where(in_scope(company_roles))
    .order_by(company_roles.c.created_ms, company_roles.c.role_id),
    RoleRow,
)
_role = Query(
    select(company_roles, _holders_of).where(
        company_roles.c.role_id == bindparam("role", type_=INT), in_scope(company_roles)
    ),
    RoleRow,
)
_roles_of_accounts = Query(
    select(company_role_holders.c.account_id, company_roles.c.role_id, company_roles.c.name)
    .join(company_roles, company_roles.c.role_id == company_role_holders.c.role_id)
    .where(any_of(company_role_holders.c.account_id, "account_ids"), in_scope(company_role_holders))
    .order_by(company_roles.c.created_ms, company_roles.c.role_id),
    RoleOfAccount,
)
_built_in_of = Query(
    select(account_roles.c.account_id, account_roles.c.role, account_roles.c.community_id).where(
        any_of(account_roles.c.account_id, "account_ids"), account_roles.c.tenant_id == _tenant
    ),
    unscoped="the tenant is a condition of its own",
)
_rights_by_hand = Query(
    select(staff_rights.c.right).where(staff_rights.c.account_id == _account, in_scope(staff_rights))
)
_members = (
    select(func.count())
    .select_from(project_group_members)
    .where(project_group_members.c.project_id == projects.c.project_id)
    .correlate(projects)
    .scalar_subquery()
)
_bound = (
    select(func.count())
    .select_from(project_group_members)
    .where(
        project_group_members.c.project_id == projects.c.project_id,
        project_group_members.c.account_id == _account,
    )
    .correlate(projects)
    .scalar_subquery()
)
_groups_where = and_(
    in_scope(projects),
    or_(bindparam("like") == "%%", projects.c.name.like(bindparam("like"), escape="\\")),
    or_(bindparam("wanted", type_=INT) == -1, _bound == bindparam("wanted", type_=INT)),
)
_groups = Query(
    select(projects.c.project_id, projects.c.name, _members, _bound)
    .where(_groups_where)
    .order_by(projects.c.created_ms.desc(), projects.c.project_id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    GroupRow,
)
_groups_total = Query(select(func.count()).select_from(projects).where(_groups_where))
_in_group = Query(
    select(project_group_members.c.project_id).where(
        project_group_members.c.account_id == _account,
        project_group_members.c.project_id == bindparam("project"),
        in_scope(project_group_members),
    )
)
_log = Query(
    select(*(staff_log.c[name] for name in LogRow._fields))
    .where(
        in_scope(staff_log),
        or_(bindparam("who", type_=INT) == 0, staff_log.c.account_id == bindparam("who", type_=INT)),
    )
    .order_by(staff_log.c.entry_no.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    LogRow,
)
_log_total = Query(
    select(func.count())
    .select_from(staff_log)
    .where(
        in_scope(staff_log),
        or_(bindparam("who", type_=INT) == 0, staff_log.c.account_id == bindparam("who", type_=INT)),
    )
)


async def persons(
    scope: Scope, db: Reader, page: PageRequest, *, text: str = "", project_id: str = ""
) -> Page[PersonRow]:
    """Persons of the company, the newest first; with `project_id` those of the project's default group."""
    binds = {"like": like(text), "project": project_id}
    total = int(await _total.scalar(db, scope, **binds))
    return Page.of(page, total, await _page.all(db, scope, **binds, **page.binds))


async def find_person(scope: Scope, db: Reader, account_id: int) -> PersonRow | None:
    """The person of the company with this log-in."""
    return await _by_account.one(db, scope, account=account_id)


async def person(scope: Scope, db: Reader, account_id: int) -> PersonRow:
    """Raises NotFound, also for a log-in of another company."""
    if (person_row := await find_person(scope, db, account_id)) is None:
        raise NotFound(what="account", id=account_id)
    return person_row


async def used_elsewhere(scope: Scope, db: Reader, account_id: int) -> bool:
    """Whether a log-in is anybody in another company, running or not, lives in its houses, or runs the installation."""
    for query in _elsewhere:
        if await query.one(db, scope, account=account_id) is not None:
            return True
    return False


async def in_group(scope: Scope, db: Reader, *, account_id: int, project_id: str) -> bool:
    """Whether a person is in the default group of a project in sight."""
    return await _in_group.scalar(db, scope, account=account_id, project=project_id) is not None


async def roles(scope: Scope, db: Reader) -> list[RoleRow]:
    """The company's own roles, the oldest first."""
    return await _roles.all(db, scope)


async def role(scope: Scope, db: Reader, role_id: int) -> RoleRow:
    """Raises NotFound."""
    if (role_row := await _role.one(db, scope, role=role_id)) is None:
        raise NotFound(what="role", id=role_id)
    return role_row


async def roles_of(scope: Scope, db: Reader, account_ids: list[int]) -> dict[int, list[RoleOfAccount]]:
    """The company's own roles by person."""
    roles_by_account: dict[int, list[RoleOfAccount]] = {}
    for row in await _roles_of_accounts.all(db, scope, account_ids=account_ids):
        roles_by_account.setdefault(row.account_id, []).append(row)
    return roles_by_account


async def built_in_of(scope: Scope, db: Reader, account_ids: list[int]) -> dict[int, list[BuiltIn]]:
    """Built-in roles in the company by person."""
    built_ins: dict[int, list[BuiltIn]] = {}
    for account_id, name, community_id in await _built_in_of.all(db, scope, account_ids=account_ids):
        built_ins.setdefault(account_id, []).append(BuiltIn(account_id, Role(name), community_id))
    return built_ins


async def rights_by_hand(scope: Scope, db: Reader, account_id: int) -> frozenset[Right]:
    """Rights that the person has beside their roles."""
    return rights_tree.existing_rights(
        right for (right,) in await _rights_by_hand.all(db, scope, account=account_id)
    )


async def groups(
    scope: Scope,
    db: Reader,
    page: PageRequest,
    *,
    text: str = "",
    account_id: int = 0,
    bound: bool | None = None,
) -> Page[GroupRow]:
    """Default groups of the projects in sight; with `bound` those that a person is, or is not, in."""
    wanted = -1 if bound is None else int(bound)
    binds: dict[str, Any] = {"like": like(text), "account": account_id, "wanted": wanted}
    total = int(await _groups_total.scalar(db, scope, **binds))
    return Page.of(page, total, await _groups.all(db, scope, **binds, **page.binds))


async def log(scope: Scope, db: Reader, page: PageRequest, *, account_id: int = 0) -> Page[LogRow]:
    """The log of given and taken rights, the latest first; with `account_id` from or to one person."""
    total = int(await _log_total.scalar(db, scope, who=account_id))
    return Page.of(page, total, await _log.all(db, scope, who=account_id, **page.binds))
