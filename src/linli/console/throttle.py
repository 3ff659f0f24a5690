"""Sign-in throttling, per account and per address, kept in the database: a restart forgives nobody.

An attempt is counted *before* the password is looked at, so that many at once cannot slip past; success clears the
account's count. Spec: issue "login with throttling"; numbers are ours.
"""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select

from linli.console.models import sign_in_attempts as attempts
from linli.kernel.db import INT, Command, Database, Query
from linli.kernel.errors import TooMany

WINDOW_MS: Final = 15 * 60_000
ACCOUNT_FREE: Final = 5
"""Failures of one account within the window before it must wait."""
ADDRESS_FREE: Final = 30
FIRST_WAIT_MS: Final = 30_000
LONGEST_WAIT_MS: Final = 15 * 60_000


class SignInThrottled(TooMany):
    """Too many failures; `seconds` until the next attempt is heard."""

    code = "console.sign_in_throttled"


class _Count(NamedTuple):
    key: str
    failures: int
    first_ms: int
    last_ms: int
    open_ms: int


_one = Query(select(attempts).where(attempts.c.key == bindparam("key")), _Count)
_forget = Command(delete(attempts).where(attempts.c.key == bindparam("key")))
_purge = Command(delete(attempts).where(attempts.c.last_ms < bindparam("before", type_=INT)))


def wait_ms(failures: int, free: int) -> int:
    """How long the next attempt waits after so many failures: none, then 30 s doubling to 15 min."""
    if failures < free:
        return 0
    return int(min(FIRST_WAIT_MS * 2 ** min(failures - free, 20), LONGEST_WAIT_MS))


async def count_attempt(db: Database, *, login: str, address: str, now_ms: int) -> None:
    """Count one attempt. Raises SignInThrottled, in which case the password must not be looked at.

    With an empty `login` only the address is counted.
    """
    keys = [(f"address:{address}", ADDRESS_FREE)]
    if login:
        keys.insert(0, (f"account:{login[:128]}", ACCOUNT_FREE))
    async with db.begin() as tx:
        await _purge.run(tx, before=now_ms - 2 * WINDOW_MS)
        counts = []
        for key, free in keys:
            found = await _one.one(tx, key=key)
            if found and found.open_ms > now_ms:
                raise SignInThrottled(seconds=-(-(found.open_ms - now_ms) // 1000))
            counts.append((key, free, found))
        for key, free, found in counts:
            # Outside the window one starts anew, unless the last wait was long: then patience is not a way round it.
            stale = found is None or now_ms - found.last_ms > WINDOW_MS
            failures = 1 if found is None or stale else found.failures + 1
            first = now_ms if found is None or stale else found.first_ms
            row = _Count(key, failures, first, now_ms, now_ms + wait_ms(failures, free))
            await tx.upsert(
                attempts,
                [row._asdict()],
                keys=("key",),
                update=("failures", "first_ms", "last_ms", "open_ms"),
            )


async def forget_account(db: Database, *, login: str, address: str) -> None:
    """The password was right: the account's failures no longer count, and the address gets this attempt back."""
    async with db.begin() as tx:
        await _forget.run(tx, key=f"account:{login[:128]}")
        found = await _one.one(tx, key=f"address:{address}")
        if found is not None:
            row = found._replace(failures=max(found.failures - 1, 0), open_ms=0)
            await tx.upsert(attempts, [row._asdict()], keys=("key",), update=("failures", "open_ms"))
