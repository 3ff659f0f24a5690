"""How many messages a device sent and got lately."""

from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader
from linli.kernel.db.partitions import day_of
from linli.things.models import inbox, service_calls, thing_events

DAY_MS: Final = 86_400_000


class Activity(NamedTuple):
    uplinks: int
    calls: int
    failed_calls: int
    events: int


_no, _day, _since = (bindparam(name, type_=INT) for name in ("device_no", "from_day", "since"))
_calls = and_(
    service_calls.c.device_no == _no, service_calls.c.day >= _day, service_calls.c.called_ms >= _since
)
_counts = Query(
    select(
        select(func.count())
        .where(inbox.c.device_no == _no, inbox.c.day >= _day, inbox.c.received_ms >= _since)
        .scalar_subquery(),
        select(func.count()).where(_calls).scalar_subquery(),
        select(func.count())
        .where(
            _calls, or_(*(service_calls.c.state == state for state in ("refused", "timed_out", "offline")))
        )
        .scalar_subquery(),
        select(func.count())
        .where(thing_events.c.device_no == _no, thing_events.c.day >= _day, thing_events.c.ts >= _since)
        .scalar_subquery(),
    ),
    Activity,
    heavy=True,
)


async def activity_of(db: Reader, *, device_no: int, now_ms: int) -> Activity:
    """Of the last 24 hours. The caller knows that it may see the device."""
    since = now_ms - DAY_MS
    counted = await _counts.one(db, device_no=device_no, from_day=day_of(since), since=since)
    return counted or Activity(0, 0, 0, 0)
