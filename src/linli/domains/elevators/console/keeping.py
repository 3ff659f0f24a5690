"""Console: the rules of linkages that a lift's gateway keeps itself, as its box compares them. Spec G 3.5, A28-A32."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.boxes.condition import situation
from linli.domains.boxes.queries import clusters
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import Node
from linli.domains.boxes.service import refresh
from linli.domains.boxes.service.products import whole
from linli.domains.elevators.service import calls
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.protocols.edge_link import LiftKeeping
from linli.things.queries.devices import get_device

type KeptState = Literal["none", "waiting", "box", "same", "differs"]
COMPARE = "lifts"
"""`what` of the word to the box."""


class KeptRules(msgspec.Struct, rename="camel", frozen=True):
    """What a lift's gateway keeps of the linkages of its own readers. Times are UTC ms, by the box's clock."""

    state: Annotated[
        KeptState,
        Meta(
            description="none: it has no such linkage; waiting: not compared yet; box: it supports no linkage, the box "
            "carries them out; same: it keeps what it is to keep; differs: it does not yet, or not any more."
        ),
    ]
    wanted: Annotated[int, Meta(description="Rules that it is to keep, one a person.")] = 0
    confirmed: Annotated[int, Meta(description="Those of them that it keeps.")] = 0
    compared_ms: int | None = None
    same_since_ms: int | None = None
    missing: Annotated[int, Meta(description="What the last comparison found and mended.")] = 0
    other: int = 0
    foreign: int = 0
    unfit: Annotated[int, Meta(description="Persons whose rule it cannot keep; the box carries it out.")] = 0
    unfit_why: Annotated[str, Meta(description="Of one of them: a code, and what it is about.")] = ""
    why: Annotated[str, Meta(description="The last error, in the words of the gateway or the box.")] = ""
    box_ms: Annotated[int | None, Meta(description="When the box said so.")] = None


keeping_routes = Routes("/lifts", tags=("lifts",))


@keeping_routes.get("/{iot_id:str}/rules/kept", right=Right.DEVICES_SEE.value, raises=(NotFound,))
async def kept_rules(iot_id: str, scope: Scope, db: Database, clock: Clock) -> KeptRules:
    """What its gateway keeps of the rules that call it."""
    await get_device(scope, db, iot_id=iot_id)
    box = await _box_of(scope, db, iot_id)
    if box is None:
        return KeptRules("none")
    node, device_name = box
    seen = await situation(scope, db, node.node_id, now_ms=clock.now_ms())
    lifts = seen.beat.lifts if seen.beat is not None else []
    for lift in lifts:
        if lift.device_name == device_name:
            return _view(lift, seen.seen_ms)
    return KeptRules("none")


@keeping_routes.post(
    "/{iot_id:str}/rules/compare", right=Right.DEVICES_MANAGE.value, raises=(NotFound, BadInput)
)
async def compare_rules(iot_id: str, scope: Scope, db: Database) -> None:
    """Have its box read the gateway's rules back now, and send what differs; what was given up is tried anew."""
    await calls.require_lift(scope, db, iot_id=iot_id)
    box = await _box_of(scope, db, iot_id)
    if box is None:
        raise BadInput(field="iotId", rule="elevator.behind_box")
    node, device_name = box
    await db.run(lambda tx: refresh.tell(tx, node, what=COMPARE, kind=device_name))


async def _box_of(scope: Scope, db: Reader, iot_id: str) -> tuple[Node, str] | None:
    """The box that a lift is behind, and its name there."""
    device = await gateway_queries.device_of(scope, db, iot_id)
    if device is None:
        return None
    gateway = await gateway_queries.gateway(whole(scope), db, device.gateway_id)
    return await clusters.node(whole(scope), db, gateway.node_id), device.device_name


def _view(lift: LiftKeeping, box_ms: int | None) -> KeptRules:
    return KeptRules(
        state=_state(lift),
        wanted=lift.wanted,
        confirmed=lift.confirmed,
        compared_ms=lift.compared_ms or None,
        same_since_ms=lift.same_since_ms or None,
        missing=lift.missing,
        other=lift.other,
        foreign=lift.foreign,
        unfit=lift.unfit,
        unfit_why=lift.unfit_why,
        why=lift.why,
        box_ms=box_ms,
    )


def _state(lift: LiftKeeping) -> KeptState:
    if lift.keeps is None:
        return "waiting"
    if not lift.keeps:
        return "box"
    return "same" if lift.same_since_ms else "differs"
