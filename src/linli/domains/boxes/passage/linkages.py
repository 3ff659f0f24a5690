"""Linkages (人梯联动): rules that an application writes, with the persons and credentials that each serves. Spec E 3.5.

What may stand in one is checked by who writes it (`elevators`); here are the rows, their history, and the word to the
box.
"""

import json
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete

from linli.domains.boxes.errors import TooManyRules, TooManyTargets
from linli.domains.boxes.models import edge_passage_rules
from linli.domains.boxes.passage import queries
from linli.domains.boxes.passage.models import edge_passage_targets
from linli.domains.boxes.passage.queries import API, Rule, Target
from linli.domains.boxes.passage.service import GATHER_MS, MOST, audit_values, note, push
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import EdgeDevice, Gateway
from linli.domains.boxes.service.products import whole
from linli.kernel.db import INT, Command, Tx, any_of, in_scope, update_of
from linli.kernel.scope import Scope

MOST_TARGETS: Final = 20_000
"""Persons and credentials of one linkage: a box keeps them in memory."""

_r, _t = edge_passage_rules.c, edge_passage_targets.c
_place = update_of(
    edge_passage_rules,
    ("start_floor", "start_room", "delay_s", "changed_ms"),
    _r.rule_id == bindparam("row", type_=INT),
    in_scope(edge_passage_rules),
)
_delete = Command(
    delete(edge_passage_targets).where(
        in_scope(edge_passage_targets),
        _t.rule_id == bindparam("of_rule", type_=INT),
        _t.kind == bindparam("of_kind"),
        _t.subject == bindparam("of_subject"),
    )
)
_delete_of = Command(
    delete(edge_passage_targets).where(in_scope(edge_passage_targets), any_of(_t.identity_id, "identity_ids"))
)


class NewLinkage(NamedTuple):
    """Checked: `mode` one of `edge_link.ControlMode`."""

    name: str
    mode: str
    door: EdgeDevice
    lift: EdgeDevice
    elevator: str = ""
    start_floor: str = ""
    start_room: str = ""
    delay_s: int = 0


def pair_of(door: EdgeDevice, lift: EdgeDevice) -> str:
    """What a second linkage of the same door and lift has too."""
    return f"{door.edge_device_id}:{lift.edge_device_id}"


async def create(
    scope: Scope, tx: Tx, *, gateway: Gateway, new: NewLinkage, rule_id: int, now_ms: int
) -> Rule:
    """Raises TooManyRules."""
    if len(await queries.rules(scope, tx, gateway.gateway_id)) >= MOST:
        raise TooManyRules(limit=MOST)
    rule = Rule(
        rule_id=rule_id, tenant_id=scope.tenant, gateway_id=gateway.gateway_id, name=new.name, enabled=1,
        door_id=new.door.edge_device_id, lift_id=new.lift.edge_device_id, elevator=new.elevator,
        start_floor=new.start_floor, start_room=new.start_room, delay_s=new.delay_s, release=0, unit_id=None,
        floors="{}", by_id=scope.caller.id, created_ms=now_ms, changed_ms=now_ms, mode=new.mode, source=API,
        pair=pair_of(new.door, new.lift),
    )  # fmt: skip
    await tx.insert(edge_passage_rules, rule._asdict())
    await note(scope, tx, gateway, rule, "created", now_ms, after=audit_values(rule))
    await push(scope, tx, gateway)
    return rule


async def change_place(
    scope: Scope, tx: Tx, *, rule: Rule, start_floor: str, start_room: str, delay_s: int, now_ms: int
) -> None:
    """Where the car is to come, and when."""
    gateway = await gateway_queries.gateway(scope, tx, rule.gateway_id)
    now = rule._replace(start_floor=start_floor, start_room=start_room, delay_s=delay_s, changed_ms=now_ms)
    await _place.run(tx, whole(scope), row=rule.rule_id, **now._asdict())
    before, after = audit_values(rule), audit_values(now)
    await note(scope, tx, gateway, now, "changed", now_ms, before=before, after=after)
    await push(scope, tx, gateway)


async def save_target(
    scope: Scope,
    tx: Tx,
    *,
    rule: Rule,
    kind: str,
    subject: str,
    identity_id: str,
    floors: Sequence[tuple[str, str]],
    expires_ms: int | None,
    now_ms: int,
) -> None:
    """Add whom a linkage serves, or change it. `floors`: (floor, room). One that had ended is served again.
    Raises TooManyTargets."""
    if await queries.target(scope, tx, rule.rule_id, kind, subject) is None:
        counts = await queries.target_counts(scope, tx, [rule.rule_id])
        if counts.get(rule.rule_id, 0) >= MOST_TARGETS:
            raise TooManyTargets(limit=MOST_TARGETS)
    text = json.dumps([list(pair) for pair in floors], ensure_ascii=False)
    row = Target(rule.rule_id, kind, subject, scope.tenant, identity_id, text, expires_ms, now_ms)
    await tx.upsert(
        edge_passage_targets,
        [row._asdict()],
        keys=("rule_id", "kind", "subject"),
        update=("identity_id", "floors", "expires_ms", "changed_ms", "ended_ms"),
    )
    await _tell(scope, tx, rule)


async def delete_target(scope: Scope, tx: Tx, *, rule: Rule, kind: str, subject: str) -> bool:
    """Whether it was there."""
    if not await _delete.run(tx, whole(scope), of_rule=rule.rule_id, of_kind=kind, of_subject=subject):
        return False
    await _tell(scope, tx, rule)
    return True


async def forget_persons(scope: Scope, tx: Tx, *, identity_ids: list[str]) -> None:
    """Persons whom nobody knows any longer are served by no linkage."""
    for rule_id in await queries.linked_rules(scope, tx, identity_ids):
        await _tell(scope, tx, await queries.rule(scope, tx, rule_id))
    await _delete_of.run(tx, whole(scope), identity_ids=identity_ids)


async def _tell(scope: Scope, tx: Tx, rule: Rule) -> None:
    """Once for all that are saved within two seconds: thousands are saved one by one."""
    gateway = await gateway_queries.gateway(scope, tx, rule.gateway_id)
    await push(scope, tx, gateway, within_ms=GATHER_MS)
