"""What of people has a history that the console shows and takes back."""

from linli.domains.people.rights import Right
from linli.domains.people.service import departments, employees, groups
from linli.kernel.history import Kind

HISTORY = (
    Kind(
        name=groups.HISTORY,
        see=Right.RESIDENTS_SEE.value,
        manage=Right.RESIDENTS_MANAGE.value,
        restore=groups.restore,
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
)
