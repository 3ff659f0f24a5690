"""Console: by which weeks a camera guards, for each kind of event. Spec F 2.3, 3.2 (arming), H 3.5.11."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.communities.console.spaces import root_of
from linli.domains.people.rights import Right
from linli.domains.security.queries import libraries as queries
from linli.domains.security.rows import Rule
from linli.domains.security.service import desired
from linli.domains.security.service.platform_side import PERSON
from linli.domains.security.service.sightings import Sightings
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.protocols.event_api import Fields, Refused, arming
from linli.protocols.event_api.checks import event_type
from linli.things.queries.devices import find_devices, get_device

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value
WEEK = Meta(
    description="One item a day: `weekDay`, `timeSlot` (`time` as 8:00-18:00, `interval` seconds), `bindGroup`."
)


class RuleFilter(Filter, frozen=True):
    iot_id: Annotated[str, Meta(max_length=64, description="Of one camera")] = ""


class ArmingPlan(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    camera: str
    event_type: int
    week: Annotated[list[dict[str, Any]], WEEK]
    state: Annotated[
        str, Meta(description="waiting, held, failed; unserved: no adapter and no model is there for it.")
    ]
    why: str
    changed_ms: int


class ArmingWeek(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    week: Annotated[list[dict[str, Any]], WEEK]


rule_routes = Routes("/communities/{community_id:int}/security-rules", tags=("security",))


@rule_routes.get(right=SEE, raises=(NotFound,))
async def list_arming_plans(
    community_id: int,
    scope: Scope,
    db: Database,
    page: PageRequest,
    where: RuleFilter,
    sightings: Sightings,
) -> Page[ArmingPlan]:
    """What cameras guard against and when; those that guard never are left out."""
    await root_of(scope, db, community_id)
    rows = [
        row
        for row in await queries.rules_in(scope, db, community_id)
        if where.iot_id in ("", row.iot_id) and (row.days or row.why)
    ]
    shown = await _rows(scope, db, sightings, rows[page.offset : page.offset + page.page_size])
    return Page.of(page, len(rows), shown)


@rule_routes.put("/{iot_id:str}/{kind:int}", right=MANAGE, status=200, raises=(NotFound, BadInput))
async def set_arming_plan(
    community_id: int, iot_id: str, kind: int, data: ArmingWeek, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """In the place of the plan before; an empty week disarms."""
    device = await get_device(scope, tx, iot_id=iot_id)
    if device.community_id != community_id:
        raise NotFound(what="device", id=iot_id)
    try:
        number = event_type(Fields({"eventType": kind}))
        week = arming(Fields({"alarmRule": data.week}))
    except Refused as refusal:
        raise BadInput(field=refusal.field or "week", rule="unknown") from None
    await desired.set_rule(scope, tx, device, event_type=number, week=week, now_ms=clock.now_ms())


async def _rows(scope: Scope, db: Reader, sightings: Sightings, rules: list[Rule]) -> list[ArmingPlan]:
    devices = await find_devices(scope, db, iot_ids=sorted({each.iot_id for each in rules}))
    idle = await sightings.unserved(scope, devices, faces=False)
    blind = await sightings.unserved(scope, devices, faces=True)
    names = {each.iot_id: each.nickname or each.device_name for each in devices}
    return [
        ArmingPlan(
            each.iot_id,
            names.get(each.iot_id, ""),
            each.event_type,
            each.days,
            "unserved" if each.iot_id in (blind if each.event_type == PERSON else idle) else each.state,
            each.why,
            each.changed_ms,
        )
        for each in rules
    ]
