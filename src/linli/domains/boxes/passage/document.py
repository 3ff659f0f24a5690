"""The rules for one box in the form that it gets, with the floors of the residents behind its lifts."""

import hashlib
from typing import Final, cast

import msgspec

from linli.domains.boxes.passage import queries
from linli.domains.boxes.passage.lift_orders import KeptOrders, orders_of
from linli.domains.boxes.passage.queries import Rule, Target
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import EdgeDevice, Node
from linli.domains.communities import space_rules
from linli.domains.communities.queries import spaces
from linli.domains.faces.queries.images import images_of_persons
from linli.domains.people.person_rules import MOVED_IN
from linli.domains.people.queries import residents
from linli.domains.visitors import queries as visits
from linli.domains.visitors.rows import HOLDS_PASS, Visit
from linli.kernel.db import Reader
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.protocols.edge_link import (
    IN_CAR,
    ControlMode,
    LiftFloor,
    LiftOrders,
    Linkage,
    LinkageTarget,
    PassageRule,
    PassageRules,
    VisitFloor,
    floor_of,
)
from linli.rules.lifts import DOWN_AFTER_MS

MOST_VISITS: Final = 2_000
"""Of a community: those that begin first."""
type Homes = dict[str, list[str]]
"""House numbers by identityId."""
type Visits = dict[str, list[tuple[Visit, str]]]


async def rules_of(
    db: Reader, node: Node, mark_key: bytes, *, now_ms: int, site_key: bytes = b""
) -> PassageRules:
    """The rules for a box. Rules whose door or lift was taken from the gateway are left out."""
    scope = Scope.system(node.tenant_id, "boxes")
    gateway = await gateway_queries.gateway_of_node(scope, db, node.node_id)
    rules = await queries.rules(scope, db, gateway.gateway_id) if gateway is not None else []
    rules = [rule for rule in rules if rule.enabled]
    devices = await queries.devices_of(scope, db, rules)
    homes: dict[int | None, Homes] = {}
    visitors: dict[int | None, Visits] = {}
    passage_rules, linkages = [], []
    targets: dict[int, list[Target]] = {}
    for target in await queries.targets(scope, db, [rule.rule_id for rule in rules if rule.mode]):
        if target.ended_ms is not None:
            continue
        targets.setdefault(target.rule_id, []).append(target)
    for rule_row in rules:
        door, lift = devices.get(rule_row.door_id), devices.get(rule_row.lift_id)
        if door is None or lift is None or {door.gateway_id, lift.gateway_id} != {rule_row.gateway_id}:
            continue
        if rule_row.mode:
            linkages.append(_linkage(rule_row, door, lift, targets.get(rule_row.rule_id, [])))
            continue
        if rule_row.release and rule_row.unit_id not in homes:
            houses = await _houses(scope, db, node.community_id, rule_row.unit_id)
            homes[rule_row.unit_id] = await _homes(scope, db, node.community_id, houses)
            visitors[rule_row.unit_id] = await _visits(scope, db, node.community_id, houses, now_ms)
        passage_rules.append(
            PassageRule(
                id=str(rule_row.rule_id),
                door=door.device_name,
                lift=lift.device_name,
                elevator=rule_row.elevator,
                start_floor=rule_row.start_floor,
                start_room=rule_row.start_room,
                delay_s=rule_row.delay_s,
                release=bool(rule_row.release),
                persons=_persons(rule_row, homes[rule_row.unit_id]) if rule_row.release else {},
                visitors=_visitors(rule_row, visitors[rule_row.unit_id]) if rule_row.release else {},
            )
        )
    wanted = {target.identity_id for rows in targets.values() for target in rows if target.identity_id}
    faces = await _faces(scope, db, wanted.union(*(rule.persons for rule in passage_rules)))
    key = mark_key.hex() if linkages else ""
    called = {rule.lift for rule in passage_rules} | {linkage.lift for linkage in linkages}
    names = {row.iot_id: row.device_name for row in devices.values() if row.device_name in called}
    orders = await orders_of(scope, db, list(names))
    every = {
        name: orders.get(iot_id, KeptOrders()).with_exits(_starts(name, passage_rules, linkages))
        for iot_id, name in names.items()
    }
    lifts = {name: lift_orders for name, lift_orders in every.items() if lift_orders != LiftOrders()}
    content = [passage_rules, linkages, faces, key, lifts, *filter(None, [site_key.hex()])]
    version = hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:32]
    return PassageRules(
        version=version, rules=passage_rules, linkages=linkages, lifts=lifts, faces=faces, mark_key=key,
        site_key=site_key.hex(),
    )  # fmt: skip


def _starts(lift: str, rules: list[PassageRule], linkages: list[Linkage]) -> list[str]:
    """Where passes call a lift to."""
    called = [(rule.lift, rule.start_floor) for rule in rules]
    called += [(linkage.lift, linkage.start_floor) for linkage in linkages]
    return [floor for name, floor in called if name == lift and floor]


async def _faces(scope: Scope, db: Reader, persons: set[str]) -> dict[str, str]:
    """identityId by faceId."""
    pictures = await images_of_persons(scope, db, sorted(persons)) if persons else {}
    return {image.face_id: person for person, images in pictures.items() for image in images}


def _linkage(rule: Rule, door: EdgeDevice, lift: EdgeDevice, targets: list[Target]) -> Linkage:
    """A linkage with whom it serves; those whose time is over are left to the box, whose clock decides."""
    by_kind: dict[bool, dict[str, LinkageTarget]] = {True: {}, False: {}}
    for target in targets:
        floors = [LiftFloor(floor=floor, room=room) for floor, room in target.floor_list()]
        by_kind[target.kind == queries.PERSON][target.subject] = LinkageTarget(
            floors=floors, expires_ms=target.expires_ms or 0
        )
    called = rule.mode not in IN_CAR
    return Linkage(
        id=str(rule.rule_id),
        door=door.device_name,
        lift=lift.device_name,
        mode=cast(ControlMode, rule.mode),
        elevator=rule.elevator,
        start_floor=rule.start_floor if called else "",
        start_room=rule.start_room if called else "",
        delay_s=rule.delay_s,
        persons=by_kind[True],
        credentials=by_kind[False],
    )


async def _houses(scope: Scope, db: Reader, community_id: int | None, unit_id: int | None) -> dict[int, str]:
    """House numbers of a unit or of the whole community; empty if the space no longer exists."""
    if community_id is None:
        return {}
    try:
        root = unit_id if unit_id is not None else await spaces.require_root(scope, db, community_id)
        under = await spaces.subtree(scope, db, await spaces.space(scope, db, root))
    except NotFound:
        return {}
    return {row.space_id: row.name for row in under if row.kind == space_rules.HOUSE}


async def _homes(scope: Scope, db: Reader, community_id: int | None, houses: dict[int, str]) -> Homes:
    """The residents of each of these houses."""
    homes: Homes = {}
    if community_id is None or not houses:
        return homes
    for tie in await residents.all_of_community(scope, db, community_id):
        if tie.status == MOVED_IN and tie.house_id in houses:
            homes.setdefault(tie.identity_id, []).append(houses[tie.house_id])
    return homes


async def _visits(
    scope: Scope, db: Reader, community_id: int | None, houses: dict[int, str], now_ms: int
) -> Visits:
    """Visitors with a pass to these houses, by person: the visit and the number of its house."""
    expected: Visits = {}
    if community_id is None or not houses:
        return expected
    since = now_ms - DOWN_AFTER_MS  # who is upstairs when the visit ends still gets down
    rows = await visits.live(scope, db, community_id, list(HOLDS_PASS), now_ms=since)
    rows = [row for row in rows if row.visitor_identity and row.house_id in houses]
    for row in sorted(rows, key=lambda row: (row.starts_ms, row.apply_id))[:MOST_VISITS]:
        expected.setdefault(row.visitor_identity, []).append((row, houses[row.house_id]))
    return expected


def _visitors(rule: Rule, expected: Visits) -> dict[str, list[VisitFloor]]:
    table = rule.floor_table()
    return {
        person: [
            VisitFloor(
                floor=LiftFloor(floor=table.get(house) or floor_of(house), room=house),
                starts_ms=min(visit.starts_ms, visit.arrived_ms) if visit.arrived_ms else visit.starts_ms,
                ends_ms=visit.ends_ms,
            )
            for visit, house in rows
        ]
        for person, rows in expected.items()
    }


def _persons(rule: Rule, homes: Homes) -> dict[str, list[LiftFloor]]:
    table = rule.floor_table()
    return {
        person: [LiftFloor(floor=table.get(house) or floor_of(house), room=house) for house in sorted(houses)]
        for person, houses in homes.items()
    }
