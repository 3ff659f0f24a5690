"""Creates, changes and removes passage rules; the box is notified at once. Spec C C010."""

import json
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete

from linli.domains.boxes import rules
from linli.domains.boxes.errors import TooManyRules
from linli.domains.boxes.events import EdgeMoved
from linli.domains.boxes.models import edge_passage_rules
from linli.domains.boxes.passage import queries
from linli.domains.boxes.passage.models import edge_passage_boxes, edge_passage_targets
from linli.domains.boxes.passage.queries import Rule
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import EdgeDevice, Gateway, Node
from linli.domains.boxes.service import refresh
from linli.domains.boxes.service.products import whole
from linli.domains.communities.queries import spaces
from linli.kernel import history
from linli.kernel.db import INT, Command, Reader, Tx, in_scope, update_of
from linli.kernel.errors import BadInput
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.protocols.edge_link import LONGEST_DELAY_S
from linli.things.queries.products import get_product

HISTORY: Final = "edge_rule"
CALL: Final = "CloudCallElevator"
PASSES: Final = "passEvent"
MOST: Final = 200
"""Rules of one gateway."""
MOST_FLOORS: Final = 2000
GATHER_MS: Final = 2_000
"""How long notices to a box are held back, so that thousands of move-outs make one notice."""
_FLOOR: Final = re.compile(r"-?[0-9A-Za-z]{1,8}")
_NUMBER: Final = re.compile(r"[^\x00-\x1f]{1,16}")

_r = edge_passage_rules.c
_change = update_of(
    edge_passage_rules,
    (
        "name",
        "enabled",
        "door_id",
        "lift_id",
        "elevator",
        "start_floor",
        "start_room",
        "delay_s",
        "release",
        "unit_id",
        "floors",
        "changed_ms",
    ),
    _r.rule_id == bindparam("row", type_=INT),
    in_scope(edge_passage_rules),
)
_delete = Command(
    delete(edge_passage_rules).where(_r.rule_id == bindparam("row", type_=INT), in_scope(edge_passage_rules))
)
_t = edge_passage_targets.c
_delete_targets = Command(
    delete(edge_passage_targets).where(
        _t.rule_id == bindparam("row", type_=INT), in_scope(edge_passage_targets)
    )
)


class RuleForm(NamedTuple):
    """A person's input for a rule."""

    name: str
    door_id: int
    lift_id: int
    start_floor: str
    start_room: str = ""
    elevator: str = ""
    delay_s: int = 0
    release: bool = False
    unit_id: int | None = None
    floors: Mapping[str, str] = {}
    enabled: bool = True


async def create(scope: Scope, tx: Tx, *, gateway_id: int, form: RuleForm, ids: Ids, now_ms: int) -> Rule:
    """Raises NotFound, BadInput, TooManyRules."""
    gateway = await gateway_queries.gateway(scope, tx, gateway_id)
    clean = await _checked(scope, tx, gateway, form)
    if len(await queries.rules(scope, tx, gateway_id)) >= MOST:
        raise TooManyRules(limit=MOST)
    rule = Rule(
        rule_id=ids.number(), tenant_id=scope.tenant, gateway_id=gateway_id, name=clean.name,
        enabled=int(clean.enabled), door_id=clean.door_id, lift_id=clean.lift_id, elevator=clean.elevator,
        start_floor=clean.start_floor, start_room=clean.start_room, delay_s=clean.delay_s,
        release=int(clean.release), unit_id=clean.unit_id, floors=_table(clean.floors),
        by_id=scope.caller.id, created_ms=now_ms, changed_ms=now_ms,
    )  # fmt: skip
    await tx.insert(edge_passage_rules, rule._asdict())
    await note(scope, tx, gateway, rule, "created", now_ms, after=audit_values(rule))
    await push(scope, tx, gateway)
    return rule


async def change(scope: Scope, tx: Tx, *, rule_id: int, form: RuleForm, now_ms: int) -> Rule:
    """Raises NotFound, BadInput."""
    rule = await queries.rule(scope, tx, rule_id)
    gateway = await gateway_queries.gateway(scope, tx, rule.gateway_id)
    clean = _of_app(rule, form) if rule.mode else await _checked(scope, tx, gateway, form)
    now = rule._replace(
        name=clean.name, enabled=int(clean.enabled), door_id=clean.door_id, lift_id=clean.lift_id,
        elevator=clean.elevator, start_floor=clean.start_floor, start_room=clean.start_room,
        delay_s=clean.delay_s, release=int(clean.release), unit_id=clean.unit_id,
        floors=_table(clean.floors), changed_ms=now_ms,
    )  # fmt: skip
    await _change.run(tx, whole(scope), row=rule_id, **now._asdict())
    await note(scope, tx, gateway, now, "changed", now_ms, before=audit_values(rule), after=audit_values(now))
    await push(scope, tx, gateway)
    return now


async def remove(scope: Scope, tx: Tx, *, rule_id: int, now_ms: int) -> None:
    """Raises NotFound."""
    rule = await queries.rule(scope, tx, rule_id)
    gateway = await gateway_queries.gateway(scope, tx, rule.gateway_id)
    await _delete_targets.run(tx, whole(scope), row=rule_id)
    await _delete.run(tx, whole(scope), row=rule_id)
    await note(scope, tx, gateway, rule, "deleted", now_ms, before=audit_values(rule))
    await push(scope, tx, gateway)


async def note_box_rules(tx: Tx, node: Node, version: str, *, now_ms: int) -> None:
    """Note that the box reported these rules, if they are the rules of now."""
    scope = Scope.system(node.tenant_id, "boxes")
    box = (await queries.box_rules(scope, tx, [node.node_id])).get(node.node_id)
    if box is not None and box.holds and box.held_version == version:
        return
    row = {"node_id": node.node_id, "tenant_id": node.tenant_id, "held_version": version, "held_ms": now_ms}
    await tx.upsert(edge_passage_boxes, [row], keys=("node_id",), update=("held_version", "held_ms"))
    await emit(tx, EdgeMoved(node.tenant_id, node.community_id, "rules", node.cluster_id, node.node_id))


async def passes_and_calls(scope: Scope, db: Reader, device: EdgeDevice) -> tuple[bool, bool]:
    """(its passes may begin a rule, it can call a lift), by its product's thing model."""
    model = (await get_product(whole(scope), db, product_key=device.product_key)).model()
    return PASSES in model.event_by_id, CALL in model.service_by_id


async def push(scope: Scope, tx: Tx, gateway: Gateway, *, within_ms: int = 0) -> None:
    """Have the box fetch its rules. `within_ms`: so late at the latest, once for all that changes until then."""
    row = {"node_id": gateway.node_id, "tenant_id": gateway.tenant_id, "held_ms": None}
    await tx.upsert(edge_passage_boxes, [row], keys=("node_id",), update=("held_ms",))
    node = await cluster_queries.node(whole(scope), tx, gateway.node_id)
    if within_ms:
        await refresh.tell_once(tx, node, what="rules", within_ms=within_ms)
    else:
        await refresh.tell(tx, node, what="rules")
    moved = EdgeMoved(
        gateway.tenant_id,
        gateway.community_id,
        "rules",
        gateway.cluster_id,
        gateway.node_id,
        gateway.gateway_id,
    )
    await emit(tx, moved)


async def _checked(scope: Scope, db: Reader, gateway: Gateway, rule: RuleForm) -> RuleForm:
    """Raises BadInput, NotFound."""
    door = await _device(scope, db, gateway, rule.door_id, "doorId")
    lift = await _device(scope, db, gateway, rule.lift_id, "liftId")
    if not (await passes_and_calls(scope, db, door))[0]:
        raise BadInput(field="doorId", rule="edge.no_passes", device=door.alias or door.device_name)
    if not (await passes_and_calls(scope, db, lift))[1]:
        raise BadInput(field="liftId", rule="edge.no_lift", device=lift.alias or lift.device_name)
    if not 0 <= rule.delay_s <= LONGEST_DELAY_S:
        raise BadInput(field="delaySeconds", rule="range", low=0, high=LONGEST_DELAY_S)
    if rule.unit_id is not None:
        unit = await spaces.space(scope, db, rule.unit_id)
        if unit.community_id != gateway.community_id:
            raise BadInput(field="unitId", rule="edge.not_of_gateway")
    if len(rule.floors) > MOST_FLOORS:
        raise BadInput(field="floors", rule="too_many_items", limit=MOST_FLOORS)
    for house, floor in rule.floors.items():
        _fit(house, "floors", _NUMBER)
        _fit(floor, "floors", _FLOOR)
    return rule._replace(
        name=rules.clean_name(rule.name),
        start_floor=_fit(rule.start_floor.strip(), "startFloor", _FLOOR),
        start_room=rule.start_room and _fit(rule.start_room.strip(), "startRoom", _NUMBER),
        elevator=rule.elevator and _fit(rule.elevator.strip(), "elevator", _NUMBER),
    )


def _of_app(rule: Rule, form: RuleForm) -> RuleForm:
    """A linkage that an application made has its name and its switch changed here, and no more. Raises BadInput."""
    kept = RuleForm(
        form.name, rule.door_id, rule.lift_id, rule.start_floor, rule.start_room, rule.elevator, rule.delay_s,
        bool(rule.release), rule.unit_id, rule.floor_table(), form.enabled,
    )  # fmt: skip
    if form != kept:
        raise BadInput(field="doorId", rule="edge.rule_of_app")
    return kept._replace(name=rules.clean_name(form.name))


async def _device(scope: Scope, db: Reader, gateway: Gateway, number: int, field: str) -> EdgeDevice:
    edge_device = await gateway_queries.device(scope, db, number)
    if edge_device.gateway_id != gateway.gateway_id:
        raise BadInput(field=field, rule="edge.not_of_gateway")
    return edge_device


def _fit(text: str, field: str, shape: re.Pattern[str]) -> str:
    if not shape.fullmatch(text):
        raise BadInput(field=field, rule="format", example="12" if shape is _FLOOR else "1201")
    return text


def _table(floors: Mapping[str, str]) -> str:
    return json.dumps(dict(floors), ensure_ascii=False, sort_keys=True)


def audit_values(rule: Rule) -> dict[str, object]:
    left_out = ("rule_id", "tenant_id", "gateway_id", "by_id", "created_ms", "changed_ms", "pair")
    return {name: value for name, value in rule._asdict().items() if name not in left_out}


async def note(
    scope: Scope,
    tx: Tx,
    gateway: Gateway,
    rule: Rule,
    action: str,
    now_ms: int,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, rule.rule_id, gateway.community_id),
        action,
        before=before,
        after=after,
        now_ms=now_ms,
    )
