"""Integration projects and their keys."""

import msgspec
from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from linli.kernel import tenancy
from linli.kernel.audit import note_secret_reads
from linli.kernel.db import Database
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
    """What it may call; null: everything, also what is added later."""
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


class ProjectRoutes(Controller):
    path = "/projects"
    tags = ("integrations",)

    @get("/", right="integrations.manage")
    async def list_projects(
        self, within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[ProjectRow]:
        """The tenant's projects and the communities each sees."""
        rows = []
        for project in await tenancy.list_projects(within, db):
            seen = await tenancy.communities_of(
                db, tenant_id=project.tenant_id, project_id=project.project_id
            )
            ids = [str(one) for one in sorted(seen)]
            rows.append(ProjectRow(project.project_id, project.name, project.state, ids, project.created_ms))
        return rows

    @post("/", right="integrations.manage", status_code=201)
    async def create_project(
        self,
        data: JSONBody[NewProject],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> ProjectMade:
        """A new project; it sees no community yet."""
        async with db.begin() as tx:
            return ProjectMade(await tenancy.create_project(within, tx, name=data.name, ids=ids))


class KeyRoutes(Controller):
    path = "/keys"
    tags = ("integrations",)

    @get("/", right="integrations.manage")
    async def list_keys(self, within: NamedDependency[Scope], db: NamedDependency[Database]) -> list[KeyRow]:
        """The tenant's keys, never their secrets."""
        names = {project.project_id: project.name for project in await tenancy.list_projects(within, db)}
        rows = []
        for key in await tenancy.list_app_keys(within, db):
            services = await policies.granted(within, db, app_key=key.app_key)
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

    @post("/", right="integrations.manage", status_code=201)
    async def create_key(
        self,
        data: JSONBody[NewKeyRequest],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
    ) -> NewAppKey:
        """A new key of a project."""
        async with db.begin() as tx:
            app_key, app_secret = await tenancy.create_app_key(
                within, tx, project_id=data.project_id, ids=ids, secrets=secrets, name=data.name.strip()
            )
            await policies.begin_key(within, tx, app_key=app_key, project_id=data.project_id)
            await note_secret_reads(within, tx, "app_key", [app_key], ids=ids)
        return NewAppKey(app_key, app_secret, data.project_id)

    @post("/{app_key:str}/rotate", right="integrations.manage", status_code=200)
    async def rotate(
        self,
        app_key: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
    ) -> NewAppKey:
        """Give a key a new secret; the old one stops working at once."""
        async with db.begin() as tx:
            secret = await tenancy.rotate_app_key(within, tx, app_key=app_key, ids=ids, secrets=secrets)
            await note_secret_reads(within, tx, "app_key", [app_key], ids=ids)
            row = await tenancy.find_app_key(tx, app_key)
        return NewAppKey(app_key, secret, row.project_id if row else "")

    @put("/{app_key:str}", right="integrations.manage", status_code=204)
    async def change(
        self,
        app_key: FromPath[str],
        data: JSONBody[KeyChange],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        openapi: NamedDependency[OpenApi],
    ) -> None:
        """Enable or disable a key, and say which services it may call."""
        known = openapi.registry.services()
        async with db.begin() as tx:
            await policies.grant_services(within, tx, app_key=app_key, services=data.services, known=known)
            await tenancy.enable_app_key(within, tx, app_key=app_key, enabled=data.enabled)


class ServiceRoutes(Controller):
    path = "/services"
    tags = ("integrations",)

    @get("/", right="integrations.manage")
    async def list_services(self, openapi: NamedDependency[OpenApi]) -> list[str]:
        """Names of the services that a key may be granted."""
        return [name for name in openapi.registry.services() if name != policies.ALWAYS_GRANTED]
