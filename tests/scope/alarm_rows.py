"""Alarms of each lot's door, one for each thing that is done to them."""

from typing import Any

from linli.app.platform import Platform
from linli.domains.access.queries.doors import get_door
from linli.domains.access.service import alarm_handling, alarms

NAMES = ("alarm", "taken_alarm", "spare_alarm", "closed_alarm")


async def add_alarms(platform: Platform, lot: Any) -> None:
    owner, now_ms = lot.project.owner, platform.clock.now_ms()
    async with platform.db.begin() as tx:
        door = await get_door(owner, tx, iot_id=lot.door)
        for name in NAMES:
            alarm = await alarms.raise_alarm(
                tx,
                door=door,
                kind=alarms.FORCED,
                alarm_id=platform.ids.number(),
                at_ms=now_ms,
                received_ms=now_ms,
                lasts=False,
            )
            setattr(lot, name, alarm.id)
        await alarm_handling.take(owner, tx, lot.taken_alarm, now_ms=now_ms)
        await alarm_handling.close(owner, tx, lot.closed_alarm, outcome="test", note="", now_ms=now_ms)
