"""The records of people whose history the console shows and restores."""

from typing import Any

from linli.domains.people.queries import own_rights, persons
from linli.domains.people.rights import Right
from linli.domains.people.service import departments, employees, groups, organisation, vehicles
from linli.kernel import history, tenancy
from linli.kernel.db import Reader
from linli.kernel.history import Kind
from linli.kernel.scope import Scope


async def _tell_persons(scope: Scope, db: Reader, changes: list[dict[str, tuple[Any, Any]]]) -> None:
    """Owners of vehicles and members of groups by their names; erased ones show their number."""
    names = await persons.names(scope, db, history.ids_among(changes, "owner", "member"))
    history.put_names(changes, {"owner": names, "member": names})


async def _tell_colleagues(scope: Scope, db: Reader, changes: list[dict[str, tuple[Any, Any]]]) -> None:
    """Persons of the company by their names."""
    names = await own_rights.names(db, history.ids_among(changes, "colleague"))
    history.put_names(changes, {"colleague": names})


async def _project(scope: Scope, db: Reader, target: str) -> None:
    await tenancy.get_project(scope, db, project_id=target)


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
    Kind(
        name=organisation.HISTORY,
        see=Right.STAFF_SEE.value,
        manage=Right.STAFF_MANAGE.value,
        tell=_tell_colleagues,
        visible=_project,
    ),
)
