"""How wrong the clocks of doors are: measured by NTP, otherwise from the times of their passes."""

from sqlalchemy import bindparam, select

from linli.domains.access.models import passes
from linli.domains.access.pass_details import event_time_ms
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope
from linli.things.queries.clocks import ClockOff, clocks_of

LAST = 20
FRESH_MS = 24 * 3_600_000
"""An NTP request older than this tells less than yesterday's passes."""
SLACK_MS = 2_000
"""Passes tell their time in whole seconds."""

_times = Query(
    select(passes.c.ext_info, passes.c.passed_ms, passes.c.received_ms)
    .where(
        in_scope(passes),
        passes.c.iot_id == bindparam("iot_id"),
        passes.c.received_ms >= bindparam("since", type_=INT),
    )
    .order_by(passes.c.id.desc())
    .limit(bindparam("limit", type_=INT))
)


async def clocks_of_doors(
    scope: Scope, db: Reader, *, iot_ids: list[str], now_ms: int
) -> dict[str, ClockOff]:
    """By iotId; a door that neither asked for the time of late nor was passed is absent."""
    clock_offs = await clocks_of(scope, db, iot_ids=iot_ids, since_ms=now_ms - FRESH_MS)
    for iot_id in iot_ids:
        clock_off = clock_offs.get(iot_id)
        seen = await _by_passes(scope, db, iot_id, since_ms=clock_off.measured_ms if clock_off else 0)
        # A pass from the future proves a clock that has gone fast since; one from the past may only have come late.
        if seen is not None and (clock_off is None or seen.off_ms > clock_off.off_ms + SLACK_MS):
            clock_offs[iot_id] = seen
    return clock_offs


async def _by_passes(scope: Scope, db: Reader, iot_id: str, *, since_ms: int) -> ClockOff | None:
    """Passes kept while offline arrive late, so the least late of the last ones tells."""
    rows = await _times.all(db, scope, iot_id=iot_id, since=since_ms, limit=LAST)
    # The time as the door said it: the pass has arrival's where the door's could not be believed.
    lags = [ClockOff((event_time_ms(ext) or passed) - received, received) for ext, passed, received in rows]
    return max(lags, default=None)
