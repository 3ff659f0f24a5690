"""Reads of projects, for the console and for apps."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Text, and_, bindparam, func, literal_column, or_, select

from linli.domains.projects.capabilities import CAPABILITIES, Capability, CapabilityState
from linli.domains.projects.models import project_capabilities, project_details
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.db.statements import Seen
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.tenancy import app_keys, projects


class Project(NamedTuple):
    """A project with its details, which may be empty. Times are ms since the epoch."""

    project_id: str
    tenant_id: str
    name: str
    state: str
    """`development` (开发态) or `integration` (集成态)."""
    created_ms: int
    kind: str
    client_name: str
    description: str
    start_ms: int | None
    end_ms: int | None
    solution_uuid: str
    solution_version_uuid: str
    cover_json: str
    contract_json: str
    root_space_id: int | None
    default_app_key: str | None
    """Its default key, or its first one; None without any."""
    made_by_project: str | None
    deployment: str
    joined_ms: int | None

    @property
    def cover_urls(self) -> list[str]:
        return msgspec.json.decode(self.cover_json, type=list[str])

    @property
    def contract_urls(self) -> list[str]:
        return msgspec.json.decode(self.contract_json, type=list[str])


class CapabilityRow(NamedTuple):
    project_id: str
    capability: str
    tenant_id: str
    state: CapabilityState
    reason: str
    reviewer: str
    applied_ms: int
    reviewed_ms: int | None


class CapabilityOf(NamedTuple):
    """One capability of the catalogue, and the project's application for it; None: none."""

    capability: Capability
    row: CapabilityRow | None


_p, _d = projects.c, project_details.c
_first_key = (
    select(app_keys.c.app_key)
    .where(app_keys.c.project_id == _p.project_id)
    .order_by(app_keys.c.created_ms, app_keys.c.app_key)
    .limit(1)
    .scalar_subquery()
)
_FROM = projects.outerjoin(project_details, _d.project_id == _p.project_id)
_COLUMNS = [
    _p.project_id,
    _p.tenant_id,
    _p.name,
    _p.state,
    _p.created_ms,
    func.coalesce(_d.kind, ""),
    func.coalesce(_d.client_name, ""),
    func.coalesce(_d.description, ""),
    _d.start_ms,
    _d.end_ms,
    func.coalesce(_d.solution_uuid, ""),
    func.coalesce(_d.solution_version_uuid, ""),
    func.coalesce(_d.cover_urls, "[]"),
    func.coalesce(_d.contract_urls, "[]"),
    _d.root_space_id,
    func.coalesce(_d.default_app_key, _first_key),
    _d.made_by_project,
    func.coalesce(_d.deployment, "public_cloud"),
    _d.joined_ms,
]


def _seen() -> ColumnElement[bool]:
    """The projects that a caller sees: people those of their tenant or groups; an app its own and those it created."""
    tenant, own = bindparam("scope_tenant", type_=Text()), bindparam("scope_project", type_=Text())
    return and_(
        or_(tenant.is_(None), _p.tenant_id == tenant),
        or_(
            bindparam("scope_all", type_=INT) == literal_column("1"),
            Seen(_p.project_id, "scope_projects", "scope_seen_projects"),
            _d.made_by_project == own,
        ),
    )


_by_id = Query(
    select(*_COLUMNS).select_from(_FROM).where(_p.project_id == bindparam("project_id"), _seen()), Project
)
_named = or_(
    bindparam("like") == "", _p.name.like(bindparam("like"), escape="\\"), _p.project_id == bindparam("text")
)
_page: Query[Project] = Query(
    select(*_COLUMNS)
    .select_from(_FROM)
    .where(_seen(), _named)
    .order_by(_p.created_ms.desc(), _p.project_id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Project,
)
_total: Query[tuple[Any, ...]] = Query(select(func.count()).select_from(_FROM).where(_seen(), _named))

_joined = Query(select(_d.project_id).where(in_scope(project_details), _d.joined_ms.is_not(None)).limit(1))

_c = project_capabilities.c
_of_project = Query(
    select(project_capabilities).where(
        _c.project_id == bindparam("project_id"),
        or_(bindparam("scope_tenant", type_=Text()).is_(None), _c.tenant_id == bindparam("scope_tenant")),
    ),
    CapabilityRow,
)
_applied = Query(
    select(project_capabilities)
    .where(_c.state == "applied", in_scope(project_capabilities))
    .order_by(_c.applied_ms, _c.project_id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    CapabilityRow,
)
_applied_total = Query(
    select(func.count())
    .select_from(project_capabilities)
    .where(_c.state == "applied", in_scope(project_capabilities))
)


async def get_project(scope: Scope, db: Reader, *, project_id: str) -> Project:
    """Raises NotFound."""
    row = await _by_id.one(db, scope, project_id=project_id)
    if row is None:
        raise NotFound(what="project", id=project_id)
    return row


async def list_projects(scope: Scope, db: Reader, *, page: PageRequest, text: str = "") -> Page[Project]:
    """The newest first. `text` is a part of the name, or a whole id."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    binds = {"like": f"%{escaped}%" if text else "", "text": text}
    total = await _total.scalar(db, scope, **binds)
    return Page.of(page, total, await _page.all(db, scope, **binds, **page.binds))


async def any_joined(scope: Scope, db: Reader) -> bool:
    """Whether a project of the tenant has joined the management platform. Communities then come by API. Spec B118."""
    whole = Scope.system(scope.tenant)
    return await _joined.one(db, whole) is not None


async def list_capabilities(scope: Scope, db: Reader, *, project_id: str) -> list[CapabilityOf]:
    """Every capability of the catalogue, with the project's application for it. Raises NotFound."""
    await get_project(scope, db, project_id=project_id)
    capabilities = {row.capability: row for row in await _of_project.all(db, scope, project_id=project_id)}
    return [CapabilityOf(capability, capabilities.get(code)) for code, capability in CAPABILITIES.items()]


async def list_applied(scope: Scope, db: Reader, *, page: PageRequest) -> Page[CapabilityRow]:
    """Capabilities waiting for review, the oldest first; with `Scope.system()` those of every tenant."""
    total = await _applied_total.scalar(db, scope)
    return Page.of(page, total, await _applied.all(db, scope, **page.binds))
