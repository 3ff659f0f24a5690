"""Console: data models of a project (数据集成): authorised for the project and for its default app. Spec C C091, H-66."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.databus import registry
from linli.domains.projects import queries
from linli.domains.projects.console.projects import model_ids
from linli.domains.projects.service.grants import authorise_model
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.openapi import policies


class ProjectModel(msgspec.Struct, rename="camel", frozen=True):
    model_id: str
    name: str
    versions: list[str]
    by_project: Annotated[bool, Meta(description="授权: the project's own switch.")]
    by_app: Annotated[
        bool, Meta(description="Added to the default app; while it is not, its calls answer 403.")
    ]
    usable: Annotated[bool, Meta(description="Both: calls are answered, and changes are pushed.")]


class ModelAuthorisation(msgspec.Struct, rename="camel", frozen=True):
    by_project: bool
    by_app: bool


project_model_routes = Routes("/app-platform/projects/{project_id:str}/models", tags=("projects",))


@project_model_routes.get(right="projects.use", raises=(NotFound,))
async def list_models(project_id: str, scope: Scope, db: Database) -> list[ProjectModel]:
    """Every data model, and whether the project and its default app may use it."""
    project = await queries.get_project(scope, db, project_id=project_id)
    switches = await policies.project_switches(db, project_id=project_id)
    app = await policies.models_of(db, project.default_app_key) if project.default_app_key else frozenset()
    versions: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for model in registry.load():
        versions.setdefault(model.model_id, []).append(model.version)
        names[model.model_id] = model.title.en if scope.language == "en" else model.title.zh
    rows = []
    for model_id, model_versions in versions.items():
        by_project, by_app = switches.get(model_id, True), app is None or model_id in app
        rows.append(
            ProjectModel(model_id, names[model_id], model_versions, by_project, by_app, by_project and by_app)
        )
    return rows


@project_model_routes.put("/{model_id:str}", right="integrations.manage", raises=(NotFound,))
async def authorise(project_id: str, model_id: str, data: ModelAuthorisation, scope: Scope, tx: Tx) -> None:
    """Authorise a data model, or take it back: calls and pushes follow at once."""
    project = await queries.get_project(scope, tx, project_id=project_id)
    await authorise_model(
        scope,
        tx,
        project=project,
        model_id=model_id,
        by_project=data.by_project,
        by_app=data.by_app,
        known_models=model_ids(),
    )
