"""Limits of what strangers may ask for. The counts are in the database, for all processes and after restarts."""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select

from linli.domains.visitors.models import visit_tries
from linli.kernel.db import INT, Command, Database, Query, Tx
from linli.kernel.errors import TooMany

HOUR_MS: Final = 3_600_000


class Limit(NamedTuple):
    name: str
    most: int
    window_ms: int


ASKS_OF_ADDRESS: Final = Limit("ask", 20, HOUR_MS)
"""Registrations from one address. Visitors at one gate may share it."""
ASKS_OF_COMMUNITY: Final = Limit("asks", 300, HOUR_MS)
MESSAGES_OF_VISIT: Final = Limit("message", 5, HOUR_MS)
"""Passes sent again to one visitor by the desk."""


LIFTS_OF_VISIT: Final = Limit("lift", 6, 600_000)
"""Calls of a lift from a visitor's page."""


class TooManyTries(TooMany):
    """`seconds` until the next try is allowed."""

    code = "visit.too_many_tries"


class _Tries(NamedTuple):
    key: str
    tries: int
    since_ms: int


_by_key = Query(select(visit_tries).where(visit_tries.c.key == bindparam("key")), _Tries)
_purge = Command(delete(visit_tries).where(visit_tries.c.since_ms < bindparam("before", type_=INT)))


async def count(db: Database, limit: Limit, who: str, *, now_ms: int) -> None:
    """Count one try of `who`. Raises TooManyTries; refused tries count as well."""
    key = f"{limit.name}:{who[:64]}"

    async def work(tx: Tx) -> None:
        await _purge.run(tx, before=now_ms - 2 * HOUR_MS)
        tries = await _by_key.one(tx, key=key)
        if tries is None or now_ms - tries.since_ms >= limit.window_ms:
            tries = _Tries(key, 0, now_ms)
        _check(tries, limit, now_ms)
        row = tries._replace(tries=tries.tries + 1)
        await tx.upsert(visit_tries, [row._asdict()], keys=("key",), update=("tries", "since_ms"))

    await db.run(work)


def _check(tries: _Tries, limit: Limit, now_ms: int) -> None:
    if tries.tries >= limit.most:
        raise TooManyTries(seconds=max(-(-(tries.since_ms + limit.window_ms - now_ms) // 1000), 1))
