"""Whom linkages serve no more, and again: persons who left the community, and credentials that no door has any longer.

The application's rows stay: a box gets them back when the person comes back, when a door has the credential again, or
when the application saves the row once more.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, update

from linli.delivery import queries as deliveries
from linli.domains.access.service import kinds
from linli.domains.boxes.passage import queries
from linli.domains.boxes.passage.models import edge_passage_targets
from linli.domains.boxes.passage.queries import CARD, QRCODE, Rule, Target
from linli.domains.boxes.passage.service import GATHER_MS, push
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.people.queries import residents
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.scope import Scope
from linli.protocols.edge_link import credential_mark

_KINDS: Final = {kinds.QR: QRCODE, kinds.CARD: CARD, kinds.BLE: CARD}
"""How linkages call a kind of rows for doors."""
_t = edge_passage_targets.c
_set_ended = Command(
    update(edge_passage_targets)
    .where(
        in_scope(edge_passage_targets),
        _t.rule_id == bindparam("of_rule", type_=INT),
        _t.kind == bindparam("of_kind"),
        _t.subject == bindparam("of_subject"),
    )
    .values(ended_ms=bindparam("at", type_=INT))
)


async def persons_moved(
    scope: Scope, tx: Tx, *, community_id: int, identity_ids: list[str], now_ms: int
) -> None:
    """Those who neither live nor work there are served by no lift of the community, all others are."""
    targets = await queries.targets_of_persons(scope, tx, identity_ids)
    if not targets:
        return
    rules = {rule.rule_id: rule for rule in await queries.rules_of_community(scope, tx, community_id)}
    targets = [target for target in targets if target.rule_id in rules]
    for identity_id in sorted({target.identity_id for target in targets}):
        stays = await residents.belongs(scope, tx, community_id=community_id, identity_id=identity_id)
        theirs = [target for target in targets if target.identity_id == identity_id]
        await _set(scope, tx, theirs, rules, ended_ms=None if stays else now_ms)


async def credential_moved(
    scope: Scope, tx: Tx, *, key: bytes, kind: str, credential: str, now_ms: int
) -> None:
    """A card or code that no door is to have serves nobody in a lift, until one has it again."""
    if (named := _KINDS.get(kind)) is None:
        return
    targets = await queries.targets_of_subject(scope, tx, named, credential_mark(key, named, credential))
    if not targets:
        return
    rows = await deliveries.rows_of_credentials(scope, tx, credentials=[credential])
    good = any(_KINDS.get(row.kind) == named and not row.deleting for row in rows)
    rules = {target.rule_id: await queries.rule(scope, tx, target.rule_id) for target in targets}
    await _set(scope, tx, targets, rules, ended_ms=None if good else now_ms)


async def _set(
    scope: Scope, tx: Tx, targets: Sequence[Target], rules: dict[int, Rule], *, ended_ms: int | None
) -> None:
    """The boxes of what changed are told, once for all within two seconds."""
    moved = [target for target in targets if (target.ended_ms is None) != (ended_ms is None)]
    for target in moved:
        await _set_ended.run(
            tx, scope, of_rule=target.rule_id, of_kind=target.kind, of_subject=target.subject, at=ended_ms
        )
    for gateway_id in sorted({rules[target.rule_id].gateway_id for target in moved}):
        gateway = await gateway_queries.gateway(scope, tx, gateway_id)
        await push(scope, tx, gateway, within_ms=GATHER_MS)
