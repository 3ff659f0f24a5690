"""The names of those who did something, from how rows keep them: `staff:12`, `resident:3`, `app:30239797`."""

from collections.abc import Iterable

from linli.domains.people.queries import own_rights
from linli.kernel.db import Reader

_PERSONS = ("staff", "resident")


async def caller_names(db: Reader, callers: Iterable[str]) -> dict[str, str]:
    """Caller → the name of the account, for those that are persons with one."""
    numbers = {
        int(number): caller
        for caller in callers
        for kind, _, number in (caller.partition(":"),)
        if kind in _PERSONS and number.isdecimal()
    }
    names = await own_rights.names(db, sorted(numbers))
    return {caller: names[number] for number, caller in numbers.items() if number in names}
