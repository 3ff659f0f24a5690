"""Passage rules with the devices they name, and what boxes keep of them."""

import json
from typing import Final, NamedTuple

from sqlalchemy import bindparam, func, or_, select

from linli.domains.boxes.models import edge_devices, edge_gateways, edge_passage_rules
from linli.domains.boxes.passage.models import edge_passage_boxes, edge_passage_targets
from linli.domains.boxes.queries.patterns import like
from linli.domains.boxes.rows import EdgeDevice, Gateway
from linli.kernel.db import INT, Query, Reader, Tx, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

CONSOLE: Final = "console"
API: Final = "api"
PERSON: Final = "PERSON"
IDENTITY: Final = "IDENTITY"
QRCODE: Final = "QRCODE"
CARD: Final = "CARD"


class Rule(NamedTuple):
    rule_id: int
    tenant_id: str
    gateway_id: int
    name: str
    enabled: int
    door_id: int
    lift_id: int
    elevator: str
    start_floor: str
    start_room: str
    delay_s: int
    release: int
    unit_id: int | None
    floors: str
    by_id: str
    created_ms: int
    changed_ms: int
    mode: str = ""
    source: str = CONSOLE
    pair: str | None = None

    def floor_table(self) -> dict[str, str]:
        return dict(json.loads(self.floors))


class Target(NamedTuple):
    """Whom a linkage serves, as its row has it."""

    rule_id: int
    kind: str
    subject: str
    tenant_id: str
    identity_id: str
    floors: str
    expires_ms: int | None
    changed_ms: int
    ended_ms: int | None = None

    def floor_list(self) -> list[tuple[str, str]]:
        """(floor, room)."""
        return [(str(floor), str(room)) for floor, room in json.loads(self.floors)]


class BoxRules(NamedTuple):
    node_id: int
    tenant_id: str
    held_version: str
    held_ms: int | None

    @property
    def holds(self) -> bool:
        """Whether the box keeps the rules as they are now."""
        return self.held_ms is not None


_r, _g = edge_passage_rules.c, edge_gateways.c
_seen = (
    select(edge_passage_rules)
    .join(edge_gateways, _g.gateway_id == _r.gateway_id)
    .where(in_scope(edge_gateways), _r.tenant_id == _g.tenant_id)
)
_names_it = (
    select(edge_devices.c.edge_device_id)
    .where(
        edge_devices.c.tenant_id == _r.tenant_id,
        edge_devices.c.edge_device_id.in_((_r.door_id, _r.lift_id)),
        or_(
            func.lower(edge_devices.c.alias).like(bindparam("text"), escape="\\"),
            func.lower(edge_devices.c.device_name).like(bindparam("text"), escape="\\"),
        ),
    )
    .exists()
)
_page_rows = _seen.where(
    or_(bindparam("of_gateway", type_=INT) == 0, _r.gateway_id == bindparam("of_gateway", type_=INT)),
    or_(
        bindparam("text") == "",
        func.lower(_r.name).like(bindparam("text"), escape="\\"),
        func.lower(_g.name).like(bindparam("text"), escape="\\"),
        _names_it,
    ),
)
_page = Query(
    _page_rows.order_by(_r.created_ms, _r.rule_id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Rule,
)
_total = Query(_page_rows.with_only_columns(func.count()))
_of_gateway = Query(
    _seen.where(_r.gateway_id == bindparam("gateway_id", type_=INT)).order_by(_r.created_ms, _r.rule_id), Rule
)
_by_id = Query(_seen.where(_r.rule_id == bindparam("rule_id", type_=INT)), Rule)
_devices = Query(
    select(edge_devices).where(in_scope(edge_devices), any_of(edge_devices.c.edge_device_id, "device_ids")),
    EdgeDevice,
)
_box_rules = Query(
    select(edge_passage_boxes).where(
        in_scope(edge_passage_boxes), any_of(edge_passage_boxes.c.node_id, "node_ids")
    ),
    BoxRules,
)
_kept_by = Query(
    select(edge_passage_boxes)
    .where(in_scope(edge_passage_boxes), edge_passage_boxes.c.node_id == bindparam("node_id", type_=INT))
    .with_for_update(),
    BoxRules,
)
_t = edge_passage_targets.c
_target = Query(
    select(edge_passage_targets).where(
        in_scope(edge_passage_targets),
        _t.rule_id == bindparam("rule_id", type_=INT),
        _t.kind == bindparam("kind"),
        _t.subject == bindparam("subject"),
    ),
    Target,
)
_targets = Query(
    select(edge_passage_targets)
    .where(in_scope(edge_passage_targets), any_of(_t.rule_id, "rule_ids"))
    .order_by(_t.rule_id, _t.kind, _t.subject),
    Target,
)
_target_counts = Query(
    select(_t.rule_id, func.count())
    .where(in_scope(edge_passage_targets), any_of(_t.rule_id, "rule_ids"))
    .group_by(_t.rule_id)
)
_linked = Query(
    select(_t.rule_id)
    .distinct()
    .where(in_scope(edge_passage_targets), any_of(_t.identity_id, "identity_ids"))
)
_of_persons = Query(
    select(edge_passage_targets)
    .where(in_scope(edge_passage_targets), any_of(_t.identity_id, "identity_ids"))
    .order_by(_t.rule_id, _t.kind, _t.subject),
    Target,
)
_of_subject = Query(
    select(edge_passage_targets)
    .where(in_scope(edge_passage_targets), _t.subject == bindparam("subject"), _t.kind == bindparam("kind"))
    .order_by(_t.rule_id),
    Target,
)
_of_community = Query(
    _seen.where(_g.community_id == bindparam("community_id", type_=INT)).order_by(_r.created_ms, _r.rule_id),
    Rule,
)
_of_lifts = Query(_seen.where(any_of(_r.lift_id, "lift_ids")).order_by(_r.created_ms, _r.rule_id), Rule)
_lifts = Query(
    select(edge_devices)
    .where(
        in_scope(edge_devices),
        _r.tenant_id == edge_devices.c.tenant_id,
        _r.lift_id == edge_devices.c.edge_device_id,
    )
    .distinct()
    .order_by(edge_devices.c.edge_device_id)
    .limit(bindparam("limit", type_=INT)),
    EdgeDevice,
)
_by_pair = Query(_seen.where(_r.pair == bindparam("pair")), Rule)
_freeing = Query(
    select(edge_gateways)
    .where(
        in_scope(edge_gateways),
        _g.community_id == bindparam("community_id", type_=INT),
        select(_r.rule_id)
        .where(_r.gateway_id == _g.gateway_id, _r.tenant_id == _g.tenant_id, _r.enabled == 1, _r.release == 1)
        .exists(),
    )
    .order_by(_g.gateway_id),
    Gateway,
)


async def page(scope: Scope, db: Reader, *, gateway_id: int, text: str, page: PageRequest) -> Page[Rule]:
    """The rules in the scope, in the order of their creation. `gateway_id` 0: of every gateway. `text`: part of the
    name of a rule, of its gateway, door or lift."""
    binds = {"of_gateway": gateway_id, "text": like(text) if text else ""}
    return Page.of(
        page, await _total.scalar(db, scope, **binds), await _page.all(db, scope, **binds, **page.binds)
    )


async def rules(scope: Scope, db: Reader, gateway_id: int) -> list[Rule]:
    """All of one gateway, in the order in which they were made."""
    return await _of_gateway.all(db, scope, gateway_id=gateway_id)


async def rules_of_community(scope: Scope, db: Reader, community_id: int) -> list[Rule]:
    """Of all its gateways, in the order in which they were made."""
    return await _of_community.all(db, scope, community_id=community_id)


async def lifts_of_rules(scope: Scope, db: Reader, *, most: int) -> list[EdgeDevice]:
    """Lifts that a rule names."""
    return await _lifts.all(db, scope, limit=most)


async def rules_of_lifts(scope: Scope, db: Reader, lift_ids: list[int]) -> list[Rule]:
    """What calls these lifts, in the order in which it was made."""
    return await _of_lifts.all(db, scope, lift_ids=lift_ids) if lift_ids else []


async def freeing_gateways(scope: Scope, db: Reader, community_id: int) -> list[Gateway]:
    """Gateways of a community with a rule that frees the floors of who passes."""
    return await _freeing.all(db, scope, community_id=community_id)


async def rule(scope: Scope, db: Reader, rule_id: int) -> Rule:
    """Raises NotFound."""
    if (rule_row := await _by_id.one(db, scope, rule_id=rule_id)) is None:
        raise NotFound(what="edge_rule", id=rule_id)
    return rule_row


async def devices_of(scope: Scope, db: Reader, rules: list[Rule]) -> dict[int, EdgeDevice]:
    """Devices that rules name, by number; those that are no longer behind a gateway are absent."""
    wanted = sorted({number for rule_row in rules for number in (rule_row.door_id, rule_row.lift_id)})
    if not wanted:
        return {}
    return {row.edge_device_id: row for row in await _devices.all(db, scope, device_ids=wanted)}


async def box_rules(scope: Scope, db: Reader, node_ids: list[int]) -> dict[int, BoxRules]:
    """The rules that boxes reported; the caller may see these boxes. Boxes that never had a rule are absent."""
    rows = await _box_rules.all(db, _tenant(scope), node_ids=node_ids) if node_ids else []
    return {row.node_id: row for row in rows}


async def hold_box(scope: Scope, tx: Tx, node_id: int) -> None:
    """Let nobody change rules of this box until the unit ends; who is changing some is waited for."""
    await _kept_by.one(tx, _tenant(scope), node_id=node_id)


async def rule_of_pair(scope: Scope, db: Reader, pair: str) -> Rule | None:
    """The linkage of a door and a lift."""
    return await _by_pair.one(db, scope, pair=pair)


async def target(scope: Scope, db: Reader, rule_id: int, kind: str, subject: str) -> Target | None:
    """One target of a linkage that the caller may see."""
    return await _target.one(db, _tenant(scope), rule_id=rule_id, kind=kind, subject=subject)


async def targets(scope: Scope, db: Reader, rule_ids: list[int]) -> list[Target]:
    """All targets of linkages that the caller may see."""
    return await _targets.all(db, _tenant(scope), rule_ids=rule_ids) if rule_ids else []


async def target_counts(scope: Scope, db: Reader, rule_ids: list[int]) -> dict[int, int]:
    """Targets by linkage."""
    return dict(await _target_counts.all(db, _tenant(scope), rule_ids=rule_ids)) if rule_ids else {}


async def linked_rules(scope: Scope, db: Reader, identity_ids: list[str]) -> list[int]:
    """Linkages of the tenant that serve one of these persons."""
    rows = await _linked.all(db, _tenant(scope), identity_ids=identity_ids) if identity_ids else []
    return [rule_id for (rule_id,) in rows]


async def targets_of_persons(scope: Scope, db: Reader, identity_ids: list[str]) -> list[Target]:
    """Of all linkages of the tenant."""
    return await _of_persons.all(db, _tenant(scope), identity_ids=identity_ids) if identity_ids else []


async def targets_of_subject(scope: Scope, db: Reader, kind: str, subject: str) -> list[Target]:
    """Of all linkages of the tenant."""
    return await _of_subject.all(db, _tenant(scope), kind=kind, subject=subject)


def _tenant(scope: Scope) -> Scope:
    return Scope(scope.tenant, scope.caller, language=scope.language)
