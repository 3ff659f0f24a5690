"""Console: alarms of cameras with their pictures and details, and what a person found. Spec F 2.3, H 3.5.9."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.communities.console.spaces import root_of
from linli.domains.people.queries.callers import caller_names
from linli.domains.people.rights import Right
from linli.domains.security.queries import happened as queries
from linli.domains.security.rows import LAST_REPORT, Alarm
from linli.domains.security.service import alarms as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.queries.devices import find_devices

SEE = Right.DEVICES_SEE.value
URL_SECONDS = 600


class SecurityAlarmRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    iot_id: str
    camera: Annotated[str, Meta(description="Nickname or DeviceName.")]
    event_type: int
    event_id: str
    status: Annotated[int | None, Meta(description="0 instant, 1 start, 2 stop")]
    confidence: Annotated[int | None, Meta(description="0 to 255")]
    details: Annotated[dict[str, Any], Meta(description="By kind, with the source's names; 100 is unknown.")]
    at_ms: int
    state: Annotated[str, Meta(description="open, handled")]
    verdict: Annotated[str, Meta(description="real, false, drill; or empty")]
    note: str
    handled_by: str
    handled_ms: int | None


class AlarmTarget(msgspec.Struct, rename="camel", frozen=True):
    """One target of an event, with links that hold some minutes; empty: no picture came."""

    id: str
    details: dict[str, Any]
    corners: Annotated[list[int], Meta(description="Left, top, right, bottom of 8192; or empty.")]
    scene_url: str
    target_url: str
    face_url: str


class SecurityAlarmShown(msgspec.Struct, rename="camel", frozen=True):
    alarm: SecurityAlarmRow
    targets: list[AlarmTarget]


class AlarmFinding(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    verdict: Annotated[str, Meta(description="real, false, drill")]
    note: str = ""


alarm_routes = Routes("/communities/{community_id:int}/security-alarms", tags=("security",))


@alarm_routes.get(right=SEE, raises=(NotFound,))
async def list_security_alarms(
    community_id: int, scope: Scope, db: Database, page: PageRequest, where: queries.AlarmFilter
) -> Page[SecurityAlarmRow]:
    """Alarms of the community's cameras, newest first. Without pictures."""
    await root_of(scope, db, community_id)
    listed = await queries.alarm_page(scope, db, community_id, page, where)
    return Page.of(page, listed.total, await _rows(scope, db, listed.data))


@alarm_routes.get("/{alarm_id:int}", right=SEE, raises=(NotFound,))
async def show_security_alarm(
    community_id: int, alarm_id: int, scope: Scope, db: Database, objects: ObjectStore, clock: Clock
) -> SecurityAlarmShown:
    """One event with the pictures of all its targets. Who looks is kept."""
    alarm = await queries.alarm(scope, db, alarm_id, community_id=community_id)
    targets = await queries.targets_of(scope, db, alarm)
    now_ms = clock.now_ms()
    await db.run(
        lambda tx: service.note_view(
            scope, tx, community_id=community_id, what="alarm", target=str(alarm_id), now_ms=now_ms
        )
    )

    def url(key: str) -> str:
        return objects.url(key, expires_s=URL_SECONDS) if key else ""

    (row,) = await _rows(scope, db, [alarm])
    shown = [
        AlarmTarget(
            str(each.alarm_id),
            _shown(each),
            msgspec.json.decode(each.corners, type=list[int]) if each.corners else [],
            url(each.scene_key),
            url(each.target_key),
            url(each.face_key),
        )
        for each in targets
    ]
    return SecurityAlarmShown(row, shown)


@alarm_routes.post("/{alarm_id:int}/handle", right="doors.use", status=200, raises=(NotFound, BadInput))
async def handle_security_alarm(
    community_id: int, alarm_id: int, data: AlarmFinding, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Say what it was, for all targets of the event. Once more changes the words."""
    await service.handle(
        scope,
        tx,
        community_id=community_id,
        alarm_id=alarm_id,
        verdict=data.verdict,
        note=data.note,
        now_ms=clock.now_ms(),
    )


async def _rows(scope: Scope, db: Reader, alarms: list[Alarm]) -> list[SecurityAlarmRow]:
    devices = await find_devices(scope, db, iot_ids=sorted({each.iot_id for each in alarms}))
    names = {each.iot_id: each.nickname or each.device_name for each in devices}
    people = await caller_names(db, {each.handled_by for each in alarms if each.handled_by})
    return [
        SecurityAlarmRow(
            id=str(each.alarm_id),
            iot_id=each.iot_id,
            camera=names.get(each.iot_id, ""),
            event_type=each.event_type,
            event_id=each.event_id,
            status=each.status,
            confidence=each.confidence,
            details=_shown(each),
            at_ms=each.at_ms,
            state=each.state,
            verdict=each.verdict,
            note=each.note,
            handled_by=people.get(each.handled_by, each.handled_by),
            handled_ms=each.handled_ms,
        )
        for each in alarms
    ]


def _shown(alarm: Alarm) -> dict[str, Any]:
    return {name: value for name, value in alarm.facts.items() if name != LAST_REPORT}
