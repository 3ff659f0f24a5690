"""Tenants, integrator projects, their keys, and the communities granted to projects. Scopes are built from these.

A tenant owns everything. A project (application platform project) has app keys and is granted communities, many to
many. The community's own id on the wire (`scope_id`, spec B 2.2) is kept by its room; here is only the number.
"""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    select,
    update,
)

from linli.kernel.db import (
    INT,
    Command,
    Database,
    Query,
    Reader,
    Tx,
    flag,
    in_scope,
    integer,
    metadata,
    text_column,
)
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets

ProjectState = Literal["development", "integration"]
PROJECT_STATES: Final = ("development", "integration")

tenants = Table(
    "tenants",
    metadata,
    Column("id", Text, primary_key=True),
    text_column("name", unique=True),
    integer("created_ms"),
)

projects = Table(
    "projects",
    metadata,
    Column("project_id", Text, primary_key=True),
    text_column("tenant_id"),
    text_column("name"),
    text_column("state", server_default="development"),
    integer("created_ms"),
    UniqueConstraint("tenant_id", "name"),
)
"""`state`: `integration` (集成态) or `development` (开发态)."""

app_keys = Table(
    "app_keys",
    metadata,
    Column("app_key", Text, primary_key=True),
    text_column("tenant_id"),
    Column("project_id", Text, ForeignKey("projects.project_id"), nullable=False, index=True),
    text_column("secret"),
    text_column("name", server_default=""),
    flag("enabled", default=1),
    integer("created_ms"),
    integer("last_used_ms", null=True),
)
"""`secret` is sealed (kernel.secrets), bound to `app_key:<key>`."""

project_communities = Table(
    "project_communities",
    metadata,
    Column("project_id", Text, ForeignKey("projects.project_id"), primary_key=True),
    Column("community_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("granted_ms"),
    Index("ix_project_communities_community", "community_id"),
)

closed_communities = Table(
    "closed_communities",
    metadata,
    Column("community_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("since_ms"),
)
"""Communities whose service is suspended or has ended: projects do not reach them, nor do their managers, staff and
residents. The company's administrators do, to take their data along."""


class ProjectNameTaken(Conflict):
    code = "project.name_taken"


class TenantNameTaken(Conflict):
    code = "tenant.name_taken"


class TenantRow(NamedTuple):
    id: str
    name: str
    created_ms: int


class ProjectRow(NamedTuple):
    project_id: str
    tenant_id: str
    name: str
    state: str
    created_ms: int


class AppKeyRow(NamedTuple):
    app_key: str
    tenant_id: str
    project_id: str
    secret: str
    name: str
    enabled: int
    created_ms: int
    last_used_ms: int | None


_tenant = Query(select(tenants).where(tenants.c.id == bindparam("id")), TenantRow)
_tenant_by_name = Query(select(tenants).where(tenants.c.name == bindparam("name")), TenantRow)
_tenants = Query(select(tenants).order_by(tenants.c.name), TenantRow)
_project = Query(
    select(projects).where(projects.c.project_id == bindparam("project_id"), in_scope(projects)), ProjectRow
)
_project_by_name = Query(
    select(projects).where(projects.c.name == bindparam("name"), projects.c.tenant_id == bindparam("tenant")),
    ProjectRow,
    unscoped="the tenant is a condition of its own",
)
_projects = Query(select(projects).where(in_scope(projects)).order_by(projects.c.name), ProjectRow)
_key = Query(
    select(app_keys).where(app_keys.c.app_key == bindparam("app_key")),
    AppKeyRow,
    unscoped="the key is what tells the tenant",
)
_keys = Query(select(app_keys).where(in_scope(app_keys)).order_by(app_keys.c.created_ms), AppKeyRow)
_communities = Query(
    select(project_communities.c.community_id).where(
        project_communities.c.project_id == bindparam("project_id"),
        project_communities.c.tenant_id == bindparam("tenant"),
        project_communities.c.community_id.not_in(select(closed_communities.c.community_id)),
    ),
    unscoped="builds the scope itself",
)
_set_project_state = Command(
    update(projects)
    .where(projects.c.project_id == bindparam("project"), in_scope(projects))
    .values(state=bindparam("to_state"))
)
_ungrant = Command(
    delete(project_communities).where(
        project_communities.c.project_id == bindparam("project"),
        project_communities.c.community_id == bindparam("community"),
        in_scope(project_communities),
    )
)
_open = Command(
    delete(closed_communities).where(
        closed_communities.c.community_id == bindparam("community", type_=INT), in_scope(closed_communities)
    )
)
_set_enabled = Command(
    update(app_keys)
    .where(app_keys.c.app_key == bindparam("key"), in_scope(app_keys))
    .values(enabled=bindparam("on", type_=INT))
)
_set_secret = Command(
    update(app_keys)
    .where(app_keys.c.app_key == bindparam("key"), in_scope(app_keys))
    .values(secret=bindparam("sealed"))
)


async def create_tenant(tx: Tx, *, name: str, ids: Ids) -> str:
    """A new tenant; its id. Raises BadInput, TenantNameTaken."""
    if not name.strip():
        raise BadInput(field="name", rule="blank")
    if await _tenant_by_name.one(tx, name=name.strip()):
        raise TenantNameTaken(name=name.strip())
    tenant_id = ids.tenant_id()
    await tx.insert(tenants, TenantRow(tenant_id, name.strip(), tx.db.clock.now_ms())._asdict())
    return tenant_id


async def create_project(scope: Scope, tx: Tx, *, name: str, ids: Ids) -> str:
    """A new integrator project of the scope's tenant; its id. Raises BadInput, ProjectNameTaken."""
    if not name.strip():
        raise BadInput(field="name", rule="blank")
    if await _project_by_name.one(tx, name=name.strip(), tenant=scope.tenant):
        raise ProjectNameTaken(name=name.strip())
    row = ProjectRow(ids.scope_id(), scope.tenant, name.strip(), "development", tx.db.clock.now_ms())
    await tx.insert(projects, row._asdict())
    return row.project_id


async def set_project_state(scope: Scope, tx: Tx, *, project_id: str, state: ProjectState) -> None:
    """Raises BadInput, NotFound."""
    if state not in PROJECT_STATES:
        raise BadInput(field="state", rule="one_of", allowed=", ".join(PROJECT_STATES))
    if not await _set_project_state.run(tx, scope, project=project_id, to_state=state):
        raise NotFound(what="project", id=project_id)


async def create_app_key(
    scope: Scope,
    tx: Tx,
    *,
    project_id: str,
    ids: Ids,
    secrets: Secrets,
    name: str = "",
    again: tuple[str, str] | None = None,
) -> tuple[str, str]:
    """A new (appKey, appSecret) for a project. The secret is told this once. Raises NotFound.

    `again`: a pair that there was before, of a project that is made again; its row must be gone.
    """
    project = await get_project(scope, tx, project_id=project_id)
    app_key, app_secret = again or (ids.app_key(), ids.app_secret())
    while again is None and await _key.one(tx, app_key=app_key):
        app_key = ids.app_key()
    row = AppKeyRow(
        app_key=app_key,
        tenant_id=project.tenant_id,
        project_id=project_id,
        secret=secrets.seal(app_secret, about=f"app_key:{app_key}"),
        name=name,
        enabled=1,
        created_ms=tx.db.clock.now_ms(),
        last_used_ms=None,
    )
    await tx.insert(app_keys, row._asdict())
    changed(tx)
    return app_key, app_secret


async def rotate_app_key(scope: Scope, tx: Tx, *, app_key: str, ids: Ids, secrets: Secrets) -> str:
    """Give a key a new secret; the old one stops working at once. Raises NotFound."""
    secret = ids.app_secret()
    sealed = secrets.seal(secret, about=f"app_key:{app_key}")
    if not await _set_secret.run(tx, scope, key=app_key, sealed=sealed):
        raise NotFound(what="appKey", id=app_key)
    changed(tx)
    return secret


async def enable_app_key(scope: Scope, tx: Tx, *, app_key: str, enabled: bool) -> None:
    """Raises NotFound."""
    if not await _set_enabled.run(tx, scope, key=app_key, on=int(enabled)):
        raise NotFound(what="appKey", id=app_key)
    changed(tx)


async def grant_community(scope: Scope, tx: Tx, *, project_id: str, community_id: int) -> None:
    """Let a project see a community of the same tenant. Granting twice changes nothing. Raises NotFound."""
    project = await get_project(scope, tx, project_id=project_id)
    row = {
        "project_id": project_id,
        "community_id": community_id,
        "tenant_id": project.tenant_id,
        "granted_ms": tx.db.clock.now_ms(),
    }
    await tx.upsert(project_communities, [row], keys=("project_id", "community_id"))
    changed(tx)


async def ungrant_community(scope: Scope, tx: Tx, *, project_id: str, community_id: int) -> None:
    await _ungrant.run(tx, scope, project=project_id, community=community_id)
    changed(tx)


async def close_community(scope: Scope, tx: Tx, *, community_id: int) -> None:
    """Let nobody but the company's administrators reach a community. Twice changes nothing."""
    row = {"community_id": community_id, "tenant_id": scope.tenant, "since_ms": tx.db.clock.now_ms()}
    await tx.upsert(closed_communities, [row], keys=("community_id",))
    changed(tx)


async def open_community(scope: Scope, tx: Tx, *, community_id: int) -> None:
    """Let those reach a community again who did before it was closed."""
    await _open.run(tx, scope, community=community_id)
    changed(tx)


async def list_tenants(db: Reader) -> list[TenantRow]:
    """Every tenant of the installation: for its operator only."""
    return await _tenants.all(db)


async def get_tenant(db: Reader, tenant_id: str) -> TenantRow:
    """Raises NotFound."""
    if (row := await _tenant.one(db, id=tenant_id)) is None:
        raise NotFound(what="tenant", id=tenant_id)
    return row


async def find_tenant(db: Reader, name: str) -> TenantRow | None:
    return await _tenant_by_name.one(db, name=name)


async def get_project(scope: Scope, db: Reader, *, project_id: str) -> ProjectRow:
    """Raises NotFound."""
    if (row := await _project.one(db, scope, project_id=project_id)) is None:
        raise NotFound(what="project", id=project_id)
    return row


async def list_projects(scope: Scope, db: Reader) -> list[ProjectRow]:
    return await _projects.all(db, scope)


async def list_app_keys(scope: Scope, db: Reader) -> list[AppKeyRow]:
    return await _keys.all(db, scope)


async def find_app_key(db: Reader, app_key: str) -> AppKeyRow | None:
    """The key row with its sealed secret, for the gateway and the MQTT front."""
    return await _key.one(db, app_key=app_key)


async def communities_of(db: Reader, *, tenant_id: str, project_id: str) -> frozenset[int]:
    return frozenset(c for (c,) in await _communities.all(db, project_id=project_id, tenant=tenant_id))


async def app_scope(db: Reader, key: AppKeyRow, *, language: str = "zh-CN") -> Scope:
    """The scope of calls signed with `key`."""
    communities = await communities_of(db, tenant_id=key.tenant_id, project_id=key.project_id)
    return Scope(key.tenant_id, Caller("app", key.app_key), communities, key.project_id, language)


CHANNEL = "tenancy"


def changed(tx: Tx) -> None:
    """Let caches of keys and scopes see the change with the next call: this process's at once, others' by a signal."""

    def tell() -> None:
        tx.db.tenancy_epoch += 1
        tx.db.signals.publish(CHANNEL)

    tx.after_commit(tell)


def on_change(db: Database, listener: Callable[[], object]) -> Callable[[], None]:
    """Be called after changes of keys and grants by any process, and when signals may have been missed.

    Call what is returned to stop.
    """
    return db.signals.listen(CHANNEL, lambda _: listener(), missed=listener)


def follow(db: Database) -> Callable[[], None]:
    """Let this process's caches follow changes of other processes; call what is returned to stop."""

    def heard(_: str = "") -> None:
        db.tenancy_epoch += 1

    return db.signals.listen(CHANNEL, heard, missed=heard, others_only=True)
