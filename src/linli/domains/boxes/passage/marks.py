"""Marks of credentials in linkages: keyed, so that the database alone tells no card's number."""

import hashlib
import hmac
from typing import Any, Final

import msgspec
from sqlalchemy import and_, bindparam, delete, select, update

from linli.domains.boxes.passage import queries
from linli.domains.boxes.passage.models import edge_passage_targets
from linli.domains.boxes.passage.queries import PERSON, Target
from linli.domains.boxes.passage.service import push
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import Node
from linli.kernel.db import INT, Command, Query, Tx
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import KEYED, keyed_mark

REMARK: Final = "boxes.remark_linkages"
_ALL: Final = "an upgrade's work for every company alike"
_t = edge_passage_targets.c
_unkeyed = Query(
    select(edge_passage_targets)
    .where(_t.kind != PERSON, _t.subject.not_like(f"{KEYED}%"))
    .order_by(_t.rule_id, _t.kind, _t.subject)
    .with_for_update(),
    Target,
    unscoped=_ALL,
)
_this = and_(
    _t.rule_id == bindparam("of_rule", type_=INT),
    _t.kind == bindparam("of_kind"),
    _t.subject == bindparam("of_subject"),
)
_set_mark = Command(
    update(edge_passage_targets).where(_this).values(subject=bindparam("mark")), unscoped=_ALL
)
_drop = Command(delete(edge_passage_targets).where(_this), unscoped=_ALL)


class Remark(msgspec.Struct, frozen=True):
    """Outbox payload."""


def mark_key(secrets: Secrets, tenant_id: str) -> bytes:
    """The key of `credential_mark` for a company; made from the master key file, so it is in no database."""
    return hmac.digest(secrets.derived("marks of linkages"), tenant_id.encode(), hashlib.sha256)


def site_key(secrets: Secrets, node: Node) -> bytes:
    """By which the boxes of a community know each other on the LAN; in no database either."""
    site = f"{node.tenant_id}:{node.community_id}".encode()
    return hmac.digest(secrets.derived("boxes of a site"), site, hashlib.sha256)


async def remark(tx: Tx, secrets: Secrets) -> int:
    """Give marks without a key one; how many. Their boxes are told."""
    rows = await _unkeyed.all(tx)
    for row in rows:
        mark = keyed_mark(mark_key(secrets, row.tenant_id), row.subject)
        scope = Scope.system(row.tenant_id, "boxes")
        binds: dict[str, Any] = {"of_rule": row.rule_id, "of_kind": row.kind, "of_subject": row.subject}
        if await queries.target(scope, tx, row.rule_id, row.kind, mark) is None:
            await _set_mark.run(tx, **binds, mark=mark)
        else:  # saved again meanwhile
            await _drop.run(tx, **binds)
    gateways = set()
    for tenant_id, rule_id in sorted({(row.tenant_id, row.rule_id) for row in rows}):
        scope = Scope.system(tenant_id, "boxes")
        rule = await queries.rule(scope, tx, rule_id)
        if rule.gateway_id not in gateways:
            gateways.add(rule.gateway_id)
            await push(scope, tx, await gateway_queries.gateway(scope, tx, rule.gateway_id))
    return len(rows)
