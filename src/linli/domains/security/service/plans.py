"""Snapshot plans: saved, read, removed. Their cameras are brought in line as libraries are."""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete

from linli.domains.security.due_times import check_cron, next_due
from linli.domains.security.models import plan_cameras, plans
from linli.domains.security.queries import happened as queries
from linli.domains.security.rows import REMOVING, WAITING, Plan, PlanCamera
from linli.domains.security.service import desired
from linli.kernel.db import INT, Command, Tx, any_of, in_scope, update_of
from linli.kernel.scope import Scope
from linli.kernel.zones import zones_of
from linli.protocols.event_api import Code, Refused
from linli.rules.cron import CronError
from linli.rules.schedules import SITE_ZONE
from linli.things.queries.devices import DeviceRow

_PREFIX: Final = "p"
_save = update_of(
    plans,
    ("community_id", "body", "looked_ms", "next_ms", "changed_ms"),
    plans.c.plan_id == bindparam("row", type_=INT),
    in_scope(plans),
)
_drop_plan = Command(delete(plans).where(plans.c.plan_id == bindparam("row", type_=INT), in_scope(plans)))
_drop_cameras = Command(
    delete(plan_cameras).where(
        plan_cameras.c.plan_id == bindparam("row", type_=INT),
        any_of(plan_cameras.c.iot_id, "iot_ids"),
        in_scope(plan_cameras),
    )
)


def remote_task(plan_id: int) -> str:
    """A plan's id at adapters: two projects may have named theirs alike."""
    return f"{_PREFIX}{plan_id}"


def plan_of_remote(task_id: str) -> int | None:
    number = task_id.removeprefix(_PREFIX)
    return int(number) if task_id.startswith(_PREFIX) and number.isdecimal() and len(number) < 16 else None


async def save(scope: Scope, tx: Tx, *, facts: dict[str, Any], devices: list[DeviceRow], now_ms: int) -> int:
    """`facts` as `event_api.capture_plan` has them; a known task is replaced. Raises Refused (804)."""
    body = {name: value for name, value in facts.items() if name != "taskId"}
    try:
        check_cron(body)
    except CronError:
        raise Refused(Code.BAD_FIELD, "cron") from None
    community_id = devices[0].community_id
    zone = (await zones_of(tx, [community_id]))[community_id] or SITE_ZONE
    plan = Plan(
        plan_id=0,
        tenant_id=scope.tenant,
        project_id=scope.project_id or "",
        community_id=community_id,
        task_id=facts["taskId"],
        body=msgspec.json.encode(body).decode(),
        looked_ms=now_ms,
        next_ms=next_due(body, now_ms, zone),
        changed_ms=now_ms,
    )
    before = await queries.plan_named(scope, tx, plan.task_id)
    if before is None:
        row = plan._asdict()
        del row["plan_id"]
        plan_id = await tx.insert(plans, row) or 0
        old: list[PlanCamera] = []
    else:
        plan_id = before.plan_id
        await _save.run(tx, scope, row=plan_id, **plan._asdict())
        old = (await queries.cameras_of_plans(scope, tx, [plan_id]))[plan_id]
    rows = [
        PlanCamera(plan_id, each.iot_id, scope.tenant, each.community_id, WAITING, "", None, 0)
        for each in devices
    ]
    here = {each.iot_id for each in devices}
    rows += [each._replace(state=REMOVING) for each in old if each.iot_id not in here]
    nodes = {each.iot_id: each.node_id for each in old}
    for each in rows:
        values = each._replace(node_id=nodes.get(each.iot_id))._asdict()
        await tx.upsert(plan_cameras, [values], keys=("plan_id", "iot_id"), update=("state", "why"))
    for each in rows:
        await desired.bring_soon(tx, tenant_id=scope.tenant, iot_id=each.iot_id)
    return plan_id


async def remove(scope: Scope, tx: Tx, plan: Plan) -> list[str]:
    """Its cameras, which are yet to be told; the plan goes with the last of them."""
    cameras = (await queries.cameras_of_plans(scope, tx, [plan.plan_id]))[plan.plan_id]
    off = plan._replace(next_ms=None, body=msgspec.json.encode({**plan.facts, "status": 0}).decode())
    await _save.run(tx, scope, row=plan.plan_id, **off._asdict())
    for each in cameras:
        values = each._replace(state=REMOVING)._asdict()
        await tx.upsert(plan_cameras, [values], keys=("plan_id", "iot_id"), update=("state",))
        await desired.bring_soon(tx, tenant_id=plan.tenant_id, iot_id=each.iot_id)
    if not cameras:
        await _drop_plan.run(tx, scope, row=plan.plan_id)
    return [each.iot_id for each in cameras]


async def forget_cameras(scope: Scope, tx: Tx, plan_id: int, iot_ids: list[str]) -> None:
    """They were told; a plan without cameras is gone."""
    if not iot_ids:
        return
    await _drop_cameras.run(tx, scope, row=plan_id, iot_ids=iot_ids)
    if not (await queries.cameras_of_plans(scope, tx, [plan_id]))[plan_id]:
        await _drop_plan.run(tx, scope, row=plan_id)


async def keep_camera(tx: Tx, row: PlanCamera) -> None:
    await tx.upsert(
        plan_cameras,
        [row._asdict()],
        keys=("plan_id", "iot_id"),
        update=("state", "why", "node_id", "taken_ms"),
    )


async def passed(scope: Scope, tx: Tx, plan: Plan, *, now_ms: int) -> None:
    """What was due is done or missed; what comes next."""
    zone = (await zones_of(tx, [plan.community_id]))[plan.community_id] or SITE_ZONE
    after = plan._replace(looked_ms=now_ms, next_ms=next_due(plan.facts, now_ms, zone))
    await _save.run(tx, scope, row=plan.plan_id, **after._asdict())
