"""How often a home may call lifts. The counts are in the database, for all processes and after restarts."""

import json
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select

from linli.domains.elevators.errors import CalledTooOften
from linli.domains.elevators.models import home_calls
from linli.kernel.db import INT, Command, Query, Tx, in_scope
from linli.kernel.scope import Scope

MOST: Final = 6
WINDOW_MS: Final = 60_000
_KEPT_MS: Final = 3_600_000
_c = home_calls.c


class _Calls(NamedTuple):
    house_id: int
    tenant_id: str
    community_id: int | None
    times: str
    last_ms: int


_of_home = Query(
    select(home_calls)
    .where(in_scope(home_calls), _c.house_id == bindparam("house_id", type_=INT))
    .with_for_update(),
    _Calls,
)
_purge = Command(delete(home_calls).where(in_scope(home_calls), _c.last_ms < bindparam("before", type_=INT)))


async def count(scope: Scope, tx: Tx, *, house_id: int, community_id: int, now_ms: int) -> None:
    """Count one call. Raises CalledTooOften, and counts nothing then."""
    await _purge.run(tx, scope, before=now_ms - _KEPT_MS)
    row = await _of_home.one(tx, scope, house_id=house_id)
    times = [int(at) for at in json.loads(row.times)] if row is not None else []
    times = [at for at in times if now_ms - WINDOW_MS < at <= now_ms]
    if len(times) >= MOST:
        wait_ms = times[0] + WINDOW_MS - now_ms
        raise CalledTooOften(most=MOST, seconds=max(1, -(-wait_ms // 1000)))
    calls = _Calls(house_id, scope.tenant, community_id, json.dumps([*times, now_ms]), now_ms)
    await tx.upsert(home_calls, [calls._asdict()], keys=("house_id",), update=("times", "last_ms"))
