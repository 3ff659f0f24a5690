"""Console: passage rules (通行规则) of gateways, whether boxes keep them, and what became of them. Spec C C010, C016."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.boxes.console.rows.new_id import CreatedId
from linli.domains.boxes.errors import TooManyRules
from linli.domains.boxes.passage import queries, service
from linli.domains.boxes.passage.queries import BoxRules, Rule
from linli.domains.boxes.passage.runs import PassageRun, runs_of
from linli.domains.boxes.passage.service import RuleForm
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import EdgeDevice, Gateway
from linli.domains.communities import space_rules
from linli.domains.communities.addresses import with_word
from linli.domains.communities.queries import spaces
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.protocols.edge_link import LONGEST_DELAY_S

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value


class PassageRuleRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    enabled: bool
    gateway_id: str
    gateway_name: str
    door_id: str
    door_name: str
    lift_id: str
    lift_name: str
    elevator: str
    start_floor: str
    start_room: str
    delay_seconds: int
    release: bool
    unit_id: str
    unit_name: str
    floors: dict[str, str]
    state: Annotated[str, Meta(description="held (by the box), waiting, broken (door or lift is gone), off")]
    held_ms: int | None
    last: PassageRun | None
    changed_ms: int


class PassageRuleForm(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    name: str
    door_id: Annotated[str, Meta(pattern=r"^\d{1,18}$", description="A device of the gateway.")]
    lift_id: Annotated[str, Meta(pattern=r"^\d{1,18}$", description="A device that can call a lift.")]
    start_floor: Annotated[str, Meta(description="Floor of the door, where the car is to come: 1, -1, B1.")]
    start_room: Annotated[str, Meta(description="Which side, for cars that open on two.")] = ""
    elevator: Annotated[str, Meta(description="Number of the lift; empty: the controller chooses.")] = ""
    delay_seconds: Annotated[int, Meta(ge=0, le=LONGEST_DELAY_S)] = 0
    release: Annotated[bool, Meta(description="Also free the floors of the person who passes.")] = False
    unit_id: Annotated[
        str, Meta(pattern=r"^\d{0,18}$", description="Residents of this space; empty: of all.")
    ] = ""
    floors: Annotated[
        dict[str, str], Meta(description="Floor by house number where the number does not say it.")
    ] = {}
    enabled: bool = True

    def rule_form(self) -> RuleForm:
        return RuleForm(
            name=self.name,
            door_id=int(self.door_id),
            lift_id=int(self.lift_id),
            start_floor=self.start_floor,
            start_room=self.start_room,
            elevator=self.elevator,
            delay_s=self.delay_seconds,
            release=self.release,
            unit_id=int(self.unit_id) if self.unit_id else None,
            floors=self.floors,
            enabled=self.enabled,
        )


class NewPassageRule(PassageRuleForm, rename="camel", frozen=True, kw_only=True):
    gateway_id: Annotated[str, Meta(pattern=r"^\d{1,18}$")]


class PassageDevice(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    device_name: str
    opens: Annotated[bool, Meta(description="Its passes may begin a rule.")]
    lifts: Annotated[bool, Meta(description="It can call a lift.")]


class PassageUnit(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str


class PassageChoices(msgspec.Struct, rename="camel", frozen=True):
    devices: list[PassageDevice]
    units: list[PassageUnit]


passage_rule_routes = Routes("/edge/passage-rules", tags=("edge",))


class RuleFilter(Filter, frozen=True):
    """Passage rules, as their list is asked for."""

    gateway_id: Annotated[int, Meta(description="Of one gateway.")] = 0
    q: Annotated[str, Meta(description="Part of the name of a rule, its gateway, door or lift.")] = ""


@passage_rule_routes.get(right=SEE, raises=(NotFound,))
async def list_rules(
    scope: Scope, db: Database, page: PageRequest, where: RuleFilter
) -> Page[PassageRuleRow]:
    """Passage rules in sight, with whether their box keeps them and what last became of each."""
    if where.gateway_id:
        await gateway_queries.gateway(scope, db, where.gateway_id)
    rules = await queries.page(scope, db, gateway_id=where.gateway_id, text=where.q.strip(), page=page)
    return Page.of(page, rules.total, await _rows(scope, db, rules.data))


@passage_rule_routes.get("/choices", right=SEE, raises=(NotFound,))
async def choices(scope: Scope, db: Database, gateway_id: int) -> PassageChoices:
    """Doors and lifts of a gateway, and the buildings and units whose residents a lift may serve."""
    gateway = await gateway_queries.gateway(scope, db, gateway_id)
    passage_devices = []
    for row in await gateway_queries.devices(scope, db, gateway_id):
        opens, lifts = await service.passes_and_calls(scope, db, row)
        passage_devices.append(
            PassageDevice(str(row.edge_device_id), _name(row), row.device_name, opens, lifts)
        )
    return PassageChoices(passage_devices, await _units(scope, db, gateway))


@passage_rule_routes.post(right=MANAGE, raises=(NotFound, TooManyRules))
async def create(data: NewPassageRule, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> CreatedId:
    """When somebody passes this door, call that lift. The box is notified at once."""
    rule = await service.create(
        scope, tx, gateway_id=int(data.gateway_id), form=data.rule_form(), ids=ids, now_ms=clock.now_ms()
    )
    return CreatedId(str(rule.rule_id))


@passage_rule_routes.put("/{rule_id:int}", right=MANAGE, raises=(NotFound,))
async def change(rule_id: int, data: PassageRuleForm, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Change a rule, or switch it on and off."""
    await service.change(scope, tx, rule_id=rule_id, form=data.rule_form(), now_ms=clock.now_ms())


@passage_rule_routes.delete("/{rule_id:int}", right=MANAGE, raises=(NotFound,))
async def remove(rule_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Remove a rule."""
    await service.remove(scope, tx, rule_id=rule_id, now_ms=clock.now_ms())


@passage_rule_routes.get("/{rule_id:int}/runs", right=SEE, raises=(NotFound,))
async def runs(rule_id: int, scope: Scope, db: Database) -> list[PassageRun]:
    """The results of a rule, the newest first."""
    rule = await queries.rule(scope, db, rule_id)
    devices = await queries.devices_of(scope, db, [rule])
    lift = devices.get(rule.lift_id)
    return [run for run in await runs_of(scope, db, lift) if run.rule_id == str(rule_id)]


async def _rows(scope: Scope, db: Reader, rules: list[Rule]) -> list[PassageRuleRow]:
    devices = await queries.devices_of(scope, db, rules)
    gateways = {row.gateway_id: row for row in await gateway_queries.gateways(scope, db)} if rules else {}
    boxes = await queries.box_rules(scope, db, sorted({row.node_id for row in gateways.values()}))
    units = await spaces.names(
        scope, db, sorted({rule.unit_id for rule in rules if rule.unit_id is not None})
    )
    runs: dict[str, PassageRun] = {}
    for number in {rule.lift_id for rule in rules}:
        for run in reversed(await runs_of(scope, db, devices.get(number))):
            runs[run.rule_id] = run
    return [_row(rule, devices, gateways[rule.gateway_id], boxes, units, runs) for rule in rules]


def _row(
    rule: Rule,
    devices: dict[int, EdgeDevice],
    gateway: Gateway,
    boxes: dict[int, BoxRules],
    units: dict[int, str],
    runs: dict[str, PassageRun],
) -> PassageRuleRow:
    door, lift, box = devices.get(rule.door_id), devices.get(rule.lift_id), boxes.get(gateway.node_id)
    if door is None or lift is None:
        state = "broken"
    elif not rule.enabled:
        state = "off"
    else:
        state = "held" if box is not None and box.holds else "waiting"
    return PassageRuleRow(
        id=str(rule.rule_id),
        name=rule.name,
        enabled=bool(rule.enabled),
        gateway_id=str(gateway.gateway_id),
        gateway_name=gateway.name,
        door_id=str(rule.door_id),
        door_name=_name(door),
        lift_id=str(rule.lift_id),
        lift_name=_name(lift),
        elevator=rule.elevator,
        start_floor=rule.start_floor,
        start_room=rule.start_room,
        delay_seconds=rule.delay_s,
        release=bool(rule.release),
        unit_id=str(rule.unit_id or ""),
        unit_name=units.get(rule.unit_id or 0, ""),
        floors=rule.floor_table(),
        state=state,
        held_ms=box.held_ms if box is not None else None,
        last=runs.get(str(rule.rule_id)),
        changed_ms=rule.changed_ms,
    )


def _name(row: EdgeDevice | None) -> str:
    return "" if row is None else row.alias or row.device_name


async def _units(scope: Scope, db: Reader, gateway: Gateway) -> list[PassageUnit]:
    """Buildings and units with the names of what they stand in."""
    if gateway.community_id is None:
        return []
    try:
        root = await spaces.require_root(scope, db, gateway.community_id)
        under = await spaces.subtree(scope, db, await spaces.space(scope, db, root))
    except NotFound:
        return []
    names = {row.space_id: with_word(row.kind, row.name) for row in under}
    return [
        PassageUnit(
            str(row.space_id),
            "/".join(names[space_id] for space_id in space_rules.path_ids(row.path)[1:] if space_id in names),
        )
        for row in under
        if row.kind in (space_rules.BUILDING, space_rules.UNIT)
    ]
