"""The functions that a community's staff use or manage, by person and by function. Spec A §2.4, B §3.21."""

from typing import Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select

from linli.domains.people import rights_tree
from linli.domains.people.models import account_persons, account_roles, community_rights, employees, persons
from linli.domains.people.queries.persons import like
from linli.domains.people.rights import Role
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.tenancy import project_communities, projects

_r, _p = community_rights.c, persons.c
LEVELS: Final = (rights_tree.USE, rights_tree.MANAGE)


class Point(NamedTuple):
    """One function at one level."""

    function: str
    level: str


class App(NamedTuple):
    """An integrator's project that a community was granted: a function beside the platform's own."""

    project_id: str
    name: str


class Holder(NamedTuple):
    """An employee who may do something here."""

    person_id: int
    identity_id: str
    name: str
    phone: str | None
    is_manager: int
    """1: manager of the community by role."""


class EmployeePoint(NamedTuple):
    person_id: int
    function: str
    level: str


_here = bindparam("community_id", type_=INT)
_apps = Query(
    select(projects.c.project_id, projects.c.name)
    .join(project_communities, project_communities.c.project_id == projects.c.project_id)
    .where(
        project_communities.c.community_id == _here,
        project_communities.c.tenant_id == bindparam("scope_tenant"),
        projects.c.tenant_id == bindparam("scope_tenant"),
    )
    .order_by(projects.c.name, projects.c.project_id),
    App,
    unscoped="the tenant is a condition of its own; the community was looked up in scope",
)
_points = Query(
    select(_r.person_id, _r.function, _r.level)
    .where(in_scope(community_rights), _r.community_id == _here, any_of(_r.person_id, "person_ids"))
    .order_by(_r.function, _r.level),
    EmployeePoint,
)
_manages = (
    select(func.count())
    .select_from(
        account_persons.join(account_roles, account_roles.c.account_id == account_persons.c.account_id)
    )
    .where(
        account_persons.c.person_id == _p.id,
        account_roles.c.role == Role.COMMUNITY_MANAGER.value,
        account_roles.c.community_id == _here,
        account_roles.c.tenant_id == bindparam("scope_tenant"),
    )
    .correlate(persons)
    .scalar_subquery()
)
_has_point = (
    select(_r.person_id)
    .where(
        _r.person_id == _p.id,
        _r.community_id == _here,
        or_(bindparam("function") == "", _r.function == bindparam("function")),
    )
    .correlate(persons)
    .exists()
)
_holds = and_(
    in_scope(employees),
    employees.c.community_id == _here,
    or_(_has_point, and_(bindparam("function") == "", _manages > 0)),
    or_(
        bindparam("like") == "%%",
        _p.name.like(bindparam("like"), escape="\\"),
        _p.phone.like(bindparam("like"), escape="\\"),
    ),
)
_from = employees.join(persons, _p.id == employees.c.person_id)
_holders = Query(
    select(_p.id, _p.identity_id, _p.name, _p.phone, _manages)
    .select_from(_from)
    .where(_holds)
    .order_by(_p.name, _p.id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Holder,
)
_count = Query(select(func.count()).select_from(_from).where(_holds))
_by_function = Query(
    select(_r.function, _r.level, _p.identity_id, _p.name)
    .join(persons, _p.id == _r.person_id)
    .where(in_scope(community_rights), _r.community_id == _here)
    .order_by(_p.name, _p.id)
)
_everywhere = Query(
    select(_r.community_id, _r.level).where(
        in_scope(community_rights),
        _r.person_id == bindparam("person_id", type_=INT),
        _r.function == bindparam("function"),
    )
)
_account = Query(
    select(account_persons.c.account_id).where(
        account_persons.c.person_id == bindparam("person_id", type_=INT),
        account_persons.c.tenant_id == bindparam("scope_tenant"),
    ),
    unscoped="the person was looked up in the caller's scope",
)


async def apps(scope: Scope, db: Reader, community_id: int) -> list[App]:
    """Integrators' projects that see a community of the scope."""
    scope.allow(community_id)
    return await _apps.all(db, scope, community_id=community_id)


async def holders(
    scope: Scope, db: Reader, community_id: int, page: PageRequest, *, text: str = "", function: str = ""
) -> Page[Holder]:
    """Employees with any right in a community, or with one function; managers by role are among the former."""
    binds: dict[str, Any] = {"community_id": community_id, "like": like(text), "function": function}
    total = int(await _count.scalar(db, scope, **binds))
    return Page.of(page, total, await _holders.all(db, scope, **binds, **page.binds))


async def points_of(
    scope: Scope, db: Reader, community_id: int, person_ids: list[int]
) -> dict[int, list[Point]]:
    """The rights given to each person in a community."""
    points: dict[int, list[Point]] = {}
    for row in await _points.all(db, scope, community_id=community_id, person_ids=person_ids):
        points.setdefault(row.person_id, []).append(Point(row.function, row.level))
    return points


async def by_function(scope: Scope, db: Reader, community_id: int) -> dict[Point, list[tuple[str, str]]]:
    """(identityId, name) of everybody who was given a point."""
    holders_by_point: dict[Point, list[tuple[str, str]]] = {}
    for function, level, identity_id, name in await _by_function.all(db, scope, community_id=community_id):
        holders_by_point.setdefault(Point(function, level), []).append((identity_id, name))
    return holders_by_point


async def levels_everywhere(
    scope: Scope, db: Reader, *, person_id: int, function: str
) -> dict[int, set[str]]:
    """Community → levels that a person was given of one function, in the communities of the scope."""
    levels_by_community: dict[int, set[str]] = {}
    for community_id, level in await _everywhere.all(db, scope, person_id=person_id, function=function):
        levels_by_community.setdefault(community_id, set()).add(level)
    return levels_by_community


async def account_of(scope: Scope, db: Reader, person_id: int) -> int | None:
    """The log-in of a person in the scope's tenant."""
    scalar: int | None = await _account.scalar(db, scope, person_id=person_id)
    return scalar
