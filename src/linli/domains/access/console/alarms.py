"""Alarms of doors for the people who look after them; live pages get the same rows."""

from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.console.outages import door_outages
from linli.domains.access.console.pass_rows import places_of
from linli.domains.access.errors import AlarmClosed, AlarmNotClosed, AlarmNotTaken, AlarmTaken
from linli.domains.access.events import DoorAlarmed
from linli.domains.access.queries import alarms as queries
from linli.domains.access.queries.alarms import HANDLINGS, AlarmFilter
from linli.domains.access.rows import DoorAlarm
from linli.domains.access.service import alarm_handling as handling
from linli.domains.access.service.alarms import BOX_OFFLINE, KINDS
from linli.domains.people.queries.callers import caller_names
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.topology.outages import Boxes


class DoorAlarmRow(msgspec.Struct, rename="camel", frozen=True):
    """One alarm of a door, another device or a box."""

    id: str
    iot_id: Annotated[str, Meta(description="Of the door or device; of a box `box:` and its number.")]
    door_name: Annotated[str, Meta(description="Name of the door, device or box.")]
    place: str
    kind: Annotated[
        str,
        Meta(
            description="tamper, forced, held (open too long), fever, trapped, box_offline, lot_silent, duress, view_…"
            " (what a camera's picture shows), or of another device"
        ),
    ]
    temperature: Annotated[float | None, Meta(description="Degrees Celsius, of a fever; null: not measured")]
    times: Annotated[int, Meta(description="How often the door said so.")]
    raised_ms: int
    last_ms: int
    over_ms: Annotated[int | None, Meta(description="When it ended; null: it goes on.")]
    handling: Annotated[str, Meta(description="open, taken (somebody looks after it) or closed")]
    taken_by: Annotated[str, Meta(description="Name of who took it.")]
    taken_ms: int | None
    closed_by: Annotated[str, Meta(description="Name of who closed it.")]
    closed_ms: int | None
    outcome: Annotated[
        str, Meta(description="What it was: real, false, work, test, other; empty until closed.")
    ]
    note: str
    doors: Annotated[
        int | None, Meta(description="Doors that are offline because of this box; null: no such alarm.")
    ] = None
    new: Annotated[bool, Meta(description="Live only: raised just now, not said again and not over.")] = False

    @classmethod
    def of(
        cls, alarm: DoorAlarm, places: Mapping[str, str], names: Mapping[str, str], *, new: bool = False
    ) -> "DoorAlarmRow":
        """`places`: where doors are, by iotId. `names`: of those who took or closed alarms, by caller."""
        return cls(
            id=str(alarm.id),
            iot_id=alarm.iot_id,
            door_name=alarm.door_name,
            place=places.get(alarm.iot_id, ""),
            kind=alarm.kind,
            temperature=alarm.temperature,
            times=alarm.times,
            raised_ms=alarm.raised_ms,
            last_ms=alarm.last_ms,
            over_ms=alarm.over_ms,
            handling=alarm.handling,
            taken_by=names.get(alarm.taken_by, ""),
            taken_ms=alarm.taken_ms,
            closed_by=names.get(alarm.closed_by, ""),
            closed_ms=alarm.closed_ms,
            outcome=alarm.outcome,
            note=alarm.outcome_note,
            new=new,
        )


class AlarmsAsked(Filter, frozen=True):
    """The filter of a list of alarms."""

    community_id: int | None = None
    iot_id: str = ""
    kind: Annotated[str, Meta(description="Comma-separated kinds.")] = ""
    handling: Annotated[str, Meta(description="Comma-separated: open, taken, closed.")] = ""
    lasting: Annotated[
        bool | None, Meta(description="true: those that go on; false: those that are over.")
    ] = None
    from_ms: Annotated[int, Meta(description="UTC ms")] = msgspec.field(default=0, name="from")
    to_ms: Annotated[int, Meta(description="UTC ms")] = msgspec.field(default=2**52, name="to")
    within_ms: Annotated[
        int, Meta(ge=0, description="Only those raised at most so many milliseconds ago; 0: all.")
    ] = msgspec.field(default=0, name="within")


def _goes_on_at_box(row: DoorAlarmRow) -> bool:
    return row.kind == BOX_OFFLINE and row.over_ms is None


alarm_routes = Routes("/door-alarms", tags=("doors",))


@alarm_routes.get(right="devices.use")
async def list_alarms(
    scope: Scope, db: Database, boxes: Boxes, clock: Clock, page: PageRequest, asked: AlarmsAsked
) -> Page[DoorAlarmRow]:
    """Alarms of doors, other devices and boxes, newest first."""
    kinds = _words(asked.kind, "kind", KINDS)
    since_ms = clock.now_ms() - asked.within_ms if asked.within_ms else 0
    where = AlarmFilter(
        community_id=asked.community_id,
        iot_id=asked.iot_id,
        kinds=kinds,
        handling=_words(asked.handling, "handling", HANDLINGS),
        lasting=asked.lasting,
        from_ms=max(asked.from_ms, since_ms),
        to_ms=asked.to_ms,
    )
    matches = await queries.list_alarms(scope, db, where=where, page=page)
    at = await places_of(scope, db, sorted({alarm.iot_id for alarm in matches.data}))
    names = await _names(db, matches.data)
    rows = [DoorAlarmRow.of(alarm, at, names) for alarm in matches.data]
    if any(_goes_on_at_box(row) for row in rows):
        outages = await door_outages(scope, db, boxes, community_id=asked.community_id)
        doors = {f"box:{outage.cause.box_id}": outage.doors for outage in outages}
        rows = [
            msgspec.structs.replace(row, doors=doors.get(row.iot_id, 0)) if _goes_on_at_box(row) else row
            for row in rows
        ]
    return Page.of(page, matches.total, rows)


@alarm_routes.post(
    "/{alarm_id:int}/take", right="doors.use", status=204, raises=(NotFound, AlarmTaken, AlarmClosed)
)
async def take_alarm(alarm_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Look after an alarm: everybody sees who does, and since when."""
    await handling.take(scope, tx, alarm_id, now_ms=clock.now_ms())


@alarm_routes.post(
    "/{alarm_id:int}/release", right="doors.use", status=204, raises=(NotFound, AlarmNotTaken, AlarmClosed)
)
async def release_alarm(alarm_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Take back that somebody looks after an alarm."""
    await handling.release(scope, tx, alarm_id, now_ms=clock.now_ms())


class AlarmOutcome(msgspec.Struct, rename="camel"):
    """The verdict on an alarm."""

    outcome: Annotated[str, Meta(description="real, false, work (works at the door), test or other")]
    note: Annotated[str, Meta(description="In words, at most 200 characters; required for other.")] = ""


@alarm_routes.post(
    "/{alarm_id:int}/close", right="doors.use", status=204, raises=(NotFound, BadInput, AlarmClosed)
)
async def close_alarm(alarm_id: int, data: AlarmOutcome, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Close an alarm and say what it was; a door that says it again raises a new one."""
    await handling.close(scope, tx, alarm_id, outcome=data.outcome, note=data.note, now_ms=clock.now_ms())


@alarm_routes.post("/{alarm_id:int}/reopen", right="doors.use", status=204, raises=(NotFound, AlarmNotClosed))
async def reopen_alarm(alarm_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Take back that an alarm is closed."""
    await handling.reopen(scope, tx, alarm_id, now_ms=clock.now_ms())


async def live_alarm(db: Reader, event: DoorAlarmed) -> DoorAlarmRow:
    """The row of an alarm as it is now, for the pages that watch."""
    at = await places_of(Scope.system(event.tenant_id), db, [event.iot_id])
    facts = msgspec.structs.asdict(event)
    new = facts.pop("new")
    alarm = DoorAlarm(id=facts.pop("alarm_id"), received_ms=event.last_ms, **facts)
    return DoorAlarmRow.of(alarm, at, await _names(db, [alarm]), new=new)


async def _names(db: Reader, alarms: Iterable[DoorAlarm]) -> dict[str, str]:
    return await caller_names(db, {who for alarm in alarms for who in (alarm.taken_by, alarm.closed_by)})


def _words(asked: str, field: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    words = tuple(part for part in asked.split(",") if part)
    if not set(words) <= set(allowed):
        raise BadInput(field=field, rule="one_of", allowed=", ".join(allowed))
    return words
