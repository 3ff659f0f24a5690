"""Capture plans as people fill them in: a week with the same kind of times as the open API's (spec F 2.3.1)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.security.queries import happened as queries
from linli.domains.security.service import plans
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.protocols.event_api import Fields, Refused, capture_plan
from linli.protocols.event_api.checks import WEEKDAYS
from linli.things.queries.devices import DeviceRow, get_device

MOST_CAMERAS = 512
DAY = Meta(max_length=10, description="YYYY-MM-DD, inclusive, by the community's clock.")

type WeekDay = Literal["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"]


class CaptureDay(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    week_day: WeekDay
    times: Annotated[list[str], Meta(max_length=288, description="hh:mm")]


class CapturePlanForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    start_date: Annotated[str, DAY]
    end_date: Annotated[str, DAY]
    week: Annotated[list[CaptureDay], Meta(max_length=7)]
    cameras: Annotated[list[str], Meta(max_length=MOST_CAMERAS, description="By iotId.")]
    on: bool = True


class NewCapturePlan(CapturePlanForm, rename="camel", frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=64, description="It stays; pictures bear it.")]


async def add(scope: Scope, tx: Tx, *, community_id: int, form: NewCapturePlan, now_ms: int) -> None:
    """Raises NotFound, BadInput."""
    name = form.name.strip()
    if not name or not name.isprintable():
        raise BadInput(field="name", rule="required")
    # Names are the company's: another community's plan may have it, which this caller does not see.
    if await queries.plan_named(Scope.system(scope.tenant, "security"), tx, name) is not None:
        raise BadInput(field="name", rule="plan_name")
    await save(scope, tx, community_id=community_id, name=name, form=form, now_ms=now_ms)


async def save(
    scope: Scope, tx: Tx, *, community_id: int, name: str, form: CapturePlanForm, now_ms: int
) -> None:
    """Raises NotFound, BadInput."""
    if not form.cameras:
        raise BadInput(field="cameras", rule="required")
    fields = {
        "taskId": name, "startDate": form.start_date, "endDate": form.end_date, "captureWeekDay": _week(form),
        "status": int(form.on),
    }  # fmt: skip
    try:
        facts = capture_plan(Fields(fields))
    except Refused as refusal:
        field = refusal.field if refusal.field in ("startDate", "endDate") else "week"
        raise BadInput(field=field, rule="unknown") from None
    devices = [await _camera(scope, tx, community_id, iot_id) for iot_id in dict.fromkeys(form.cameras)]
    await plans.save(scope, tx, facts=facts, devices=devices, now_ms=now_ms)


def _week(form: CapturePlanForm) -> list[dict[str, object]]:
    days = {day.week_day: day.times for day in form.week if day.times}
    if not days:
        raise BadInput(field="week", rule="required")
    if len(days) != sum(bool(day.times) for day in form.week):
        raise BadInput(field="week", rule="unknown")
    return [{"weekDay": name, "captureTime": days[name]} for name in WEEKDAYS if name in days]


async def _camera(scope: Scope, tx: Tx, community_id: int, iot_id: str) -> DeviceRow:
    device = await get_device(scope, tx, iot_id=iot_id[:64])
    if device.community_id != community_id:
        raise NotFound(what="device", id=iot_id[:64])
    return device
