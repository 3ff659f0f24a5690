"""Tunnels as rows: asked for, taken once by each side, ended, and kept as evidence. Spec C062, H-97."""

import hashlib
import secrets as randomness
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, case, update

from linli.domains.boxes import rules as box_rules
from linli.domains.boxes.queries import clusters
from linli.domains.boxes.remote import queries, rules
from linli.domains.boxes.remote.errors import BoxAway, BoxNotActive, TooManyTunnels
from linli.domains.boxes.remote.models import edge_tunnels
from linli.domains.boxes.remote.rows import Tunnel
from linli.domains.boxes.rows import Node, place_of
from linli.domains.boxes.service.products import whole
from linli.domains.boxes.service.refresh import tell
from linli.kernel.db import INT, Command, Query, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.protocols.edge_remote.wire import Kind
from linli.things.queries.devices import get_device

_t = edge_tunnels.c
_now = bindparam("now", type_=INT)
_PROVED: Final = "a ticket of 256 bits, told to one side alone, proves what scope would"


def _take(side: str) -> Query[Tunnel]:
    """One side connects with its ticket, which is void from now on; the row notifies the process of the other side."""
    ticket, process = _t[f"{side}_ticket"], f"{side}_process"
    return Query(
        update(edge_tunnels)
        .where(
            ticket == bindparam("ticket"),
            _t.state != "ended",
            _t.until_ms > _now,
            _t.asked_ms > bindparam("since", type_=INT),
        )
        .values(
            {
                ticket.name: "",
                process: bindparam("process"),
                "state": case((_t.state == "waiting", "half"), else_="open"),
                "opened_ms": case((_t.state == "waiting", None), else_=_now),
            }
        )
        .returning(*edge_tunnels.columns),
        Tunnel,
        unscoped=_PROVED,
    )


_takes = {"box": _take("box"), "person": _take("person")}
_end = Command(
    update(edge_tunnels)
    .where(_t.tunnel_id == bindparam("row", type_=INT), _t.state != "ended", in_scope(edge_tunnels))
    .values(state="ended", why_ended=bindparam("why"), ended_ms=_now, box_ticket="", person_ticket="")
)
_count = Command(
    update(edge_tunnels)
    .where(_t.tunnel_id == bindparam("row", type_=INT), in_scope(edge_tunnels))
    .values(
        bytes_to_box=bindparam("to_box", type_=INT),
        bytes_from_box=bindparam("from_box", type_=INT),
        transcript=bindparam("seen"),
    )
)
_forget = Command(
    update(edge_tunnels)
    .where(_t.state != "ended", _t.until_ms < _now)
    .values(state="ended", why_ended="time", ended_ms=_t.until_ms, box_ticket="", person_ticket=""),
    unscoped="housekeeping: tunnels whose processes died",
)


class Asked(NamedTuple):
    tunnel: Tunnel
    person_ticket: str
    """Shown to the caller who asked, and to nobody else."""


class By(NamedTuple):
    """The asker, for the audit."""

    name: str
    session_id: int = 0


def new_ticket() -> str:
    return randomness.token_urlsafe(32)


def hashed(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()


class TunnelWish(msgspec.Struct, frozen=True, kw_only=True):
    """A request for a tunnel into a box: asker and reason."""

    kind: Kind
    reason: str
    """2 to 200 characters."""
    minutes: int
    recorded: bool
    """Whether what a terminal shows is kept."""


async def ask(
    scope: Scope, tx: Tx, *, node_id: int, wish: TunnelWish, by: By, ids: Ids, now_ms: int
) -> Asked:
    """Call a box to open a tunnel; both sides have a minute to come with their tickets.

    Raises NotFound, BadInput, BoxNotActive, BoxAway, TooManyTunnels.
    """
    strip = wish.reason.strip()
    if len(strip) not in rules.REASON_CHARS:
        raise BadInput(field="reason", rule="length", min=2, max=200)
    if wish.minutes not in rules.MINUTES:
        raise BadInput(field="minutes", rule="range", min=1, max=120)
    node = await _reachable(scope, tx, node_id)
    if await queries.living(whole(scope), tx, node_id, now_ms=now_ms) >= rules.MOST_OPEN:
        raise TooManyTunnels(node=node.name, most=rules.MOST_OPEN)
    box_ticket, person_ticket = new_ticket(), new_ticket()
    row: dict[str, Any] = {
        **place_of(node), "tunnel_id": ids.number(), "node_id": node_id, "kind": wish.kind,
        "by_kind": scope.caller.kind, "by_id": scope.caller.id, "by_name": by.name, "session_id": by.session_id,
        "reason": strip, "state": "waiting", "why_ended": "", "box_ticket": hashed(box_ticket),
        "person_ticket": hashed(person_ticket), "box_process": "", "person_process": "", "asked_ms": now_ms,
        "opened_ms": None, "until_ms": now_ms + wish.minutes * 60_000, "ended_ms": None, "bytes_to_box": 0,
        "bytes_from_box": 0, "recorded": int(wish.recorded), "transcript": "",
    }  # fmt: skip
    await tx.insert(edge_tunnels, row)
    await tell(tx, node, what="tunnel", ticket=box_ticket, kind=wish.kind)
    return Asked(Tunnel(**row), person_ticket)


async def _reachable(scope: Scope, tx: Tx, node_id: int) -> Node:
    node = await clusters.node(scope, tx, node_id)
    if node.state == box_rules.UNACTIVATED:
        raise BoxNotActive(node=node.name)
    if (await get_device(whole(scope), tx, iot_id=node.iot_id)).state != "online":
        raise BoxAway(node=node.name)
    return node


async def take(tx: Tx, *, side: str, ticket: str, process: str, now_ms: int) -> Tunnel | None:
    """A side comes; None where the ticket is unknown, used or too old. `side`: box, person."""
    return await _takes[side].one(
        tx, ticket=hashed(ticket), process=process, now=now_ms, since=now_ms - rules.TICKET_MS
    )


async def end(tx: Tx, tunnel: Tunnel, *, why: str, now_ms: int) -> None:
    """Nothing where it has ended already: the first reason stays."""
    await _end.run(tx, Scope.system(tunnel.tenant_id), row=tunnel.tunnel_id, why=why, now=now_ms)


async def count(tx: Tx, tunnel: Tunnel, *, to_box: int, from_box: int, transcript: str) -> None:
    """The bytes so far."""
    await _count.run(
        tx,
        Scope.system(tunnel.tenant_id),
        row=tunnel.tunnel_id,
        to_box=to_box,
        from_box=from_box,
        seen=transcript,
    )


async def end_forgotten(tx: Tx, *, now_ms: int) -> None:
    """Tunnels that no process knows any more, since theirs was killed."""
    await _forget.run(tx, now=now_ms)
