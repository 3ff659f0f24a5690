"""The records of people whose history the console shows and restores."""

from typing import Any

from linli.domains.people.queries import persons
from linli.domains.people.rights import Right
from linli.domains.people.service import departments, employees, groups, vehicles
from linli.kernel.db import Reader
from linli.kernel.history import Kind
from linli.kernel.scope import Scope

_PERSONS = ("owner", "member")


async def _tell_persons(scope: Scope, db: Reader, changes: list[dict[str, tuple[Any, Any]]]) -> None:
    """Owners of vehicles and members of groups by their names; erased ones show their number."""
    people = {who for row in changes for field in _PERSONS for who in row.get(field, ()) if who}
    names = await persons.names(scope, db, sorted(people))
    for row in changes:
        for field in _PERSONS:
            if field in row:
                was, now = row[field]
                row[field] = (names.get(was, was), names.get(now, now))


HISTORY = (
    Kind(
        name=groups.HISTORY,
        see=Right.RESIDENTS_SEE.value,
        manage=Right.RESIDENTS_MANAGE.value,
        restore=groups.restore,
        tell=_tell_persons,
    ),
    Kind(
        name=departments.HISTORY,
        see=Right.EMPLOYEES_SEE.value,
        manage=Right.EMPLOYEES_MANAGE.value,
        restore=departments.restore,
    ),
    Kind(
        name=employees.HISTORY,
        see=Right.EMPLOYEES_SEE.value,
        manage=Right.EMPLOYEES_MANAGE.value,
        restore=employees.restore,
        restorable=frozenset({"deleted"}),
    ),
    Kind(
        name=vehicles.HISTORY,
        see=Right.VEHICLES_SEE.value,
        manage=Right.VEHICLES_MANAGE.value,
        restore=vehicles.undo_change,
        tell=_tell_persons,
    ),
)
