"""Integration projects and their keys."""

import msgspec

from linli.kernel import tenancy
from linli.kernel.audit import note_secret_reads
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.openapi import policies
from linli.openapi.assembly import OpenApi


class ProjectRow(msgspec.Struct, rename="camel", frozen=True):
    project_id: str
    name: str
    state: str
    community_ids: list[str]
    """Communities that the project's keys see."""
    created_ms: int


class NewProject(msgspec.Struct, rename="camel"):
    name: str


class ProjectMade(msgspec.Struct, rename="camel", frozen=True):
    project_id: str


class KeyRow(msgspec.Struct, rename="camel", frozen=True):
    app_key: str
    name: str
    project_id: str
    project_name: str
    enabled: bool
    services: list[str] | None
    """The services that it may call; null: all, including later ones."""
    created_ms: int
    last_used_ms: int | None


class NewKeyRequest(msgspec.Struct, rename="camel"):
    project_id: str
    name: str = ""


class NewAppKey(msgspec.Struct, rename="camel", frozen=True):
    """A key with its secret, told this once."""

    app_key: str
    app_secret: str
    project_id: str


class KeyChange(msgspec.Struct, rename="camel"):
    enabled: bool
    services: list[str] | None


project_routes = Routes("/projects", tags=("integrations",))


@project_routes.get(right="integrations.manage")
async def list_projects(scope: Scope, db: Database) -> list[ProjectRow]:
    """The tenant's projects and the communities each sees."""
    rows = []
    for project in await tenancy.list_projects(scope, db):
        seen = await tenancy.communities_of(db, tenant_id=project.tenant_id, project_id=project.project_id)
        ids = [str(project_id) for project_id in sorted(seen)]
        rows.append(ProjectRow(project.project_id, project.name, project.state, ids, project.created_ms))
    return rows


@project_routes.post(right="integrations.manage", raises=(tenancy.ProjectNameTaken,))
async def create_project(data: NewProject, scope: Scope, tx: Tx, ids: Ids) -> ProjectMade:
    """A new project; it sees no community yet."""
    return ProjectMade(await tenancy.create_project(scope, tx, name=data.name, ids=ids))


key_routes = Routes("/keys", tags=("integrations",))


@key_routes.get(right="integrations.manage", raises=(NotFound,))
async def list_keys(scope: Scope, db: Database) -> list[KeyRow]:
    """The tenant's keys, never their secrets."""
    names = {project.project_id: project.name for project in await tenancy.list_projects(scope, db)}
    rows = []
    for key in await tenancy.list_app_keys(scope, db):
        services = await policies.granted(scope, db, app_key=key.app_key)
        rows.append(
            KeyRow(
                app_key=key.app_key,
                name=key.name,
                project_id=key.project_id,
                project_name=names.get(key.project_id, ""),
                enabled=bool(key.enabled),
                services=None if services is None else sorted(services),
                created_ms=key.created_ms,
                last_used_ms=key.last_used_ms,
            )
        )
    return rows


@key_routes.post(right="integrations.manage", raises=(NotFound,))
async def create_key(data: NewKeyRequest, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets) -> NewAppKey:
    """A new key of a project."""
    app_key, app_secret = await tenancy.create_app_key(
        scope, tx, project_id=data.project_id, ids=ids, secrets=secrets, name=data.name.strip()
    )
    await policies.begin_key(scope, tx, app_key=app_key, project_id=data.project_id)
    await note_secret_reads(scope, tx, "app_key", [app_key], ids=ids)
    return NewAppKey(app_key, app_secret, data.project_id)


@key_routes.post("/{app_key:str}/rotate", right="integrations.manage", status=200, raises=(NotFound,))
async def rotate(app_key: str, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets) -> NewAppKey:
    """Give a key a new secret; the old one stops working at once."""
    secret = await tenancy.rotate_app_key(scope, tx, app_key=app_key, ids=ids, secrets=secrets)
    await note_secret_reads(scope, tx, "app_key", [app_key], ids=ids)
    row = await tenancy.find_app_key(tx, app_key)
    return NewAppKey(app_key, secret, row.project_id if row else "")


@key_routes.put("/{app_key:str}", right="integrations.manage", raises=(NotFound,))
async def change(app_key: str, data: KeyChange, scope: Scope, tx: Tx, openapi: OpenApi) -> None:
    """Enable or disable a key, and say which services it may call."""
    services = openapi.registry.services()
    await policies.grant_services(scope, tx, app_key=app_key, services=data.services, offered=services)
    await tenancy.enable_app_key(scope, tx, app_key=app_key, enabled=data.enabled)


service_routes = Routes("/services", tags=("integrations",))


@service_routes.get(right="integrations.manage")
async def list_services(openapi: OpenApi) -> list[str]:
    """Names of the services that a key may be granted."""
    return [name for name in openapi.registry.services() if name != policies.ALWAYS_GRANTED]
