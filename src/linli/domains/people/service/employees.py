"""Employees of the property of a community. Spec B §3.11; §11.46: they are in the group 物业."""

from sqlalchemy import bindparam, delete

from linli.domains.people import events
from linli.domains.people.models import community_rights, department_members, employees
from linli.domains.people.person_rules import PROPERTY_GROUP
from linli.domains.people.queries import employees as queries
from linli.domains.people.queries import persons as person_queries
from linli.domains.people.queries.employees import Employee
from linli.domains.people.rows import Person
from linli.domains.people.schemas import Profile
from linli.domains.people.service import departments, groups, persons
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict
from linli.kernel.events import emit
from linli.kernel.history import Change
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

HISTORY = "employee"
"""Kind of these records in the history."""
NAME_MAX = 12
MOBILE_MAX = 20


class AlreadyEmployee(Conflict):
    code = "employee.already"


_cut = [
    Command(
        delete(table).where(
            table.c.person_id == bindparam("person", type_=INT),
            table.c.community_id == bindparam("community", type_=INT),
            in_scope(table),
        )
    )
    for table in (department_members, community_rights, employees)
]


async def hire(
    scope: Scope, tx: Tx, *, community_id: int, profile: Profile, ids: Ids, now_ms: int
) -> Employee:
    """Add an employee of the property. A phone that the tenant knows means that person.

    `profile` is checked and has a name and a phone. Raises PhoneTaken, AlreadyEmployee.
    """
    scope.allow(community_id)
    for field in ("name", "phone"):
        if not getattr(profile, field):
            raise BadInput(field={"phone": "mobile"}.get(field, field), rule="required")
    person, _ = await persons.find_or_create(scope, tx, profile=profile, ids=ids, now_ms=now_ms)
    await persons.introduce(scope, tx, community_id=community_id, person=person, now_ms=now_ms)
    here = scope.narrowed(community_id)
    await _enter(here, tx, community_id, person, now_ms)
    record = history.Record(HISTORY, person.identity_id, community_id)
    await history.note(here, tx, record, "created", now_ms=now_ms)
    return await queries.employee(here, tx, community_id, person.identity_id)


async def _enter(scope: Scope, tx: Tx, community_id: int, person: Person, now_ms: int) -> None:
    if await queries.find(scope, tx, community_id, person.identity_id) is not None:
        raise AlreadyEmployee(field="mobile", phone=person.phone)
    row = {
        "community_id": community_id,
        "person_id": person.id,
        "tenant_id": scope.tenant,
        "created_ms": now_ms,
        "changed_ms": now_ms,
    }
    await tx.insert(employees, row)
    group_id = await groups.default_group(scope, tx, community_id=community_id, kind=PROPERTY_GROUP)
    if group_id is not None:
        await groups.join(
            scope, tx, group_id=group_id, community_id=community_id, person_id=person.id, now_ms=now_ms
        )


async def change(
    scope: Scope, tx: Tx, *, community_id: int, identity_id: str, profile: Profile, now_ms: int
) -> None:
    """Set what a checked profile says. Raises NotFound, PhoneTaken."""
    await queries.employee(scope, tx, community_id, identity_id)
    await persons.change(scope, tx, identity_id=identity_id, profile=profile, now_ms=now_ms)


async def dismiss(scope: Scope, tx: Tx, *, community_id: int, identity_id: str, now_ms: int) -> int:
    """Somebody no longer works here: out of departments and the groups of the property, every right taken.

    They stay a user of the community. The number of the change, which `restore` takes back. Raises NotFound.
    """
    here = scope.narrowed(community_id)
    employee = await queries.employee(here, tx, community_id, identity_id)
    inside = await queries.departments_of(here, tx, community_id, [employee.person_id])
    for command in _cut:
        await command.run(tx, here, person=employee.person_id, community=community_id)
    await groups.leave_all(
        here, tx, community_id=community_id, person_id=employee.person_id, kind=PROPERTY_GROUP
    )
    person = await person_queries.person(here, tx, identity_id)
    await persons.touch(here, tx, community_id=community_id, person=person, now_ms=now_ms)
    await emit(
        tx,
        events.EmployeesLeft(scope.tenant, community_id, [identity_id]),
        key=f"employee:{community_id}:{identity_id}",
    )
    change = await history.note(
        here,
        tx,
        history.Record(HISTORY, identity_id, community_id),
        "deleted",
        now_ms=now_ms,
        kept={"departments": inside.get(employee.person_id, [])},
    )
    assert change is not None
    return change


async def succeed(scope: Scope, tx: Tx, *, community_id: int, old: Person, new: Person, now_ms: int) -> None:
    """Of two records of one person, `new` works where `old` did."""
    if await queries.find(scope, tx, community_id, old.identity_id) is None:
        return
    if await queries.find(scope, tx, community_id, new.identity_id) is None:
        await _enter(scope, tx, community_id, new, now_ms)
    inside = await queries.departments_of(scope, tx, community_id, [old.id])
    for department_id in inside.get(old.id, ()):
        await departments.put_in(
            scope, tx, department_id=department_id, identity_id=new.identity_id, now_ms=now_ms
        )


async def restore(scope: Scope, tx: Tx, change: Change, *, ids: Ids, now_ms: int) -> None:
    """Somebody who was removed works here again, in the departments that are still there; rights must be given again.

    Raises NotFound when the community no longer knows the person, AlreadyEmployee.
    """
    assert change.community_id is not None
    here = scope.narrowed(change.community_id)
    person = await person_queries.person(here, tx, change.target)
    await _enter(here, tx, change.community_id, person, now_ms)
    tree = await queries.tree(here, tx, change.community_id)
    for department_id in change.remains.get("departments", ()):
        if department_id in tree.by_id:
            await departments.put_in(
                here, tx, department_id=department_id, identity_id=change.target, now_ms=now_ms
            )
    await history.note(
        here, tx, history.Record(HISTORY, change.target, change.community_id), "restored", now_ms=now_ms
    )
