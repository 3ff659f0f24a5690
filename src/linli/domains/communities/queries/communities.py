"""Communities: one, and lists of them."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select

from linli.domains.communities.models import communities, community_certificates, uploads
from linli.domains.communities.rows import APPROVED, Community
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.tenancy import project_communities

_c = communities.c
_by_id = Query(
    select(communities).where(in_scope(communities), _c.community_id == bindparam("community_id", type_=INT)),
    Community,
)
_locked = Query(
    select(communities)
    .where(in_scope(communities), _c.community_id == bindparam("community_id", type_=INT))
    .with_for_update(),
    Community,
)
_by_scope_id = Query(
    select(communities).where(in_scope(communities), _c.scope_id == bindparam("scope_id")), Community
)
_by_ids = Query(
    select(communities).where(in_scope(communities), any_of(_c.community_id, "community_ids")), Community
)
_target = Query(
    select(communities).where(
        or_(_c.community_id == bindparam("community_id", type_=INT), _c.scope_id == bindparam("scope_id"))
    ),
    Community,
    unscoped="tokens are asked for before there is a scope; the gateway compares tenant and grant",
)
_in_management = Query(
    select(communities)
    .where(
        _c.apply_status == APPROVED,
        _c.service_state == "running",
        or_(_c.name.like(bindparam("text"), escape="\\"), _c.address.like(bindparam("text"), escape="\\")),
    )
    .order_by(_c.name, _c.community_id)
    .limit(bindparam("limit", type_=INT)),
    Community,
    unscoped="residents look for their community before anybody knows them; name and address hang at its gate",
)
_same_poi = Query(
    select(communities)
    .where(_c.poid == bindparam("poid"), _c.community_id != bindparam("community_id", type_=INT))
    .order_by(_c.created_ms),
    Community,
    unscoped="the operator compares claims of all tenants on one place",
)
_certificates = Query(
    select(community_certificates.c.position, uploads.c.object_key, uploads.c.content_type)
    .join(uploads, uploads.c.upload_id == community_certificates.c.upload_id)
    .where(
        community_certificates.c.tenant_id == bindparam("tenant"),
        community_certificates.c.community_id == bindparam("community_id", type_=INT),
    )
    .order_by(community_certificates.c.position),
    unscoped="reached only through a community that was read in scope",
)
_granted = (
    select(project_communities.c.project_id)
    .where(
        project_communities.c.community_id == _c.community_id,
        project_communities.c.project_id == bindparam("project_id"),
    )
    .correlate(communities)
    .exists()
)
_FILTERS: dict[str, Any] = {
    # A community's own projectId (scope_id) finds it; an integrator's projectId finds all that it has.
    "project_id": or_(
        _c.scope_id == bindparam("project_id"), _c.project_id == bindparam("project_id"), _granted
    ),
    "community_id": _c.community_id == bindparam("community_id", type_=INT),
    "apply_status": _c.apply_status == bindparam("apply_status", type_=INT),
    "text": or_(
        _c.name.like(bindparam("text"), escape="\\"),
        _c.address.like(bindparam("text"), escape="\\"),
    ),
}
_pages: dict[frozenset[str], tuple[Query[Community], Query[Any]]] = {}


class Certificate(NamedTuple):
    position: int
    object_key: str
    content_type: str


def _page(filters: frozenset[str]) -> tuple[Query[Community], Query[Any]]:
    if filters not in _pages:
        base = select(communities).where(in_scope(communities), *(_FILTERS[name] for name in sorted(filters)))
        rows = base.order_by(_c.created_ms.desc(), _c.community_id.desc())
        rows = rows.limit(bindparam("limit", type_=INT)).offset(bindparam("offset", type_=INT))
        _pages[filters] = Query(rows, Community), Query(base.with_only_columns(func.count()))
    return _pages[filters]


async def community(scope: Scope, db: Reader, community_id: int, *, lock: bool = False) -> Community:
    """Raises NotFound. `lock` keeps the row from changing until the unit of work ends."""
    query = _locked if lock else _by_id
    if (community_row := await query.one(db, scope, community_id=community_id)) is None:
        raise NotFound(what="community", id=community_id)
    return community_row


async def of_scope_id(scope: Scope, db: Reader, scope_id: str) -> Community | None:
    """The community whose projectId on the wire this is."""
    return await _by_scope_id.one(db, scope, scope_id=scope_id)


async def by_id(scope: Scope, db: Reader, community_ids: list[int]) -> dict[int, Community]:
    """The given communities that the scope may see."""
    return {row.community_id: row for row in await _by_ids.all(db, scope, community_ids=community_ids)}


async def page(
    scope: Scope,
    db: Reader,
    request: PageRequest,
    *,
    project_id: str | None = None,
    apply_status: int | None = None,
    text: str | None = None,
    community_id: int | None = None,
) -> Page[Community]:
    """Communities of the scope and applications of its project, newest first."""
    escaped = (text or "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    binds: dict[str, Any] = {
        "project_id": project_id or None,
        "apply_status": apply_status,
        "community_id": community_id,
        "text": f"%{escaped}%" if escaped else None,
    }
    binds = {key: value for key, value in binds.items() if value is not None}
    rows, count = _page(frozenset(binds))
    total = int(await count.scalar(db, scope, **binds))
    return Page.of(request, total, await rows.all(db, scope, **binds, **request.binds))


async def target(db: Reader, *, community_id: int = 0, scope_id: str = "") -> Community | None:
    """The community of a requested token, without a scope: the gateway checks tenant, grant and approval."""
    community_row = await _target.one(db, community_id=community_id, scope_id=scope_id or None)
    return community_row if community_row is not None and community_row.apply_status == APPROVED else None


async def in_management(db: Reader, text: str, *, limit: int) -> list[Community]:
    """Communities of any tenant that are in management, by a part of the name or address: for residents."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return await _in_management.all(db, text=f"%{escaped}%", limit=limit)


async def rivals(db: Reader, community_row: Community) -> list[Community]:
    """Other communities and applications on the same POI, of any tenant: for the operator's review."""
    return await _same_poi.all(db, poid=community_row.poid, community_id=community_row.community_id)


async def certificates(db: Reader, community_row: Community) -> list[Certificate]:
    """The proofs handed in with an application that the caller has read in scope."""
    rows = await _certificates.all(
        db, tenant=community_row.tenant_id, community_id=community_row.community_id
    )
    return [Certificate(*row) for row in rows]
