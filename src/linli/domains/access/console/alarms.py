"""Alarms of doors for the people who look after them; live pages get the same rows."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.console.pass_rows import places_of
from linli.domains.access.events import DoorAlarmed
from linli.domains.access.queries import alarms as queries
from linli.domains.access.queries.alarms import AlarmFilter
from linli.domains.access.rows import DoorAlarm
from linli.domains.access.service.alarms import KINDS
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope


class DoorAlarmRow(msgspec.Struct, rename="camel", frozen=True):
    """One alarm of a door."""

    id: str
    iot_id: str
    door_name: str
    place: str
    kind: Annotated[str, Meta(description="tamper, forced, held (open too long) or fever")]
    temperature: Annotated[float | None, Meta(description="Degrees Celsius, of a fever; null: not measured")]
    times: Annotated[int, Meta(description="How often the door said so.")]
    raised_ms: int
    last_ms: int
    over_ms: Annotated[int | None, Meta(description="When it ended; null: it goes on.")]
    new: Annotated[bool, Meta(description="Live only: raised just now, not said again and not over.")] = False

    @classmethod
    def of(
        cls, number: int, alarm: DoorAlarm | DoorAlarmed, places: Mapping[str, str], *, new: bool = False
    ) -> "DoorAlarmRow":
        """`places`: where doors are, by iotId."""
        return cls(
            id=str(number),
            iot_id=alarm.iot_id,
            door_name=alarm.door_name,
            place=places.get(alarm.iot_id, ""),
            kind=alarm.kind,
            temperature=alarm.temperature,
            times=alarm.times,
            raised_ms=alarm.raised_ms,
            last_ms=alarm.last_ms,
            over_ms=alarm.over_ms,
            new=new,
        )


class AlarmsAsked(Filter, frozen=True):
    """The filter of a list of alarms."""

    community_id: int | None = None
    iot_id: str = ""
    kind: Annotated[str, Meta(description="Comma-separated: tamper, forced, held, fever.")] = ""
    lasting: Annotated[
        bool | None, Meta(description="true: those that go on; false: those that are over.")
    ] = None
    from_ms: Annotated[int, Meta(description="UTC ms")] = msgspec.field(default=0, name="from")
    to_ms: Annotated[int, Meta(description="UTC ms")] = msgspec.field(default=2**52, name="to")


alarm_routes = Routes("/door-alarms", tags=("doors",))


@alarm_routes.get(right="devices.use")
async def list_alarms(
    scope: Scope, db: Database, page: PageRequest, asked: AlarmsAsked
) -> Page[DoorAlarmRow]:
    """Alarms of doors, newest first."""
    kinds = tuple(part for part in asked.kind.split(",") if part)
    if not set(kinds) <= set(KINDS):
        raise BadInput(field="kind", rule="one_of", allowed=", ".join(KINDS))
    where = AlarmFilter(
        community_id=asked.community_id,
        iot_id=asked.iot_id,
        kinds=kinds,
        lasting=asked.lasting,
        from_ms=asked.from_ms,
        to_ms=asked.to_ms,
    )
    matches = await queries.list_alarms(scope, db, where=where, page=page)
    at = await places_of(scope, db, sorted({alarm.iot_id for alarm in matches.data}))
    rows = [DoorAlarmRow.of(alarm.id, alarm, at) for alarm in matches.data]
    return Page.of(page, matches.total, rows)


async def live_alarm(db: Reader, event: DoorAlarmed) -> DoorAlarmRow:
    """The row of an alarm as it is now, for the pages that watch."""
    at = await places_of(Scope.system(event.tenant_id), db, [event.iot_id])
    return DoorAlarmRow.of(event.alarm_id, event, at, new=event.new)
