"""Console: capture plans. Spec F 2.3.1-2.3.3, 5.4. Those of applications are shown and left as they are."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.communities.console.spaces import root_of
from linli.domains.people.rights import Right
from linli.domains.security.errors import PlanOfApplication, reason_text
from linli.domains.security.queries import happened as queries
from linli.domains.security.rows import HELD, REMOVING, WAITING, Plan, PlanCamera
from linli.domains.security.service import plans as service
from linli.domains.security.service.snapshots import Photographer
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.protocols.event_api import Fields, Refused, capture_plan
from linli.protocols.event_api.checks import WEEKDAYS
from linli.things.queries.devices import DeviceRow, find_devices, get_device

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value
MOST_CAMERAS = 512
WEEKDAY = Literal["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"]
DAY = Meta(max_length=10, description="YYYY-MM-DD, inclusive, by the community's clock.")


class CaptureDay(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    week_day: WEEKDAY
    times: Annotated[list[str], Meta(max_length=288, description="hh:mm")]


class PlanCameraRow(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    camera: str
    state: Annotated[
        str, Meta(description="waiting, held, failed (at an adapter); taken, missed: its newest picture.")
    ]
    why: Annotated[str, Meta(description="Of missed and failed, in words.")]
    by_box: Annotated[bool, Meta(description="An adapter of a box takes them.")]
    taken_ms: Annotated[int, Meta(description="Its newest picture; 0: none yet.")]


class CapturePlanRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    own: Annotated[bool, Meta(description="False: an application's, which alone changes it.")]
    start_date: str
    end_date: str
    week: list[CaptureDay]
    cron: Annotated[list[str], Meta(description="In place of the week; applications' plans may have it.")]
    on: bool
    next_ms: Annotated[int | None, Meta(description="When the next pictures are due; null: never again.")]
    cameras: list[PlanCameraRow]


class CapturePlanForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    start_date: Annotated[str, DAY]
    end_date: Annotated[str, DAY]
    week: Annotated[list[CaptureDay], Meta(max_length=7)]
    cameras: Annotated[list[str], Meta(max_length=MOST_CAMERAS, description="By iotId.")]
    on: bool = True


class NewCapturePlan(CapturePlanForm, rename="camel", frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=64, description="It stays; pictures bear it.")]


plan_routes = Routes("/communities/{community_id:int}/capture-plans", tags=("security",))


@plan_routes.get(right=SEE, raises=(NotFound,))
async def list_capture_plans(
    community_id: int, scope: Scope, db: Database, page: PageRequest
) -> Page[CapturePlanRow]:
    """Plans, and of each camera how its newest picture went."""
    await root_of(scope, db, community_id)
    rows = await queries.plans_in(scope, db, community_id)
    shown = await _rows(scope, db, rows[page.offset : page.offset + page.page_size])
    return Page.of(page, len(rows), shown)


@plan_routes.post(raises=(NotFound, BadInput), right=MANAGE, status=204)
async def add_capture_plan(
    community_id: int, data: NewCapturePlan, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Take pictures by it from now on."""
    name = data.name.strip()
    if not name or not name.isprintable():
        raise BadInput(field="name", rule="required")
    if await queries.plan_named(scope, tx, name) is not None:
        raise BadInput(field="name", rule="plan_name")
    await _save(community_id, name, data, scope, tx, clock)


@plan_routes.put("/{plan_id:int}", right=MANAGE, status=204, raises=(NotFound, BadInput, PlanOfApplication))
async def change_capture_plan(
    community_id: int, plan_id: int, data: CapturePlanForm, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """In place of what it said before."""
    plan = await _own(scope, tx, community_id, plan_id)
    await _save(community_id, plan.task_id, data, scope, tx, clock)


@plan_routes.delete("/{plan_id:int}", right=MANAGE, raises=(NotFound, PlanOfApplication))
async def remove_capture_plan(community_id: int, plan_id: int, scope: Scope, tx: Tx) -> None:
    """No more pictures; those that were taken stay their time."""
    await service.remove(scope, tx, await _own(scope, tx, community_id, plan_id))


@plan_routes.post("/{plan_id:int}/take", right=MANAGE, status=204, raises=(NotFound, PlanOfApplication))
async def take_captures(
    community_id: int, plan_id: int, scope: Scope, db: Database, photographer: Photographer
) -> None:
    """Take its pictures now, beside its times; the list shows how each went. Cameras of boxes are left out."""
    plan = await _own(scope, db, community_id, plan_id)
    photographer.begin(Scope.system(plan.tenant_id, "security"), plan)


async def _own(scope: Scope, db: Reader, community_id: int, plan_id: int) -> Plan:
    plan = await queries.plan(scope, db, plan_id)
    if plan is None or plan.community_id != community_id:
        raise NotFound(what="capture_plan", id=plan_id)
    scope.allow(community_id)
    if plan.project_id != (scope.project_id or ""):
        raise PlanOfApplication()
    return plan


async def _save(
    community_id: int, name: str, data: CapturePlanForm, scope: Scope, tx: Tx, clock: Clock
) -> None:
    week = [
        {"weekDay": day.week_day, "captureTime": day.times}
        for day in sorted(data.week, key=lambda day: WEEKDAYS.index(day.week_day))
        if day.times
    ]
    if not week:
        raise BadInput(field="week", rule="required")
    if len({day["weekDay"] for day in week}) != len(week):
        raise BadInput(field="week", rule="unknown")
    if not data.cameras:
        raise BadInput(field="cameras", rule="required")
    fields = {
        "taskId": name, "startDate": data.start_date, "endDate": data.end_date, "captureWeekDay": week,
        "status": int(data.on),
    }  # fmt: skip
    try:
        facts = capture_plan(Fields(fields))
    except Refused as refusal:
        field = refusal.field if refusal.field in ("startDate", "endDate") else "week"
        raise BadInput(field=field, rule="unknown") from None
    devices = [await _camera(scope, tx, community_id, iot_id) for iot_id in dict.fromkeys(data.cameras)]
    await service.save(scope, tx, facts=facts, devices=devices, now_ms=clock.now_ms())


async def _camera(scope: Scope, tx: Tx, community_id: int, iot_id: str) -> DeviceRow:
    device = await get_device(scope, tx, iot_id=iot_id[:64])
    if device.community_id != community_id:
        raise NotFound(what="device", id=iot_id[:64])
    return device


async def _rows(scope: Scope, db: Reader, plans: list[Plan]) -> list[CapturePlanRow]:
    cameras = await queries.cameras_of_plans(scope, db, [plan.plan_id for plan in plans])
    iot_ids = sorted({row.iot_id for rows in cameras.values() for row in rows})
    devices = await find_devices(scope, db, iot_ids=iot_ids)
    names = {each.iot_id: each.nickname or each.device_name for each in devices}
    rows = []
    for plan in plans:
        facts = plan.facts
        shown = [
            _camera_row(row, names.get(row.iot_id, ""), scope.language)
            for row in cameras[plan.plan_id]
            if row.state != REMOVING
        ]
        if not shown:
            continue  # it goes as soon as its cameras were told
        week = [CaptureDay(day["weekDay"], day["captureTime"]) for day in facts.get("captureWeekDay", ())]
        rows.append(
            CapturePlanRow(
                str(plan.plan_id), plan.task_id, plan.project_id == (scope.project_id or ""), facts["startDate"],
                facts["endDate"], week, facts.get("cron", []), bool(facts["status"]), plan.next_ms, shown,
            )
        )  # fmt: skip
    return rows


def _camera_row(row: PlanCamera, name: str, language: str) -> PlanCameraRow:
    why = reason_text(row.why, language) if row.why else ""
    state = (
        WAITING if row.state == HELD and row.node_id is None else row.state
    )  # the platform takes it itself
    return PlanCameraRow(row.iot_id, name, state, why, row.node_id is not None, row.taken_ms)


__all__ = ["plan_routes"]
