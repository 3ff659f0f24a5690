"""Whether the time that a log-in was signed with is fresh, so that one overheard is soon worth nothing."""

import hashlib
from typing import Final

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects import postgresql

from linli.kernel.db import INT, Command, Database, Tx
from linli.things.connections.models import used_logins

WINDOW_MS: Final = 5 * 60_000
"""How far a signed time may be from ours, either way."""
_KEPT_MS: Final = 7 * 86_400_000
"""How long a used log-in is remembered: far beyond the window, since clocks that jump ahead come back."""
_SECONDS_BELOW: Final = 100_000_000_000
"""A smaller number is in seconds: as ms it would be before March 1973."""

# The PostgreSQL clause compiles for SQLite too: the two engines share its syntax.
_claim = Command(
    postgresql.insert(used_logins)
    .values(proof=bindparam("proof"), used_ms=bindparam("used_ms", type_=INT))
    .on_conflict_do_nothing()
)
_forget = Command(delete(used_logins).where(used_logins.c.used_ms < bindparam("before", type_=INT)))


def signed_ms(stamp: str) -> int | None:
    """A signed time in UTC ms, from seconds or ms as digits; None for everything else."""
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 16:
        return None
    value = int(stamp)
    return value * 1000 if value < _SECONDS_BELOW else value


def is_fresh(signed: int | None, now_ms: int) -> bool:
    return signed is not None and abs(now_ms - signed) <= WINDOW_MS


async def use_once(db: Database, proof: str, now_ms: int) -> bool:
    """Take a log-in's password, which was found to be right. False: it was used before, here or at another process."""
    digest = hashlib.sha256(proof.lower().encode()).hexdigest()

    async def work(tx: Tx) -> bool:
        await _forget.run(tx, before=now_ms - _KEPT_MS)
        return await _claim.run(tx, proof=digest, used_ms=now_ms) == 1

    return await db.run(work)
