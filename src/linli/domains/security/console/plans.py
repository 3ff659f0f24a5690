"""Console: capture plans. Spec F 2.3.1-2.3.3, 5.4. Those of applications are shown and left as they are."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.console.spaces import root_of
from linli.domains.people.rights import Right
from linli.domains.security.errors import PlanBusy, PlanOfApplication, reason_text
from linli.domains.security.queries import happened as queries
from linli.domains.security.rows import HELD, REMOVING, WAITING, Plan, PlanCamera
from linli.domains.security.service import plan_forms
from linli.domains.security.service import plans as service
from linli.domains.security.service.plan_forms import CaptureDay, CapturePlanForm, NewCapturePlan
from linli.domains.security.service.snapshots import Photographer
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.queries.devices import find_devices

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value


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
    await plan_forms.add(scope, tx, community_id=community_id, form=data, now_ms=clock.now_ms())


@plan_routes.put("/{plan_id:int}", right=MANAGE, status=204, raises=(NotFound, BadInput, PlanOfApplication))
async def change_capture_plan(
    community_id: int, plan_id: int, data: CapturePlanForm, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """In place of what it said before."""
    plan = await _own(scope, tx, community_id, plan_id)
    await plan_forms.save(
        scope, tx, community_id=community_id, name=plan.task_id, form=data, now_ms=clock.now_ms()
    )


@plan_routes.delete("/{plan_id:int}", right=MANAGE, raises=(NotFound, PlanOfApplication))
async def remove_capture_plan(community_id: int, plan_id: int, scope: Scope, tx: Tx) -> None:
    """No more pictures; those that were taken stay their time."""
    await service.remove(scope, tx, await _own(scope, tx, community_id, plan_id))


@plan_routes.post(
    "/{plan_id:int}/take", right=MANAGE, status=204, raises=(NotFound, PlanOfApplication, PlanBusy)
)
async def take_captures(
    community_id: int, plan_id: int, scope: Scope, db: Database, photographer: Photographer
) -> None:
    """Take its pictures now, beside its times; the list shows how each went. Cameras of boxes are left out."""
    plan = await _own(scope, db, community_id, plan_id)
    if not photographer.begin(Scope.system(plan.tenant_id, "security"), plan):
        raise PlanBusy()


async def _own(scope: Scope, db: Reader, community_id: int, plan_id: int) -> Plan:
    plan = await queries.plan(scope, db, plan_id)
    if plan is None or plan.community_id != community_id:
        raise NotFound(what="capture_plan", id=plan_id)
    scope.allow(community_id)
    if plan.project_id != (scope.project_id or ""):
        raise PlanOfApplication()
    return plan


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
    # What no adapter holds the platform takes itself.
    state = WAITING if row.state == HELD and row.node_id is None else row.state
    return PlanCameraRow(row.iot_id, name, state, why, row.node_id is not None, row.taken_ms)


__all__ = ["plan_routes"]
