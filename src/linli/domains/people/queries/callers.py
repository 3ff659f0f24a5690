"""The names of those who did something, from how rows keep them: `staff:12`, `resident:3`, `app:30239797`."""

from collections.abc import Iterable

from linli.domains.people.queries import own_rights
from linli.kernel.db import Reader

_PERSONS = ("staff", "resident")


async def caller_names(db: Reader, callers: Iterable[str]) -> dict[str, str]:
    """Caller → the name of the account, for those that are persons with one."""
    numbers = _accounts(callers)
    names = await own_rights.names(db, sorted(numbers))
    return {caller: names[number] for number, caller in numbers.items() if number in names}


async def caller_logins(db: Reader, callers: Iterable[str]) -> dict[str, str]:
    """Caller → what its account signs in with, likewise."""
    numbers = _accounts(callers)
    logins = await own_rights.logins(db, sorted(numbers))
    return {caller: logins[number] for number, caller in numbers.items() if number in logins}


def _accounts(callers: Iterable[str]) -> dict[int, str]:
    return {
        int(number): caller
        for caller in callers
        for kind, _, number in (caller.partition(":"),)
        if kind in _PERSONS and number.isdecimal()
    }
