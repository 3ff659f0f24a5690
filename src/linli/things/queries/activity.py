"""How many messages a device sent and got lately, and when it was away."""

from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader
from linli.kernel.db.partitions import day_of
from linli.things.models import inbox, service_calls, thing_events
from linli.things.queries.devices import DeviceRow

DAY_MS: Final = 86_400_000
_ONLINE: Final = "online"  # identifier of a change of connection, as in `inbox`


class Activity(NamedTuple):
    uplinks: int
    calls: int
    failed_calls: int
    events: int


class Absence(NamedTuple):
    """A time without a connection. UTC ms."""

    begin_ms: int
    end_ms: int


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


_CHANGES: Final = 2000
_changes = Query(
    select(inbox.c.received_ms, inbox.c.identifier)
    .where(
        inbox.c.device_no == _no, inbox.c.day >= _day, inbox.c.received_ms >= _since, inbox.c.kind == "status"
    )
    .order_by(inbox.c.seq.desc())
    .limit(_CHANGES),
    heavy=True,
)


async def activity_of(db: Reader, *, device_no: int, now_ms: int) -> Activity:
    """Of the last 24 hours. The caller knows that it may see the device."""
    since = now_ms - DAY_MS
    counted = await _counts.one(db, device_no=device_no, from_day=day_of(since), since=since)
    return counted or Activity(0, 0, 0, 0)


async def absences_of(db: Reader, device: DeviceRow, *, since_ms: int, now_ms: int) -> list[Absence]:
    """When it was away between two times (UTC), the oldest first. The caller knows that it may see the device.

    It is not away before it first came or, while it never came, before it was made. A platform that ended without a
    word tells of no end of a connection; from then on it counts as away.
    """
    rows = await _changes.all(db, device_no=device.device_no, from_day=day_of(since_ms), since=since_ms)
    since_ms = max(since_ms, device.created_ms if device.active_ms is None else device.active_ms)
    away_ms: int | None = None
    absences = []
    if (rows and rows[-1][1] == _ONLINE) or (not rows and not device.online):
        away_ms = since_ms
    for at_ms, change in reversed(rows):
        if change != _ONLINE:
            away_ms = at_ms if away_ms is None else away_ms
        elif away_ms is not None:
            absences.append(Absence(away_ms, at_ms))
            away_ms = None
    if away_ms is None and not device.online:
        away_ms = max(since_ms, device.last_offline_ms or since_ms)
    if away_ms is not None and not device.online:
        absences.append(Absence(away_ms, now_ms))
    return [row for row in absences if row.end_ms > row.begin_ms]
