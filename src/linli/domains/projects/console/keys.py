"""Console: keys of a project (项目详情-开发配置): secret on demand, services and data models. Spec H-19, H-66, B117."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.projects import queries
from linli.domains.projects.console.projects import model_ids
from linli.domains.projects.service import grants
from linli.domains.projects.service import projects as service
from linli.kernel import tenancy
from linli.kernel.audit import secret_reads_of
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.openapi import policies
from linli.openapi.assembly import OpenApi


class SecretReadRow(msgspec.Struct, rename="camel", frozen=True):
    caller: Annotated[str, Meta(description="kind:id, as app:20000001 or staff:1")]
    at_ms: int


class ProjectKey(msgspec.Struct, rename="camel", frozen=True):
    app_key: str
    name: str
    enabled: bool
    is_default: bool
    services: Annotated[list[str] | None, Meta(description="null: every service")]
    models: Annotated[list[str] | None, Meta(description="null: every data model")]
    reads: Annotated[list[SecretReadRow], Meta(description="Who was told the secret, the latest first.")]


class ProjectKeys(msgspec.Struct, rename="camel", frozen=True):
    keys: list[ProjectKey]
    services: Annotated[list[str], Meta(description="That can be granted now.")]
    withheld: Annotated[list[str], Meta(description="That come with a capability not yet approved.")]
    models: list[str]


class AppSecret(msgspec.Struct, rename="camel", frozen=True):
    app_key: str
    app_secret: str


class Grants(msgspec.Struct, rename="camel", frozen=True):
    services: list[str] | None
    models: list[str] | None


project_key_routes = Routes("/app-platform/projects/{project_id:str}", tags=("projects",))


@project_key_routes.get("/keys", right="integrations.manage", raises=(NotFound,))
async def list_keys(project_id: str, scope: Scope, db: Database, openapi: OpenApi) -> ProjectKeys:
    """The project's keys with their grants and who was told their secrets, never the secrets."""
    project = await queries.get_project(scope, db, project_id=project_id)
    terms = await policies.terms_of(db, project_id=project_id)
    withheld = terms.withheld if terms else frozenset()
    keys = []
    for row in await tenancy.list_app_keys(scope, db):
        if row.project_id != project_id:
            continue
        services = await policies.services_of(db, row.app_key)
        models = await policies.models_of(db, row.app_key)
        reads = await secret_reads_of(scope, db, kind="app_key", target=row.app_key, most=20)
        keys.append(
            ProjectKey(
                row.app_key,
                row.name,
                bool(row.enabled),
                row.app_key == project.default_app_key,
                None if services is None else sorted(services),
                None if models is None else sorted(models),
                [SecretReadRow(read.caller, read.at_ms) for read in reads],
            )
        )
    grantable = [name for name in openapi.registry.services() if name != policies.ALWAYS_GRANTED]
    return ProjectKeys(
        keys, [name for name in grantable if name not in withheld], sorted(withheld), model_ids()
    )


@project_key_routes.post("/secret", right="integrations.manage", status=200, raises=(NotFound,))
async def read_secret(project_id: str, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets) -> AppSecret:
    """AppKey and AppSecret of the default app; each time is noted."""
    default_app = await service.read_default_app(scope, tx, project_id=project_id, ids=ids, secrets=secrets)
    return AppSecret(default_app.app_key, default_app.app_secret)


@project_key_routes.put("/keys/{app_key:str}/grants", right="integrations.manage", raises=(NotFound,))
async def set_grants(
    project_id: str, app_key: str, data: Grants, scope: Scope, tx: Tx, openapi: OpenApi
) -> None:
    """Say which services and data models the key may use; other calls answer 403."""
    await queries.get_project(scope, tx, project_id=project_id)
    await grants.set_grants(
        scope,
        tx,
        project_id=project_id,
        app_key=app_key,
        services=data.services,
        models=data.models,
        known_services=openapi.registry.services(),
        known_models=model_ids(),
    )
