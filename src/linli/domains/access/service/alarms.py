"""Alarms of a community: raised, repeated and over, as doors (spec G A4, A 4.3) and other devices say.

A room whose devices raise alarms adds their kind here and its words in the strings of the console's `doors`.
"""

from typing import Final

from sqlalchemy import bindparam, delete, select, update

from linli.domains.access.events import DoorAlarmed
from linli.domains.access.models import alarms
from linli.domains.access.queries.alarms import going_on
from linli.domains.access.rows import AlarmSource, Door, DoorAlarm
from linli.kernel import history
from linli.kernel.db import INT, Command, Database, Query, Tx, any_of, in_scope
from linli.kernel.db.partitions import DAY_MS
from linli.kernel.events import emit
from linli.kernel.scope import Scope

TAMPER, FORCED, HELD_OPEN, FEVER = "tamper", "forced", "held", "fever"
TRAPPED, BOX_OFFLINE, LOT_SILENT = "trapped", "box_offline", "lot_silent"
DURESS: Final = "duress"
"""Somebody opened against their will, and let the guard know; who looked after it says that it is over."""
OF_EVENT: Final = {
    "Trapped": TRAPPED,
    "FireAlarm": "fire",
    "GasAlarm": "gas",
    "WaterAlarm": "water",
    "TemperatureAlarm": "temperature",
    "PressureAlarm": "pressure",
    "LevelAlarm": "level",
    "EmptyPipe": "empty_pipe",
    "Overload": "overload",
    "channelAlarm": "zone",
    "PerimeterAlarm": "perimeter",
    "IllegalParking": "illegal_parking",
    "AbnormalOpenGate": "abnormal_gate",
    "AlarmEvent": "camera",
    "CameraOffline": "camera_offline",
    "ChannelOffline": "channel_offline",
    "Alarm": "device",
}
"""Alert of a thing model (`things/catalogue/data`) -> kind. Devices do not say that these are over: a person does."""
OF_CAMERA_PICTURES: Final = (
    "view_black",
    "view_white",
    "view_covered",
    "view_moved",
    "view_frozen",
    "view_blurred",
    "view_lost",
    "view_clock",
)
"""What the platform finds wrong with a camera's picture (`video.health`), the worst first; the platform ends them."""
ENDED_BY_PERSONS: Final = frozenset((*OF_EVENT.values(), DURESS))
KINDS: Final = (
    TAMPER,
    FORCED,
    HELD_OPEN,
    FEVER,
    BOX_OFFLINE,
    LOT_SILENT,
    DURESS,
    *OF_EVENT.values(),
    *OF_CAMERA_PICTURES,
)
HISTORY: Final = "door_alarm"
"""Kind of these records in the history."""

_a = alarms.c
_change = Command(
    update(alarms)
    .where(in_scope(alarms), _a.id == bindparam("of_id", type_=INT))
    .values(
        times=bindparam("new_times", type_=INT),
        last_ms=bindparam("new_last", type_=INT),
        over_ms=bindparam("new_over", type_=INT),
    )
)
_end_all = Command(
    update(alarms)
    .where(in_scope(alarms), _a.iot_id == bindparam("of_door"), _a.over_ms.is_(None))
    .values(over_ms=bindparam("now", type_=INT))
)
_PURGE_STEP: Final = 1000
_purgeable = Query(
    select(_a.id).where(_a.received_ms < bindparam("before", type_=INT)).limit(_PURGE_STEP),
    unscoped="old alarms of every tenant",
)
_purge = Command(delete(alarms).where(any_of(_a.id, "rows")), unscoped="old alarms of every tenant")


async def raise_alarm(
    tx: Tx,
    *,
    door: Door | AlarmSource,
    kind: str,
    alarm_id: int,
    at_ms: int,
    received_ms: int,
    lasts: bool,
    temperature: float | None = None,
) -> DoorAlarm:
    """Store an alarm. A lasting alarm is one row until the door reports its end, even if the door repeats it.

    If the door repeats it after a person closed it, it is a new alarm: nobody looks at a closed one.
    `temperature`: degrees Celsius, for a fever.
    """
    before = await going_on(_scope(door), tx, iot_id=door.iot_id, kind=kind) if lasts else []
    if unclosed := [alarm for alarm in before if alarm.closed_ms is None]:
        last = unclosed[0]
        alarm = last._replace(times=last.times + 1, last_ms=max(last.last_ms, at_ms))
        await _keep_change(tx, door, alarm)
        await publish(tx, alarm)
        return alarm
    alarm = DoorAlarm(
        id=alarm_id,
        tenant_id=door.tenant_id,
        community_id=door.community_id,
        iot_id=door.iot_id,
        door_name=door.name,
        kind=kind,
        temperature=None if temperature is None else round(temperature, 1),
        times=1,
        raised_ms=at_ms,
        last_ms=at_ms,
        over_ms=None if lasts else at_ms,
        received_ms=received_ms,
    )
    await tx.insert(alarms, alarm._asdict())
    await publish(tx, alarm, new=True)
    return alarm


async def end_alarm(tx: Tx, *, door: Door | AlarmSource, kind: str, at_ms: int) -> None:
    """The door says that it is over; nothing happens where none goes on."""
    for before in await going_on(_scope(door), tx, iot_id=door.iot_id, kind=kind):
        alarm = before._replace(over_ms=max(at_ms, before.raised_ms))
        await _keep_change(tx, door, alarm)
        await publish(tx, alarm)


async def resume_alarm(tx: Tx, *, door: AlarmSource, alarm: DoorAlarm, at_ms: int) -> None:
    """An alarm that ended goes on: the same row, counted once more. Pages show it, nobody is called again."""
    again = alarm._replace(times=alarm.times + 1, last_ms=max(alarm.last_ms, at_ms), over_ms=None)
    await _keep_change(tx, door, again)
    await publish(tx, again)


async def end_alarms_of(scope: Scope, tx: Tx, *, iot_id: str, now_ms: int) -> None:
    """End the alarms of a device that is no door any more: it will not report their end."""
    await _end_all.run(tx, scope, of_door=iot_id, now=now_ms)


async def purge_alarms(db: Database, *, now_ms: int, days: int) -> None:
    """Remove alarms kept longer than `days`, counted from their arrival, with their history."""
    before = now_ms - days * DAY_MS

    async def some(tx: Tx) -> int:
        rows = [alarm_id for (alarm_id,) in await _purgeable.all(tx, before=before)]
        if rows:
            await history.drop(tx, HISTORY, rows)
            await _purge.run(tx, rows=rows)
        return len(rows)

    while await db.run(some) == _PURGE_STEP:
        pass


async def _keep_change(tx: Tx, door: Door | AlarmSource, alarm: DoorAlarm) -> None:
    await _change.run(
        tx,
        _scope(door),
        of_id=alarm.id,
        new_times=alarm.times,
        new_last=alarm.last_ms,
        new_over=alarm.over_ms,
    )


async def publish(tx: Tx, alarm: DoorAlarm, *, new: bool = False) -> None:
    """Tell the live pages, and of a new one whoever must know."""
    event = DoorAlarmed(
        alarm_id=alarm.id,
        tenant_id=alarm.tenant_id,
        community_id=alarm.community_id,
        iot_id=alarm.iot_id,
        door_name=alarm.door_name,
        kind=alarm.kind,
        temperature=alarm.temperature,
        times=alarm.times,
        raised_ms=alarm.raised_ms,
        last_ms=alarm.last_ms,
        over_ms=alarm.over_ms,
        new=new,
        taken_by=alarm.taken_by,
        taken_ms=alarm.taken_ms,
        closed_by=alarm.closed_by,
        closed_ms=alarm.closed_ms,
        outcome=alarm.outcome,
        outcome_note=alarm.outcome_note,
    )
    await emit(tx, event, key=alarm.iot_id)


def _scope(door: Door | AlarmSource) -> Scope:
    return Scope.system(door.tenant_id, "access")
