"""The rules for one box in the form that it gets, with the floors of the residents behind its lifts."""

import hashlib

import msgspec

from linli.domains.boxes.passage import queries
from linli.domains.boxes.passage.queries import Rule
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import Node
from linli.domains.communities import space_rules
from linli.domains.communities.queries import spaces
from linli.domains.people.person_rules import MOVED_IN
from linli.domains.people.queries import residents
from linli.kernel.db import Reader
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.protocols.edge_link import LiftFloor, PassageRule, PassageRules, floor_of

type Homes = dict[str, list[str]]
"""House numbers by identityId."""


async def rules_of(db: Reader, node: Node) -> PassageRules:
    """The rules for a box. Rules whose door or lift was taken from the gateway are left out."""
    scope = Scope.system(node.tenant_id, "boxes")
    gateway = await gateway_queries.gateway_of_node(scope, db, node.node_id)
    rules = await queries.rules(scope, db, gateway.gateway_id) if gateway is not None else []
    rules = [rule for rule in rules if rule.enabled]
    devices = await queries.devices_of(scope, db, rules)
    homes: dict[int | None, Homes] = {}
    passage_rules = []
    for rule_row in rules:
        door, lift = devices.get(rule_row.door_id), devices.get(rule_row.lift_id)
        if door is None or lift is None or {door.gateway_id, lift.gateway_id} != {rule_row.gateway_id}:
            continue
        if rule_row.release and rule_row.unit_id not in homes:
            homes[rule_row.unit_id] = await _homes(scope, db, node.community_id, rule_row.unit_id)
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
            )
        )
    version = hashlib.sha256(msgspec.json.encode(passage_rules, order="sorted")).hexdigest()[:32]
    return PassageRules(version=version, rules=passage_rules)


async def _homes(scope: Scope, db: Reader, community_id: int | None, unit_id: int | None) -> Homes:
    """The residents of each house of a unit or of the whole community; empty if the space no longer exists."""
    if community_id is None:
        return {}
    try:
        root = unit_id if unit_id is not None else await spaces.require_root(scope, db, community_id)
        under = await spaces.subtree(scope, db, await spaces.space(scope, db, root))
    except NotFound:
        return {}
    houses = {row.space_id: row.name for row in under if row.kind == space_rules.HOUSE}
    homes: Homes = {}
    for tie in await residents.all_of_community(scope, db, community_id):
        if tie.status == MOVED_IN and tie.house_id in houses:
            homes.setdefault(tie.identity_id, []).append(houses[tie.house_id])
    return homes


def _persons(rule: Rule, homes: Homes) -> dict[str, list[LiftFloor]]:
    table = rule.floor_table()
    return {
        person: [LiftFloor(floor=table.get(house) or floor_of(house), room=house) for house in sorted(houses)]
        for person, houses in homes.items()
    }
