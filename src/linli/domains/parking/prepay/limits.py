"""How often strangers may ask for plates. Refused tries count as well."""

import hashlib
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select

from linli.domains.parking.prepay.models import tries
from linli.kernel.db import INT, Command, Database, Query, Tx
from linli.kernel.errors import TooMany

WINDOW_MS: Final = 600_000


class Limit(NamedTuple):
    name: str
    most: int


PLATES_OF_ADDRESS: Final = Limit("address", 20)
"""Plates asked for from one network's address in ten minutes."""
ASKS_OF_PLATE: Final = Limit("plate", 10)
PAYMENTS_OF_STAY: Final = Limit("pay", 12)
"""Charges opened for one stay in ten minutes."""

LANE_CODES_OF_ADDRESS: Final = Limit("lane-code", 30)
"""Codes that are none, from one network's address in ten minutes."""
TICKETS_OF_ADDRESS: Final = Limit("ticket", 30)
"""Tickets that one network's address takes or uses in ten minutes."""
TICKETS_OF_LANE: Final = Limit("ticket-lane", 120)
COUPON_SCANS: Final = Limit("coupon-scan", 1)
"""Phones that a code on a merchant's screen serves."""
COUPONS_OF_CODE: Final = Limit("coupon-code", 1)
COUPONS_OF_ADDRESS: Final = Limit("coupon", 30)


class TooManyAsked(TooMany):
    """`seconds` until the next try is allowed."""

    code = "parking.too_many_asked"


class _Tries(NamedTuple):
    key: str
    tries: int
    since_ms: int


_by_key = Query(select(tries).where(tries.c.key == bindparam("key")), _Tries)
_purge = Command(delete(tries).where(tries.c.since_ms < bindparam("before", type_=INT)))


async def count(db: Database, limit: Limit, who: str, *, now_ms: int) -> None:
    """Count one try of `who`, of whom a digest is kept. Raises TooManyAsked."""
    # a try that is refused counts as well, so it is kept before it is refused
    if wait_ms := await db.run(lambda tx: _wait(tx, limit, who, now_ms)):
        raise TooManyAsked(seconds=max(-(-wait_ms // 1000), 1))


async def count_within(tx: Tx, limit: Limit, who: str, *, now_ms: int) -> None:
    """The same as a part of other work: a try counts only where all of it is done. Raises TooManyAsked."""
    if wait_ms := await _wait(tx, limit, who, now_ms):
        raise TooManyAsked(seconds=max(-(-wait_ms // 1000), 1))


async def _wait(tx: Tx, limit: Limit, who: str, now_ms: int) -> int:
    """Count one try; ms until the next is allowed, 0: now."""
    key = f"{limit.name}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
    await _purge.run(tx, before=now_ms - 2 * WINDOW_MS)
    row = await _by_key.one(tx, key=key)
    if row is None or now_ms - row.since_ms >= WINDOW_MS:
        row = _Tries(key, 0, now_ms)
    row = row._replace(tries=row.tries + 1)
    await tx.upsert(tries, [row._asdict()], keys=("key",), update=("tries", "since_ms"))
    return row.since_ms + WINDOW_MS - now_ms if row.tries > limit.most else 0
