"""Employees from the workbook: faults, new employees and new departments.

A second import of a file creates nothing twice: an employee with the same phone only joins the named departments.
"""

import asyncio
from typing import Final, NamedTuple

from linli.domains.communities.queries.imports import Import, ImportChange
from linli.domains.communities.service import list_import
from linli.domains.communities.service.list_import import ListKind, ListOutcome, Trace
from linli.domains.communities.xlsx.employees import EMPLOYEES, ROWS_MAX
from linli.domains.people.queries import employees as queries
from linli.domains.people.queries import persons
from linli.domains.people.schemas import Profile
from linli.domains.people.service import bulk, departments, employees
from linli.kernel.db import Reader, Tx
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.workbooks.kinds import Work
from linli.kernel.workbooks.lists import ListReading
from linli.kernel.workbooks.rows import Problem, Row

DEPARTMENT, EMPLOYEE, PLACE, PERSON = "department", "employee", "department_member", "person"
"""Kinds of `import_changes`: a new department, an employee, a person put into a department (row, person), a person."""
_EVERYBODY: Final = PageRequest(1, 100_000)

type Way = tuple[str, ...]


class Wanted(NamedTuple):
    name: str
    phone: str
    identity_id: str
    """Empty for a new employee."""
    person_id: int
    ways: list[Way]


class Plan(NamedTuple):
    """The plan of an import."""

    rows: int
    problems: list[Problem]
    wanted: list[Wanted]
    unchanged: int
    new_departments: list[Way]
    new_persons: set[str]
    """Their phones."""

    @property
    def outcome(self) -> ListOutcome:
        hired = sum(not employee_row.identity_id for employee_row in self.wanted)
        return ListOutcome(
            rows=self.rows,
            bad_rows=list_import.bad_rows(self.problems),
            created=hired,
            changed=len(self.wanted) - hired,
            unchanged=self.unchanged,
            new_departments=["/".join(way) for way in self.new_departments],
        )


async def plan(scope: Scope, db: Reader, community_id: int, reading: ListReading) -> Plan:
    """The plan for the good rows, and all faults. Raises NotFound."""
    scope.allow(community_id)
    phones = sorted({row.values["phone"] for row in reading.rows})
    holders = await persons.holders_of_phones(scope, db, phones) if phones else {}
    page = await queries.page(scope, db, community_id, _EVERYBODY)
    working = {employee_row.phone: employee_row for employee_row in page.data}
    inside = await queries.departments_of(
        scope, db, community_id, [employee_row.person_id for employee_row in page.data]
    )
    tree = await queries.tree(scope, db, community_id)
    departments_by_way = {
        tuple(part.name for part in tree.path(department_id)): department_id for department_id in tree.by_id
    }
    problems, seen = list(reading.problems), dict[str, int]()
    wanted: list[Wanted] = []
    unchanged, fresh = 0, dict[Way, None]()

    def fault(row: Row, rule: str, **facts: object) -> None:
        problems.append(list_import.problem_of(EMPLOYEES, reading, row, "phone", rule, **facts))

    for row in reading.rows:
        name, phone, ways = row.values["name"], row.values["phone"], row.values.get("departments", [])
        if phone in seen:
            fault(row, "repeats", other=seen[phone])
            continue
        seen[phone] = row.number
        holder = holders.get(phone)
        if holder is not None and holder.name != name:
            fault(row, "phone_of_other")
            continue
        employee = working.get(phone)
        current = set(inside.get(employee.person_id, ())) if employee else set()
        missing = [way for way in ways if departments_by_way.get(way) not in current]
        if employee is not None and not missing:
            unchanged += 1
            continue
        for way in missing:
            fresh |= dict.fromkeys(way[: depth + 1] for depth in range(len(way)))
        who = (employee.identity_id, employee.person_id) if employee else ("", 0)
        wanted.append(Wanted(name, phone, *who, missing))
    problems.sort(key=lambda problem: (problem.row, problem.column))
    strangers = {employee_row.phone for employee_row in wanted if employee_row.phone not in holders}
    new_departments = [way for way in fresh if way not in departments_by_way]
    return Plan(reading.total, problems, wanted, unchanged, new_departments, strangers)


async def apply(scope: Scope, tx: Tx, work: Work[Import], wanted: Plan) -> list[Trace]:
    """Do what a plan says. Raises as `employees.hire`, `departments.create`."""
    community_id, ids, now_ms = work.import_row.community_id, work.ids, work.now_ms
    tree = await queries.tree(scope, tx, community_id)
    departments_by_way = {
        tuple(part.name for part in tree.path(department_id)): department_id for department_id in tree.by_id
    }
    done: list[Trace] = []
    for way in wanted.new_departments:
        departments_by_way[way] = await departments.create(
            scope,
            tx,
            community_id=community_id,
            parent_id=departments_by_way[way[:-1]] if way[:-1] else None,
            name=way[-1],
            ids=ids,
            now_ms=now_ms,
        )
        done.append(Trace(DEPARTMENT, departments_by_way[way]))
    for number, employee_row in enumerate(wanted.wanted, 1):
        identity_id, person_id = employee_row.identity_id, employee_row.person_id
        if not identity_id:
            employee = await employees.hire(
                scope,
                tx,
                community_id=community_id,
                profile=Profile(name=employee_row.name, phone=employee_row.phone),
                ids=ids,
                now_ms=now_ms,
            )
            identity_id, person_id = employee.identity_id, employee.person_id
            done.append(Trace(EMPLOYEE, person_id))
            if employee_row.phone in wanted.new_persons:
                done.append(Trace(PERSON, person_id))
        for way in employee_row.ways:
            await departments.put_in(
                scope, tx, department_id=departments_by_way[way], identity_id=identity_id, now_ms=now_ms
            )
            done.append(Trace(PLACE, departments_by_way[way], person_id))
        work.note(number)
        await asyncio.sleep(0)
    return done


async def undo(
    scope: Scope, tx: Tx, import_row: Import, done: list[ImportChange], ids: Ids, now_ms: int
) -> int:
    """New employees no longer work here, and the others leave the departments that they joined; empty new departments
    are deleted. Persons whom nothing else knows are forgotten."""
    community_id = import_row.community_id
    here = scope.narrowed(community_id)
    people = await persons.persons_by_id(
        here, tx, [import_change.other_id or import_change.row_id for import_change in done]
    )
    tree = await queries.tree(here, tx, community_id)
    working = {
        employee.person_id for employee in (await queries.page(here, tx, community_id, _EVERYBODY)).data
    }
    hired = (
        {import_change.row_id for import_change in done if import_change.kind == EMPLOYEE}
        & working
        & people.keys()
    )
    for import_change_row in done:
        if (
            import_change_row.kind == PLACE
            and import_change_row.row_id in tree.by_id
            and import_change_row.other_id in (working & people.keys()) - hired
        ):
            who = people[import_change_row.other_id].identity_id
            await departments.take_out(here, tx, department_id=import_change_row.row_id, identity_id=who)
    for person_id in sorted(hired):
        who = people[person_id].identity_id
        await employees.dismiss(here, tx, community_id=community_id, identity_id=who, now_ms=now_ms)
    for import_change_row in reversed(done):
        if import_change_row.kind == DEPARTMENT and import_change_row.row_id in tree.by_id:
            await departments.remove_if_empty(here, tx, department_id=import_change_row.row_id, now_ms=now_ms)
    strangers = [import_change.row_id for import_change in done if import_change.kind == PERSON]
    await bulk.take_back(
        scope, tx, community_id=community_id, new_ties=[], restored=[], person_ids=strangers, now_ms=now_ms
    )
    return sum(import_change.kind == EMPLOYEE and import_change.row_id not in hired for import_change in done)


KIND: Final = ListKind("employees", EMPLOYEES, ROWS_MAX, plan, apply, undo)
