"""Permission management (权限管理): person × function × level in one community. Spec A §2.4, PM-09; B §3.21.

Functions are the platform's own (`rights_tree.OF_COMMUNITY`) and the apps of integrators, named by their projectId.
Open to administrators, sub-administrators and the manager of the community; nobody gives or takes what they lack.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, delete

from linli.domains.people import rights_tree
from linli.domains.people.models import account_roles, community_rights
from linli.domains.people.queries import employees as employee_queries
from linli.domains.people.queries import permissions as queries
from linli.domains.people.queries.employees import Employee
from linli.domains.people.queries.permissions import LEVELS, Point
from linli.domains.people.rights import RIGHTS_OF, Right, Rights, Role
from linli.domains.people.service import accounts, organisation, ownership
from linli.domains.people.service.organisation import Hand, note
from linli.kernel import tenancy
from linli.kernel.db import INT, Command, Reader, Tx
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.kernel.scope import Scope

MOST = 100
"""Persons or points that one call may name."""


_take = Command(
    delete(community_rights).where(
        community_rights.c.community_id == bindparam("of_community", type_=INT),
        community_rights.c.person_id == bindparam("of_person", type_=INT),
        community_rights.c.function == bindparam("of_function"),
        community_rights.c.level == bindparam("of_level"),
    ),
    unscoped="the employee was looked up in the caller's scope",
)
_end_manager = Command(
    delete(account_roles).where(
        account_roles.c.account_id == bindparam("of_account", type_=INT),
        account_roles.c.role == Role.COMMUNITY_MANAGER.value,
        account_roles.c.tenant_id == bindparam("of_tenant"),
        account_roles.c.community_id == bindparam("of_community", type_=INT),
    ),
    unscoped="the employee was looked up in the caller's scope",
)


async def give(
    hand: Hand,
    tx: Tx,
    *,
    community_id: int,
    identity_ids: list[str],
    points: Iterable[Point],
) -> None:
    """Give every point to every employee named, beside what they have. Raises BadInput, NotFound, CannotGive."""
    wanted = await _checked(hand, tx, community_id, points)
    if not wanted:
        raise BadInput(field="points", rule="required")
    for employee in await _employees(hand, tx, community_id, identity_ids):
        points_before = await _points_of(hand, tx, employee)
        await _change(hand, tx, employee, points_before, points_before | wanted)


async def set_points(
    hand: Hand, tx: Tx, *, community_id: int, identity_id: str, points: Iterable[Point]
) -> None:
    """Say what one employee may do: these points and no others. Raises as `give`."""
    wanted = await _checked(hand, tx, community_id, points)
    (employee,) = await _employees(hand, tx, community_id, [identity_id])
    await _change(hand, tx, employee, await _points_of(hand, tx, employee), wanted)


async def set_function(
    hand: Hand, tx: Tx, *, community_id: int, function: str, holders: dict[str, list[str]]
) -> None:
    """Say who has a function, by level → identityIds: these employees and no others. Raises as `give`."""
    named: dict[str, set[Point]] = {}
    for level, identity_ids in holders.items():
        for identity_id in identity_ids:
            named.setdefault(identity_id, set()).add(Point(function, level))
    await _checked(hand, tx, community_id, {Point(function, level) for level in holders})
    before = await queries.by_function(hand.scope, tx, community_id)
    current_ids = {
        identity_id for point, rows in before.items() if point.function == function for identity_id, _ in rows
    }
    for employee in await _employees(hand, tx, community_id, sorted(named.keys() | current_ids), none=True):
        points = await _points_of(hand, tx, employee)
        rest = {point for point in points if point.function != function}
        own = await _checked(hand, tx, community_id, named.get(employee.identity_id, set()))
        await _change(hand, tx, employee, points, rest | own)


async def remove(hand: Hand, tx: Tx, *, community_id: int, identity_id: str) -> None:
    """Take everything from an employee, the management of the community too. Raises NotFound, CannotGive."""
    (employee,) = await _employees(hand, tx, community_id, [identity_id])
    points = await _points_of(hand, tx, employee)
    for point in sorted(points):
        await _take_point(hand, tx, employee, point)
    await _set_manager(hand, tx, employee, manager=False)


async def set_manager(hand: Hand, tx: Tx, *, community_id: int, identity_id: str, manager: bool) -> None:
    """Make an employee manager of the community, or no longer. Raises NotFound, BadInput (oneself), CannotGive."""
    (employee,) = await _employees(hand, tx, community_id, [identity_id])
    await _set_manager(hand, tx, employee, manager=manager)


async def _set_manager(hand: Hand, tx: Tx, employee: Employee, *, manager: bool) -> None:
    account_id = await queries.account_of(hand.scope, tx, employee.person_id)
    is_one = account_id is not None and Role.COMMUNITY_MANAGER in {
        grant.role
        for grant in (await _rights(tx, account_id)).grants
        if grant.community_id == employee.community_id
    }
    if is_one == manager:
        return
    if account_id == hand.rights.account_id:
        raise BadInput(field="identityId", rule="organisation.self")
    place = f"c:{employee.community_id}"
    hand.check(frozenset((right, place) for right in RIGHTS_OF[Role.COMMUNITY_MANAGER]))
    if manager:
        account_id = await _login(hand, tx, employee)
        await accounts.grant_role(
            tx,
            account_id=account_id,
            role=Role.COMMUNITY_MANAGER,
            now_ms=tx.db.clock.now_ms(),
            tenant_id=hand.tenant,
            community_id=employee.community_id,
        )
    else:
        await _end_manager.run(
            tx, of_account=account_id, of_tenant=hand.tenant, of_community=employee.community_id
        )
    action = "manager.made" if manager else "manager.ended"
    await note(hand, tx, action, account_id=account_id, name=employee.name, detail=str(employee.community_id))


async def _checked(hand: Hand, tx: Tx, community_id: int, points: Iterable[Point]) -> set[Point]:
    """Existing points; a manager of a function uses it too. Raises BadInput, NotFound, Forbidden."""
    hand.scope.allow(community_id)
    hand.rights.require(Right.PERMISSIONS_MANAGE, tenant_id=hand.tenant, community_id=community_id)
    wanted = set(points)
    if len(wanted) > MOST:
        raise BadInput(field="points", rule="too_many_items", limit=MOST)
    apps = {app.project_id for app in await queries.apps(hand.scope, tx, community_id)}
    for function, level in sorted(wanted):
        if level not in LEVELS:
            raise BadInput(field="level", rule="one_of", allowed=", ".join(LEVELS))
        if function not in apps and rights_tree.right_in_community(function, level) is None:
            raise BadInput(field="function", rule="unknown")
    used = {Point(function, rights_tree.USE) for function, level in wanted if level == rights_tree.MANAGE}
    return wanted | {
        point
        for point in used
        if point.function in apps or rights_tree.right_in_community(*point) is not None
    }


async def _employees(
    hand: Hand, tx: Tx, community_id: int, identity_ids: list[str], *, none: bool = False
) -> list[Employee]:
    if not identity_ids and not none:
        raise BadInput(field="identityIds", rule="required")
    if len(identity_ids) > MOST:
        raise BadInput(field="identityIds", rule="too_many_items", limit=MOST)
    here = hand.scope.narrowed(community_id)
    return [
        await employee_queries.employee(here, tx, community_id, identity_id)
        for identity_id in dict.fromkeys(identity_ids)
    ]


async def _points_of(hand: Hand, tx: Tx, employee: Employee) -> set[Point]:
    points = await queries.points_of(hand.scope, tx, employee.community_id, [employee.person_id])
    return set(points.get(employee.person_id, ()))


async def _change(hand: Hand, tx: Tx, employee: Employee, points: set[Point], wanted: set[Point]) -> None:
    for point in sorted(points - wanted):
        await _take_point(hand, tx, employee, point)
    if not wanted - points:
        return
    await ownership.enters(tx, account_id=await _login(hand, tx, employee))
    for point in sorted(wanted - points):
        _may_give(hand, employee.community_id, point)
        row = {
            "community_id": employee.community_id,
            "person_id": employee.person_id,
            "function": point.function,
            "level": point.level,
            "tenant_id": hand.tenant,
            "given_by": hand.rights.account_id,
            "created_ms": tx.db.clock.now_ms(),
        }
        await tx.insert(community_rights, row)
        await note(hand, tx, "right.given", name=employee.name, detail=_point_text(point))


async def _take_point(hand: Hand, tx: Tx, employee: Employee, point: Point) -> None:
    _may_give(hand, employee.community_id, point)
    await _take.run(
        tx,
        of_community=employee.community_id,
        of_person=employee.person_id,
        of_function=point.function,
        of_level=point.level,
    )
    await note(hand, tx, "right.taken", name=employee.name, detail=_point_text(point))


def _point_text(point: Point) -> str:
    return f"{point.function}.{point.level}"


def _may_give(hand: Hand, community_id: int, point: Point) -> None:
    """Raises CannotGive."""
    right = rights_tree.right_in_community(*point) or Right.PERMISSIONS_MANAGE
    hand.check(frozenset({(right, f"c:{community_id}")}))


async def _login(hand: Hand, tx: Tx, employee: Employee) -> int:
    """The employee's log-in, made if there is none."""
    account_id = await queries.account_of(hand.scope, tx, employee.person_id)
    if account_id is not None:
        return account_id
    return await organisation.enter_person(
        hand, tx, name=employee.name, phone=employee.phone or "", person_id=employee.person_id
    )


async def _rights(db: Reader, account_id: int) -> Rights:
    """A closed log-in may do nothing."""
    try:
        return await accounts.rights(db, account_id)
    except LinliError:
        return Rights(account_id, "", ())


# What apps are told


async def function_of_app(scope: Scope, db: Reader, *, project_id: str, app: str) -> str:
    """The function that an appId or appKey means: one of the platform's own, or the calling app. Raises NotFound."""
    if app in rights_tree.OF_COMMUNITY:
        return app
    if app == project_id:
        return project_id
    key = await tenancy.find_app_key(db, app)
    if key is None or key.project_id != project_id:
        raise NotFound(what="app", id=app)
    return project_id


async def levels(scope: Scope, db: Reader, *, person_id: int, function: str) -> dict[int, set[str]]:
    """Community of the scope → levels of a function that a person has there, from wherever they come."""
    levels_everywheres = await queries.levels_everywhere(scope, db, person_id=person_id, function=function)
    account_id = await queries.account_of(scope, db, person_id)
    if account_id is None:
        return levels_everywheres
    rights = await _rights(db, account_id)
    rights_by_level: dict[str, Any] = {
        level: rights_tree.right_in_community(function, level)
        if function in rights_tree.OF_COMMUNITY
        else Right.PERMISSIONS_MANAGE
        for level in LEVELS
    }
    for community_id in scope.communities or ():
        own_rights = rights.all_in(scope.tenant, community_id)
        if more := {level for level, right in rights_by_level.items() if right in own_rights}:
            levels_everywheres.setdefault(community_id, set()).update(more)
    return levels_everywheres
