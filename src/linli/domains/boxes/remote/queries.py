"""All reads of remote work."""

from sqlalchemy import bindparam, func, or_, select

from linli.domains.boxes.models import edge_clusters, edge_nodes
from linli.domains.boxes.queries.patterns import like
from linli.domains.boxes.remote.models import (
    edge_node_figures,
    edge_node_lines,
    edge_node_log,
    edge_tunnels,
)
from linli.domains.boxes.remote.rows import Figure, LineRow, LogEntry, Tunnel
from linli.domains.boxes.rows import Node
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_t, _f, _l = edge_tunnels.c, edge_node_figures.c, edge_node_log.c
_node_id = bindparam("node_id", type_=INT)
_tunnel = Query(
    select(edge_tunnels).where(in_scope(edge_tunnels), _t.tunnel_id == bindparam("tunnel_id", type_=INT)),
    Tunnel,
)
_tunnels = Query(
    select(edge_tunnels)
    .where(in_scope(edge_tunnels), _t.node_id == _node_id, _t.kind != bindparam("without"))
    .order_by(_t.asked_ms.desc(), _t.tunnel_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Tunnel,
)
_tunnels_total = Query(
    select(func.count())
    .select_from(edge_tunnels)
    .where(in_scope(edge_tunnels), _t.node_id == _node_id, _t.kind != bindparam("without"))
)
_living = Query(
    select(func.count())
    .select_from(edge_tunnels)
    .where(
        in_scope(edge_tunnels),
        _t.node_id == _node_id,
        _t.state != "ended",
        _t.until_ms > bindparam("now", type_=INT),
    )
)
_figures = Query(
    select(*(_f[name] for name in Figure._fields))
    .where(
        _f.node_id == _node_id,
        _f.tenant_id == bindparam("tenant"),
        _f.day >= bindparam("day", type_=INT),
        _f.at_ms >= bindparam("from_ms", type_=INT),
        _f.at_ms <= bindparam("to_ms", type_=INT),
    )
    .order_by(_f.at_ms),
    Figure,
    unscoped="the caller has read the node within the scope; its tenant is asked for again",
)
_log = Query(
    select(*(_l[name] for name in LogEntry._fields))
    .where(in_scope(edge_node_log), _l.node_id == _node_id)
    .order_by(_l.entry_no.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    LogEntry,
)
_log_total = Query(
    select(func.count()).select_from(edge_node_log).where(in_scope(edge_node_log), _l.node_id == _node_id)
)
_n = edge_node_lines.c
_line_where = (
    _n.node_id == _node_id,
    _n.tenant_id == bindparam("tenant"),
    _n.day >= bindparam("day", type_=INT),
    _n.at_ms >= bindparam("from_ms", type_=INT),
    _n.at_ms <= bindparam("to_ms", type_=INT),
    _n.level >= bindparam("level", type_=INT),
    or_(bindparam("driver") == "", _n.driver == bindparam("driver")),
    or_(bindparam("device") == "", _n.device == bindparam("device")),
    or_(
        bindparam("text") == "",
        func.lower(_n.text).like(bindparam("text"), escape="\\"),
        func.lower(_n.facts).like(bindparam("text"), escape="\\"),
    ),
)
_READ_BEFORE = "the caller has read the node within the scope; its tenant is asked for again"
_lines = Query(
    select(*(_n[name] for name in LineRow._fields))
    .where(*_line_where)
    .order_by(_n.at_ms.desc(), _n.mark.desc())
    .limit(bindparam("most", type_=INT)),
    LineRow,
    unscoped=_READ_BEFORE,
)
_newest = (
    select(_n.driver, _n.device)
    .where(
        _n.node_id == _node_id,
        _n.tenant_id == bindparam("tenant"),
        _n.day >= bindparam("day", type_=INT),
    )
    .order_by(_n.day.desc(), _n.at_ms.desc())
    .limit(20_000)
    .subquery()
)
_line_sources = Query(
    select(_newest.c.driver, _newest.c.device)
    .distinct()
    .order_by(_newest.c.driver, _newest.c.device)
    .limit(1000),
    unscoped=_READ_BEFORE,
)
_named = or_(
    bindparam("text") == "",
    func.lower(edge_nodes.c.name).like(bindparam("text"), escape="\\"),
    func.lower(edge_nodes.c.serial_number).like(bindparam("text"), escape="\\"),
)
_boxes = Query(
    select(edge_nodes)
    .where(in_scope(edge_nodes), _named)
    .order_by(edge_nodes.c.name, edge_nodes.c.node_id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Node,
)
_boxes_total = Query(select(func.count()).select_from(edge_nodes).where(in_scope(edge_nodes), _named))
_cluster_names = Query(
    select(edge_clusters.c.cluster_id, edge_clusters.c.name).where(
        any_of(edge_clusters.c.cluster_id, "cluster_ids"), in_scope(edge_clusters)
    )
)
_tunnel_now = Query(
    select(edge_tunnels).where(_t.tunnel_id == bindparam("tunnel_id", type_=INT)),
    Tunnel,
    unscoped="a browser comes to a box's page: ticket and session are compared with the row",
)
_node_now = Query(
    select(edge_nodes).where(edge_nodes.c.node_id == _node_id, edge_nodes.c.tenant_id == bindparam("tenant")),
    Node,
    unscoped="whether a tunnel's box is still there, by the tunnel's own tenant",
)


async def tunnel(scope: Scope, db: Reader, tunnel_id: int) -> Tunnel:
    """Raises NotFound."""
    if (tunnel_row := await _tunnel.one(db, scope, tunnel_id=tunnel_id)) is None:
        raise NotFound(what="edge_tunnel", id=tunnel_id)
    return tunnel_row


async def tunnels(
    scope: Scope, db: Reader, node_id: int, request: PageRequest, *, tools: bool
) -> Page[Tunnel]:
    """The newest first; `tools`: also those that the console's own pages opened."""
    binds = {"node_id": node_id, "without": "" if tools else "tools"}
    total = int(await _tunnels_total.scalar(db, scope, **binds))
    return Page.of(request, total, await _tunnels.all(db, scope, **binds, **request.binds))


async def living(scope: Scope, db: Reader, node_id: int, *, now_ms: int) -> int:
    """How many tunnels of a box are open or waited for."""
    return int(await _living.scalar(db, scope, node_id=node_id, now=now_ms))


async def figures(db: Reader, node: Node, *, from_ms: int, to_ms: int) -> list[Figure]:
    """Oldest first. `node` as it was read within the caller's scope."""
    day = from_ms // 86_400_000 - 1
    return await _figures.all(
        db, node_id=node.node_id, tenant=node.tenant_id, day=day, from_ms=from_ms, to_ms=to_ms
    )


async def log(scope: Scope, db: Reader, node_id: int, request: PageRequest) -> Page[LogEntry]:
    """When a box came and went, the newest first."""
    total = int(await _log_total.scalar(db, scope, node_id=node_id))
    return Page.of(request, total, await _log.all(db, scope, node_id=node_id, **request.binds))


async def boxes(scope: Scope, db: Reader, request: PageRequest, *, text: str) -> Page[Node]:
    """Boxes in sight by name; `text`: a part of name or serial number."""
    binds = {"text": like(text) if text else ""}
    total = int(await _boxes_total.scalar(db, scope, **binds))
    return Page.of(request, total, await _boxes.all(db, scope, **binds, **request.binds))


async def cluster_names(scope: Scope, db: Reader, cluster_ids: list[int]) -> dict[int, str]:
    return dict(await _cluster_names.all(db, scope, cluster_ids=cluster_ids)) if cluster_ids else {}


async def node_now(db: Reader, *, node_id: int, tenant_id: str) -> Node | None:
    return await _node_now.one(db, node_id=node_id, tenant=tenant_id)


async def tunnel_now(db: Reader, *, tunnel_id: int) -> Tunnel | None:
    return await _tunnel_now.one(db, tunnel_id=tunnel_id)


async def lines(
    db: Reader, node: Node, *, from_ms: int, to_ms: int, level: int, driver: str, device: str, text: str, most: int
) -> list[LineRow]:  # fmt: skip
    """Log lines that the box sent, the newest first. `node` as it was read within the caller's scope."""
    return await _lines.all(
        db, node_id=node.node_id, tenant=node.tenant_id, day=from_ms // 86_400_000, from_ms=from_ms, to_ms=to_ms,
        level=level, driver=driver, device=device, text=like(text) if text else "", most=most,
    )  # fmt: skip


async def line_sources(db: Reader, node: Node, *, since_ms: int) -> list[tuple[str, str]]:
    """(driver, device) of its newest lines."""
    rows = await _line_sources.all(
        db, node_id=node.node_id, tenant=node.tenant_id, day=since_ms // 86_400_000
    )
    return [(driver, device) for driver, device in rows]
