"""Employees by the workbook: what is wrong, whom an import hires, and which departments it makes.

Importing a file again makes nothing twice: an employee with the phone is only put into the departments named.
"""

from pathlib import Path
from typing import Final, NamedTuple

from linli.domains.communities.xlsx.employees import EMPLOYEES, ROWS_MAX
from linli.domains.communities.xlsx.reading import ListReading, Problem, Row, read_list
from linli.domains.people.queries import employees as queries
from linli.domains.people.queries import persons
from linli.domains.people.schemas import Profile
from linli.domains.people.service import departments, employees
from linli.kernel.db import Reader, Tx
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

FILE_BYTES: Final = 4 * 1024 * 1024
_EVERYBODY: Final = PageRequest(1, 100_000)

type Way = tuple[str, ...]


class Wanted(NamedTuple):
    name: str
    phone: str
    identity_id: str
    """Empty for somebody to be hired."""
    ways: list[Way]


class Plan(NamedTuple):
    """What an import would do."""

    rows: int
    problems: list[Problem]
    wanted: list[Wanted]
    unchanged: int
    new_departments: list[Way]

    @property
    def hired(self) -> int:
        return sum(not one.identity_id for one in self.wanted)


def read(path: Path) -> ListReading:
    """Blocks: call it beside the event loop. Raises BadWorkbook."""
    return read_list(path, EMPLOYEES, most=ROWS_MAX)


async def plan(scope: Scope, db: Reader, community_id: int, reading: ListReading) -> Plan:
    """What the good rows would do, and every fault. Raises NotFound."""
    scope.allow(community_id)
    phones = sorted({row.values["phone"] for row in reading.rows})
    holders = await persons.holders_of_phones(scope, db, phones) if phones else {}
    page = await queries.page(scope, db, community_id, _EVERYBODY)
    working = {one.phone: one for one in page.data}
    inside = await queries.departments_of(scope, db, community_id, [one.person_id for one in page.data])
    tree = await queries.tree(scope, db, community_id)
    known = {tuple(part.name for part in tree.path(one)): one for one in tree.by_id}
    problems, seen = list(reading.problems), dict[str, int]()
    wanted: list[Wanted] = []
    unchanged, fresh = 0, dict[Way, None]()

    def fault(row: Row, rule: str, **facts: object) -> None:
        column = next(one for one in EMPLOYEES.columns if one.key == "phone")
        value = row.values["phone"]
        problems.append(
            Problem(row.sheet, row.number, reading.letters.get("phone", ""), column.zh, value, rule, facts)
        )

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
        held = set(inside.get(employee.person_id, ())) if employee else set()
        missing = [way for way in ways if known.get(way) not in held]
        if employee is not None and not missing:
            unchanged += 1
            continue
        for way in missing:
            fresh |= dict.fromkeys(way[: depth + 1] for depth in range(len(way)))
        wanted.append(Wanted(name, phone, employee.identity_id if employee else "", missing))
    problems.sort(key=lambda one: (one.row, one.column))
    return Plan(reading.total, problems, wanted, unchanged, [way for way in fresh if way not in known])


async def apply(scope: Scope, tx: Tx, community_id: int, wanted: Plan, *, ids: Ids, now_ms: int) -> list[str]:
    """Do what a plan says; the identityIds of those hired. Raises as `employees.hire`, `departments.create`."""
    tree = await queries.tree(scope, tx, community_id)
    known = {tuple(part.name for part in tree.path(one)): one for one in tree.by_id}
    for way in wanted.new_departments:
        known[way] = await departments.create(
            scope, tx, community_id=community_id, parent_id=known[way[:-1]] if way[:-1] else None, name=way[-1],
            ids=ids, now_ms=now_ms,
        )  # fmt: skip
    made = []
    for one in wanted.wanted:
        identity_id = one.identity_id
        if not identity_id:
            employee = await employees.hire(
                scope, tx, community_id=community_id, profile=Profile(name=one.name, phone=one.phone), ids=ids,
                now_ms=now_ms,
            )  # fmt: skip
            identity_id = employee.identity_id
            made.append(identity_id)
        for way in one.ways:
            await departments.put_in(
                scope, tx, department_id=known[way], identity_id=identity_id, now_ms=now_ms
            )
    return made
