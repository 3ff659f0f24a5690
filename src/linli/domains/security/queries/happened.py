"""Alarms, captures, plans and views."""

from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import bindparam, func, or_, select

from linli.domains.security.models import alarms, captures, plan_cameras, plans
from linli.domains.security.rows import CAMERA_REPORT, Alarm, Capture, Plan, PlanCamera
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.entry import Filter
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_EVER_MS: Final = 1 << 62
_a, _c, _p, _d = alarms.c, captures.c, plans.c, plan_cameras.c
_community = bindparam("community_id", type_=INT)


_iot: Any = bindparam("iot_id")


class CaptureFilter(Filter, frozen=True):
    """Which captures."""

    iot_id: Annotated[str, Meta(max_length=64, description="Of one camera")] = ""
    begin_ms: int = 0
    end_ms: Annotated[int, Meta(description="0: up to now")] = 0


class AlarmFilter(Filter, frozen=True):
    """Which alarms."""

    state: Annotated[str, Meta(description="open, handled; empty: both")] = ""
    event_type: Annotated[int, Meta(description="0: every kind")] = 0
    iot_id: Annotated[str, Meta(max_length=64, description="Of one camera")] = ""


_kind: Any = bindparam("event_type", type_=INT)
_state: Any = bindparam("state")
_where = (
    in_scope(alarms),
    _a.community_id == _community,
    or_(_state == "", _a.state == _state),
    or_(_kind == 0, _a.event_type == _kind),
    or_(_iot == "", _a.iot_id == _iot),
)
_page = Query(
    select(alarms)
    .where(*_where)
    .order_by(_a.at_ms.desc(), _a.alarm_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Alarm,
)
_count = Query(select(func.count()).select_from(alarms).where(*_where))
_alarm = Query(select(alarms).where(in_scope(alarms), _a.alarm_id == bindparam("alarm_id", type_=INT)), Alarm)
_of_event = Query(
    select(alarms)
    .where(in_scope(alarms), _a.iot_id == _iot, _a.event_id == bindparam("event_id"))
    .order_by(_a.alarm_id)
    .limit(64),
    Alarm,
)
_told_by_camera = Query(
    select(alarms)
    .where(
        in_scope(alarms),
        _a.iot_id == _iot,
        _a.event_type == _kind,
        _a.state == "open",
        _a.at_ms >= bindparam("since", type_=INT),
        _a.report_id.startswith(CAMERA_REPORT, autoescape=True),
    )
    .order_by(_a.at_ms.desc())
    .limit(1),
    Alarm,
)
_captures_where = (
    in_scope(captures),
    _c.community_id == _community,
    or_(_iot == "", _c.iot_id == _iot),
    _c.at_ms >= bindparam("begin", type_=INT),
    _c.at_ms <= bindparam("end", type_=INT),
)
_capture_page = Query(
    select(captures)
    .where(*_captures_where)
    .order_by(_c.at_ms.desc(), _c.capture_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Capture,
)
_capture_count = Query(select(func.count()).select_from(captures).where(*_captures_where))
_known = Query(select(_a.alarm_id).where(in_scope(alarms), _a.report_id == bindparam("report_id")))
_known_capture = Query(
    select(_c.capture_id).where(in_scope(captures), _c.report_id == bindparam("report_id"))
)
_capture = Query(
    select(captures).where(in_scope(captures), _c.capture_id == bindparam("capture_id", type_=INT)), Capture
)
_with_faces = Query(
    select(_c.capture_id, _c.iot_id, _c.at_ms, _c.vector)
    .where(
        in_scope(captures),
        _c.at_ms >= bindparam("begin", type_=INT),
        _c.at_ms <= bindparam("end", type_=INT),
        _c.model_id == bindparam("model_id"),
        _c.vector.is_not(None),
    )
    .order_by(_c.at_ms.desc())
    .limit(bindparam("limit", type_=INT)),
    heavy=True,
)
_some = Query(select(captures).where(in_scope(captures), any_of(_c.capture_id, "capture_ids")), Capture)
_plan = Query(
    select(plans).where(
        in_scope(plans), _p.project_id == bindparam("project_id"), _p.task_id == bindparam("task_id")
    ),
    Plan,
)
_plan_by_id = Query(select(plans).where(in_scope(plans), _p.plan_id == bindparam("plan_id", type_=INT)), Plan)
_plans_in = Query(
    select(plans).where(in_scope(plans), _p.community_id == _community).order_by(_p.plan_id).limit(500), Plan
)
_plan_cameras = Query(
    select(plan_cameras).where(in_scope(plan_cameras), any_of(_d.plan_id, "plan_ids")).order_by(_d.iot_id),
    PlanCamera,
)
_plans_of_device = Query(
    select(plan_cameras).where(in_scope(plan_cameras), _d.iot_id == _iot).order_by(_d.plan_id), PlanCamera
)
_due = Query(
    select(plans).where(_p.next_ms <= bindparam("now", type_=INT)).order_by(_p.next_ms).limit(100),
    Plan,
    unscoped="plans of every tenant are due",
)
_old_alarms = Query(
    select(_a.alarm_id, _a.scene_key, _a.target_key, _a.face_key)
    .where(_a.at_ms < bindparam("before", type_=INT))
    .order_by(_a.at_ms)
    .limit(500),
    unscoped="pictures of every tenant are erased in time",
)
_old_captures = Query(
    select(_c.capture_id, _c.object_key)
    .where(_c.at_ms < bindparam("before", type_=INT))
    .order_by(_c.at_ms)
    .limit(500),
    unscoped="pictures of every tenant are erased in time",
)


async def is_known(scope: Scope, db: Reader, report_id: str) -> bool:
    """Whether a report was taken before."""
    result = await _known.scalar(db, scope, report_id=report_id)
    return result is not None or await _known_capture.scalar(db, scope, report_id=report_id) is not None


async def capture(scope: Scope, db: Reader, capture_id: int, *, community_id: int | None = None) -> Capture:
    """Raises NotFound."""
    row = await _capture.one(db, scope, capture_id=capture_id)
    if row is None or community_id not in (None, row.community_id):
        raise NotFound(what="security_capture", id=capture_id)
    return row


async def with_faces(
    scope: Scope, db: Reader, *, begin_ms: int, end_ms: int, model_id: str, most: int
) -> list[tuple[Any, ...]]:
    """(capture id, camera, at, vector) of captures with a face, newest first."""
    return await _with_faces.all(db, scope, begin=begin_ms, end=end_ms, model_id=model_id, limit=most)


async def captures_by_id(scope: Scope, db: Reader, capture_ids: list[int]) -> dict[int, Capture]:
    rows = await _some.all(db, scope, capture_ids=capture_ids)
    return {row.capture_id: row for row in rows}


async def plan_named(scope: Scope, db: Reader, task_id: str) -> Plan | None:
    """Of the caller's project; a person's are those without."""
    return await _plan.one(db, scope, project_id=scope.project_id or "", task_id=task_id)


async def plan(scope: Scope, db: Reader, plan_id: int) -> Plan | None:
    return await _plan_by_id.one(db, scope, plan_id=plan_id)


async def plans_in(scope: Scope, db: Reader, community_id: int) -> list[Plan]:
    return await _plans_in.all(db, scope, community_id=community_id)


async def cameras_of_plans(scope: Scope, db: Reader, plan_ids: list[int]) -> dict[int, list[PlanCamera]]:
    result: dict[int, list[PlanCamera]] = {plan_id: [] for plan_id in plan_ids}
    for row in await _plan_cameras.all(db, scope, plan_ids=plan_ids):
        result[row.plan_id].append(row)
    return result


async def plans_on(scope: Scope, db: Reader, iot_id: str) -> list[PlanCamera]:
    return await _plans_of_device.all(db, scope, iot_id=iot_id)


async def due_plans(db: Reader, now_ms: int) -> list[Plan]:
    return await _due.all(db, now=now_ms)


async def old_alarms(db: Reader, before_ms: int) -> list[tuple[Any, ...]]:
    return await _old_alarms.all(db, before=before_ms)


async def old_captures(db: Reader, before_ms: int) -> list[tuple[Any, ...]]:
    return await _old_captures.all(db, before=before_ms)


async def alarm_page(
    scope: Scope, db: Reader, community_id: int, page: PageRequest, where: AlarmFilter
) -> Page[Alarm]:
    binds = {
        "community_id": community_id,
        "state": where.state,
        "event_type": where.event_type,
        "iot_id": where.iot_id,
    }
    total = int(await _count.scalar(db, scope, **binds) or 0)
    rows = await _page.all(db, scope, **binds, limit=page.page_size, offset=page.offset)
    return Page.of(page, total, rows)


async def capture_page(
    scope: Scope, db: Reader, community_id: int, page: PageRequest, where: CaptureFilter
) -> Page[Capture]:
    binds = {
        "community_id": community_id,
        "iot_id": where.iot_id,
        "begin": where.begin_ms,
        "end": where.end_ms or _EVER_MS,
    }
    total = int(await _capture_count.scalar(db, scope, **binds) or 0)
    rows = await _capture_page.all(db, scope, **binds, limit=page.page_size, offset=page.offset)
    return Page.of(page, total, rows)


async def alarm(scope: Scope, db: Reader, alarm_id: int, *, community_id: int) -> Alarm:
    """Raises NotFound."""
    row = await _alarm.one(db, scope, alarm_id=alarm_id)
    if row is None or row.community_id != community_id:
        raise NotFound(what="security_alarm", id=alarm_id)
    return row


async def told_by_camera(
    scope: Scope, db: Reader, iot_id: str, *, event_type: int, since_ms: int
) -> Alarm | None:
    """The newest open one of a kind that the camera itself told of."""
    return await _told_by_camera.one(db, scope, iot_id=iot_id, event_type=event_type, since=since_ms)


async def targets_of(scope: Scope, db: Reader, alarm: Alarm) -> list[Alarm]:
    """All targets of an event."""
    return await _of_event.all(db, scope, iot_id=alarm.iot_id, event_id=alarm.event_id)
